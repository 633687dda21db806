(ns lanegraph.supervise-test
  "A process for each role, kept alive, given up and stopped in order. The processes are Java alone, so that they start
  fast."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :refer [eventually refusal]]
            [lanegraph.scratch :as scratch :refer [path with-dir]]
            [lanegraph.supervise :as supervise])
  (:import (java.lang ProcessHandle)
           (lanegraph.graph GraphSpec)))

(set! *warn-on-reflection* true)

(def ^:private lane {:kind :events :slots 256 :slot-bytes 64 :codec :string})

(def ^:private spec
  "in → a → first → b → second → c → out"
  {:name      :chain
   :lanes     {:a lane :b lane :c lane}
   :roles     {:second {:kind :bridge :rx :b :tx :c}
               :first  {:kind :bridge :rx :a :tx :b}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}})

(defn- java-role
  "The command lines of roles that are Java alone."
  [dir]
  (let [file (str (path dir "spec.kv"))]
    (spit file (.canonical ^GraphSpec (convert/spec->java spec)))
    #(scratch/java-command [] "lanegraph.runtime.RoleProcess" file (name %) (path dir "run"))))

(defn- supervise! [dir opts]
  (lg/supervise! spec (merge {:dir (str (path dir "run")) ::supervise/command (java-role dir)} opts)))

(defn- pid [dir role]
  (some-> (get-in (lg/postmortem (path dir "run")) [:owners (str "role/" (name role)) :holder :pid]) parse-long))

(defn- kill! [^long pid]
  (.destroyForcibly ^ProcessHandle (.get (ProcessHandle/of pid))))

(deftest roles-are-ordered-from-ingress-to-egress
  (is (= [:first :second] (supervise/order (convert/spec->java spec))))
  (testing "a cycle is no obstacle"
    (is (= #{:first :second} (set (supervise/order (convert/spec->java (assoc-in spec [:roles :second :tx] :a))))))))

(deftest processes-open-no-port-of-their-supervisor
  (is (= ["-Xmx64m" "-Dmy.port=1"]
         (#'supervise/jvm-options ["-Xmx64m" "-Dclojure.server.repl={:port 5555 :accept clojure.core.server/repl}" "-Dmy.port=1"
                                   "-Dcom.sun.management.jmxremote.port=9010" "-Dcom.sun.management.jmxremote.rmi.port=9010"
                                   "-agentlib:jdwp=transport=dt_socket,address=5005"]))))

(deftest a-role-that-dies-is-started-again-and-all-stop-in-order
  (with-dir [dir]
    (let [events (atom [])
          sup    (supervise! dir {:on-event #(swap! events conj %)})]
      (with-open [^java.lang.AutoCloseable g (lg/attach (path dir "run"))]
        (is (= 100 (lg/offer-all! g :in (map str (range 100)))))
        (let [before (pid dir :second)]
          (kill! before)
          (is (eventually (not (contains? #{nil before} (pid dir :second))))))
        (is (eventually (= :running (:state (lg/status g)))))
        (is (= 50 (lg/offer-all! g :in (map str (range 100 150)))))
        (let [{:keys [outcome drained killed restarts]} (lg/stop! sup {:mode :drain :deadline-ms 20000})]
          (is (= [:stopped true [] {:second 1}] [outcome drained killed restarts])))
        (is (= (mapv str (range 150)) (lg/take! g :out 150 {:timeout-ms 20000})))
        (is (= [:ended :ended] (map #(get-in (lg/status g) [:roles % :state]) [:first :second]))))
      (is (= [[:role-died :second 137]] (for [{:keys [type role exit]} @events :when (= :role-died type)] [type role exit]))))))

(deftest what-dies-again-and-again-is-given-up
  (with-dir [dir]
    (let [sup (supervise! dir {:max-restarts 0})]
      (kill! (pid dir :first))
      (let [{:keys [outcome role exit]} (deref sup 30000 nil)]
        (is (= [:gave-up :first 137] [outcome role exit])))
      (is (nil? (pid dir :second)) "and all others are stopped"))
    (testing "where a role runs, no process is started"
      (with-open [_ (lg/run-role! spec :second {:dir (str (path dir "run"))})]
        (let [{:keys [owner message] :as e} (refusal #(supervise! dir {::supervise/command (fn [_] (throw (Error.)))}))]
          (is (= [:role/owned "role/second"] [(:lanegraph/code e) owner]))
          (is (str/includes? message "owned by another already")))))
    (testing "one that cannot start is not tried again"
      (let [heard (fn [role] (path dir (str "heard." (name role)))) ; it ends when its words have come
            {:keys [role exit message]}
            (refusal #(supervise! dir {::supervise/command (fn [role] ["sh" "-c" (str "echo no such stage; until [ -e '" (heard role)
                                                                                     "' ]; do sleep 0.02; done; exit 1")])
                                       :on-event           (fn [{:keys [type role]}] (when (= :log type) (spit (str (heard role)) "")))}))]
        (is (= [true 1] [(contains? #{:first :second} role) exit]))
        (is (str/includes? message "no such stage"))))))

(deftest a-graph-can-begin-anew-or-refuse-to-go-on
  (with-dir [dir]
    (let [run (str (path dir "run")), held #(get-in (lg/status %) [:lanes :a :depth])]
      (with-open [_ (lg/run-role! spec :second {:dir run}), g (lg/attach run)]
        (is (= 9 (lg/offer-all! g :in (map str (range 9))))))
      (is (= :lane/exists (:lanegraph/code (refusal #(supervise! dir {:existing :refuse})))))
      (with-open [g (lg/attach run)] (is (= 9 (held g)) "and nothing was touched"))
      (testing "not while a client has an endpoint"
        (with-open [g (lg/attach run)]
          (lg/offer! g :in "9")
          (is (= [:role/owned "endpoint/in"] ((juxt :lanegraph/code :owner) (refusal #(supervise! dir {:existing :replace})))))))
      (with-open [_ ^java.lang.AutoCloseable (supervise! dir {:existing :replace}), g (lg/attach run)]
        (lg/offer! g :in "new")
        (is (= ["new"] (lg/take! g :out 1 {:timeout-ms 20000})))
        (is (= 1 (get-in (lg/status g) [:lanes :c :written])))))))

(defn- sh-role
  "The command lines of processes that are ready and do nothing until their input ends, or what `script` says."
  ([] (fn [role] (sh-role (str "echo ready " (name role) "; read line"))))
  ([script] ["sh" "-c" script]))

(defn- processes [sup] (vals @(:processes (.sup ^lanegraph.supervise.Supervisor sup))))

(deftest what-never-comes-so-far-as-to-be-ready-is-given-up
  (with-dir [dir]
    (testing "a program that is not there"
      (let [{:keys [role exit message]} (deref (future (refusal #(supervise! dir {::supervise/command (fn [_] ["/no/such/java"])}))) 20000 nil)]
        (is (= [true 127] [(contains? #{:first :second} role) exit]))
        (is (str/includes? (str message) "no process could be started"))))
    (testing "one that ends well before it is ready is no better than one that fails"
      (let [n   (atom 0)
            run #(supervise! dir {:max-restarts 1 ::supervise/command (fn [_] (swap! n inc) ["true"])})]
        (is (= 0 (:exit (deref (future (refusal run)) 20000 nil))))
        (is (>= 4 (long @n)) "two roles, each started twice at most")))))

(deftest a-listener-that-throws-keeps-no-role-from-being-started-again
  (with-dir [dir]
    (let [seen (promise)]
      (with-open [^java.lang.AutoCloseable sup
                  (supervise! dir {::supervise/command (sh-role)
                                   :on-event           (fn [{:keys [type]}]
                                                         (when (= :role-died type)
                                                           (.setUncaughtExceptionHandler
                                                            (Thread/currentThread)
                                                            (reify Thread$UncaughtExceptionHandler
                                                              (uncaughtException [_ _ e] (deliver seen (ex-message e)))))
                                                           (throw (ex-info "my listener" {}))))})]
        (let [[^Process one] (processes sup)]
          (.destroyForcibly one)
          (is (eventually (not-any? #(= one %) (processes sup))))
          (is (= "my listener" (deref seen 20000 nil)) "and it is told"))))))

(deftest what-a-role-has-started-does-not-hide-its-death
  (with-dir [dir]
    (let [children (atom #{})
          again    (promise)]
      (try
        (with-open [^java.lang.AutoCloseable sup
                    (supervise! dir {::supervise/command #(sh-role (str "sleep 60 & echo $!; echo ready " (name %) "; read line"))
                                     :on-event           (fn [{:keys [type text] :as e}]
                                                           (case type
                                                             :log       (swap! children conj text)
                                                             :role-died (deliver again e)
                                                             nil))})]
          (.destroyForcibly ^Process (first (processes sup)))
          (is (= 137 (:exit (deref again 20000 nil)))))
        (finally (run! #(kill! (parse-long %)) @children))))))

(deftest roles-are-stopped-whatever-stands-in-the-directory
  (with-dir [dir]
    (let [told (atom [])
          sup  (supervise! dir {::supervise/command (sh-role) :on-event #(swap! told conj %)})]
      (io/make-parents (str (path dir "run" "control.dat")))
      (spit (str (path dir "run" "control.dat")) "no control file")
      (dotimes [_ 2]
        (is (= [:stopped false] ((juxt :outcome :drained) (deref (future (lg/stop! sup {:mode :drain :deadline-ms 20000})) 20000 nil)))))
      (is (not-any? #(.isAlive ^Process %) (processes sup)))
      (is (= 1 (count (filter #(= :warning (:type %)) @told))) "and why nobody waited for the lanes is told"))))

(deftest a-stop-brings-the-deadline-of-an-earlier-one-forward
  (with-dir [dir]
    (with-open [_ (lg/run-role! spec :second {:dir (str (path dir "run"))}), g (lg/attach (path dir "run"))]
      (lg/offer-all! g :in ["1" "2"]))
    (let [sup   (supervise! dir {::supervise/command (sh-role)})
          drain (future (lg/stop! sup {:mode :drain :deadline-ms 3600000}))]
      (is (= ::not-yet (deref drain 50 ::not-yet)) "nobody takes what is inside")
      (is (= [false {:first 2}] ((juxt :drained :waiting) (deref (future (lg/stop! sup {:mode :now})) 20000 nil))))
      (is (= {:first 2} (:waiting (deref drain 20000 nil)))))))

(deftest a-start-that-is-interrupted-leaves-no-process-behind
  (with-dir [dir]
    (let [pids   (atom [])
          answer (promise)
          start  (Thread. ^Runnable #(deliver answer (refusal (fn [] (supervise! dir {::supervise/command (fn [_] (sh-role "echo $$; read line"))
                                                                                     :on-event           (fn [e] (swap! pids conj (:text e)))})))))]
      (.start start)
      (is (eventually (= 2 (count @pids))))
      (.interrupt start)
      (is (= :call/interrupted (:lanegraph/code (deref answer 20000 nil))))
      (is (not-any? #(.isPresent (ProcessHandle/of (parse-long %))) @pids)))))

(deftest roles-end-when-their-supervisor-is-killed
  (with-dir [dir]
    (testing "what the kernel then does is to end their input"
      (let [p (scratch/start! (into ["env" "JDK_JAVA_OPTIONS=-Dlanegraph.supervised=true"] ((java-role dir) :first)))]
        (is (some #{"ready first"} (repeatedly 2 #(scratch/line! p))))
        (is (.isAlive p))
        (scratch/tell! p)
        (is (.waitFor p 20 java.util.concurrent.TimeUnit/SECONDS))
        (is (= 0 (.exitValue p)))
        (is (= :ended (get-in (lg/postmortem (path dir "run")) [:owners "role/first" :state])))))))

(deftest ^:long roles-end-when-the-process-of-their-supervisor-is-killed
  (with-dir [dir]
    (let [file (str (path dir "spec.edn"))
          run  (str (path dir "run"))
          _    (spit file (pr-str spec))
          p    (scratch/start! (scratch/java-command [] "clojure.main" "-m" "lanegraph.cli" "supervise" file "--dir" run))]
      (try
        (is (some true? (repeatedly 6 #(eventually (try (and (pid dir :first) (pid dir :second)) (catch clojure.lang.ExceptionInfo _ nil)))))
            "three JVMs with Clojure take their time")
        (finally (scratch/kill! p)))
      (is (eventually (not (or (pid dir :first) (pid dir :second)))))
      (is (= [] (:died (lg/postmortem run))) "they have ended by themselves"))))

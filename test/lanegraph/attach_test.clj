(ns lanegraph.attach-test
  "A graph from the outside: its endpoints and what stands in its directory, while it runs and after it died."
  (:require [clojure.datafy :refer [datafy nav]]
            [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :refer [eventually java-code refusal]]
            [lanegraph.scratch :as scratch :refer [path with-dir]])
  (:import (java.lang AutoCloseable)
           (java.nio.file Files)
           (java.util Arrays)
           (lanegraph.graph GraphSpec)
           (lanegraph.runtime AttachedGraph LaneGraph LaneStatus OwnerStatus RoleStatus SpawnOptions State)))

(set! *warn-on-reflection* true)

(def ^:private spec
  "in → a → copy → b → out, and in-2 → b by a second producer."
  {:name      :seen
   :lanes     {:a {:kind :events :slots 64 :slot-bytes 64 :codec :string}
               :b {:kind :events :slots 16 :slot-bytes 64 :codec :string}}
   :roles     {:copy {:kind :bridge :rx :a :tx :b}
               :join {:kind :bridge :rx :c :tx :b}}
   :endpoints {:in  {:kind :ingress :lane :a}
               :in-2 {:kind :ingress :lane :c}
               :out {:kind :egress :lane :b}}})

(def ^:private graph
  (convert/spec->java (assoc-in spec [:lanes :c] {:kind :events :slots 64 :slot-bytes 64 :codec :string})))

(defn- options ^SpawnOptions [dir] (SpawnOptions/mapped (path dir "run")))

(defn- role! ^Process [dir role]
  (let [file (str (path dir "spec.kv"))]
    (spit file (.canonical ^GraphSpec graph))
    (let [p (scratch/start! (scratch/java-command [] "lanegraph.runtime.RoleProcess" file role (path dir "run")))]
      (is (= (str "ready " role) (scratch/line! p)))
      p)))

(defn- attach ^AttachedGraph [dir] (AttachedGraph/attach (options dir)))

(defn- state-of [^AttachedGraph g role]
  (.state ^RoleStatus (get (.roles (.status g)) role)))

(defn- lane-files
  "The bytes of every lane file."
  [dir]
  (into {} (for [^java.io.File f (file-seq (io/file (str (path dir "run"))))
                 :when (str/ends-with? (.getName f) ".ring")]
             [(.getName f) (Files/readAllBytes (.toPath f))])))

(deftest s41-endpoints-are-written-and-read-from-any-process
  (with-dir [dir]
    (let [copy (role! dir "copy") join (role! dir "join")]
      (with-open [g (attach dir), other (attach dir)]
        (is (eventually (= State/RUNNING (.state g))))
        (doseq [i (range 10)] (is (.offer g "in" (str "m" i))))
        (is (= (mapv #(str "m" %) (range 10)) (.take g "out" 10 20000)))
        (is (= "role/owned" (java-code #(.offer other "in" "x"))) "an endpoint has one owner")
        (is (= "graph/unknown-endpoint" (java-code #(.offer g "inn" "x"))))
        (testing "what was received and not acknowledged comes again"
          (doseq [i (range 4)] (.offer g "in" (str "r" i)))
          (is (= ["r0" "r1"] (.receive g "out" 2 20000)))
          (.ack g "out")
          (is (= ["r2" "r3"] (.receive g "out" 2 20000)))
          (.close g)
          (is (= "graph/stopped" (java-code #(.offer g "in" "x"))))
          (is (= ["r2" "r3"] (.take other "out" 2 20000))))
        (testing "the dead are told from those who ended"
          (.destroy copy)
          (.waitFor copy)
          (is (= "ended" (state-of other "copy")))
          (.destroyForcibly join)
          (.waitFor join)
          (is (= ["died" State/FAILED] [(state-of other "join") (.state other)]))
          (is (= "running" (.lastState ^OwnerStatus (get (.owners other) "role/join"))))
          (let [{:keys [died owners text]} (lg/postmortem (path dir "run"))]
            (is (= ["role/join"] died))
            (is (= [:died :running 1] ((juxt :state :last-state :starts) (owners "role/join"))))
            (is (= [:running (str (.pid (java.lang.ProcessHandle/current)))]
                   [(:state (owners "endpoint/out")) (get-in owners ["endpoint/out" :holder :pid])]))
            (is (str/includes? text "role/join died"))))))))

(deftest looking-changes-no-byte-of-a-lane
  (with-dir [dir]
    (with-open [_ (LaneGraph/runRole graph "join" (options dir)), w (attach dir)]
      (doseq [i (range 3)] (.offer w "in" (str "m" i)))
      (let [before (lane-files dir)
            seen   (atom [])]
        (with-open [g (attach dir)]
          (is (= ["m0" "m1"] (.peek g "a" 2)))
          (is (= ["m1" "m2"] (.peek g "a" 1 5)))
          (is (= 3 (.depth ^LaneStatus (get (.lanes (.status g)) "a"))))
          (is (= ["never" "running"] (map #(state-of g %) ["copy" "join"])))
          (is (= #{"copy" "join"} (set (keys (.busy g 5)))))
          (with-open [_ (.tap g "a" 1 1 (reify java.util.function.Consumer (accept [_ v] (swap! seen conj v))))]
            (is (empty? (.openClaims g "b")))))
        (is (= (keys before) (keys (lane-files dir))))
        (is (every? (fn [[file bytes]] (Arrays/equals ^bytes bytes ^bytes (get before file))) (lane-files dir)))))))

(deftest another-graph-in-the-directory-is-refused-while-somebody-lives
  (with-dir [dir]
    (let [other (convert/spec->java (assoc spec :name :other
                                           :lanes (assoc (:lanes spec) :c {:kind :events :slots 64 :slot-bytes 64 :codec :string})))]
      (is (= "graph/not-found" (java-code #(attach dir))))
      (with-open [_ (LaneGraph/runRole graph "join" (options dir))]
        (is (= "graph/other-graph" (java-code #(LaneGraph/runRole other "copy" (options dir))))))
      (with-open [_ (LaneGraph/runRole other "copy" (options dir)), g (attach dir)]
        (is (= ["other" "never" "running"] [(.name g) (state-of g "join") (state-of g "copy")]))))))

(deftest s42-a-directory-left-by-one-is-continued-by-the-other
  (with-dir [dir]
    (with-open [whole (LaneGraph/spawn graph (options dir))]
      (is (.offer whole "in" "1"))
      (is (= ["1"] (.take whole "out" 1 20000)))
      (is (= "role/owned" (java-code #(LaneGraph/runRole graph "copy" (options dir)))))
      (with-open [g (attach dir)]
        (is (eventually (= State/RUNNING (.state g))))
        (is (= "role/owned" (java-code #(.offer g "in" "x"))) "the process of the whole graph has its endpoints")))
    (with-open [g (attach dir)]
      (is (= State/STOPPED (.state g)))
      (is (.offer g "in" "2") "also while no role lives")
      (with-open [_ (LaneGraph/runRole graph "copy" (options dir))]
        (is (= ["2"] (.take g "out" 1 20000)))
        (is (.offer g "in" "3"))
        (is (eventually (= 1 (.depth ^LaneStatus (get (.lanes (.status g)) "b")))))))
    (with-open [whole (LaneGraph/spawn graph (options dir))]
      (is (= ["3"] (.take whole "out" 1 20000))))))

(deftest what-works-on-roles-says-where-it-is-to-be-called
  (with-dir [dir]
    (with-open [join (LaneGraph/runRole graph "join" (options dir)), g (lg/attach (path dir "run"))]
      (is (= "#lanegraph[seen attached, 3 lanes, 2 roles]" (pr-str g)))
      (is (= :starting (:state (datafy g))))
      (lg/offer! g :in-2 "x")
      (is (eventually (= ["x"] (:messages (nav (:lanes (datafy g)) :b (:b (:lanes (datafy g)))))))
          "nav leads from a lane to its messages")
      (doseq [[call f] {"pause!" #(lg/pause! g :copy) "resume!" #(lg/resume! g :copy) "step!" #(lg/step! g :copy)
                        "inject!" #(lg/inject! g :a "x") "swap-stage!" #(lg/swap-stage! g :copy inc)
                        "rollback-stage!" #(lg/rollback-stage! g :copy) "stage-history" #(lg/stage-history g :copy)
                        "rehearse" #(lg/rehearse g :copy inc) "retry!" #(lg/retry! g :copy) "skip!" #(lg/skip! g :copy)
                        "latency" #(lg/latency g) "await-idle!" #(lg/await-idle! g) "join!" #(lg/join! g)
                        "stop!" #(lg/stop! g)}
              :let [{:keys [message] :as e} (refusal f)]]
        (is (= [:graph/elsewhere call] [(:lanegraph/code e) (:call e)]))
        (is (str/starts-with? (str message) (str call ": found #lanegraph[seen attached, 3 lanes, 2 roles], whose roles run in other"))))
      (is (= :running (get-in (lg/status g) [:roles :join :state])) "and nothing has changed")))
  (testing "what is no graph"
    (doseq [f [#(lg/status {:lanes {}}) #(lg/pause! nil :r) #(lg/top nil) #(lg/stop! "dir")]]
      (is (= :options/invalid (:lanegraph/code (refusal f)))))))

(deftest endpoints-tell-other-processes-what-went-through-them
  (with-dir [dir]
    (let [run (path dir "run")]
      (with-open [copy (LaneGraph/runRole graph "copy" (options dir)), g (lg/attach run), other (lg/attach run)]
        (is (= {:kind :ingress :state :never :messages 0} (get-in (lg/status other) [:endpoints :in])))
        (is (= 7 (lg/offer-all! g :in (map str (range 7)))))
        (is (= 3 (count (lg/take! g :out 3 {:timeout-ms 20000}))))
        (is (= {:in   {:kind :ingress :state :running :messages 7}
                :in-2 {:kind :ingress :state :never :messages 0}
                :out  {:kind :egress :state :running :messages 3}}
               (:endpoints (lg/status other))))
        (is (re-find #"out +egress +running +3" (with-out-str (lg/top other {:every-ms 1 :refresh false}))))
        (is (str/includes? (:text (lg/postmortem run)) "7 messages")))
      (testing "and after they have ended"
        (is (= [:ended 7] ((juxt :state :messages) (get-in (lg/postmortem run) [:owners "endpoint/in"]))))))))

(deftest a-client-tells-that-it-lives-until-it-ends
  (with-dir [dir]
    (let [run (path dir "run"), client #(get-in (lg/postmortem run) [:owners "endpoint/in"])]
      (.close (LaneGraph/runRole graph "copy" (options dir)))
      (with-open [other ^AutoCloseable (lg/attach run)]
        (let [g ^AutoCloseable (lg/attach run)]
          (lg/offer! g :in "x")
          (let [before (:heartbeat (client))]
            (is (eventually (not= before (:heartbeat (client))))))
          (.close g)
          (is (= :ended (:state (client))))
          (lg/offer! other :in "y")
          (.close g)
          (is (= :running (:state (client))) "to close twice is not to speak for the next one"))))))

(deftest a-start-that-is-refused-leaves-what-the-dead-have-told
  (with-dir [dir]
    (let [run (path dir "run")]
      (.close (LaneGraph/runRole graph "copy" (options dir)))
      (let [told   #((juxt :hash (fn [found] (select-keys (get-in found [:owners "role/copy"]) [:state :starts :started]))) (lg/postmortem run))
            before (told)]
        (doseq [start [#(LaneGraph/runRole % "copy" (options dir)) #(LaneGraph/spawn % (options dir))]]
          (is (= "lane/incompatible" (java-code #(start (convert/spec->java (-> spec (assoc-in [:lanes :c] {:kind :events :codec :string})
                                                                                   (assoc-in [:lanes :b :slots] 32))))))))
        (is (= before (told)))))))

(deftest the-endpoints-of-a-graph-in-one-process-tell-it-too
  (with-dir [dir]
    (with-open [rt (lg/spawn! (assoc-in spec [:lanes :c] (get-in spec [:lanes :a])) {:dir (str (path dir "run"))})
                g  (lg/attach (path dir "run"))]
      (lg/offer-all! rt :in ["a" "b"])
      (lg/take! rt :out 2 {:timeout-ms 20000})
      (is (= [2 0 2] (map #(get-in (lg/status g) [:endpoints % :messages]) [:in :in-2 :out]))))))

(deftest a-client-that-died-is-told-and-its-endpoint-is-free
  (with-dir [dir]
    (with-open [_ (LaneGraph/runRole graph "copy" (options dir)), g (lg/attach (path dir "run"))]
      (let [p (scratch/start! (scratch/java-command [] "lanegraph.runtime.EndpointClient" (path dir "run") "in" 5))]
        (try
          (is (= "sent" (scratch/line! p)))
          (is (= :role/owned (:lanegraph/code (refusal #(lg/offer! g :in "x")))))
          (finally (scratch/kill! p))))
      (let [{:keys [died owners text]} (lg/postmortem (path dir "run"))]
        (is (= [["endpoint/in"] :died 5] [died (get-in owners ["endpoint/in" :state]) (get-in owners ["endpoint/in" :messages])]))
        (is (re-find #"endpoint/in died: .* 5 messages" text)))
      (is (= :died (get-in (lg/status g) [:endpoints :in :state])))
      (is (true? (lg/offer! g :in "m5")))
      (is (= (mapv #(str "m" %) (range 6)) (lg/take! g :out 6 {:timeout-ms 20000}))))))

(deftest who-is-wrong-here-is-told-where-to-go
  (with-dir [dir]
    (is (= :options/invalid (:lanegraph/code (refusal #(lg/attach nil)))))
    (with-open [copy (LaneGraph/runRole graph "copy" (options dir))]
      (let [{:keys [message role] :as e} (refusal #(lg/offer! copy :in "x"))]
        (is (= [:graph/unknown-endpoint :copy] [(:lanegraph/code e) (keyword role)]))
        (is (str/includes? message (str "and no endpoint; attach to the directory " (path dir "run"))))))
    (let [g (lg/attach (path dir "run"))]
      (.close g)
      (is (str/includes? (:message (refusal #(lg/offer! g :in "x"))) "is closed; spawn the graph, or attach to it, again")))))

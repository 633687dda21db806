(ns lanegraph.supervise
  "One process per role: starts them, starts again those that die, gives up by a limit, and stops them from ingress to
  egress. A thread for each role keeps its process; whoever stops them comes by through `stop!`."
  (:require [clojure.set :as set]
            [clojure.string :as str]
            [lanegraph.attached :as attached]
            [lanegraph.convert :as convert]
            [lanegraph.options :as options]
            [lanegraph.problem :as problem]
            [lanegraph.report :as report]
            [lanegraph.topology :as topology])
  (:import (clojure.lang ExceptionInfo IBlockingDeref IDeref)
           (java.io BufferedReader File IOException Writer)
           (java.lang ProcessBuilder$Redirect)
           (java.lang.management ManagementFactory)
           (java.nio.charset StandardCharsets)
           (java.util.concurrent CountDownLatch TimeUnit)
           (java.util.concurrent.locks LockSupport)
           (lanegraph LaneGraphException)
           (lanegraph.graph GraphSpec)
           (lanegraph.region SmallFile)
           (lanegraph.runtime AttachedGraph LaneGraph SupervisorWatch)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private within-ms "Deaths that are longer ago count no more." 60000)
(def ^:private first-wait-ms 100)
(def ^:private longest-wait-ms 5000)
(def ^:private look-ns 2000000)
(def ^:private kill-ms "How long one that was asked to end may take." 5000)
(def ^:private last-lines 20)
(def ^:private last-words-ms "For what a process that has ended has printed; what it started itself may hold on to its output." 500)
(def ^:private no-process "The exit code, as shells have it, of a process that could not be started." 127)

;; ------------------------------------------------------------------ order

(defn- role-of
  "The role behind the name of an owner, or nil."
  [owner]
  (some-> (re-matches #"role/([^/]+)(?:/.*)?" owner) second keyword))

(defn order
  "The roles of a GraphSpec from ingress to egress: each behind those that write what it reads, as far as no cycle is in
  the way; else by name."
  [^GraphSpec graph]
  (let [before (reduce (fn [m {:keys [producers cursors]}]
                         (reduce (fn [m to] (update m to into (keep role-of producers))) m (keep role-of cursors)))
                       (into {} (map (fn [role] [(keyword role) #{}])) (keys (.roles graph)))
                       (vals (topology/topology graph)))]
    (loop [done [], left (set (keys before))]
      (if (empty? left)
        done
        (let [free (filter #(empty? (set/intersection (disj (before %) %) left)) left)
              next (sort (or (seq free) [(first (sort left))]))]
          (recur (into done next) (reduce disj left next)))))))

;; ------------------------------------------------------------------ processes

(def ^:private own-option
  "An option that is for one JVM alone: agents, ports that it opens, what is for its short life."
  (re-pattern (str "^(-agentlib|-javaagent|-Xrun|-Dlanegraph\\.|-Dclojure\\.server\\.|-Dcom\\.sun\\.management\\.jmxremote\\.(rmi\\.)?port="
                   "|-XX:TieredStopAtLevel|-XX:ArchiveClassesAtExit)")))

(defn- jvm-options
  "Those of this JVM, without what is for it alone."
  ([] (jvm-options (.getInputArguments (ManagementFactory/getRuntimeMXBean))))
  ([options] (remove #(re-find own-option %) options)))

(defn command
  "The command line that runs a role of the spec in a file."
  [file dir paths role]
  (-> [(str (System/getProperty "java.home") File/separator "bin" File/separator "java")]
      (into (jvm-options))
      (into [(str "-D" SupervisorWatch/PROPERTY "=true") "-cp" (System/getProperty "java.class.path")
             "clojure.main" "-m" "lanegraph.cli" "run-role" (str file) (convert/name->string role) "--dir" (str dir)])
      (into (mapcat (fn [path] ["--path" (str path)])) paths)))

(defn- start! ^Process [command]
  ;; nothing is ever written to its input: the kernel ends it when this process ends, however, and the role with it
  (.start (doto (ProcessBuilder. ^java.util.List (vec command))
            (.redirectErrorStream true)
            (.redirectInput ProcessBuilder$Redirect/PIPE))))

(defn- tell
  "What the listener throws must not end the thread that keeps a role: it goes where errors of threads go."
  [{:keys [on-event graph]} event]
  (when on-event
    (try
      (on-event (assoc event :graph graph))
      (catch Throwable e
        (let [thread (Thread/currentThread)]
          (.uncaughtException (.getUncaughtExceptionHandler thread) thread e))))))

(defn- log! [{:keys [log] :as sup} role line]
  (swap! log update role #(vec (take-last last-lines (conj (or % []) line))))
  (tell sup {:type :log :role role :text line}))

(defn- in-thread ^Thread [label f]
  (doto (Thread. ^Runnable f (str "lanegraph:supervise:" label))
    (.setDaemon true)
    (.start)))

(defn- listen
  "Forwards what the process prints until its output ends; tells when the role is ready, and sets `ready?`."
  [{:keys [ready] :as sup} role ^Process p ready?]
  (with-open [^BufferedReader in (.inputReader p)]
    (loop []
      (when-let [line (try (.readLine in) (catch IOException _ nil))] ; it is closed under who reads when it has to be killed
        (if (= line (str "ready " (name role)))
          (do (reset! ready? true)
              (.countDown ^CountDownLatch (ready role))
              (tell sup {:type :role-ready :role role :pid (.pid p)}))
          (log! sup role line))
        (recur)))))

(defn- launched
  "{:process p} of the role; {:why text} where the system starts none; nil when all of it is being stopped."
  [{:keys [processes stopping lock command]} role]
  (locking lock
    (when-not (contains? @stopping role)
      (try
        (let [p (start! (command role))]
          (swap! processes assoc role p)
          {:process p})
        (catch IOException e ; there is no such program, or no room for another process
          {:why (ex-message e)})))))

(defn- life
  "One life of a role: {:exit code, :ready? whether it came so far, :pid the number of its process}; nil when all of it is
  being stopped."
  [sup role]
  (when-let [{:keys [^Process process why]} (launched sup role)]
    (if process
      (let [ready?   (atom false)
            listener (in-thread (str (name role) ":log") #(listen sup role process ready?))
            exit     (long (.waitFor process))]
        (.join listener (long last-words-ms))
        {:exit exit :ready? @ready? :pid (.pid process)})
      (do (log! sup role (str "no process could be started: " why))
          {:exit no-process :ready? false}))))

(declare end-all!)

(defn- give-up [{:keys [result] :as sup} role exit]
  (let [why {:outcome :gave-up :role role :exit exit :log (get @(:log sup) role [])}]
    (when (deliver result why)
      (tell sup (assoc why :type :gave-up))
      (end-all! sup :now 0))))

(defn- wait-ms ^long [deaths]
  (min (long longest-wait-ms) (* (long first-wait-ms) (bit-shift-left 1 (min 10 (dec (count deaths)))))))

(defn- keep!
  "Keeps one role alive. One that was ready and ends by itself with exit 0, as after SIGTERM, is started again and not
  counted. One that was never ready and could not start (exit 1, 2 or 127) will not be helped by another try."
  [{:keys [ready restarts stopping max-restarts ^CountDownLatch ending] :as sup} role]
  (loop [deaths []]
    (when-let [{:keys [exit ready? pid]} (life sup role)]
      (when-not (contains? @stopping role)
        (let [now    (System/nanoTime) ; the clock may be set
              deaths (if (and ready? (= 0 exit))
                       deaths
                       (conj (filterv #(< (quot (- now (long %)) 1000000) (long within-ms)) deaths) now))]
          (tell sup {:type :role-died :role role :exit exit :pid pid})
          (if (or (< (long max-restarts) (count deaths))
                  (and (#{1 2 no-process} exit) (pos? (.getCount ^CountDownLatch (ready role)))))
            (give-up sup role exit)
            (do (swap! restarts update role (fnil inc 0))
                (when (seq deaths)
                  (.await ending (wait-ms deaths) TimeUnit/MILLISECONDS))
                (recur deaths))))))))

;; ------------------------------------------------------------------ stopping

(defn- waiting
  "How many messages the lanes hold for a role; nil if nobody can tell: a file is damaged, or was cut short."
  [^AttachedGraph g role]
  (try
    (reduce + (for [[_ {:keys [readers]}] (:lanes (report/status->data (.status g)))
                    [owner depth] readers :when (= role (role-of owner))]
                depth))
    (catch LaneGraphException _ nil)
    (catch InternalError _ nil)))

(defn- passed? [deadline]
  (not (pos? (- (long deadline) (System/nanoTime)))))

(defn- await-empty
  "Waits until the lanes hold nothing for a role; at most until the deadline in `until`, which may be brought forward."
  [g role until]
  (while (and (not (passed? @until)) (pos? (long (or (waiting g role) 0))))
    (LockSupport/parkNanos look-ns)))

(defn- end!
  "Asks the process of a role to end; true if it had to be killed."
  [{:keys [lock stopping processes]} role]
  (locking lock (swap! stopping conj role)) ; from now on it is not started again
  (when-let [^Process p (get @processes role)]
    (.destroy (.toHandle p)) ; that of the Process itself would close its output, and its last words were lost
    (when-not (.waitFor p (long kill-ms) TimeUnit/MILLISECONDS)
      (.destroyForcibly p)
      (.waitFor p)
      true)))

(defn- attached
  "The graph from outside; nil when none of its processes got as far as making it, or, which is told, what stands there
  cannot be read: the roles have to end all the same."
  ^AttachedGraph [{:keys [dir] :as sup}]
  (try
    (attached/attach dir {})
    (catch ExceptionInfo e
      (when-not (= :graph/not-found (:lanegraph/code (ex-data e)))
        (tell sup {:type :warning :message (str "the roles are stopped without waiting for their lanes: " (ex-message e))}))
      nil)))

(defn- end-in-order! [{:keys [order until ^CountDownLatch ending ended threads hook] :as sup}]
  (let [g      (attached sup)
        killed (vec (filter (fn [role]
                              (when g (await-empty g role until))
                              (end! sup role))
                            order))
        left   (into {} (for [role (when g order) :let [n (waiting g role)] :when (not= 0 n)] [role n]))]
    (when g (.close g))
    (.countDown ending)
    (doseq [^Thread t @threads] (.join t))
    (deliver ended {:killed killed :drained (and (some? g) (empty? left)) :waiting left})
    (try (.removeShutdownHook (Runtime/getRuntime) @hook)
         (catch IllegalStateException _ nil)))) ; the JVM is shutting down

(defn- end-all!
  "Begins to stop all roles in order, once: on a thread of its own, which waits for those of the roles, and which nobody
  interrupts. It delivers what is left to :ended. Asked again, it may bring the deadline forward."
  [{:keys [until] :as sup} mode deadline-ms]
  (let [left-ms  (if (= :drain mode) (min (long deadline-ms) (.toMillis TimeUnit/DAYS 365)) 0)
        deadline (+ (System/nanoTime) (.toNanos TimeUnit/MILLISECONDS left-ms))
        [before] (swap-vals! until #(if (or (nil? %) (neg? (- deadline (long %)))) deadline %))]
    (when-not before
      (in-thread "stop" #(end-in-order! sup)))))

(defn- finish!
  "Stops all roles now and waits for their end. An interrupt of the caller is kept for later."
  [{:keys [ended] :as sup}]
  (end-all! sup :now 0)
  (let [interrupted (volatile! (Thread/interrupted))]
    (while (not (realized? ended))
      (try @ended (catch InterruptedException _ (vreset! interrupted true))))
    (when @interrupted (.interrupt (Thread/currentThread)))))

(defn- result-of [{:keys [result ended restarts]}]
  (merge {:restarts @restarts} @result @ended))

(deftype Supervisor [sup]
  java.lang.AutoCloseable
  (close [_] (deliver (:result sup) {:outcome :stopped}) (finish! sup) nil)
  IDeref
  (deref [_] (result-of sup))
  IBlockingDeref
  (deref [_ ms else] (if (= ::not-yet (deref (:ended sup) ms ::not-yet)) else (result-of sup)))
  Object
  (toString [_] (str "Supervisor[" (name (:graph sup)) ", roles=" (count (:order sup)) "]")))

(defmethod print-method Supervisor [^Supervisor s ^Writer out]
  (let [{:keys [graph order]} (.sup s)]
    (.write out (str "#lanegraph[" (name graph) " supervised, " (count order) " roles]"))))

(defn- interrupted [what]
  (.interrupt (Thread/currentThread))
  (problem/ex :interrupted :call/interrupted (str "interrupted: " what) {}))

(defn stop!
  "As lanegraph.core/stop!, of all processes, from ingress to egress."
  [^Supervisor s mode deadline-ms]
  (let [sup (.sup s)]
    (deliver (:result sup) {:outcome :stopped})
    (end-all! sup mode deadline-ms)
    (try
      (result-of sup)
      (catch InterruptedException _
        (throw (interrupted "stop of a supervised graph, which goes on"))))))

;; ------------------------------------------------------------------ starting

(defn- spec-file
  "The spec in a file of the directory, for the processes of the roles."
  [dir spec]
  (binding [*print-length* nil *print-level* nil *print-namespace-maps* false *print-meta* false]
    (SmallFile/write dir "graph.edn" (.getBytes (pr-str spec) StandardCharsets/UTF_8)))
  (.resolve ^java.nio.file.Path dir "graph.edn"))

(defn- await-ready
  "Waits until every role is ready, or the supervisor gave up."
  [{:keys [ready result ended]}]
  (doseq [^CountDownLatch latch (vals ready)]
    (while (not (or (.await latch 20 TimeUnit/MILLISECONDS) (realized? result)))))
  (when (= :gave-up (:outcome (deref result 0 nil)))
    @ended
    (let [{:keys [role exit log]} @result]
      (throw (problem/ex :fault :graph/failed
                         (str "role " (name role) " could not be started: exit code " exit
                              (when (seq log) (str "\n  " (str/join "\n  " log))))
                         {:role role :exit exit :log log})))))

(defn supervise!
  "As lanegraph.core/supervise!, of a GraphSpec and its spec as data, which is checked. ::file is a file that holds the
  spec already, ::command a function from a role to its command line."
  ^Supervisor [^GraphSpec graph spec {:keys [dir path existing on-event max-restarts] ::keys [file] :as opts}]
  (when-not dir
    (throw (problem/ex :incorrect :options/invalid "found no :dir; expected the directory in which the processes meet" {})))
  (LaneGraph/prepareRoles graph (options/->java (options/checked :spawn {:dir dir :existing existing})))
  (let [dir     (.toAbsolutePath (options/path dir))
        order   (order graph)
        command (or (::command opts)
                    (let [file (or file (spec-file dir spec))] #(command file dir path %)))
        sup     {:graph     (keyword (.name graph)) :dir dir :order order :command command
                 :on-event  on-event :max-restarts max-restarts
                 :ready     (into {} (map (fn [role] [role (CountDownLatch. 1)])) order)
                 :ending    (CountDownLatch. 1) :lock (Object.) :stopping (atom #{}) :processes (atom {}) :log (atom {})
                 :restarts  (atom {}) :until (atom nil) :result (promise) :ended (promise)
                 :threads   (atom []) :hook (atom nil)}
        hook    (Thread. ^Runnable #(do (deliver (:result sup) {:outcome :stopped}) (finish! sup)))]
    (reset! (:hook sup) hook)
    (.addShutdownHook (Runtime/getRuntime) hook)
    (reset! (:threads sup) (mapv (fn [role] (in-thread (name role) #(keep! sup role))) order))
    (try
      (await-ready sup)
      (catch InterruptedException _ ; nobody has what it would be stopped by
        (deliver (:result sup) {:outcome :stopped})
        (finish! sup)
        (throw (interrupted "start of a supervised graph; its processes were stopped"))))
    (Supervisor. sup)))

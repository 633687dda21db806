(ns tools.watchdog
  "Ends a test run that hangs: prints what every thread does, then halts the JVM. A test that spins on a lane
  or waits for a thread that died would otherwise hold CI until its own limit."
  (:import
   (java.lang ProcessHandle)
   (java.lang.management ManagementFactory ThreadInfo)
   (java.util.concurrent Executors Future ScheduledExecutorService ThreadFactory TimeUnit)))

(set! *warn-on-reflection* true)

(def ^:private ^ScheduledExecutorService timer
  (Executors/newSingleThreadScheduledExecutor
   (reify ThreadFactory
     (newThread [_ r] (doto (Thread. r "test-watchdog") (.setDaemon true))))))

(defn- dump [what limit-s]
  (println "FAIL " what "ran longer than" limit-s "s; every thread:")
  (doseq [^ThreadInfo info (.dumpAllThreads (ManagementFactory/getThreadMXBean) true true)]
    (println (str "\"" (.getThreadName info) "\" " (.getThreadState info)))
    (doseq [frame (take 24 (.getStackTrace info))] (println "    at" (str frame))))
  (flush))

(defn set-alarm!
  "Unless `cancel!` is called with the result within `limit-s` seconds, every stack is printed, `hung` is called,
  the processes that this one started are killed, and the JVM is halted. `what` names the work."
  [what limit-s hung]
  (.schedule timer ^Runnable (fn []
                               (dump what limit-s)
                               (hung)
                               (with-open [children (.descendants (ProcessHandle/current))]
                                 (run! #(.destroyForcibly ^ProcessHandle %) (.toArray children)))
                               (.halt (Runtime/getRuntime) 1))
             (long limit-s) TimeUnit/SECONDS))

(defn cancel! [^Future alarm] (.cancel alarm false))

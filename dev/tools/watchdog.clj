(ns tools.watchdog
  "Ends a test run that hangs: prints what every thread does, then halts the JVM. A test that spins on a lane
  or waits for a thread that died would otherwise hold CI until its own limit."
  (:import
   (java.lang.management ManagementFactory ThreadInfo)
   (java.util.concurrent Executors ScheduledExecutorService ThreadFactory TimeUnit)))

(set! *warn-on-reflection* true)

(def ^:private limit-s (Long/getLong "test.limit.s" 240))

(def ^:private ^ScheduledExecutorService timer
  (Executors/newSingleThreadScheduledExecutor
   (reify ThreadFactory
     (newThread [_ r] (doto (Thread. r "test-watchdog") (.setDaemon true))))))

(defn- dump [what]
  (println "FAIL " what "ran longer than" limit-s "s; every thread:")
  (doseq [^ThreadInfo info (.dumpAllThreads (ManagementFactory/getThreadMXBean) true true)]
    (println (str "\"" (.getThreadName info) "\" " (.getThreadState info)))
    (doseq [frame (take 24 (.getStackTrace info))] (println "    at" (str frame))))
  (flush))

(defn guarding
  "Calls f. `what` names the work; when it takes longer than the limit (-Dtest.limit.s, 240), every stack is
  printed, `hung` is called and the JVM is halted."
  [what hung f]
  (let [alarm (.schedule timer ^Runnable (fn [] (dump what) (hung) (.halt (Runtime/getRuntime) 1))
                         (long limit-s) TimeUnit/SECONDS)]
    (try (f)
         (finally (.cancel alarm false)))))

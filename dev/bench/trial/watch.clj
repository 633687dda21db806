(ns bench.trial.watch
  "One trial of bench.watch, in a JVM of its own: a graph with a watcher and without, in turns."
  (:require
   [lanegraph.core :as lg])
  (:import
   (bench Circle)
   (java.io Writer)
   (java.lang.management ManagementFactory)
   (java.util.concurrent Semaphore)
   (java.util.concurrent.locks LockSupport)
   (lanegraph.stage MapOkStage)
   (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(def ^:private lane {:kind :events :codec :bytes :slot-bytes 64})

(def ^:private spec
  {:name      :watched
   :lanes     {:a lane :b lane :c lane}
   :roles     {:bridge {:kind :bridge :rx :a :tx :b}
               :stage  {:kind :stage :stage :copy :rx :b :tx :c}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}})

(def ^:private copy
  (reify MapOkStage
    (apply [_ in out]
      (.putBytes ^MutableDirectBuffer out 0 ^DirectBuffer in 0 64)
      64)))

(defn- pause-ms [ms] (LockSupport/parkNanos (* 1000000 (long ms))))

(defn- top [rt every-ms]
  (binding [*out* (Writer/nullWriter)]
    (lg/top rt {:every-ms every-ms :refresh false})))

(def ^:private watchers
  "What a watcher does again and again, in about a tenth of a second."
  {:nothing   (fn [_] (pause-ms 100))
   :top       #(top % 100)
   :tap-every (fn [rt]
                (let [tap (lg/tap! rt :b (fn [_]) {:every 1000})]
                  (pause-ms 100)
                  (lg/untap! tap)))
   :tap-first (fn [rt]
                (lg/tap! rt :b (fn [_]) {:first 100})
                (pause-ms 100))
   :latency   (fn [rt] (lg/latency rt {:over-ms 100}))})

(defn- watcher
  "A thread that calls f again and again while the turn is its own."
  ^Thread [^Semaphore turn over? f]
  (doto (Thread. (fn []
                   (while (not @over?)
                     (.acquire turn)
                     (f)
                     (.release turn))))
    (.setDaemon true)
    (.start)))

(def ^:private settle-ns "Before each round." 120000000)

(defn- cpu-ns ^long [^Thread thread]
  (.getThreadCpuTime (ManagementFactory/getThreadMXBean) (.getId thread)))

(defn- in-turns
  "Rounds without and with the watcher in turns, by (off) and (on); see trial."
  [off on rounds]
  (dotimes [_ 4] (on) (off))
  (let [pairs (vec (repeatedly rounds #(vector (off) (on))))]
    {:off (conj (mapv first pairs) (off))
     :on  (mapv (comp first second) pairs)
     :own (/ (reduce + (map (comp second second) pairs)) rounds)}))

(defn- watched
  "In turns what (run) answers; it takes a while."
  [rt case rounds run]
  (let [f      (watchers case)
        turn   (Semaphore. 0 true)
        over?  (volatile! false)
        thread (watcher turn over? #(f rt))
        on     (fn []
                 (.release turn)
                 (let [cpu  (cpu-ns thread)
                       wall (System/nanoTime)
                       rate (run)
                       own  (/ (double (- (cpu-ns thread) cpu)) (- (System/nanoTime) wall)
                               (.availableProcessors (Runtime/getRuntime)))]
                   (.acquire turn) ; once it is done with what it does
                   [rate own]))]
    (when (= :top case)
      (dotimes [_ 2000] (top rt 1))) ; as after some minutes: what draws a table is compiled
    (try
      (in-turns run on rounds)
      (finally
        (vreset! over? true)
        (.release turn)
        (.join thread)))))

(defn trial
  "Rounds without and with the watcher in turns: {:off [rate …] :on [rate …] :own share}, the rates in millions a second; there
  is one more of :off, so that each round of :on lies between two. :own is the processor time of the watcher in the rounds with
  it, as a share of all cores."
  [case rounds ms]
  (let [ns (long (* 1e6 (long ms)))]
    (with-open [rt (lg/spawn! spec {:threads :shared :stages {:copy copy}})]
      (let [circle (Circle. (lg/writer rt :in) (lg/reader rt :out))]
        (watched rt case rounds (fn []
                                  (.run circle settle-ns)
                                  (.run circle ns)))))))

(def ^:private round-about
  "A graph whose messages go round for ever, on one thread."
  {:name         :round-about
   :allow-cycles true
   :lanes        {:a lane :b lane}
   :roles        {:bridge {:kind :bridge :rx :a :tx :b}
                  :stage  {:kind :stage :stage :copy :rx :b :tx :a}}})

(defn- turns ^long [rt] (get-in (lg/status rt) [:roles :bridge :processed]))

(defn- role-thread
  "The graph's busiest; it has others, which wait."
  ^Thread []
  (->> (keys (Thread/getAllStackTraces))
       (filter #(.startsWith (.getName ^Thread %) "lanegraph:round-about:"))
       (apply max-key cpu-ns)))

(defn trial-beside
  "As trial, of a graph that keeps one core busy, so that the watcher has another one; in messages per time that the core
  gave to the graph's thread, since other processes may want it too."
  [case rounds ms]
  (with-open [rt (lg/spawn! round-about {:threads :shared :idle :busy-spin :stages {:copy copy}})]
    (dotimes [_ 256] (lg/inject! rt :a (byte-array 64)))
    (pause-ms 100)
    (let [thread (role-thread)]
      (watched rt case rounds (fn []
                                (pause-ms 120)
                                (let [began (cpu-ns thread), before (turns rt)]
                                  (pause-ms ms)
                                  (let [now (turns rt)]
                                    (/ (* 1e3 (- now before)) (- (cpu-ns thread) began)))))))))

(ns bench.trial.watch
  "One trial of bench.watch, in a JVM of its own: a graph with a watcher and without, in turns."
  (:require
   [lanegraph.core :as lg])
  (:import
   (bench Circle)
   (java.io Writer)
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

(def ^:private watchers
  "What a watcher does again and again, in about a tenth of a second."
  {:nothing   (fn [_] (pause-ms 100))
   :top       (fn [rt] (binding [*out* (Writer/nullWriter)] (lg/top rt {:every-ms 100 :refresh false})))
   :tap-every (fn [rt]
                (let [tap (lg/tap! rt :b (fn [_]) {:every 1000})]
                  (pause-ms 100)
                  (lg/untap! tap)))
   :tap-first (fn [rt]
                (lg/tap! rt :b (fn [_]) {:first 100})
                (pause-ms 100))
   :latency   (fn [rt] (lg/latency rt {:over-ms 100}))})

(defn- watcher
  "A thread that calls f as long as the atom is true."
  ^Thread [on? f]
  (doto (Thread. (fn []
                   (while (not= :over @on?)
                     (if @on? (f) (LockSupport/parkNanos 1000000)))))
    (.setDaemon true)
    (.start)))

(def ^:private settle-ns "Between two rounds: as long as the watcher may still be at work." 120000000)

(defn trial
  "Rounds without and with the watcher in turns: {:off [rate …] :on [rate …]}, in millions a second; there is one more of :off,
  so that each round of :on lies between two."
  [case rounds ms]
  (let [f  (watchers case)
        ns (long (* 1e6 ms))]
    (with-open [rt (lg/spawn! spec {:threads :shared :stages {:copy copy}})]
      (let [circle (Circle. (lg/writer rt :in) (lg/reader rt :out))
            on?    (atom true)
            thread (watcher on? #(f rt))
            run    (fn [on] (reset! on? on) (.run circle settle-ns) (.run circle ns))]
        (dotimes [_ 4] (run true) (run false))
        (let [pairs (vec (repeatedly rounds #(vector (run false) (run true))))
              last  (run false)]
          (reset! on? :over)
          (.join thread)
          {:off (conj (mapv first pairs) last) :on (mapv second pairs)})))))

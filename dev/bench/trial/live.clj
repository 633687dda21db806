(ns bench.trial.live
  "One trial of bench.live, in a JVM of its own: a function is evaluated again and again while messages run."
  (:require
   [lanegraph.core :as lg])
  (:import
   (java.util.concurrent.locks LockSupport)))

(set! *warn-on-reflection* true)

(def ^:private lane {:kind :events :codec :edn})

(def spec
  {:name      :live
   :lanes     {:a lane :b lane}
   :roles     {:stage {:kind :stage :stage 'bench.trial.live/stage :rx :a :tx :b}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}})

(def ^:private seen "When each version had its first message, in ns; 0 before." (long-array 65536))

(defn first-message [version]
  (when (zero? (aget ^longs seen version))
    (aset ^longs seen version (System/nanoTime))))

(declare stage)

(defn- definition
  "What somebody types: a function of some lines."
  [version]
  (list 'defn 'stage "Marks small messages." '[m]
        (list 'bench.trial.live/first-message version)
        '(let [n (:n m)]
           (cond-> (assoc m :half (quot n 2))
             (even? n)           (assoc :even true)
             (< 100 (rem n 200)) (update :n inc)))))

(defn- await-first ^long [^long version]
  (loop []
    (let [at (aget ^longs seen version)]
      (if (zero? at) (do (Thread/onSpinWait) (recur)) at))))

(defn trial
  "{:from-eval [ns …] :from-end [ns …]}: for each redefinition, from before and from behind its evaluation."
  [redefinitions pause-us]
  (binding [*ns* (the-ns 'bench.trial.live)]
    (eval (definition 0))
    (with-open [rt (lg/spawn! spec)]
      (let [over?  (volatile! false)
            driver (doto (Thread. (fn []
                                    (loop [n 0]
                                      (when-not @over?
                                        (lg/offer! rt :in {:n n})
                                        (lg/take! rt :out 10)
                                        (LockSupport/parkNanos (* 1000 (long pause-us)))
                                        (recur (inc n))))))
                     (.setDaemon true)
                     (.start))
            once   (fn [version]
                     (let [form   (definition version)
                           before (System/nanoTime)
                           _      (eval form)
                           behind (System/nanoTime)
                           first  (await-first version)]
                       (LockSupport/parkNanos 1000000)
                       [(- first before) (- first behind)]))
            warm   200]
        (run! once (range 1 warm))
        (let [found (mapv once (range warm (+ warm redefinitions)))]
          (vreset! over? true)
          (.join ^Thread driver)
          {:from-eval (mapv first found) :from-end (mapv second found)})))))

(ns lanegraph.runtime-restart-test
  "Graphs on mapped lanes that are stopped in full flow and spawned again."
  (:require [clojure.test :refer [deftest is]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [eventually]]
            [lanegraph.scratch :as scratch]
            [tools.seed :as seed])
  (:import (java.util Random)
           (lanegraph.runtime LaneGraph)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(def ^:private copy
  (lg/raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                       (.putLong out 0 (.getLong in 0))
                       8)))

(def ^:private spec
  "Single and many producers, value and raw stages, a bridge, a fanout."
  (let [lane {:kind :events :codec :long :slot-bytes 8 :slots 4}]
    {:name :restart
     :lanes {:a lane, :b (assoc lane :slots 2), :c (assoc lane :kind :fanout-broadcast :consumers 2), :d lane, :e lane}
     :roles {:inc    {:kind :stage :stage :inc :rx :a :tx :b :on-error {:to :d}} ; so that d has two writers
             :bridge {:kind :bridge :rx :b :tx :c}
             :copy   {:kind :stage :stage :copy :rx [:c 0] :tx :d}
             :same   {:kind :stage :stage :same :as :filter :rx [:c 1] :tx :e}}
     :endpoints {:in {:kind :ingress :lane :a} :d {:kind :egress :lane :d} :e {:kind :egress :lane :e}}}))

(defn- feed
  "Sends sent, sent + 1 … until the graph stops or `total` are sent; returns the next to send."
  [rt sent total]
  (loop [n sent]
    (let [accepted (when (< (long n) (long total))
                     (try (lg/offer! rt :in n {:timeout-ms 20000})
                          (catch clojure.lang.ExceptionInfo e
                            (when-not (= :graph/stopped (:lanegraph/code (ex-data e))) (throw e)))))]
      (if accepted (recur (inc (long n))) n))))

(defn- collect
  "Takes messages into the atom until the graph is closed."
  [rt endpoint taken]
  (try
    (loop []
      (swap! taken into (lg/take! rt endpoint 3 {:timeout-ms 50}))
      (if (= :running (:state (lg/status rt)))
        (recur)
        (swap! taken into (lg/take! rt endpoint 1000 {:timeout-ms 50}))))
    (catch clojure.lang.ExceptionInfo e
      (when-not (= :graph/stopped (:lanegraph/code (ex-data e))) (throw e)))))

(defn- life
  "One life of the graph: runs until about `more` messages have come out, then stops. Returns the next to send."
  [opts sent total {:keys [d e]} more mode]
  (with-open [^LaneGraph rt (lg/spawn! spec opts)]
    (let [goal    (min (long total) (+ (count @d) (long more)))
          feeder  (future (feed rt sent total))
          takers  [(future (collect rt :d d)) (future (collect rt :e e))]]
      (eventually (and (<= goal (count @d)) (<= goal (+ 8 (count @e)))))
      (lg/stop! rt {:mode mode :deadline-ms 20000})
      (run! deref takers)
      @feeder)))

(deftest stops-and-starts-lose-nothing-and-double-nothing
  (let [random (Random. (seed/of ::lives))
        total  2000]
    (doseq [threads [:dedicated :shared]]
      (scratch/with-dir [dir]
        (let [taken {:d (atom []) :e (atom [])}
              opts  {:dir dir :threads threads :stages {:inc inc :same (constantly true) :copy copy}}]
          (loop [sent 0, lives 0]
            (when (and (< (count @(:d taken)) total) (< lives 200))
              (recur (long (life opts sent total taken (.nextInt random 300)
                                 (if (.nextBoolean random) :now :drain)))
                     (inc lives))))
          (life opts total total taken total :drain)
          (is (= (range 1 (inc total)) @(:d taken)))
          (is (= (range 1 (inc total)) @(:e taken)))
          (is (empty? (kit/threads "restart:"))))))))

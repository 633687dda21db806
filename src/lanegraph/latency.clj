(ns lanegraph.latency
  "How long messages take: samples of the Java core, gathered in histograms on the caller's thread."
  (:require [clojure.string :as str]
            [lanegraph.argument :refer [here]]
            [lanegraph.error :refer [in-clojure]]
            [lanegraph.options :as options])
  (:import (java.util HashMap Map)
           (java.util.function Consumer Function)
           (lanegraph.graph Topology)
           (lanegraph.runtime LatencyResult LatencySample LatencyWaiting)
           (org.HdrHistogram Histogram)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private digits "How many of a time a histogram keeps." 3)

(defn- endpoint? [^String owner]
  (str/starts-with? owner (Topology/endpointOwner "")))

(defn- bare [^String owner]
  (keyword (subs owner (inc (.indexOf owner "/")))))

(defn- hop
  "Where a lane meets its reader: {:lane name} with :role or :endpoint. The consumer of an egress is a role, as everywhere."
  [consumers lane owner]
  (cond-> {:lane (keyword lane)}
    (not (endpoint? owner))                               (assoc :role (bare owner))
    (and (endpoint? owner) (consumers owner))             (assoc :role (keyword owner))
    (and (endpoint? owner) (not (consumers owner)))       (assoc :endpoint (bare owner))))

(defn- note!
  "A value of so many messages into the tally of k, which counts its samples and has a histogram for each of its times."
  [^Map tallies k ^LatencySample s times]
  (let [{:keys [samples histograms]}
        (.computeIfAbsent tallies k (reify Function
                                      (apply [_ _] {:samples    (long-array 1)
                                                    :depth      (count (.path s))
                                                    :histograms (update-vals times (fn [_] (Histogram. (int digits))))})))]
    (aset ^longs samples 0 (inc (aget ^longs samples 0)))
    (doseq [[k ns] times]
      (.recordValueWithCount ^Histogram (histograms k) (long ns) (.weight s)))))

(defn- add! [^Map hops ^Map ways ^LatencySample s]
  (let [served (.servedNanos s)
        owner  (.reader s)]
    (note! hops [(.lane s) owner] s (cond-> {:queue-ns (.waitedNanos s)} (<= 0 served) (assoc :service-ns served)))
    (when (endpoint? owner)
      (note! ways [(.ingress s) (.path s) owner] s {:total-ns (.ageNanos s)}))))

(defn- times [^Histogram h]
  {:p50   (.getValueAtPercentile h 50.0)
   :p99   (.getValueAtPercentile h 99.0)
   :p999 (.getValueAtPercentile h 99.9)
   :max   (.getMaxValue h)})

(defn- told [{:keys [samples histograms]}]
  (into {:samples  (aget ^longs samples 0)
         :messages (.getTotalCount ^Histogram (first (vals histograms)))}
        (update-vals histograms times)))

(defn- waiting [^LatencyWaiting w]
  [[(.lane w) (.reader w)] {:waiting {:messages (.messages w) :longest-ns (.longestNanos w)}}])

(defn- hops->data [hops left consumers]
  (let [waiting (into {} (map waiting) left)
        depth   (fn [k] [(get-in hops [k :depth] Long/MAX_VALUE) k])]
    (mapv (fn [[lane owner :as k]]
            (merge (hop consumers lane owner)
                   (if-let [tally (hops k)] (told tally) {:samples 0 :messages 0})
                   (waiting k)))
          (sort-by depth (distinct (concat (keys hops) (keys waiting)))))))

(defn- ways->data [ways]
  (mapv (fn [[[ingress path owner] tally]]
          (merge {:from (keyword ingress) :path (mapv keyword path) :to (bare owner)} (told tally)))
        (sort-by (juxt (comp first key) (comp count second key) (comp vec second key) (comp peek key)) ways)))

(defn latency
  "As lanegraph.core/latency."
  [rt opts]
  (let [{:keys [over-ms]} (options/checked :latency opts)
        rt     (here rt "latency")
        hops   (HashMap.)
        ways   (HashMap.)
        began  (System/nanoTime)
        sink   (reify Consumer (accept [_ s] (add! hops ways s)))
        result (in-clojure (.latency rt (long over-ms) sink))
        took   (- (System/nanoTime) began)]
    {:over-ms    (Math/round (/ took 1e6))
     :hops       (hops->data (into {} hops) (.waiting ^LatencyResult result) (set (keys (.. rt status roles))))
     :end-to-end (ways->data (into {} ways))
     :missed     (.missed ^LatencyResult result)}))

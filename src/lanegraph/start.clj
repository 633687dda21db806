(ns lanegraph.start
  "From a spec and options to what runs: what lanegraph.core tells of check, simulate, spawn!, run-role! and supervise! is done here."
  (:require [lanegraph.argument :as argument]
            [lanegraph.check :as check]
            [lanegraph.codec :as codec]
            [lanegraph.convert :as convert]
            [lanegraph.error :refer [in-clojure]]
            [lanegraph.options :as options]
            [lanegraph.problem :as problem]
            [lanegraph.resolver :as resolver]
            [lanegraph.supervise :as supervise])
  (:import (java.util Collection Map)
           (lanegraph.graph GraphSpec)
           (lanegraph.runtime LaneGraph Simulation)
           (lanegraph.supervise Supervisor)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn known
  "What checked options of spawn! bring along, as check/check wants it."
  [{:keys [stages codecs]}]
  {:resolve (resolver/lookup stages)
   :codecs  (into (set (keys codec/built-in)) (keys codecs))})

(defn- valid-spec ^GraphSpec [spec opts]
  (check/require-valid spec (known opts))
  (convert/spec->java spec))

(defn spawn!
  "As lanegraph.core/spawn!."
  ^LaneGraph [spec opts]
  (let [opts  (options/checked :spawn opts)
        graph (valid-spec spec opts)]
    (in-clojure (LaneGraph/spawn graph (options/->java opts)))))

(defn run-role!
  "As lanegraph.core/run-role!."
  ^LaneGraph [spec role opts]
  (let [opts  (options/checked :spawn opts)
        graph (valid-spec spec opts)]
    (in-clojure (LaneGraph/runRole graph (argument/name-of :role role) (options/->java opts)))))

(defn supervise!
  "As lanegraph.core/supervise!."
  ^Supervisor [spec opts]
  (let [opts  (options/checked :supervise opts)
        graph (valid-spec spec {})]
    (in-clojure (supervise/supervise! graph spec opts))))

(defn- check-inputs [inputs]
  (when-not (or (nil? inputs) (map? inputs))
    (throw (problem/ex :incorrect :options/invalid
                       (str "found " (problem/printed inputs)
                            " as inputs; expected a map from ingress to messages, such as {:in [1 2]}")
                       {:inputs inputs})))
  (doseq [[endpoint messages] inputs
          :when (not (or (nil? messages) (sequential? messages) (instance? Collection messages)))]
    (throw (problem/ex :incorrect :options/invalid
                       (str "input " endpoint ": found " (problem/printed messages) "; expected a vector of messages")
                       {:endpoint endpoint}))))

(defn simulate
  "As lanegraph.core/simulate."
  [spec inputs opts]
  (let [opts  (options/checked :spawn opts)
        graph (valid-spec spec opts)]
    (check-inputs inputs)
    (in-clojure
     (into {} (map (fn [[k v]] [(keyword k) (vec v)]))
           (Simulation/run graph (options/->java opts)
                           ^Map (into {} (map (fn [[k v]] [(argument/name-of :endpoint k) (vec v)])) inputs))))))

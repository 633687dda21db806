(ns lanegraph.report
  "What a running graph tells about itself, as Clojure data."
  (:require [lanegraph.error :as error])
  (:import (java.util SortedMap)
           (lanegraph.runtime DistinctError GraphEvent GraphStatus LaneStatus RoleStatus StopResult)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- by-name [f ^SortedMap m]
  (into {} (map (fn [[k v]] [(keyword k) (f v)])) m))

(defn- lane [^LaneStatus s]
  (cond-> {:kind       (keyword (.kind s))
           :memory     (keyword (.memory s))
           :bytes      (.bytes s)
           :depth      (long (.depth s))
           :high-water (long (.highWater s))
           :written    (.written s)
           :read       (.read s)
           :dropped    (.dropped s)
           :oldest-ms  (let [ms (.oldestMillis s)] (when-not (neg? ms) ms))
           :readers    (update-vals (into {} (.readers s)) long)}
    (pos? (.repaired s)) (assoc :repaired (.repaired s))
    (pos? (.segments s)) (assoc :segments (long (.segments s)))
    (pos? (.capacity s)) (assoc :capacity (long (.capacity s))
                                :fill (/ (double (.depth s)) (.capacity s)))))

(defn- role [^RoleStatus s]
  {:kind       (keyword (.kind s))
   :thread     (.thread s)
   :state      (keyword (.state s))
   :active     (.active s)
   :processed  (.processed s)
   :filtered   (.filtered s)
   :dropped    (.dropped s)
   :errors     (.errors s)
   :bytes      (.bytes s)
   :blocked-on (some-> (.blockedOn s) keyword)
   :blocked-ns (.blockedNanos s)
   :blocked-for-ns (.blockedForNanos s)
   :version    (let [v (.version s)] (when (pos? v) (long v)))
   :epoch      (.epoch s)})

(defn- distinct-error [^DistinctError e]
  {:text (.text e) :count (long (.count e)) :first-ms (.firstMillis e) :last-ms (.lastMillis e)})

(defn status->data
  "A GraphStatus as a map; lanegraph.core/status tells its shape."
  [^GraphStatus s]
  {:name   (keyword (.name s))
   :state  (error/java->data (.state s))
   :lanes  (by-name lane (.lanes s))
   :roles  (by-name role (.roles s))
   :errors (mapv distinct-error (.errors s))})

(defn stop->data
  "A StopResult as a map; lanegraph.core/stop! tells its shape."
  [^StopResult r]
  {:state     (error/java->data (.state r))
   :drained   (.drained r)
   :remaining (by-name long (.remaining r))
   :stuck     (mapv keyword (.stuck r))
   :halted    (mapv keyword (.halted r))
   :failures  (error/java->data (.failures r))})

(defn event->data
  "A GraphEvent as a map: {:type :started, :graph :weather} and the facts."
  [^GraphEvent e]
  (assoc (error/facts (.data e)) :type (keyword (.type e)) :graph (keyword (.graph e))))

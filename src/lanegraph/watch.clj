(ns lanegraph.watch
  "What a graph does over a time: rates and shares beside the counts of lanegraph.core/status. All of it is read from
  memory that is there, on the caller's thread."
  (:require [lanegraph.argument :as argument]
            [lanegraph.attached :as attached]
            [lanegraph.error :refer [in-clojure]]
            [lanegraph.options :as options]
            [lanegraph.report :as report])
  (:import (java.util Map$Entry)
           (lanegraph.runtime AttachedGraph GraphAccess)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- per-second ^double [before now k ^long ns]
  (/ (* 1e9 (- (long (k now)) (long (k before)))) ns))

(defn- done ^long [{:keys [processed filtered dropped errors]}]
  (+ (long processed) (long filtered) (long dropped) (long errors)))

(defn- share ^double [part ^long whole]
  (max 0.0 (min 1.0 (/ (double part) whole))))

(defn- lane-over [before now ns]
  (assoc now
         :in-rate   (per-second before now :written ns)
         :out-rate  (per-second before now :read ns)
         :drop-rate (per-second before now :dropped ns)))

(defn- role-over [before now busy ns]
  (assoc now
         :rate          (per-second {:n (done before)} {:n (done now)} :n ns)
         :busy          busy
         :blocked-share (share (- (long (:blocked-ns now)) (long (:blocked-ns before))) ns)))

(defn over
  "The status `now` with rates: what was counted between the status `before` and it, `ns` nanoseconds apart. `busy` is
  {role share}."
  [before now busy ns]
  (assoc now
         :over-ms (Math/round (/ (long ns) 1e6))
         :lanes (into {} (map (fn [[k lane]] [k (lane-over (get-in before [:lanes k]) lane ns)])) (:lanes now))
         :roles (into {} (map (fn [[k role]] [k (role-over (get-in before [:roles k]) role (busy k 0.0) ns)]))
                      (:roles now))))

(defn- now [rt]
  (let [g (argument/graph rt)]
    (cond-> (report/status->data (.status g))
      (instance? AttachedGraph g) (assoc :endpoints (attached/endpoints g)))))

(defn- busy [^GraphAccess rt ms]
  (into {} (map (fn [^Map$Entry e] [(keyword (.getKey e)) (.getValue e)])) (.busy rt (long ms))))

(defn status
  "The status of a graph as lanegraph.core/status tells it; with :over-ms it takes so long and has rates."
  [rt opts]
  (let [{:keys [over-ms]} (options/checked :status opts)]
    (in-clojure
     (if (pos? (long over-ms))
       (let [began  (System/nanoTime)
             before (now rt)
             busy   (busy rt over-ms)
             end    (System/nanoTime)]
         (over before (now rt) busy (- end began)))
       (now rt)))))

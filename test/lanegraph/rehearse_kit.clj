(ns lanegraph.rehearse-kit
  "What tests of rehearsals share."
  (:require [lanegraph.core :as lg]
            [lanegraph.run-kit :refer [taken]])
  (:import (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(defn through
  "What (f rt) answers when n messages have gone through the graph."
  [spec opts messages n f]
  (with-open [rt (lg/spawn! spec opts)]
    (lg/offer-all! rt :in messages {:timeout-ms 20000})
    (loop [left n] (when (pos? left) (recur (- left (count (taken rt 1))))))
    (lg/await-idle! rt)
    (f rt)))

(defn differences
  "[position input now then] of each difference that a rehearsal tells."
  [rehearsal]
  (mapv (juxt :position :input :now :then) (:differences rehearsal)))

(def counter
  "A stage with state: each value with its number."
  {:init (fn [from] (or from 0)) :step (fn [n v] [(inc n) [v n]])})

(defn plus
  "A stage on buffers of a kind."
  [kind n]
  (let [f (fn ^long [^DirectBuffer in ^MutableDirectBuffer out] (.putLong out 0 (+ (.getLong in 0) (long n))) 8)]
    (case kind
      (:map :map-ok)          (lg/raw-stage kind f)
      (:stateful :transform)  (lg/raw-stage kind (fn [_] f)))))

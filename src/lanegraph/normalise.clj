(ns lanegraph.normalise
  "A spec with everything written out."
  (:require [lanegraph.check :as check]
            [lanegraph.convert :as convert]
            [lanegraph.topology :as topology])
  (:import (lanegraph.graph GraphSpec)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- qualified [m]
  (into {} (filter (comp qualified-keyword? key)) m))

(defn- with-qualified
  "The normal form of a map of named things, with the qualified keys that were in the spec."
  [normal given]
  (into {} (map (fn [[k m]] [k (merge (qualified (get given k)) m)])) normal))

(defn explicit
  "The spec with every default, without what is inherited, qualified keys and :tests kept. The spec is valid."
  [spec]
  (merge (qualified spec)
         (select-keys spec [:tests])
         (reduce (fn [normal section] (update normal section with-qualified (section spec)))
                 (convert/java->spec (convert/spec->java spec))
                 [:lanes :roles :endpoints])))

(defn normalise
  "The spec with every default and every inherited option written out, qualified keys kept, and what follows
  from it under :lanegraph/topology: {lane {:producers [owner] :cursors [owner] :many-producers? boolean}}.
  Normalising twice changes nothing. Error: :graph/invalid."
  [spec]
  (check/require-valid spec)
  (let [{:keys [on-full idle] :as normal} (explicit spec)]
    (-> normal
        (update :lanes update-vals #(merge {:on-full on-full} %))
        (update :roles update-vals #(merge {:idle idle} %))
        (assoc :lanegraph/topology (topology/topology (convert/spec->java spec))))))

(defn spec-hash
  "SHA-256 of the canonical text of the graph, as hexadecimal digits: equal specs, equal hash. Error:
  :graph/invalid."
  ^String [spec]
  (check/require-valid spec)
  (.hash ^GraphSpec (convert/spec->java spec)))

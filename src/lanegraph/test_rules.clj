(ns lanegraph.test-rules
  "What the tests of a spec (:tests) must keep to beside their shape. The Java Validator has no such rules: tests
  are no part of the graph, and the Java core does not know them."
  (:require [clojure.string :as str]
            [lanegraph.model :as model]
            [lanegraph.problem :as problem :refer [printed]]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private sides {:in :ingress, :out :egress})

(defn- unknown-endpoint [path {:keys [name]} endpoints side endpoint]
  (let [wanted (sides side)
        found  (get-in endpoints [endpoint :kind])
        known  (sort (keep (fn [[k m]] (when (and (keyword? k) (map? m) (= wanted (:kind m))) k)) endpoints))
        near   (model/nearest endpoint known)]
    (problem/problem :graph/unknown-endpoint path endpoint
                     (str "test " (printed name) ": "
                          (if found
                            (str "endpoint " (printed endpoint) " is an " (printed found) ", but stands under " side)
                            (str "found the endpoint " (printed endpoint) " under " side))
                          "; expected " (if (seq known)
                                          (str "an " wanted ": " (str/join " or " known))
                                          (str "an " wanted ", and the graph has none")))
                     :hint (when near (str "did you mean " near "?")))))

(defn- endpoint-problems [{:keys [endpoints tests]} bad?]
  (for [[i test] (map-indexed vector tests)
        :when (map? test)
        side (keys sides)
        :let [messages (side test)]
        endpoint (when (map? messages) (keys messages))
        :let [path [:tests i side endpoint]]
        :when (and (keyword? endpoint)
                   (not (bad? [:endpoints endpoint]))
                   (not= (sides side) (get-in endpoints [endpoint :kind])))]
    (unknown-endpoint path test endpoints side endpoint)))

(defn- byte-vector? [v]
  (and (vector? v) (every? #(and (int? %) (<= 0 (long %) 255)) v)))

(defn- bytes-problems
  "A message of a lane of bytes is written as numbers, since EDN has no way to write bytes."
  [{:keys [endpoints tests lanes]} bad?]
  (for [[i test] (map-indexed vector tests)
        :when (map? test)
        side (keys sides)
        :when (map? (side test))
        [endpoint messages] (side test)
        :let [ref  (get-in endpoints [endpoint :lane])
              k    (if (vector? ref) (first ref) ref)
              lane (get lanes k)]
        :when (and (map? lane) (vector? messages) (not (bad? [:lanes k])) (= :bytes (:codec lane :bytes)))
        [j v] (map-indexed vector messages)
        :let [path [:tests i side endpoint j]]
        :when (not (or (bad? path) (byte-vector? v)))]
    (problem/problem :spec/bad-value path v
                     (str "test " (printed (:name test)) ": found " (printed v) " for " (printed endpoint)
                          ", whose lane carries bytes; expected a vector of numbers from 0 to 255")
                     :hint (when (string? v) "give the lane :codec :string, and it carries text"))))

(defn- name-problems [{:keys [tests]}]
  (for [[test-name [[first-i] & more]] (group-by (comp :name second)
                                                 (filter (comp string? :name second) (map-indexed vector tests)))
        [i] more]
    (problem/problem :spec/same-name [:tests i :name] test-name
                     (str "test " i ": found the name " (printed test-name) ", which test " first-i
                          " has; expected a name of its own"))))

(defn problems
  "Problems of the :tests of `spec`, which may be anything that lanegraph.shape/plain returns: endpoints that are not
  there or of the other kind, bytes that are not written as numbers, names that are there twice. `shape` are the
  problems of its shape; what follows from them is left out."
  [spec shape]
  (when (and (map? spec) (vector? (:tests spec)))
    (let [paths (map :path shape)
          bad?  (set (concat paths (map #(take 2 %) paths)))
          ;; :endpoints may be what a key that is unknown at the top was meant to be
          blind (some #(= 1 (count %)) paths)]
      (concat (when-not blind
                (concat (endpoint-problems spec bad?) (bytes-problems spec bad?)))
              (name-problems spec)))))

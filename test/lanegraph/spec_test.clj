(ns lanegraph.spec-test
  (:require [clojure.edn :as edn]
            [clojure.spec.alpha :as s]
            [clojure.test :refer [are deftest is]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.gen :as lgen]
            [lanegraph.shape :as shape]
            [lanegraph.spec :as spec]
            [tools.seed :as seed]))

(set! *warn-on-reflection* true)

(deftest explanations-name-the-predicate-and-the-key
  (let [spec {:name :x :lanes {:a {:kind :events :slots "8"}} :roles {:r {:kind :bridge :rx 1 :tx :a}}}]
    (is (= #{[`spec/small-number? :lanegraph.lane.events/slots] [`spec/lane-ref? :lanegraph.role.bridge/rx]}
           (set (map (juxt :pred (comp peek :via)) (::s/problems (s/explain-data ::spec/graph spec))))))))

(deftest data-has-one-text
  (are [v text] (= text (spec/data-text v))
    nil                         "nil"
    {:b 1 :a {"x" #{3 1 2}}}    "{:a {\"x\" #{1 2 3}}, :b 1}"
    (with-meta [1 '(2)] {:m 1}) "[1 (2)]"
    'a/b                        "a/b"
    1.50M                       "1.50M")
  (is (= (spec/data-text (into {} (map (fn [i] [i i])) (range 100)))
         (spec/data-text (into {} (map (fn [i] [i i])) (range 99 -1 -1))))))

(deftest what-cannot-be-read-back-is-no-data
  (are [v] (nil? (spec/data-text v))
    inc #"x" ##NaN (Object.) (atom 1) (keyword "a b") (symbol "a b") (range)
    (nth (iterate vector 1) 100000)))

(defspec data-text-reads-back {:num-tests 100 :seed (seed/of ::data-text-reads-back)}
  (prop/for-all [v lgen/args]
    (= v (edn/read-string (spec/data-text v)))))

(defspec clojure-spec-and-the-problems-agree
  {:num-tests 100 :seed (seed/of ::clojure-spec-and-the-problems-agree)}
  (prop/for-all [spec lgen/graph, n gen/large-integer, junk lgen/junk]
    (let [paths (vec (remove #(some qualified-keyword? %) (rest (lgen/paths spec []))))
          spec  (assoc-in spec (nth paths (mod n (count paths))) junk)]
      (= (s/valid? ::spec/graph spec)
         (empty? (remove #(= :spec/unknown-key (:code %)) (shape/problems spec)))))))

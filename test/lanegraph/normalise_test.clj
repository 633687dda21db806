(ns lanegraph.normalise-test
  (:require [clojure.test :refer [deftest is]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.properties :as prop]
            [lanegraph.check :as check]
            [lanegraph.gen :as lgen]
            [lanegraph.normalise :as normalise]
            [tools.seed :as seed])
  (:import (clojure.lang ExceptionInfo)))

(set! *warn-on-reflection* true)

(def ^:private small
  '{:name      :x
    :on-full   :drop
    :my/note   1
    :lanes     {:a {:kind :events :my/note 2} :b {:kind :events :on-full :block}}
    :roles     {:r {:kind :bridge :rx :a :tx :b :idle :park :my/note 3}}
    :endpoints {:in {:kind :ingress :lane :a} :also {:kind :ingress :lane :a} :out {:kind :egress :lane :b :my/note 4}}})

(deftest everything-is-written-out
  (is (= '{:name :x, :kind :lane-graph, :on-full :drop, :idle :backoff, :allow-cycles false, :my/note 1
           :lanes {:a {:kind :events, :codec :bytes, :slots 4096, :slot-bytes 256, :retain true, :on-full :drop, :my/note 2}
                   :b {:kind :events, :codec :bytes, :slots 4096, :slot-bytes 256, :retain true, :on-full :block}}
           :roles {:r {:kind :bridge, :rx :a, :tx :b, :on-error :stop, :idle :park, :my/note 3}}
           :endpoints {:in {:kind :ingress :lane :a} :also {:kind :ingress :lane :a}
                       :out {:kind :egress :lane :b :my/note 4}}
           :lanegraph/topology
           {:a {:producers ["endpoint/also" "endpoint/in"] :cursors ["role/r"] :many-producers? true}
            :b {:producers ["role/r"] :cursors ["endpoint/out"] :many-producers? false}}}
         (normalise/normalise small))))

(deftest s8-one-producer-or-many-is-derived-in-one-place
  (is (= {:a true :b false}
         (update-vals (:lanegraph/topology (normalise/normalise small)) :many-producers?))))

(deftest a-spec-with-errors-has-no-normal-form
  (let [found (try (normalise/normalise (assoc-in small [:roles :r :tx] :c)) (catch ExceptionInfo e (ex-data e)))]
    (is (= :graph/invalid (:lanegraph/code found)))
    (is (= :cognitect.anomalies/incorrect (:cognitect.anomalies/category found)))
    (is (= [:graph/unknown-lane] (map :code (check/errors (:problems found)))))))

(defspec normal-forms-are-good-specs-and-stay {:num-tests 60 :seed (seed/of ::normal-forms-are-good-specs-and-stay)}
  (prop/for-all [spec lgen/graph]
    (let [normal (normalise/normalise spec)]
      (and (= [] (check/check normal))
           (= normal (normalise/normalise normal))))))

(deftest equal-graphs-have-equal-hashes
  (let [h (normalise/spec-hash small)]
    (is (re-matches #"[0-9a-f]{64}" h))
    (is (= h (normalise/spec-hash (assoc small :kind :lane-graph :idle :backoff :my/note 5))))
    (is (not= h (normalise/spec-hash (assoc small :idle :park))))))

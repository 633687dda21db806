(ns lanegraph.model-test
  (:require [clojure.spec.alpha :as s]
            [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [lanegraph.model :as model]
            [lanegraph.spec :as spec])
  (:import (lanegraph.graph Defaults Limits)))

(set! *warn-on-reflection* true)

(deftest the-model-has-every-default-of-the-java-side
  (let [java-value #(if (keyword? %) (name %) %)
        ours (into {}
                   (for [{:keys [in key kinds default] :as entry} (:keys model/model)
                         :when (and (contains? entry :default) (#{:graph :lane :role} in)
                                    (not (#{:kind :endpoints} key)))
                         :let [section (if (= :policy key) (name (first kinds)) (name in))]]
                     [(str section "/" (name key)) (java-value default)]))]
    (is (= (into {} (Defaults/asMap)) ours))))

(deftest bounds-are-those-of-the-java-side
  (are [place kind key low high] (= [low high]
                                    ((juxt :min :max)
                                     (first (filter #(= key (:key %)) (model/entries place kind)))))
    :lane :events :slots Limits/MIN_SLOTS Limits/MAX_SLOTS
    :lane :events :slot-bytes Limits/MIN_SLOT_BYTES Limits/MAX_SLOT_BYTES
    :lane :fanout-broadcast :consumers 1 Limits/MAX_CONSUMERS
    :lane :sequenced-slots :gating 1 Limits/MAX_CONSUMERS
    :lane :journal :segment-bytes Limits/MIN_SEGMENT_BYTES Limits/MAX_SEGMENT_BYTES))

(deftest every-entry-is-whole
  (doseq [{:keys [in key type values doc default] :as entry} (:keys model/model)]
    (testing (str in " " key)
      (is (contains? (:types model/model) type))
      (is (some #{in} (map first (:places model/model))))
      (is (and (string? doc) (str/ends-with? doc ".")))
      (is (= (= :one-of type) (some? values)))
      (is (not (and (:required entry) (contains? entry :default))))
      (is (contains? entry :example))
      (when-not (= :spawn in)
        (is (s/valid? (spec/spec-of entry) (:example entry))))
      (when (contains? entry :default)
        (is (s/valid? (spec/spec-of entry) default)))
      (is (empty? (remove (set (model/kinds in)) (:kinds entry)))))))

(deftest no-key-is-told-twice-for-one-kind
  (doseq [[place] (:places model/model)
          kind    (or (seq (model/kinds place)) [nil])]
    (is (apply distinct? (map :key (model/entries place kind))) (str place " " kind))))

(deftest nearest-forgives-other-ways-to-write-a-word
  (are [found answer] (= answer (model/nearest found [:slots :slot-bytes :on-full]))
    :slotBytes :slot-bytes
    :slot_bytes :slot-bytes
    "on-ful" :on-full
    'slot :slots
    :nothing-like-it nil
    42 nil))

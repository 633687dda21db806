(ns lanegraph.alike-test
  (:require [clojure.test :refer [are deftest is]]
            [lanegraph.alike :as alike]))

(set! *warn-on-reflection* true)

(defrecord Point [x y])

(deftest messages-that-say-the-same
  (are [a b] (and (alike/same? a b) (alike/same? b a))
    1                          1
    1                          (int 1)
    nil                        nil
    ##NaN                      (Double/parseDouble "NaN")
    [##NaN {:a ##NaN}]         [(- ##Inf ##Inf) {:a (float ##NaN)}]
    0.0                        -0.0
    (byte-array [1 2])         (byte-array [1 2])
    (double-array [1 ##NaN])   (double-array [1 ##NaN])
    {:a (byte-array 1)}        (sorted-map :a (byte-array 1))
    (object-array [[1] #{2}])  (object-array ['(1) #{2}])
    [(byte-array 0)]           (java.util.Collections/singletonList (byte-array 0))
    #{(byte-array [1]) nil 2}  #{(byte-array [1]) nil 2}
    (->Point 1 (byte-array 3)) (->Point 1 (byte-array 3))
    #"a+"                      #"a+"
    {#{1} 2}                   {#{1} 2}
    "a"                        "a"))

(deftest messages-that-differ
  (are [a b] (not (or (alike/same? a b) (alike/same? b a)))
    1                            1.0
    1                            nil
    [1]                          [1 2]
    [1]                          #{1}
    {:a nil}                     {:b nil}
    {:a 1}                       {:a 1 :b 1}
    ##NaN                        ##Inf
    (byte-array [1])             (byte-array [2])
    (byte-array [1])             (short-array [1])
    (byte-array [1])             [1]
    #{(byte-array [1]) 1}        (hash-set (byte-array [1]) (byte-array [1]))
    #{(byte-array [1]) nil}      #{(byte-array [1]) (byte-array [2])}
    (->Point 1 2)                {:x 1 :y 2}
    #"a"                         #"(?i)a"
    "a"                          :a
    inc                          #(inc %)
    (range)                      (map - (range))))

(deftest an-endless-message-is-told-apart-at-its-first-difference
  (is (not (alike/same? (range) (list 0 1 2)))))

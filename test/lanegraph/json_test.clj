(ns lanegraph.json-test
  (:require [clojure.test :refer [are deftest is]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.json :as json]
            [tools.seed :as seed])
  (:import (clojure.lang ExceptionInfo IPersistentMap IPersistentVector)
           (com.fasterxml.jackson.databind ObjectMapper)
           (java.io ByteArrayInputStream StringReader)))

(set! *warn-on-reflection* true)

(defn- failure [f]
  (try (f) nil (catch ExceptionInfo e (ex-data e))))

(deftest clojure-data-is-written-as-a-reader-expects-it
  (are [v text] (= text (json/write-string v))
    {:a/b :c/d}            "{\"a/b\":\"c/d\"}"
    {"k" 'x/y}             "{\"k\":\"x/y\"}"
    [1 2.5 nil true "é"]   "[1,2.5,null,true,\"é\"]"
    '(1 2)                 "[1,2]"
    (map inc [1 2])        "[2,3]"
    1/2                    "0.5"
    12345678901234567890N  "12345678901234567890"
    2.50M                  "2.50"))

(deftest what-is-read-is-immutable-clojure-data
  (let [v (json/read-value "{\"a\":{\"b\":[1,1.5,true,null]}}")]
    (is (= {:a {:b [1 1.5 true nil]}} v))
    (is (instance? IPersistentMap v))
    (is (instance? IPersistentVector (get-in v [:a :b])))
    (is (instance? Long (get-in v [:a :b 0])))
    (is (instance? Double (get-in v [:a :b 1]))))
  (is (= 12345678901234567890N (json/read-value "12345678901234567890")))
  (is (nil? (json/read-value "null"))))

(deftest every-source-reads-alike
  (are [source] (= {:a "é"} (json/read-value source))
    "{\"a\":\"é\"}"
    (.getBytes "{\"a\":\"é\"}" "UTF-8")
    (ByteArrayInputStream. (.getBytes "{\"a\":\"é\"}" "UTF-8"))
    (StringReader. "{\"a\":\"é\"}")))

(deftest options-of-the-mapper
  (is (= {"a" 1.50M} (json/read-value (json/mapper {:keywords false :big-decimals true}) "{\"a\":1.50}")))
  (is (= "{\n  \"a\" : 1\n}" (json/write-string (json/mapper {:pretty true}) {:a 1}))))

(deftest a-mapper-of-the-caller-is-used-and-leaves-nothing-mutable
  (let [mapper (ObjectMapper.)
        v      (json/read-value mapper "{\"a\":[1,{\"b\":12345678901234567890}]}")]
    (is (= {:a [1 {:b 12345678901234567890N}]} v))
    (is (instance? IPersistentMap v))
    (is (instance? IPersistentVector (:a v)))
    (is (instance? Long (first (:a v))))
    (is (= "{\"a\":1}" (json/write-string mapper {"a" 1})))))

(deftest what-is-no-json-is-refused-with-its-place
  (are [text line column] (= {:lanegraph/code :json/unreadable :line line :column column}
                             (select-keys (failure #(json/read-value text)) [:lanegraph/code :line :column]))
    "{\"a\":1,\n x}" 2 2
    "{} 1"           1 4
    "[1,"            1 4)
  (are [source] (= :json/unreadable (:lanegraph/code (failure #(json/read-value source))))
    ""
    "{\"a\":NaN}"
    (byte-array [0x22 -1 0x22])
    (apply str (repeat 100000 "["))))

(deftest what-json-cannot-say-is-refused
  (are [v] (= :json/unwritable (:lanegraph/code (failure #(json/write-bytes v))))
    ##NaN
    {:a [##Inf]}
    Float/NEGATIVE_INFINITY
    inc
    {:a (atom 1)}
    (Object.)
    {nil 1}
    (nth (iterate vector 1) 100000)))

(deftest a-key-that-is-there-twice-is-refused-by-read-strict
  (is (= {:a 2} (json/read-value "{\"a\":1,\"a\":2}")))
  (is (= :json/unreadable (:lanegraph/code (failure #(json/read-strict "{\"a\":1,\"a\":2}"))))))

(def json-data
  (gen/recursive-gen
   (fn [inner] (gen/one-of [(gen/vector inner) (gen/map gen/keyword-ns inner)]))
   (gen/one-of [gen/large-integer gen/string gen/boolean (gen/return nil)
                (gen/double* {:infinite? false :NaN? false})])))

(defspec what-is-written-reads-back {:num-tests 100 :seed (seed/of ::what-is-written-reads-back)}
  (prop/for-all [v json-data]
    (= v (json/read-value (json/write-bytes v)) (json/read-value (json/write-string v)))))

(ns lanegraph.codec-test
  (:require [clojure.edn :as edn]
            [clojure.test :refer [deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.codec :as codec]
            [lanegraph.json :as json]
            [tools.seed :as seed])
  (:import (java.nio.charset CharacterCodingException StandardCharsets)
           (lanegraph LaneGraphException)
           (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(defn- encoded ^bytes [^lanegraph.lane.Codec c value]
  (let [target (UnsafeBuffer. (byte-array 65536))
        length (.encode c value target)
        found  (byte-array length)]
    (.getBytes target 0 found)
    found))

(defn- decoded [^lanegraph.lane.Codec c ^bytes found]
  (.decode c (UnsafeBuffer. found)))

(defn- text ^bytes [^String s] (.getBytes s StandardCharsets/UTF_8))

(defn- code-of [f]
  (try (f) nil
       (catch LaneGraphException e (keyword (.code e)))))

(defn- there-and-back [codec-name value]
  (let [c (codec/->java codec-name (codec/built-in codec-name))]
    (decoded c (encoded c value))))

(defrecord Point [x y])

(deftest edn-reads-back-what-it-wrote
  (doseq [value [true false 0 -1 Long/MIN_VALUE 1.5 -0.0 1e300 ##Inf ##-Inf 1N 100000000000000000000 1.50M
                 1/3 (int 7) (float 0.1)
                 "" "a \"b\" \\ \n\r\t\f\b \u0000 \u00e9 \ud83d\ude00 ;#_" \a \space \newline \" \\ \; \u00e9
                 :a :a/b :a.b/c-d :+ :1 :a' :a#b (keyword "nil") 'a 'a/b '+ '- '/ 'a/+ '-a 'true?
                 [] [nil] {} #{} () '(1 (2)) (map inc [1 2]) (range 3)
                 {:a {:b [1 #{2}]}} {nil nil} (sorted-map :b 1 :a 2)
                 (java.util.ArrayList. [1 2]) (java.util.HashMap. {"a" 1})
                 #inst "2024-02-29T12:34:56.789-00:00" #inst "1969-01-01"
                 #uuid "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
                 (tagged-literal 'my/tag [1 2])]]
    (is (= value (there-and-back :edn value)) (pr-str value)))
  (is (Double/isNaN (there-and-back :edn ##NaN))))

(deftest edn-is-deaf-to-print-settings
  (binding [*print-length* 1 *print-level* 1 *print-dup* true *print-meta* true
            *print-readably* false *print-namespace-maps* true]
    (let [value (with-meta {:a/b [1 2 [3 [4]]] :a/c "x\"y" :d \a} {:m 1})]
      (is (= value (there-and-back :edn value))))))

(deftest edn-refuses-what-would-come-back-changed
  (doseq [value [(Object.) inc #'inc (atom 1) #"re" String (->Point 1 2) [(->Point 1 2)] (byte-array 1)
                 {:a (Object.)}
                 (keyword "a b") (keyword "") (keyword "a/b" "c") (symbol "nil") (symbol "true") (symbol "1a")
                 (symbol "a;b") (symbol ":a") (keyword "a" "") (java.sql.Timestamp. 0) (java.time.Instant/now)
                 (java.util.Date. Long/MAX_VALUE) (tagged-literal 'inst "2020") (tagged-literal 'x (Object.))
                 (java.util.concurrent.atomic.AtomicLong. 1) clojure.lang.PersistentQueue/EMPTY
                 (nth (iterate vector []) 100000)]]
    (is (= :codec/wrong-type (code-of #(there-and-back :edn value))) (str (class value)))))

(deftest edn-refuses-an-endless-sequence
  (is (= :codec/wrong-type (code-of #(there-and-back :edn (range))))))

(deftest edn-reads-exactly-one-form
  (let [c (codec/built-in :edn)]
    (is (= {:a 1} (decoded c (text " {:a 1} ; remark\n"))))
    (doseq [bad ["" "  " ";x" "1 2" "{:a 1} }" "{:a" "{:a}" "#=(inc 1)" "\"x"
                "#inst \"x\"" "nil" ":a/b/" "#<x>"
                 (apply str (repeat 100000 "["))]]
      (is (= :codec/bad-bytes (code-of #(decoded c (text bad)))) bad))
    (is (= :codec/bad-bytes (code-of #(decoded c (byte-array [(byte 34) (byte -1) (byte 34)])))))))

(def ^:private message (gen/such-that some? gen/any-printable-equatable))

(defspec edn-carries-any-data {:num-tests 200 :max-size 30 :seed (seed/of ::any)}
  (prop/for-all [value message]
    (= value (there-and-back :edn value))))

(defspec edn-is-what-any-reader-reads {:num-tests 200 :max-size 30 :seed (seed/of ::reader)}
  (prop/for-all [value message]
    (= value (edn/read-string (String. (encoded (codec/built-in :edn) value) "UTF-8")))))

(deftest json-carries-data
  (doseq [[value back] [[{:a [1 2.5 "é" true nil]}] ["x"] [[]] [false] [{:k :v} {:k "v"}] ['(1 2) [1 2]]
                        [{"a b" 1} {(keyword "a b") 1}]]]
    (is (= (if (nil? back) value back) (there-and-back :json value)))))

(deftest json-refuses
  (doseq [value [(Object.) inc {:a ##NaN} {:a (atom 1)}]]
    (is (= :codec/wrong-type (code-of #(there-and-back :json value)))))
  (doseq [bad ["" "{" "1 2" "{\"a\":1}}" "null" "undefined" (apply str (repeat 100000 "["))]]
    (is (= :codec/bad-bytes (code-of #(decoded (codec/built-in :json) (text bad)))) bad)))

(deftest json-with-a-mapper-of-ones-own
  (is (= "{\n  \"a\" : 1\n}" (String. (encoded (codec/json (json/mapper {:pretty true})) {:a 1}) "UTF-8"))))

(defspec a-string-comes-back-as-it-was {:num-tests 300 :seed (seed/of ::string)}
  (prop/for-all [s (gen/fmap #(apply str %) (gen/vector (gen/one-of [gen/string (gen/elements ["\ufffd" "?" "ü" "\u20ac" "😀" "\u0000"])])))]
    (and (= s (there-and-back :string s))
         (= (seq (text s)) (seq (encoded (codec/built-in :string) s))))))

(deftest a-string-is-never-changed-to-what-can-be-carried
  (doseq [bad ["\ud800" "\udc00" "a?\ud83d" "\ud83dx" "\ude00\ud83d" "ü\ud83d\ude00\ude00"]]
    (is (thrown? CharacterCodingException (encoded (codec/built-in :string) bad)) (pr-str bad)))
  (doseq [bad [[0x80] [0xc3] [0xc0 0x80] [0xed 0xa0 0x80] [0xf5 0x80 0x80 0x80] [0xef 0xbf 0xbd 0xff] [97 0xe2 0x82]]]
    (is (thrown? CharacterCodingException (decoded (codec/built-in :string) (byte-array (map unchecked-byte bad)))) (pr-str bad))))

(deftest long-values-tell-what-they-need
  (testing "beyond the target's capacity, the length is told and nothing is cut"
    (doseq [[c value length] [[:edn "0123456789" 12] [:json "0123456789" 12] [:string "0123456789" 10]]]
      (is (= length (.encode (codec/->java c (codec/built-in c)) value (UnsafeBuffer. (byte-array 8))))))))

(deftest codecs-of-ones-own
  (let [reversed (reify codec/Codec
                   (encode [_ value] (byte-array (reverse (text value))))
                   (decode [_ found] (String. (byte-array (reverse found)) "UTF-8")))
        c        (codec/->java :mine reversed)]
    (is (= "cba" (String. (encoded c "abc") "UTF-8")))
    (is (= "abc" (decoded c (encoded c "abc"))))
    (is (identical? (codec/built-in :long) (codec/->java :l (codec/built-in :long))))
    (is (= :codec/not-a-codec (:lanegraph/code
                                 (try (codec/->java :mine {}) (catch Exception e (ex-data e))))))))

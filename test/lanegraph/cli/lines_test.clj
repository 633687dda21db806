(ns lanegraph.cli.lines-test
  (:require [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.cli.lines :as lines]
            [tools.seed :as seed])
  (:import (java.io ByteArrayInputStream ByteArrayOutputStream InputStream)))

(set! *warn-on-reflection* true)

(defn- stream
  "An input that answers a few bytes at a time, as pipes do."
  ^InputStream [^bytes content ^long step]
  (let [in (ByteArrayInputStream. content)]
    (proxy [InputStream] []
      (read
        ([] (.read in))
        ([buffer from n] (.read in buffer from (min n step)))))))

(defn- fed
  ([codec text] (fed codec text 7))
  ([codec text step]
   (let [found (atom [])
         n     (lines/feed (stream (if (string? text) (.getBytes ^String text "UTF-8") text) step) "f" codec
                           #(do (swap! found conj %) true))]
     [n @found])))

(defn- printed [codec messages]
  (let [out (ByteArrayOutputStream.)]
    (lines/write-all out (lines/printer codec) messages)
    (.toString out "UTF-8")))

(deftest lines-become-messages-by-codec
  (are [codec text messages] (= messages (second (fed codec text)))
    :string "a\n\nb\r\nc"           ["a" "" "b" "c"]
    :string ""                      []
    :string "\n"                    [""]
    :edn    "{:a 1}\n\n[2 #{3}]\n"  [{:a 1} [2 #{3}]]
    :json   "{\"a\": 1}\n \n[2.5]"  [{:a 1} [2.5]]
    :long   "1\n -2 \n"             [1 -2]
    :mine   "x"                     ["x"])
  (is (= [[97 13] [] [98]] (map vec (second (fed :bytes "a\r\n\nb"))))
      "bytes keep the CR")
  (is (= 3 (first (fed :edn "1\n\n2\n"))) "empty lines count as lines"))

(deftest a-bad-line-names-file-and-line
  (are [codec text pattern] (re-find pattern (try (fed codec text) ""
                                                  (catch clojure.lang.ExceptionInfo e (ex-message e))))
    :edn    "1\n{:a\n"                        #"^f:2: .*one EDN value"
    :edn    "1\nnil\n"                        #"^f:2: found nil"
    :json   "{}\n\n{\"a\"}\n"                 #"^f:3: .*one JSON value"
    :json   "null"                            #"^f:1: found nil"
    :long   "1\n2.5"                          #"^f:2: found \"2.5\"; expected a whole number"
    :string (byte-array [97 10 -1 98 10])     #"^f:2: the line is not UTF-8")
  (testing "U+FFFD itself is a character as any other"
    (is (= [1 ["\uFFFD"]] (fed :string "\uFFFD\r\n")))))

(deftest what-an-offer-throws-names-the-line-too
  (let [offer (fn [m] (if (= "b" m) (throw (ex-info "too large" {:lanegraph/code :lane/too-large})) true))]
    (is (thrown-with-msg? clojure.lang.ExceptionInfo #"^f:2: too large"
                          (lines/feed (stream (.getBytes "a\nb\nc") 9) "f" :string offer)))))

(deftest feeding-ends-when-the-offer-says-so
  (let [found (atom [])]
    (is (= 1 (lines/feed (stream (.getBytes "a\nb\nc\n") 9) "f" :string #(do (swap! found conj %) (not= "b" %)))))
    (is (= ["a" "b"] @found))))

(deftest a-line-without-end-is-refused
  (let [endless (proxy [InputStream] []
                  (read ([] 97) ([buffer from n] (java.util.Arrays/fill ^bytes buffer (int from) (int (+ from n)) (byte 97)) n)))]
    (is (thrown-with-msg? clojure.lang.ExceptionInfo #"^f:1: the line is longer than 16777216 bytes"
                          (lines/feed endless "f" :string (constantly true))))))

(deftest messages-become-lines-by-codec
  (are [codec messages text] (= text (printed codec messages))
    :string ["a" "b\"c"]                 "a\nb\"c\n"
    :edn    [{:a "x\ny"} "s" :k]         "{:a \"x\\ny\"}\n\"s\"\n:k\n"
    :json   [{:a [1 nil]} "s"]           "{\"a\":[1,null]}\n\"s\"\n"
    :long   [1 -2]                       "1\n-2\n"
    :bytes  [(.getBytes "é" "UTF-8")]    "é\n"
    :mine   ["s" [1]]                    "s\n[1]\n"))

(defspec any-text-comes-back-through-any-chunking {:num-tests 100 :seed (seed/of ::chunks)}
  (prop/for-all [texts (gen/vector (gen/fmap #(str/replace % #"[\r\n]" "") gen/string) 0 20)
                 step  (gen/choose 1 40)]
    (= [(count texts) texts] (fed :string (printed :string texts) step))))

(defspec edn-comes-back {:num-tests 100 :seed (seed/of ::edn)}
  (prop/for-all [values (gen/vector (gen/such-that #(and (some? %) (= % %)) gen/any-printable-equatable) 0 5)]
    (= values (second (fed :edn (printed :edn values))))))

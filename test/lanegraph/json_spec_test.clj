(ns lanegraph.json-spec-test
  (:require [clojure.test :refer [are deftest is]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.check :as check]
            [lanegraph.gen :as lgen]
            [lanegraph.json-spec :as json-spec]
            [lanegraph.read :as read]
            [lanegraph.source :as source]
            [tools.seed :as seed])
  (:import (clojure.lang ExceptionInfo)
           (com.fasterxml.jackson.databind ObjectMapper)
           (java.io File)))

(set! *warn-on-reflection* true)

(def ^:private text
  "{\"name\": \"x\",
  \"my/note\": {\"$edn\": \"#{1}\"},
  \"lanes\": {\"a\": {\"kind\": \"events\", \"slots\": 8},
              \"b\": {\"kind\": \"fanout-broadcast\", \"consumers\": 1},
              \"j\": {\"kind\": \"journal\", \"sync\": {\"interval-ms\": 20}}},
  \"roles\": {\"r\": {\"kind\": \"stage\", \"stage\": \":up\", \"args\": {\"above\": 30}, \"rx\": \"a\", \"tx\": \"b\",
                      \"on-error\": {\"to\": \"j\"}},
              \"m\": {\"kind\": \"merge\", \"rx\": [[\"b\", 0]], \"tx\": \"c\"}}}")

(deftest strings-become-what-the-key-asks-for
  (is (= {:name    :x
          :my/note #{1}
          :lanes   {:a {:kind :events :slots 8} :b {:kind :fanout-broadcast :consumers 1}
                    :j {:kind :journal :sync {:interval-ms 20}}}
          :roles   {:r {:kind :stage :stage :up :args {:above 30} :rx :a :tx :b :on-error {:to :j}}
                    :m {:kind :merge :rx [[:b 0]] :tx :c}}}
         (json-spec/from-string text))))

(deftest tests-come-through-json
  (let [spec {:name :x :tests [{:name "t" :in {:in [1 "a" {:b [true]}]} :out {:out [#{1} :k {"a b" 1}] :my/out []}}]}]
    (is (= spec (json-spec/from-string (json-spec/to-string spec))))
    (is (= {:in {:in [{:a 1}]}} (first (:tests (json-spec/from-string "{\"tests\": [{\"in\": {\"in\": [{\"a\": 1}]}}]}")))))))

(deftest problems-of-json-have-their-place
  (let [spec (json-spec/from-string text {:file "x.json"})]
    (is (= {:file "x.json" :line 8 :column 62} (source/place spec [:roles :m :tx] :value)))
    (is (= [["x.json" 8 62]]
           (for [p (check/check spec) :when (= :graph/unknown-lane (:code p))] ((juxt :file :line :column) p))))))

(defn- refused [text]
  (try (json-spec/from-string text)
       (catch ExceptionInfo e [(:lanegraph/code (ex-data e)) (:line (ex-data e)) (:column (ex-data e))])))

(deftest texts-that-are-no-spec-are-refused-with-their-place
  (are [text answer] (= answer (refused text))
    ""                          [:read/empty 1 1]
    "[]"                        [:read/not-a-map 1 1]
    "{} {}"                     [:read/several-forms 1 4]
    "{\"a\": 1,\n \"a\": 2}"    [:read/duplicate-key 2 5]
    "{\"a\": 1,\n x}"           [:read/syntax 2 2])
  (is (= :read/syntax (first (refused (apply str (repeat 100000 "[")))))))

(deftest a-mapper-of-the-caller-is-used
  (is (= {:name :x} (json-spec/from-string "{\"name\":\"x\"}" {:mapper (ObjectMapper.)})))
  (is (= "{\"name\":\"x\"}" (json-spec/to-string {:name "x"} {:mapper (lanegraph.json/mapper)}))))

(deftest a-file-that-ends-in-json-is-read-as-json
  (let [file (File/createTempFile "lanegraph" ".JSON")]
    (try (spit file text)
         (is (= (json-spec/from-string text) (read/from-file file)))
         (finally (.delete file)))))

(deftest functions-are-refused
  (is (= :spec/not-data (try (json-spec/to-string {:name :x :roles {:r {:kind :stage :args inc}}})
                             (catch ExceptionInfo e (:lanegraph/code (ex-data e)))))))

(deftest a-dead-letter-without-a-lane-stays-as-it-is
  (let [spec {:name :x :roles {:r {:kind :bridge :rx :a :tx :b :on-error {}}}}]
    (is (= spec (json-spec/from-string (json-spec/to-string spec))))))

(deftest what-is-no-key-of-a-stage-does-not-become-one
  (doseq [role [{:kind :stage :stage true} {:kind :router :policy {:by true}} {:kind 42 :policy {:by 'a/b}}]]
    (let [spec  {:name :x :roles {:r role}}
          found (fn [spec] (map (juxt :code :path) (check/check spec)))]
      (is (= (found spec) (found (json-spec/from-string (json-spec/to-string spec))))))))

(defspec spec-to-json-to-spec-is-exact {:num-tests 100 :seed (seed/of ::spec-to-json-to-spec-is-exact)}
  (prop/for-all [spec lgen/graph]
    (= spec (json-spec/from-string (json-spec/to-string spec)))))

(defspec wrong-values-come-through-as-they-are
  {:num-tests 40 :seed (seed/of ::wrong-values-come-through-as-they-are)}
  (prop/for-all [spec lgen/graph, n gen/large-integer, junk (gen/elements [42 nil true {} [] {:a 1} [[1]] 1.5])]
    (let [paths (vec (rest (lgen/paths spec [])))
          spec  (assoc-in spec (nth paths (mod n (count paths))) junk)
          found (fn [spec] (map (juxt :code :path) (check/check spec)))]
      (= (found spec) (found (json-spec/from-string (json-spec/to-string spec)))))))

(ns lanegraph.stages-test
  (:require [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.csv :as csv]
            [lanegraph.stages :as stages]
            [tools.seed :as seed])
  (:import (lanegraph.stage Emit)))

(set! *warn-on-reflection* true)

(defn- code [f]
  (try (f) nil (catch clojure.lang.ExceptionInfo e (:lanegraph/code (ex-data e)))))

(defn- through
  "What a stateful stage sends for each of the messages; :bad for one that throws, after which the old
  state stays."
  [{:keys [init step]} args messages]
  (loop [state (init args) [m & more :as left] messages sent []]
    (if (empty? left)
      sent
      (let [[state out] (try (step state m) (catch clojure.lang.ExceptionInfo _ [state :bad]))
            out         (if (instance? Emit out) (vec (.values ^Emit out)) [out])]
        (recur state more (into sent (remove nil?) out))))))

(deftest every-stage-is-on-the-page-of-the-command-line
  (let [page (slurp "doc/07-command-line.md")]
    (doseq [stage (keys (ns-publics 'lanegraph.stages))]
      (is (str/includes? page (str "`" stage "`"))))))

(deftest grep-keeps-or-drops-what-matches
  (are [kept args] (= kept (filterv #(stages/grep % args) ["error: disk" "all well" "Error: net"]))
    ["error: disk"]              "error"
    ["all well" "Error: net"]    {:match "error" :invert true}
    ["error: disk" "Error: net"] {:match "error" :ignore-case true}
    []                           "^disk")
  (is (= :stage/bad-args (code #(stages/grep "x" "("))))
  (is (= :stage/bad-args (code #(stages/grep "x" {:math "x"}))))
  (is (= :stage/bad-message (code #(stages/grep 7 "x")))))

(deftest capture-names-the-groups-of-a-line
  (is (= {:verb "GET" :path "/x"} (stages/capture "GET /x" {:match "(\\w+) (.*)" :keys [:verb :path]})))
  (is (= :stage/bad-message (code #(stages/capture "GET" {:match "(\\w+) (.*)" :keys [:verb :path]}))))
  (is (= :stage/bad-args (code #(stages/capture "GET" {:match "(\\w+)" :keys [:verb :path]})))))

(deftest head-ends-after-n
  (is (= [1 2] (through stages/head 2 [1 2 3 4])))
  (is (= [] (through stages/head 0 [1 2])))
  (is (= :stage/bad-args (code #((:init stages/head) "3")))))

(deftest csv-lines-become-maps
  (is (= [{:a "1" :b "x, \"y\""} {:a "" :b ""}]
         (through stages/csv nil ["a,b" "1,\"x, \"\"y\"\"\"" "" ","])))
  (is (= [{:a "1" :b "2"}] (through stages/csv {:header [:a :b] :separator ";"} ["1;2"]))))

(deftest a-bad-line-of-csv-throws-with-its-number-and-the-next-one-is-read
  (is (= [{:a "1" :b "2"} :bad :bad {:a "3" :b "4"}]
         (through stages/csv nil ["a,b" "1,2" "1,2,3" "1,\"2" "3,4"])))
  (let [{:keys [init step]} stages/csv
        [state _] (step (init nil) "a,b")
        e (is (thrown? clojure.lang.ExceptionInfo (step state "1,2,3")))]
    (is (= {:code :stage/bad-message :value "1,2,3"}
           {:code (:lanegraph/code (ex-data e)) :value (:value (ex-data e))}))
    (is (re-find #"line 2" (ex-message e)))))

(deftest maps-become-csv-with-a-header
  (is (= ["a,b" "1,\"x,y\"" "2,"] (through stages/print-csv [:a :b] [{:a 1 :b "x,y"} {:a 2 :c 3}])))
  (is (= ["1"] (through stages/print-csv {:columns [:a] :header false} [{:a 1}])))
  (is (= :stage/bad-args (code #((:init stages/print-csv) [])))))

(defspec csv-fields-come-back {:num-tests 200 :seed (seed/of ::csv)}
  (prop/for-all [fields (gen/vector (gen/fmap #(apply str %) (gen/vector (gen/elements "ab,;\" é"))) 1 6)
                 sep    (gen/elements [\, \;])]
    (= fields (csv/fields (csv/line fields sep) sep))))

(deftest json-and-edn-lines-are-one-value
  (is (= {:a [1 2.5 nil]} (stages/parse-json (stages/print-json {:a [1 2.5 nil]}))))
  (is (= {:a #{:b}} (stages/parse-edn (stages/print-edn {:a #{:b}}))))
  (is (= "{:x/a 1}" (stages/print-edn {:x/a 1})))
  (are [f line] (= :stage/bad-message (code #(f line)))
    stages/parse-json "{"
    stages/parse-json "1 2"
    stages/parse-edn "{:a"
    stages/parse-edn ""
    stages/parse-edn "1 2"
    stages/parse-edn "1 )"))

(deftest maps-are-picked-filtered-and-converted
  (is (= {:a 1} (stages/pick {:a 1 :b 2} [:a :c])))
  (is (= 1 (stages/value-at {:a {:b 1}} [:a :b])))
  (is (nil? (stages/value-at {} :a)))
  (are [yes m args] (= yes (stages/where m args))
    true  {:t 40}         [:t :>= 40]
    false {:t 39.9}       [:t :>= 40]
    true  {:t {:u "b"}}   [[:t :u] :> "a"]
    false {}              [:t :< 1]
    true  {}              [:t :not= 1]
    true  {:t "rain"}     [:t :matches "^r"]
    true  {:t nil}        [:t := nil])
  (is (= :stage/bad-args (code #(stages/where {} [:t :like 1]))))
  (is (= {:a 1 :b 2.5 :c true :d :e :f "g"}
         (stages/convert {:a "1" :b "2.5" :c "true" :d "e" :f "g"} {:a :long :b :double :c :boolean :d :keyword})))
  (is (= :stage/bad-message (code #(stages/convert {:a "x"} {:a :long}))))
  (is (= :stage/bad-message (code #(stages/convert {} {:a :long}))))
  (is (= :stage/bad-args (code #(stages/convert {} {:a :date})))))

(deftest sums-are-kept-per-group
  (is (= [{:count 1 :sum 2.0 :mean 2.0 :min 2.0 :max 2.0} {:count 2 :sum 6.0 :mean 3.0 :min 2.0 :max 4.0}]
         (through stages/summary {:of :x} [{:x 2} {:x 4}])))
  (is (= [["a" 2 3.0] ["b" 2 1.0]]
         (map (juxt :by :count :mean)
              (through stages/summary {:of :x :by :k :every 2}
                       [{:k "a" :x 2} {:k "b" :x 1} {:k "a" :x 4} {:k "b" :x 1} {:k "a" :x 9}]))))
  (is (= [:bad] (through stages/summary {:of :x} [{:x "2"}])))
  (testing "rate"
    (is (= [2 4] (map :messages (through stages/rate {:every 2} (range 5)))))))

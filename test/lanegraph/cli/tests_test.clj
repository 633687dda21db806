(ns lanegraph.cli.tests-test
  (:require [clojure.edn :as edn]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.cli.fixture :refer [copy-graph file lanegraph stage-graph with-dir]]
            [lanegraph.json :as json]
            [lanegraph.json-spec :as json-spec]))

(set! *warn-on-reflection* true)

(defn- tested [spec & options]
  (with-dir (fn [dir] (lanegraph (list* "test" (file dir "g.edn" spec) options)))))

(defn- copied [& in-and-out]
  (assoc (copy-graph :edn) :tests (vec (map-indexed (fn [i [in out]] {:name (str "t" i) :in {:in in} :out {:out out}})
                                                    (partition 2 in-and-out)))))

(deftest tests-that-pass
  (is (= {:exit 0 :out "ok    t0\nok    t1\n\n2 passed, 0 failed\n" :err ""} (tested (copied [1 2] [1 2] [] [])))))

(deftest a-difference-is-told-for-a-person
  (let [{:keys [exit out err]} (tested (copied [{:a 1 :b 2}] [{:a 1 :b 3}], [1 2 3] [1 2 3], [1 2] [2 1],
                                               [1 4 5] [2 4 5 6]))]
    (is (= [1 ""] [exit err]))
    (is (= ["FAIL  t0"
            "    :out: 1 message, but not as expected"
            "      first at 0:"
            "        expected {:a 1, :b 3}"
            "        found    {:a 1, :b 2}"
            "        at [:b] expected 3, found 2"
            "ok    t1"
            "FAIL  t2"
            "    :out: 2 messages, but not as expected"
            "      first at 0:"
            "        expected 2"
            "        found    1"
            "      the same messages in another order"
            "FAIL  t3"
            "    :out: expected 4 messages, found 3"
            "      first at 0:"
            "        expected 2"
            "        found    1"
            "      missing:"
            "        2"
            "        6"
            "      unexpected:"
            "        1"
            ""
            "1 passed, 3 failed"]
           (str/split-lines out)))))

(deftest long-lists-are-cut
  (let [{:keys [out]} (tested (copied (vec (range 10)) []))]
    (is (str/includes? out "      unexpected:\n        0\n        1\n        2\n        3\n        4\n        and 5 more\n"))))

(deftest a-stage-that-throws-is-told
  (let [{:keys [exit out]} (tested (assoc (stage-graph :string {:stage 'lanegraph.cli.fixture/boom})
                                          :tests [{:name "t" :in {:in ["boom"]} :out {:out []}}]))]
    (is (= 1 exit))
    (is (re-find #"FAIL  t\n    error: role work.*found boom.*\[role/failed\]\n\n0 passed, 1 failed" out))))

(deftest the-results-are-data-too
  (testing "edn"
    (let [{:keys [exit out]} (tested (copied [1] [2] [1] [1]) "--format" "edn")
          {:keys [passed failed results]} (edn/read-string out)]
      (is (= [1 1 1] [exit passed failed]))
      (is (= ["t0" false {:out [2]} {:out [1]}] ((juxt :name :pass? :expected :actual) (first results))))))
  (testing "json"
    (let [{:keys [exit out]} (tested (copied [1] [2]) "--format" "json")]
      (is (= 1 exit))
      (is (= {:endpoint "out" :expected-count 1 :actual-count 1 :first {:index 0 :expected 2 :actual 1} :missing [2]
              :unexpected [1] :reordered? false}
             (get-in (json/read-value out) [:results 0 :differences 0])))))
  (testing "what cannot be written is shown as it prints"
    (let [odd     (assoc (stage-graph :edn {:stage 'clojure.core/constantly})
                         :tests [{:name "t" :in {:in ["a"]} :out {:out [{"b" #{1}}]}}])
          printed #"^#object\[clojure.core\$constantly"]
      (is (re-find printed (get-in (edn/read-string (:out (tested odd "--format" "edn"))) [:results 0 :actual :out 0])))
      (is (re-find printed (get-in (json/read-value (:out (tested odd "--format" "json")))
                                   [:results 0 :differences 0 :first :actual])))))
  (testing "an error"
    (let [boom (assoc (stage-graph :string {:stage 'lanegraph.cli.fixture/boom})
                      :tests [{:name "t" :in {:in ["boom"]} :out {:out []}}])]
      (is (= [:role/failed :work 0]
             ((juxt :code :role :position)
              (get-in (edn/read-string (:out (tested boom "--format" "edn"))) [:results 0 :error])))))))

(deftest a-spec-with-errors-or-without-tests-is-told
  (let [{:keys [exit out err]} (tested (assoc-in (copied [1] [1]) [:tests 0 :in :inn] [1]))]
    (is (= [1 ""] [exit out]))
    (is (re-find #"g\.edn:1:\d+: error: .*\[graph/unknown-endpoint\]\n.*did you mean :in\?" err)))
  (let [{:keys [exit out err]} (tested (copy-graph :edn))]
    (is (= [2 ""] [exit out]))
    (is (re-find #"found no tests" err))))

(deftest tests-may-be-json-and-stages-in-folders-of-ones-own
  (with-dir
    (fn [dir]
      (file dir "code/lanegraph/cli/tests_own.clj" "(ns lanegraph.cli.tests-own) (defn up [s] (str s \"!\"))")
      (let [spec (file dir "g.json" (json-spec/to-string
                                     (assoc (stage-graph :string {:stage 'lanegraph.cli.tests-own/up})
                                            :tests [{:name "t" :in {:in ["a"]} :out {:out ["a!"]}}])))]
        (is (= 0 (:exit (lanegraph ["test" spec "--path" (str dir "/code")]))))))))

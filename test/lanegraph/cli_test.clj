(ns lanegraph.cli-test
  (:require [clojure.edn :as edn]
            [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [lanegraph.cli.commands :as commands]
            [lanegraph.cli.fixture :refer [copy-graph file lanegraph with-dir]]
            [lanegraph.json :as json]
            [lanegraph.json-spec :as json-spec]))

(set! *warn-on-reflection* true)

(def ^:private good (copy-graph :string))
(def ^:private bad (assoc-in good [:roles :copy :rx] :aa))
(def ^:private odd (assoc-in good [:lanes :c] {:kind :events}))

(defn- on-file [spec arguments]
  (with-dir (fn [dir] (lanegraph (map #(if (= :file %) (file dir "g.edn" spec) %) arguments)))))

(deftest help-goes-to-the-standard-output
  (doseq [arguments (into [["--help"] []] (map #(vector % "--help")) (keys commands/commands))
          :let [{:keys [exit out err]} (lanegraph arguments)]]
    (is (= [0 ""] [exit err]) arguments)
    (is (str/starts-with? (str/replace out "lanegraph: pipelines" "usage: ") "usage: "))))

(deftest what-is-called-wrong-is-one-line-and-exit-2
  (are [arguments] (let [{:keys [exit out err]} (lanegraph arguments)]
                     (and (= [2 ""] [exit out]) (= 1 (count (str/split-lines err))) (str/starts-with? err "lanegraph")))
    ["chekc" "a.edn"]
    ["check"]
    ["check" "/no/such/file.edn"]
    ["check" "/tmp"]
    ["graph" "/no/such/file.edn"]
    ["describe" "a.edn" "--format" "text"]
    ["run" "a.edn" "--in" "nothing"]))

(deftest check-tells-problems-in-three-formats
  (testing "text"
    (is (= {:exit 0 :out "No problems.\n" :err ""} (on-file good ["check" :file])))
    (let [{:keys [exit out]} (on-file bad ["check" :file])]
      (is (= 1 exit))
      (is (re-find #"g\.edn:1:\d+: error: .*\[graph/unknown-lane\]" out))
      (is (re-find #"at \[:roles :copy :rx\]; did you mean" out))))
  (testing "edn"
    (let [{:keys [exit out]} (on-file bad ["check" :file "--format" "edn"])
          found (edn/read-string out)]
      (is (= 1 exit))
      (is (some #(= [:graph/unknown-lane [:roles :copy :rx] :error] ((juxt :code :path :severity) %)) found)))
    (is (= "[]\n" (:out (on-file good ["check" :file "--format" "edn"])))))
  (testing "json"
    (let [{:keys [exit out]} (on-file bad ["check" :file "--format" "json"])]
      (is (= 1 exit))
      (is (some #(= ["graph/unknown-lane" ["roles" "copy" "rx"] "error"] ((juxt :code :path :severity) %))
                (json/read-value out))))))

(deftest a-warning-alone-is-a-problem-too
  (let [{:keys [exit out]} (on-file odd ["check" :file])]
    (is (= 1 exit))
    (is (re-find #"warning: " out))))

(deftest a-file-that-holds-no-spec-is-one-problem
  (with-dir
    (fn [dir]
      (let [broken (file dir "b.edn" "{:name :a\n :lanes {")]
        (is (= 1 (:exit (lanegraph ["check" broken]))))
        (is (re-find #"b\.edn:2:\d+: error: the text ends inside" (:out (lanegraph ["check" broken]))))
        (is (= [2] (map :line (edn/read-string (:out (lanegraph ["check" broken "--format" "edn"]))))))
        (doseq [command ["graph" "describe" "run"]
                :let [{:keys [exit out err]} (lanegraph [command broken])]]
          (is (= [2 ""] [exit out]))
          (is (re-find #"b\.edn:2" err)))))))

(deftest a-spec-may-be-json
  (with-dir
    (fn [dir]
      (let [spec (file dir "g.json" (json-spec/to-string good))
            bad  (file dir "bad.JSON" (json-spec/to-string bad))]
        (is (= 0 (:exit (lanegraph ["check" spec]))))
        (is (= "a\n" (:out (lanegraph ["run" spec] :stdin "a"))))
        (is (re-find #"bad\.JSON:\d+:\d+: error: " (:out (lanegraph ["check" bad]))))))))

(deftest graph-draws-in-four-formats
  (are [format pattern] (let [{:keys [exit out]} (on-file good ["graph" :file "--format" format])]
                          (and (= 0 exit) (re-find pattern out)))
    "text"    #"copy"
    "mermaid" #"(?s)^(flowchart|graph).*copy"
    "dot"     #"(?s)^digraph.*copy"
    "svg"     #"(?s)^<svg .*copy.*</svg>\n$"))

(deftest diff-tells-changes-in-three-formats
  (with-dir
    (fn [dir]
      (let [a    (file dir "a.edn" good)
            b    (file dir "b.edn" (-> good (assoc-in [:lanes :a :slots] 8) (assoc :my/note #{1})
                                       (assoc-in [:endpoints :two] {:kind :ingress :lane :a})))
            diff (fn [& arguments] (lanegraph (cons "diff" arguments)))]
        (is (= {:exit 0 :out "No changes.\n" :err ""} (diff a a)))
        (is (= {:exit 1 :err ""
                :out (str/join "\n" ["added [:endpoints :two]"
                                     "    new-files: lane :a gets other slots, writers: let out what is inside, then start with new files"
                                     "changed [:lanes :a :slots]  4096 → 8"
                                     "    new-files: lane :a gets other slots, writers: let out what is inside, then start with new files"
                                     "added [:my/note]"
                                     "    nothing: keys with a namespace are yours and mean nothing to the graph"
                                     "3 changes: 2 new-files, 1 nothing" ""])}
               (diff a b)))
        (is (= [[:endpoints :two] [:lanes :a :slots] [:my/note]]
               (map :path (edn/read-string (:out (diff a b "--format" "edn"))))))
        (is (= [["lanes" "a" "slots"] 4096 8 "new-files"]
               ((juxt :path :from :to :needs) (second (json/read-value (:out (diff a b "--format" "json")))))))
        (is (= [0 "[]\n"] ((juxt :exit :out) (diff a a "--format" "json"))))
        (let [{:keys [exit out err]} (diff a (file dir "bad.edn" bad))]
          (is (= [2 ""] [exit out]))
          (is (re-find #"bad\.edn:1:\d+: error: .*\[graph/unknown-lane\]" err)))
        (is (= 2 (:exit (diff a "/no/such/file.edn"))))))))

(deftest describe-tells-the-defaults
  (let [{:keys [exit out]} (on-file good ["describe" :file])]
    (is (= 0 exit))
    (is (re-find #"4,?096" out))))

(ns lanegraph.cli.args-test
  (:require [clojure.string :as str]
            [clojure.test :refer [are deftest is]]
            [lanegraph.cli.args :as args]))

(set! *warn-on-reflection* true)

(defn- wrong [& arguments]
  (try (args/parse arguments) nil
       (catch clojure.lang.ExceptionInfo e
         (when (= :cli/usage (:lanegraph/code (ex-data e))) (ex-message e)))))

(deftest options-stand-before-and-behind-the-file
  (let [expected {:command "run" :file "a.edn"
                  :options {:path ["x" "y"] :in [[:a "f"] [:a "-"]] :out [[:b "k=v"]] :dir "d"}}]
    (is (= expected
           (args/parse ["run" "--path" "x" "a.edn" "--path" "y" "--in" "a=f" "--in=a=-" "--out" ":b=k=v" "--dir" "d"])
           (args/parse ["run" "a.edn" "--path" "x" "--path" "y" "--in" "a=f" "--in" "a=-" "--out" "b=k=v" "--dir=d"])))))

(deftest defaults-are-filled-in
  (is (= {:command "check" :file "a.edn" :options {:path [] :format "text"}} (args/parse ["check" "a.edn"])))
  (is (= {:command "diff" :file "a.edn" :other "b.edn" :options {:format "text"}} (args/parse ["diff" "a.edn" "b.edn"])))
  (is (= {:command "demo" :file nil :options {}} (args/parse ["demo"]))))

(deftest a-wrong-line-is-one-clear-line
  (are [pattern arguments] (let [text (apply wrong arguments)]
                             (and text (re-find pattern text) (not (str/includes? text "\n"))))
    #"found the command \"rnu\"; expected one of demo, check" ["rnu"]
    #"Unknown option: \"--foo\"; see lanegraph run --help"    ["run" "a.edn" "--foo"]
    #"found no FILE; expected: lanegraph check FILE"          ["check"]
    #"found \"b.edn\" too much"                               ["check" "a.edn" "b.edn"]
    #"found no B; expected: lanegraph diff A B"               ["diff" "a.edn"]
    #"found \"c.edn\" too much"                               ["diff" "a.edn" "b.edn" "c.edn"]
    #"found \"x\" too much"                                   ["demo" "x"]
    #"expected text, edn or json"                             ["check" "a.edn" "--format" "xml"]
    #"expected ENDPOINT=FILE"                                 ["run" "a.edn" "--in" "file"]
    #"expected ENDPOINT=FILE"                                 ["run" "a.edn" "--out" "=file"]
    #"Missing required argument for \"--dir DIR\""            ["run" "a.edn" "--dir"]))

(deftest help-is-everywhere-and-tells-the-exit-codes
  (is (= (args/parse []) (args/parse ["--help"]) (args/parse ["help"]) (args/parse ["-h"])))
  (doseq [command (keys args/commands)
          :let [{:keys [help]} (args/parse [command "--help"])]]
    (is (= help (:help (args/parse ["help" command]))))
    (is (str/starts-with? help (str "usage: lanegraph " command)))
    (is (str/includes? help "exit codes:"))
    (is (every? #(<= (count %) 120) (str/split-lines help)) command)))

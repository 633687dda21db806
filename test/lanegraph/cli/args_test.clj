(ns lanegraph.cli.args-test
  (:require [clojure.string :as str]
            [clojure.test :refer [are deftest is]]
            [lanegraph.cli.args :as args]
            [lanegraph.cli.commands :as commands]))

(set! *warn-on-reflection* true)

(defn- wrong [& arguments]
  (try (args/parse arguments) nil
       (catch clojure.lang.ExceptionInfo e
         (when (= :cli/usage (:lanegraph/code (ex-data e))) (ex-message e)))))

(deftest options-stand-before-and-behind-the-file
  (let [expected {:command "run" :arguments ["a.edn"]
                  :options {:path ["x" "y"] :in [[:a "f"] [:a "-"]] :out [[:b "k=v"]] :dir "d"}}]
    (is (= expected
           (args/parse ["run" "--path" "x" "a.edn" "--path" "y" "--in" "a=f" "--in=a=-" "--out" ":b=k=v" "--dir" "d"])
           (args/parse ["run" "a.edn" "--path" "x" "--path" "y" "--in" "a=f" "--in" "a=-" "--out" "b=k=v" "--dir=d"])))))

(deftest defaults-are-filled-in
  (is (= {:command "check" :arguments ["a.edn"] :options {:path [] :format "text"}} (args/parse ["check" "a.edn"])))
  (is (= {:command "diff" :arguments ["a.edn" "b.edn"] :options {:format "text"}} (args/parse ["diff" "a.edn" "b.edn"])))
  (is (= {:command "demo" :arguments [] :options {}} (args/parse ["demo"]))))

(deftest journal-commands-are-two-words
  (is (= {:command "journal dump" :arguments ["d" "log"] :options {:format "edn" :last 3}}
         (update (args/parse ["journal" "dump" "d" "log" "--last" "3"]) :options dissoc :grep)))
  (is (= {:command "journal replay" :arguments ["d" "log" "a.edn" "in"]
          :options {:path ["x"] :out [[:out "-"]] :from :tail :dir "e"}}
         (args/parse ["journal" "replay" "d" "log" "a.edn" "in" "--path" "x" "--out" "out=-" "--from" "tail" "--dir" "e"])))
  (let [{:keys [help]} (args/parse ["journal"])]
    (is (str/starts-with? help "usage: lanegraph journal COMMAND"))
    (is (= help (:help (args/parse ["journal" "--help"])) (:help (args/parse ["help" "journal"]))))
    (is (= (args/parse ["journal" "info" "--help"]) (args/parse ["help" "journal" "info"])))
    (doseq [command ["info" "dump" "follow" "replay" "verify" "forget"]]
      (is (str/includes? help (str "journal " command " DIR LANE"))))))

(deftest places-in-a-journal
  (are [text place] (= place (get-in (args/parse ["journal" "dump" "d" "l" "--from" text]) [:options :from]))
    "0"                          {:position 0}
    "3000000000"                 {:position 3000000000}
    "start"                      :start
    "tail"                       :tail
    "1970-01-01T00:00:01Z"       {:time 1000}
    "1970-01-01T01:00:01+01:00"  {:time 1000}
    "1970-01-01T00:00:01.5"      {:time 1500}
    "1970-01-02"                 {:time 86400000}))

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
    #"found the journal command \"dmup\"; expected one of info, dump, follow, replay, verify, forget$" ["journal" "dmup"]
    #"expected one of demo, .* postmortem, journal$"                 ["journl"]
    #"found no LANE; expected: lanegraph journal dump DIR LANE" ["journal" "dump" "d"]
    #"found no EP; expected: lanegraph journal replay DIR LANE FILE EP" ["journal" "replay" "d" "l" "f"]
    #"expected a position, a time .*, start or tail; see lanegraph journal dump" ["journal" "dump" "d" "l" "--from" "noon"]
    #"expected a position"                                    ["journal" "dump" "d" "l" "--to" "99999999999999999999"]
    #"expected how many records"                              ["journal" "dump" "d" "l" "--last" "x"]
    #"expected a regular expression"                          ["journal" "dump" "d" "l" "--grep" "("]
    #"expected edn, json or hex"                              ["journal" "dump" "d" "l" "--format" "text"]
    #"Missing required argument for \"--dir DIR\""            ["run" "a.edn" "--dir"]))

(deftest help-is-everywhere-and-tells-the-exit-codes
  (is (= (args/parse []) (args/parse ["--help"]) (args/parse ["help"]) (args/parse ["-h"])))
  (doseq [command (keys commands/commands)
          :let [{:keys [help]} (args/parse [command "--help"])]]
    (is (= help (:help (args/parse ["help" command]))))
    (is (str/starts-with? help (str "usage: lanegraph " command)))
    (is (str/includes? help "exit codes:"))
    (is (every? #(<= (count %) 120) (str/split-lines help)) command)))

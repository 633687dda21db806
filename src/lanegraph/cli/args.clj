(ns lanegraph.cli.args
  "The commands of bin/lanegraph, their options and their help. Pure: text and data only."
  (:require [clojure.string :as str]
            [clojure.tools.cli :as cli]
            [lanegraph.problem :as problem]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn usage
  "The error of a command that was called wrong: exit code 2."
  ([message] (usage message nil))
  ([message details]
   (problem/ex :incorrect :cli/usage message (or details {}))))

(defn- endpoint-file [text]
  (let [[ep file] (str/split text #"=" 2)]
    (when (and file (seq ep) (seq file))
      [(keyword (str/replace ep #"^:" "")) file])))

(defn- one-of [& values]
  [(set values) (str "expected " (str/join ", " (butlast values)) " or " (last values))])

(def ^:private help-option [nil "--help" "show this help"])
(def ^:private path-option
  [nil "--path DIR" "a folder of your own Clojure code; may be given several times"
   :multi true :default [] :default-desc "" :update-fn conj])
(defn- files-option [option doc]
  [nil (str option " EP=FILE") doc
   :multi true :default [] :default-desc "" :update-fn conj
   :parse-fn #(or (endpoint-file %) %)
   :validate [vector? "expected ENDPOINT=FILE, or ENDPOINT=- for the standard stream"]])

(def commands
  "By name: :args (what stands behind the name), :does (one line), :options of tools.cli, :more (the rest
  of the help)."
  (array-map
   "demo"
   {:does "run the example: four years of real weather through lanes and threads"
    :options []}
   "check"
   {:args "FILE" :does "check a spec and tell every problem"
    :options [path-option
              [nil "--format FORMAT" "text, edn or json" :default "text"
               :validate (one-of "text" "edn" "json")]]
    :more ["FILE is EDN, or JSON if its name ends in .json. Stages are looked up too."
           "Exit 1 when there is a problem; one that is a warning alone does not keep the graph from running."]}
   "graph"
   {:args "FILE" :does "draw a spec"
    :options [[nil "--format FORMAT" "text, mermaid, dot or svg" :default "text"
               :validate (one-of "text" "mermaid" "dot" "svg")]]
    :more ["svg is a document that a browser shows and that needs nothing else:"
           "lanegraph graph FILE --format svg > graph.svg"]}
   "describe"
   {:args "FILE" :does "tell what a spec says, its defaults filled in"
    :options []}
   "diff"
   {:args "A B" :does "tell what changed between two specs, and what each change needs"
    :options [[nil "--format FORMAT" "text, edn or json" :default "text"
               :validate (one-of "text" "edn" "json")]]
    :more ["A and B are files. Each change needs, of a graph that runs as A and shall run as B:"
           "  nothing       it means nothing to the graph"
           "  live-swap     a role can take it between two messages, while the graph runs"
           "  restart-role  roles take it when they start; lanes in files go on with what they hold"
           "  drain         let out first what lanes hold, or it is left behind"
           "  new-files     a lane's file cannot be gone on with: let out what is inside, then --fresh"
           "Exit 0 when nothing changed, 1 when something did, 2 when a spec has errors."]}
   "test"
   {:args "FILE" :does "run the tests that a spec has in it"
    :options [path-option
              [nil "--format FORMAT" "text, edn or json" :default "text"
               :validate (one-of "text" "edn" "json")]]
    :more ["The tests stand under :tests in the spec: [{:name \"…\" :in {INGRESS [message …]} :out {EGRESS [message …]}}]."
           "Each is run by simulation, in one thread and without files. An egress that :out does not name may send what"
           "it likes."
           "Exit 1 when a test fails or the spec has errors, 2 when it has no tests."]}
   "run"
   {:args "FILE" :does "run a graph on lines of text"
    :options [path-option
              [nil "--dir DIR" "keep the lanes in files in this folder, and go on with what is in them"]
              [nil "--fresh" "with --dir: begin with empty lanes"]
              (files-option "--in" "feed the lines of FILE to an ingress endpoint; several: in this order")
              (files-option "--out" "write the messages of an egress endpoint to FILE, one a line")
              [nil "--quiet" "no progress and no summary"]]
    :more ["FILE in EP=FILE may be - for the standard input or output. If nothing is said, a graph with one ingress"
           "reads the standard input, and one with one egress writes the standard output."
           ""
           "What a line is depends on the codec of the endpoint's lane:"
           "  string   the line itself, UTF-8                bytes  the bytes of the line"
           "  edn      one EDN value                         json   one JSON value"
           "  long     one whole number"
           "Empty lines are passed over for edn, json and long. Lines end with LF or CR LF (bytes: LF)."
           ""
           "When the input ends, what is inside comes out, then the graph stops. Ctrl-C does the same; a second"
           "Ctrl-C stops without waiting. The summary goes to the standard error, and so does a line of progress"
           "while that is a terminal."]}))

(def ^:private exit-codes
  ["exit codes:"
   "    0  all went well"
   "    1  the spec has errors, a test or a role failed, two specs differ, or a line could not be read or written"
   "    2  called wrong: an unknown command or option, a file that is not there"
   "  130  ended by Ctrl-C (143: by SIGTERM), after what was inside came out"
   "  141  whoever read the output went away (as in `… | head -1`)"])

(defn- lines [& parts]
  (str/join "\n" (flatten parts)))

(defn overview
  "The help of the whole program."
  []
  (lines "lanegraph: pipelines as data, on lanes in shared memory"
         ""
         "usage: lanegraph COMMAND …"
         ""
         (for [[name {:keys [args does]}] commands]
           (format "  %-14s %s" (str name (when args (str " " args))) does))
         ""
         "lanegraph COMMAND --help tells the options of a command."
         ""
         exit-codes))

(defn help
  "The help of one command."
  [command]
  (let [{:keys [args does options more]} (commands command)]
    (lines (str "usage: lanegraph " command (when args (str " " args)) " [option]…")
           ""
           does
           ""
           (:summary (cli/parse-opts [] (conj options help-option)))
           (when more ["" more])
           ""
           exit-codes)))

(defn- checked-files [command {:keys [args]} arguments]
  (let [wanted (if args (str/split args #" ") [])]
    (cond
      (< (count arguments) (count wanted))
      (throw (usage (str "found no " (wanted (count arguments)) "; expected: lanegraph " command " " args)))
      (< (count wanted) (count arguments))
      (throw (usage (str "found " (problem/printed (last arguments)) " too much; expected: lanegraph " command
                         (when args (str " " args)))))
      :else arguments)))

(defn parse
  "What the command line says: {:command \"run\" :file \"a.edn\" :options {…}}, with :other for a second file, or
  {:help text}.
  Error: :cli/usage with a message of one line."
  [[command & more]]
  (let [{:keys [options] :as known} (commands command)]
    (cond
      (contains? #{nil "--help" "-h" "help"} command)
      {:help (if (commands (first more)) (help (first more)) (overview))}

      (nil? known)
      (throw (usage (str "found the command " (problem/printed command) "; expected one of "
                         (str/join ", " (keys commands)))))

      :else
      (let [{opts :options :keys [arguments errors]} (cli/parse-opts more (conj options help-option))]
        (cond
          (:help opts)  {:help (help command)}
          (seq errors)  (throw (usage (str (str/replace (first errors) #"\s*\n\s*" " ")
                                           "; see lanegraph " command " --help")))
          :else         (let [[file other] (checked-files command known arguments)]
                          (cond-> {:command command :file file :options opts}
                            other (assoc :other other))))))))

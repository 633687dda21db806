(ns lanegraph.cli.commands
  "The commands of bin/lanegraph: their arguments, options and help, as data."
  (:require [clojure.string :as str])
  (:import (java.time DateTimeException Instant LocalDate LocalDateTime ZoneOffset)
           (java.util.regex Pattern PatternSyntaxException)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- endpoint-file [text]
  (let [[ep file] (str/split text #"=" 2)]
    (when (and file (seq ep) (seq file))
      [(keyword (str/replace ep #"^:" "")) file])))

(defn- one-of [& values]
  [(set values) (str "expected " (str/join ", " (butlast values)) " or " (last values))])

(def ^:private path-option
  [nil "--path DIR" "a folder of your own Clojure code; may be given several times"
   :multi true :default [] :default-desc "" :update-fn conj])
(defn- files-option [option doc]
  [nil (str option " EP=FILE") doc
   :multi true :default [] :default-desc "" :update-fn conj
   :parse-fn #(or (endpoint-file %) %)
   :validate [vector? "expected ENDPOINT=FILE, or ENDPOINT=- for the standard stream"]])

(defn- time-of
  "Milliseconds since 1970 of an ISO time, a date alone or a time without a zone taken as UTC; nil if it is none."
  [text]
  (some (fn [parse]
          (try (.toEpochMilli ^Instant (parse text)) (catch DateTimeException _ nil)))
        [#(Instant/parse %)
         #(.toInstant (LocalDateTime/parse %) ZoneOffset/UTC)
         #(.toInstant (.atStartOfDay (LocalDate/parse %)) ZoneOffset/UTC)]))

(defn- place
  "A place in a journal: {:position n}, {:time ms}, :start, :tail; the text itself if it is none."
  [text]
  (if-let [position (when (re-matches #"\d+" text) (parse-long text))]
    {:position position}
    (or ({"start" :start "tail" :tail} text)
        (some->> (time-of text) (hash-map :time))
        text)))

(defn- place-option [option doc]
  [nil (str option " PLACE") doc
   :parse-fn place
   :validate [(complement string?) "expected a position, a time such as 2026-11-22T18:00:00Z, start or tail"]])

(defn- pattern [text]
  (try (re-pattern text) (catch PatternSyntaxException _ text)))

(def ^:private dir-option
  [nil "--dir DIR" "keep the lanes in files in this folder, and go on with what is in them"])
(def ^:private fresh-option [nil "--fresh" "with --dir: begin with empty lanes"])
(def ^:private out-option
  (files-option "--out" "write the messages of an egress endpoint to FILE, one a line"))
(def ^:private quiet-option [nil "--quiet" "no progress and no summary"])
(def ^:private format-option
  [nil "--format FORMAT" "text, edn or json" :default "text" :validate (one-of "text" "edn" "json")])

(def ^:private part-options
  [(place-option "--from" "begin with the record at PLACE, or the first one after that time")
   (place-option "--to" "end before PLACE")
   [nil "--last N" "begin where N records are left"
    :parse-fn #(or (parse-long %) %) :validate [nat-int? "expected how many records"]]])

(def ^:private grep-option
  [nil "--grep REGEX" "only records in whose line, as dump prints it, the regular expression is found"
   :parse-fn pattern :validate [#(instance? Pattern %) "expected a regular expression"]])

(def ^:private line-options
  [grep-option
   [nil "--format FORMAT" "edn, json or hex" :default "edn" :validate (one-of "edn" "json" "hex")]])

(def journal-arguments
  "What DIR and LANE are, for the help."
  ["DIR is the folder of the graph's lanes (:dir of spawn!, --dir of run), LANE the name of the journal's lane."])

(def ^:private dir-help
  ["DIR is the folder of the graph's lanes. It works while the graph runs and after it died, and changes nothing."])

(defn- count-option [doc]
  [nil "--count N" doc :parse-fn #(or (parse-long %) %) :validate [nat-int? "expected how many messages"]])

(def ^:private places-help
  ["PLACE is a position in bytes, as info, dump and verify tell them; a time, such as 2026-11-22T18:00:00Z, or"
   "2026-11-22 (without a zone: UTC); start; or tail, behind the last record."])

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
              format-option]
    :more ["FILE is EDN, or JSON if its name ends in .json. Stages are looked up too."
           "Exit 1 when there is a problem; one that is a warning alone does not keep the graph from running."]}
   "graph"
   {:args "FILE" :does "draw a spec"
    :options [[nil "--format FORMAT" "text, mermaid, dot or svg" :default "text"
               :validate (one-of "text" "mermaid" "dot" "svg")]]
    :more ["svg is a document that a browser shows and that needs nothing else:"
           "lanegraph graph FILE --format svg > graph.svg"]}
   "view"
   {:args "FILE" :does "write a page with the picture of a spec, for a browser"
    :options [[nil "--out FILE" "the page, or, if its name ends in .svg, the picture alone; otherwise a new file"]]
    :more ["The page needs no other file. Its path is printed: xdg-open $(lanegraph view FILE)"]}
   "describe"
   {:args "FILE" :does "tell what a spec says, its defaults filled in"
    :options []}
   "diff"
   {:args "A B" :does "tell what changed between two specs, and what each change needs"
    :options [format-option]
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
              format-option]
    :more ["The tests stand under :tests in the spec: [{:name \"…\" :in {INGRESS [message …]} :out {EGRESS [message …]}}]."
           "Each is run by simulation, in one thread and without files. An egress that :out does not name may send what"
           "it likes."
           "Exit 1 when a test fails or the spec has errors, 2 when it has no tests."]}
   "run"
   {:args "FILE" :does "run a graph on lines of text"
    :options [path-option dir-option fresh-option
              (files-option "--in" "feed the lines of FILE to an ingress endpoint; several: in this order")
              out-option quiet-option]
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
           "while that is a terminal."]}
   "repl"
   {:args "[FILE]" :does "serve a socket REPL for editors, on this machine alone"
    :options [path-option
              [nil "--port N" "where to listen" :default 0 :default-desc "any free port"
               :parse-fn #(or (parse-long %) %) :validate [#(and (int? %) (<= 0 (long %) 65535)) "expected a port, 0 to 65535"]]]
    :more ["It listens on 127.0.0.1 and prints its port. In the namespace user lg is lanegraph.core and, with FILE, spec is"
           "the spec in it; lanegraph tells its problems first. Graphs spawned there end with it, by Ctrl-C."
           "Whoever can open a connection on this machine can evaluate any code as you."]}
   "run-role"
   {:args "FILE ROLE" :does "run one role of a graph, the others being other processes"
    :options [path-option
              [nil "--dir DIR" "the folder of the lanes, in which the processes of the graph meet (needed)"]]
    :more ["Prints `ready ROLE` on the standard output when the role runs. SIGTERM ends it between two messages, exit 0."
           "Nobody else can run the role meanwhile; after kill -9 it can be started again at once."]}
   "supervise"
   {:args "FILE" :does "run a graph with one process for each role"
    :options [path-option
              [nil "--dir DIR" "the folder of the lanes, in which the processes meet (needed)"]
              [nil "--fresh" "begin with empty lanes"]
              (files-option "--in" "feed the lines of FILE to an ingress endpoint; several: in this order")
              out-option
              [nil "--max-restarts N" "give up when a role has died more often than that within a minute" :default 5
               :parse-fn #(or (parse-long %) %) :validate [nat-int? "expected a number"]]
              quiet-option]
    :more ["A role whose process dies is started again, after a wait that grows. What it prints comes to the standard"
           "error with the name of the role before it."
           "With --in or --out lines go in and out as in lanegraph run. Without either, the endpoints are left to other"
           "processes, and it runs until Ctrl-C or SIGTERM. It stops the roles from ingress to egress, each when what it"
           "reads has come through. Exit 1 when it gave up. If it is killed itself, its roles end, each between two messages."]}
   "status"
   {:args "DIR" :does "tell what a graph does, from another process"
    :options [format-option] :more dir-help}
   "top"
   {:args "DIR" :does "the same again and again, until Ctrl-C"
    :options [[nil "--every-ms N" "how long each table looks" :default 1000
               :parse-fn #(or (parse-long %) %) :validate [pos-int? "expected milliseconds"]]]
    :more dir-help}
   "why"
   {:args "DIR" :does "tell where the back-pressure starts"
    :options [format-option] :more dir-help}
   "tap"
   {:args "DIR LANE" :does "print the messages of a lane as they are written, until Ctrl-C"
    :options [(count-option "end after N messages")
              [nil "--every N" "only one message in N" :default 1
               :parse-fn #(or (parse-long %) %) :validate [pos-int? "expected a number"]]]
    :more dir-help}
   "peek"
   {:args "DIR LANE" :does "print the next messages of a lane, which stay in it"
    :options [(conj (count-option "how many at most") :default 10)
              [nil "--at SEQUENCE" "from this sequence on, read or unread"
               :parse-fn #(or (parse-long %) %) :validate [nat-int? "expected a sequence"]]]
    :more dir-help}
   "errors"
   {:args "DIR" :does "print the distinct errors after which roles went on"
    :options [format-option] :more dir-help}
   "postmortem"
   {:args "DIR" :does "tell who died, in what state, and what each lane still holds"
    :options [format-option] :more (conj dir-help "Exit 1 when somebody died.")}
   "journal info"
   {:args "DIR LANE" :does "tell what a journal is and holds, and where its readers stand"
    :options [format-option]
    :more journal-arguments}
   "journal dump"
   {:args "DIR LANE" :does "print the records of a journal, one a line"
    :options (into part-options line-options)
    :more (into journal-arguments
                (conj places-help
                      ""
                      "A line is position, sequence, time and value; hex shows the bytes of the message instead."
                      "The records are those that are there when it begins. What stands before damage is printed."))}
   "journal follow"
   {:args "DIR LANE" :does "print the last records of a journal, then each new one, until Ctrl-C"
    :options (into part-options line-options)
    :more (into journal-arguments
                (conj places-help
                      ""
                      "Without --from and --last it begins with the last 10 records. With --to it ends there."))}
   "journal replay"
   {:args "DIR LANE FILE EP" :does "run a graph on the records of a journal"
    :options (into part-options [grep-option path-option dir-option fresh-option out-option quiet-option])
    :more (into journal-arguments
                (concat ["FILE is the spec of the graph, EP the ingress endpoint that gets the records, as fast as it"
                         "takes them."]
                        places-help
                        ["The records are those that are there when it begins. All else is as in lanegraph run."]))}
   "journal verify"
   {:args "DIR LANE" :does "read every record of a journal and tell what is damaged"
    :options [format-option]
    :more (conj journal-arguments "Exit 1 when something is damaged.")}
   "journal forget"
   {:args "DIR LANE OWNER" :does "give up the kept position of a reader that will not return"
    :options []
    :more (conj journal-arguments
                "OWNER is the reader as info names it, such as role/keep or endpoint/out. What it has not read"
                "need not be kept for it any more; if it does return, it begins where a new reader does.")}))

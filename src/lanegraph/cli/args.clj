(ns lanegraph.cli.args
  "Command lines read by the table of commands, and the help made from it. Pure: text and data only."
  (:require [clojure.string :as str]
            [clojure.tools.cli :as cli]
            [lanegraph.cli.commands :refer [commands journal-arguments]]
            [lanegraph.problem :as problem]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn usage
  "The error of a command that was called wrong: exit code 2."
  ([message] (usage message nil))
  ([message details]
   (problem/ex :incorrect :cli/usage message (or details {}))))

(def ^:private help-option [nil "--help" "show this help"])

(def ^:private exit-codes
  ["exit codes:"
   "    0  all went well"
   "    1  the spec has errors, a test or a role failed, two specs differ, a line could not be read or written, or"
   "       a journal is damaged"
   "    2  called wrong: an unknown command or option, a file or a journal that is not there"
   "  130  ended by Ctrl-C (143: by SIGTERM), after what was inside came out"
   "  141  whoever read the output went away (as in `… | head -1`)"])

(defn- lines [& parts]
  (str/join "\n" (flatten parts)))

(defn- journal-command? [command]
  (str/starts-with? command "journal "))

(defn- command-lines [width chosen]
  (for [[name {:keys [args does]}] chosen]
    (format (str "  %-" width "s %s") (str name (when args (str " " args))) does)))

(defn overview
  "The help of the whole program."
  []
  (lines "lanegraph: pipelines as data, on lanes in shared memory"
         ""
         "usage: lanegraph COMMAND …"
         ""
         (command-lines 14 (remove (comp journal-command? key) commands))
         "  journal …      look into the journals of a graph: lanegraph journal --help"
         ""
         "lanegraph COMMAND --help tells the options of a command."
         ""
         exit-codes))

(defn- journal-overview []
  (lines "usage: lanegraph journal COMMAND DIR LANE …"
         ""
         (command-lines 31 (filter (comp journal-command? key) commands))
         ""
         journal-arguments
         "They can be looked into while the graph runs, and after."
         ""
         "lanegraph journal COMMAND --help tells the options of a command."
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

(defn- checked-files
  "Those that are named in brackets may be left out."
  [command {:keys [args]} arguments]
  (let [wanted (if args (str/split args #" ") [])
        needed (remove #(str/starts-with? % "[") wanted)]
    (cond
      (< (count arguments) (count needed))
      (throw (usage (str "found no " (wanted (count arguments)) "; expected: lanegraph " command " " args)))
      (< (count wanted) (count arguments))
      (throw (usage (str "found " (problem/printed (last arguments)) " too much; expected: lanegraph " command
                         (when args (str " " args)))))
      :else arguments)))

(defn- split-name
  "[name arguments] of a command line; the name of one of the journal commands is two words."
  [[command & more]]
  (let [two (str command " " (first more))]
    (if (commands two) [two (rest more)] [command more])))

(defn- help-word? [word] (contains? #{nil "--help" "-h" "help"} word))

(defn- help-of
  "The help of what stands behind the word help."
  [arguments]
  (let [[command more] (split-name arguments)]
    (cond
      (commands command)                                    (help command)
      (and (= "journal" command) (help-word? (first more))) (journal-overview)
      :else                                                 (overview))))

(defn known-name
  "The name of the command of a command line, if there is such a command."
  [arguments]
  (let [[command] (split-name arguments)]
    (when (commands command) command)))

(defn- unknown [command more]
  (if (= "journal" command)
    (usage (str "found the journal command " (problem/printed (first more)) "; expected one of "
                (str/join ", " (for [name (keys commands) :when (journal-command? name)] (subs name 8)))))
    (usage (str "found the command " (problem/printed command) "; expected one of "
                (str/join ", " (concat (remove journal-command? (keys commands)) ["journal"]))))))

(defn parse
  "What the command line says: {:command \"run\" :arguments [\"a.edn\"] :options {…}}, or {:help text}.
  Error: :cli/usage with a message of one line."
  [arguments]
  (let [[command more] (split-name arguments)
        {:keys [options] :as known} (commands command)]
    (cond
      (help-word? command)                                  {:help (help-of more)}
      (and (= "journal" command) (help-word? (first more))) {:help (help-of arguments)}
      (nil? known)                                          (throw (unknown command more))

      :else
      (let [{opts :options :keys [arguments errors]} (cli/parse-opts more (conj options help-option))]
        (cond
          (:help opts)  {:help (help command)}
          (seq errors)  (throw (usage (str (str/replace (first errors) #"\s*\n\s*" " ")
                                           "; see lanegraph " command " --help")))
          :else         {:command   command
                         :arguments (vec (checked-files command known arguments))
                         :options   opts})))))

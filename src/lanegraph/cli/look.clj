(ns lanegraph.cli.look
  "The commands that look at a spec: check, graph, describe. Each answers {:exit n :text string}."
  (:require [clojure.string :as str]
            [lanegraph.cli.files :as files]
            [lanegraph.core :as lg]
            [lanegraph.explain :as explain]
            [lanegraph.json :as json]
            [lanegraph.problem :as problem]
            [lanegraph.stages :as stages]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- read-problem
  "What could not be read, as a problem of the file; the place is told apart from the message."
  [e]
  (let [{:lanegraph/keys [code] :keys [file line column] :as facts} (ex-data e)
        place (str file ":" (when line (str line ":" column ":")) " ")]
    (merge (problem/problem code [] nil (if (str/starts-with? (ex-message e) place)
                                          (subs (ex-message e) (count place))
                                          (ex-message e)))
           (select-keys facts [:file :line :column]))))

(defn- wrong-file? [e]
  (#{:read/not-found :read/not-readable :cli/usage} (:lanegraph/code (ex-data e))))

(defn problems
  "The problems of the spec in a file, its stages looked up in `paths` too. A file that is there but holds
  no spec is one problem."
  [file paths]
  (try
    (let [spec (files/read-spec file)]
      (files/with-paths paths #(lg/check spec)))
    (catch clojure.lang.ExceptionInfo e
      (if (or (wrong-file? e) (nil? (:lanegraph/code (ex-data e))))
        (throw e)
        [(read-problem e)]))))

(defn check
  "Exit 1 when there is a problem, be it only a warning."
  [file {:keys [path format]}]
  (let [found (problems file path)]
    {:exit (if (seq found) 1 0)
     :text (case format
             "text" (explain/text found)
             "edn"  (str "[" (str/join "\n " (map stages/print-edn found)) "]")
             "json" (json/write-string found))}))

(defn findings
  "{:error? boolean :text string} of a spec that is to run; nil when there is nothing to say."
  [spec]
  (let [found (lg/check spec)]
    (when (seq found)
      {:error? (boolean (some problem/error? found)) :text (explain/text found)})))

(defn graph
  "The picture of a spec."
  [file {:keys [format]}]
  {:exit 0 :text (lg/graph (files/read-spec file) {:format (keyword format)})})

(defn describe
  "What a spec says, in words."
  [file _]
  {:exit 0 :text (lg/describe (files/read-spec file))})

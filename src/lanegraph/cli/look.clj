(ns lanegraph.cli.look
  "The commands that look at a spec: check, graph, diff, describe. Each answers {:exit n :text string}."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [lanegraph.check :as check]
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

(defn view
  "Writes the picture of a spec: a page, or an SVG if --out says so. The text is its path."
  [file {:keys [out]}]
  (let [spec (files/read-spec file)]
    (when out
      (files/output out nil)) ; refuses what cannot be written
    {:exit 0
     :text (if (and out (str/ends-with? (str/lower-case out) ".svg"))
             (do (spit out (lg/graph spec {:format :svg}))
                 (str (.getAbsolutePath (io/file out))))
             (lg/view spec (if out {:file out} {})))}))

(defn writable
  "`v`, if `write` can say it, else what it prints as."
  [write v]
  (try (write v) v (catch Exception _ (problem/printed v))))

(defn- change-lines [{:keys [path change from to needs why]}]
  [(str (name change) " " (problem/printed path)
        (when (= :changed change) (str "  " (problem/printed from) " → " (problem/printed to))))
   (str "    " (name needs) ": " why)])

(defn- diff-text [changes]
  (if (empty? changes)
    "No changes."
    (str/join "\n" (concat (mapcat change-lines changes)
                           [(str (count changes) " change" (when (next changes) "s") ": "
                                 (str/join ", " (for [[need n] (sort (frequencies (map :needs changes)))]
                                                  (str n " " (name need)))))]))))

(defn diff
  "What changed between the specs in two files: exit 0 when nothing, 1 when something, 2 when one has errors."
  [file-a file-b {:keys [format]}]
  (let [specs (mapv files/read-spec [file-a file-b])
        wrong (keep (comp seq check/errors check/check) specs)] ; no look at the stages: none is run
    (if (seq wrong)
      {:exit 2 :error? true :text (str/join "\n" (map explain/text wrong))}
      (let [changes (apply lg/diff specs)]
        {:exit (if (seq changes) 1 0)
         :text (case format
                 "text" (diff-text changes)
                 "edn"  (str "[" (str/join "\n " (map stages/print-edn changes)) "]")
                 "json" (json/write-string (mapv (fn [change]
                                                   (reduce #(update %1 %2 (partial writable json/write-string))
                                                           change [:from :to]))
                                                 changes)))}))))

(defn describe
  "What a spec says, in words."
  [file _]
  {:exit 0 :text (lg/describe (files/read-spec file))})

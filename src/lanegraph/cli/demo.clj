(ns lanegraph.cli.demo
  "The command `demo`: the example graph on its real data, on mapped lanes and threads, as a person wants
  to see it."
  (:require [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.string :as str]
            [lanegraph.cli.lines :as lines]
            [lanegraph.cli.report :as report]
            [lanegraph.core :as lg]
            [lanegraph.table :as table])
  (:import (java.io File Writer)
           (java.nio.charset StandardCharsets)
           (java.nio.file Files)
           (java.nio.file.attribute FileAttribute)
           (lanegraph.lane JournalReader)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def spec-resource "lanegraph/examples/weather.edn")
(def data-resource "lanegraph/examples/seattle-weather.csv")

(defn spec
  "The spec of the example."
  []
  (edn/read-string (slurp (io/resource spec-resource))))

(defn- delete-tree [^File f]
  (run! delete-tree (.listFiles f))
  (.delete f))

(defn- with-temp-dir [f]
  (let [dir (.toFile (Files/createTempDirectory "lanegraph-demo" (make-array FileAttribute 0)))]
    (try
      (f dir)
      (finally (delete-tree dir)))))

(defn- as-lines [spec ep messages]
  (let [print (lines/printer (get-in spec [:lanes (get-in spec [:endpoints ep :lane]) :codec]))]
    (mapv #(String. ^bytes (print %) StandardCharsets/UTF_8) messages)))

(defn- run-in
  "Runs a spec on mapped lanes in `dir`, until all lines have gone through it: {:in (their number), :out {endpoint
  [message]}, :status (at the end), :seconds}."
  [spec dir lines]
  (let [egress  (for [[ep m] (:endpoints spec) :when (= :egress (:kind m))] ep)
        found   (into {} (map (fn [ep] [ep (atom [])])) egress)
        observe (update-vals found (fn [messages] #(swap! messages conj %)))]
    (with-open [^java.lang.AutoCloseable rt (lg/spawn! spec {:dir dir :consumers observe})]
      (let [start (System/nanoTime)
            n     (reduce (fn [n line]
                            (when-not (lg/offer! rt :in line {:timeout-ms 10000})
                              (throw (ex-info "the demo's first lane stayed full for 10 s" {})))
                            (inc (long n)))
                          0 lines)]
        (when-not (:drained (lg/stop! rt {:mode :drain :deadline-ms 10000}))
          (throw (ex-info "the demo did not end within 10 s: is the machine very busy?" {})))
        {:in      n
         :seconds (/ (- (System/nanoTime) start) 1e9)
         :status  (lg/status rt)
         :out     (into (sorted-map) (update-vals found deref))}))))

(defn answer
  "Runs the example on mapped lanes, in a folder of its own that is removed afterwards; then once more without
  input, from its journal alone. Answers {:spec, :in (number of lines), :out {endpoint [message]}, :status (at the
  end), :seconds, :again (the :out of the second run)}."
  []
  (let [spec (spec)]
    (with-temp-dir
      (fn [^File dir]
        (let [first-run (with-open [rd (io/reader (io/resource data-resource))]
                          (run-in spec dir (line-seq rd)))]
          (JournalReader/forget (.toPath dir) "log" "role/read")
          (assoc first-run :spec spec :again (:out (run-in spec dir []))))))))

(def ^:private titles
  [[:highs "Each day that was hotter than all before it"]
   [:months "The months"]
   [:warnings "Days to be warned of: 40 mm of rain, wind of 8.5 m/s, frost of -5 °C"]
   [:rejects "Dead letters: rain that nobody measured"]])

(def behind-the-journal
  "The endpoints whose messages can be made again from the journal."
  [:highs :months :warnings])

(defn- some-lines
  "The first and the last of many lines."
  [lines]
  (if (< (count lines) 6)
    lines
    (concat (take 2 lines) [(str "… " (- (count lines) 4) " more …")] (take-last 2 lines))))

(defn- shortened [line]
  (if (< 110 (count line)) (str (subs line 0 109) "…") line))

(defn- chapter [{:keys [spec out]} [ep title]]
  (let [lines (as-lines spec ep (out ep))]
    (concat ["" (str title "  (endpoint " (name ep) ", " (table/number (count lines)) ")")]
            (map #(str "  " (shortened %)) (some-lines lines)))))

(defn- replay
  "What the second run has shown, as lines; throws when it is not that."
  [{:keys [spec out again status]}]
  (let [text (fn [out] (mapv #(as-lines spec % (out %)) behind-the-journal))]
    (when (not= (text out) (text again))
      (throw (ex-info "the journal of the demo has not made the same messages again" {})))
    [(str "The journal log holds all " (table/number (get-in status [:lanes :log :written]))
          " days. Read again from its start, without the CSV,")
     (str "the graph made the same " (str/join ", " (map name (butlast behind-the-journal))) " and "
          (name (last behind-the-journal)) ", byte for byte.")]))

(def next-steps
  "The closing lines: what is indented, a shell can run."
  ["Try next:"
   "  bin/lanegraph describe resources/lanegraph/examples/weather.edn"
   "  bin/lanegraph run resources/lanegraph/examples/rain.edn < resources/lanegraph/examples/seattle-weather.csv"
   ""
   "Keep the journal, look into it, let it forget its reader, and have the warnings again from it alone:"
   "  in=resources/lanegraph/examples"
   "  others='--out highs=/dev/null --out months=/dev/null --out rejects=/dev/null'"
   "  bin/lanegraph run $in/weather.edn --dir /tmp/weather --fresh --in in=$in/seattle-weather.csv \\"
   "    --out warnings=- $others"
   "  bin/lanegraph journal info /tmp/weather log"
   "  bin/lanegraph journal dump /tmp/weather log --last 3"
   "  bin/lanegraph journal forget /tmp/weather log role/read"
   "  bin/lanegraph run $in/weather.edn --dir /tmp/weather --in in=/dev/null --out warnings=- $others"
   ""
   "README.md: the same at the REPL"])

(defn report
  "What `demo` shows, as lines."
  [{:keys [spec in status seconds] :as answer}]
  (concat
   ["Four years of weather, observed in Seattle (NOAA), as a graph:" ""
    (str/trimr (lg/graph spec))]
   (mapcat #(chapter answer %) titles)
   ["" (report/lanes spec {} status) ""
    (str (table/number in) " lines through " (count (:lanes spec)) " mapped lanes and " (count (:roles spec))
         " roles, each on its own thread, in " (report/duration seconds) ".")]
   (replay answer)
   [""]
   next-steps))

(defn run
  "Runs the example and writes the report to `out`. Answers the exit code."
  [^Writer out]
  (doseq [line (report (answer))]
    (.write out (str line "\n")))
  (.flush out)
  0)

(ns lanegraph.cli.demo
  "The command `demo`: the example graph on its real data, on mapped lanes and threads, as a person wants
  to see it."
  (:require [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.string :as str]
            [lanegraph.cli.lines :as lines]
            [lanegraph.cli.report :as report]
            [lanegraph.core :as lg])
  (:import (java.io File Writer)
           (java.nio.charset StandardCharsets)
           (java.nio.file Files)
           (java.nio.file.attribute FileAttribute)))

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

(defn answer
  "Runs the example once, on mapped lanes in a folder of its own that is removed afterwards. Answers
  {:spec, :in (number of lines), :out {endpoint [message]}, :status (at the end), :seconds}."
  []
  (let [spec    (spec)
        egress  (for [[ep m] (:endpoints spec) :when (= :egress (:kind m))] ep)
        found   (into {} (map (fn [ep] [ep (atom [])])) egress)
        observe (update-vals found (fn [messages] #(swap! messages conj %)))]
    (with-temp-dir
      (fn [dir]
        (with-open [rd                           (io/reader (io/resource data-resource))
                    ^java.lang.AutoCloseable rt (lg/spawn! spec {:dir dir :consumers observe})]
          (let [start (System/nanoTime)
                lines (line-seq rd)
                n     (reduce (fn [n line]
                                (when-not (lg/offer! rt :in line {:timeout-ms 10000})
                                  (throw (ex-info "the demo's first lane stayed full for 10 s" {})))
                                (inc (long n)))
                              0 lines)]
            (when-not (:drained (lg/stop! rt {:mode :drain :deadline-ms 10000}))
              (throw (ex-info "the demo did not end within 10 s: is the machine very busy?" {})))
            {:spec    spec
             :in      n
             :seconds (/ (- (System/nanoTime) start) 1e9)
             :status  (lg/status rt)
             :out     (into (sorted-map) (update-vals found deref))}))))))

(def ^:private titles
  [[:highs "Each day that was hotter than all before it"]
   [:storms "Days with 40 mm of rain and more"]
   [:months "The months"]
   [:rejects "Dead letters: rain that nobody measured"]])

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
    (concat ["" (str title "  (endpoint " (name ep) ", " (report/number (count lines)) ")")]
            (map #(str "  " (shortened %)) (some-lines lines)))))

(def ^:private next-steps
  ["Try next:"
   "  bin/lanegraph graph resources/lanegraph/examples/weather.edn --format mermaid"
   "  bin/lanegraph describe resources/lanegraph/examples/weather.edn"
   "  bin/lanegraph run resources/lanegraph/examples/rain.edn < resources/lanegraph/examples/seattle-weather.csv"
   "  README.md: the same at the REPL"])

(defn report
  "What `demo` shows, as lines."
  [{:keys [spec in status seconds] :as answer}]
  (concat
   ["Four years of weather, observed in Seattle (NOAA), as a graph:" ""
    (str/trimr (lg/graph spec))]
   (mapcat #(chapter answer %) titles)
   ["" (report/lanes spec {} status) ""
    (str (report/number in) " lines through " (count (:lanes spec)) " mapped lanes and " (count (:roles spec))
         " roles, each on its own thread, in " (report/duration seconds) ".")
    ""]
   next-steps))

(defn run
  "Runs the example and writes the report to `out`. Answers the exit code."
  [^Writer out]
  (doseq [line (report (answer))]
    (.write out (str line "\n")))
  (.flush out)
  0)

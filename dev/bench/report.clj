(ns bench.report
  "What a benchmark has found, as tables, and as files: EDN, and an SVG picture."
  (:require
   [bench.chart :as chart]
   [bench.figures :as figures]
   [clojure.java.io :as io]
   [clojure.pprint :as pprint]
   [clojure.string :as str])
  (:import
   (java.time Instant ZoneOffset)
   (java.time.format DateTimeFormatter)))

(set! *warn-on-reflection* true)

(defn- table [{:keys [rows] :as group}]
  (println (str "\n| " (figures/heading group) " | median [min–max] | first ÷ this | slow rounds | bytes/message |"))
  (println "| --- | --- | --- | --- | --- |")
  (doseq [{:keys [title median min max ratio slow rounds bytes]} rows]
    (println (if median
               (format "| %s | %s [%s–%s] | %s | %d of %d | %s |" title (chart/number median) (chart/number min) (chart/number max)
                       (if ratio (format "%.2f" ratio) "-") slow rounds (if bytes (format "%.2f" bytes) "-"))
               (str "| " title " | - | - | 0 of 0 | - |")))))

(defn- stamp [^Instant at]
  (.format (.withZone (DateTimeFormatter/ofPattern "yyyyMMdd'T'HHmmss'Z'") ZoneOffset/UTC) at))

(defn report!
  "Prints a benchmark's result, {:set-up lines :groups [group]} and what else it wants to keep, and writes it into the folder
  `out`."
  [name {:keys [title]} {:keys [set-up groups] :as result} machine out]
  (let [at   (Instant/now)
        file #(io/file out (str name "-" (stamp at) %))]
    (println (str "\n# " name ": " title "\n"))
    (println "Machine:" machine)
    (run! println set-up)
    (run! table groups)
    (.mkdirs (io/file out))
    (spit (file ".edn") (with-out-str (pprint/pprint (merge {:benchmark name :title title :at (str at) :machine machine} result))))
    (spit (file ".svg") (chart/svg (str name ": " title) groups (cons machine (map str/trim set-up))))
    (println (str "\nWritten: " (file ".edn") ", " (file ".svg")))))

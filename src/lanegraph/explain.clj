(ns lanegraph.explain
  "Problems as text for a person."
  (:require [clojure.string :as str]
            [lanegraph.problem :as problem]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- counted [n what]
  (str n " " what (when (not= 1 n) "s")))

(defn- summary [problems]
  (let [errors   (count (filter problem/error? problems))
        warnings (- (count problems) errors)]
    (->> [(when (pos? errors) (counted errors "error")) (when (pos? warnings) (counted warnings "warning"))]
         (remove nil?)
         (str/join ", "))))

(defn line
  "One problem: place, severity, message and code on the first line, path and hint on the second."
  [{:keys [code path message hint severity file line column]}]
  (str (when line (str (or file "spec") ":" line ":" column ": "))
       (name severity) ": " message " [" (subs (str code) 1) "]"
       "\n    at " (problem/printed path)
       (when hint (str "; " hint))))

(defn text
  "Problems, as lanegraph.check/check returns them, for a person: a few lines for each and a count at the
  end."
  [problems]
  (if (empty? problems)
    "No problems."
    (str (str/join "\n" (map line problems)) "\n" (summary problems))))

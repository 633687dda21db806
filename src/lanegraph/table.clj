(ns lanegraph.table
  "Figures as text for a person."
  (:require [clojure.string :as str])
  (:import (java.util Locale)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn number
  "1234567 as \"1,234,567\"; a fraction is rounded."
  [n]
  (String/format Locale/ROOT "%,d" (object-array [(if (int? n) n (Math/round (double n)))])))

(defn percent
  "0.25 as \"25 %\"."
  [share]
  (str (number (* 100 (double share))) " %"))

(defn table
  "Rows of texts below a header; the first `left` columns flush left, the others right."
  [left header rows]
  (let [cells  (cons header rows)
        widths (apply map (fn [& column] (reduce max (map count column))) cells)
        pad    (fn [i width text]
                 (let [fill (str/join (repeat (- (long width) (count text)) " "))]
                   (if (< (long i) (long left)) (str text fill) (str fill text))))]
    (str/join "\n" (for [row cells] (str/trimr (str/join "  " (map pad (range) widths row)))))))

(ns lanegraph.table
  "Figures as text for a person."
  (:require [clojure.string :as str]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- grouped
  "\"1234567\" as \"1,234,567\"."
  [^String digits]
  (loop [end (.length digits), groups ()]
    (if (<= end 3)
      (str/join "," (cons (.substring digits 0 end) groups))
      (recur (- end 3) (cons (.substring digits (- end 3) end) groups)))))

(defn number
  "1234567 as \"1,234,567\"; a fraction is rounded. Without java.util.Formatter, which is most of the time of a table."
  [n]
  (let [n (if (int? n) (long n) (Math/round (double n)))]
    (cond
      (< -1000 n 1000) (Long/toString n)
      (neg? n)         (str "-" (grouped (subs (Long/toString n) 1)))
      :else            (grouped (Long/toString n)))))

(defn percent
  "0.25 as \"25 %\"."
  [share]
  (str (number (* 100 (double share))) " %"))

(defn- padded [^String text ^long width left?]
  (let [fill (.repeat " " (- width (.length text)))]
    (if left? (.concat text fill) (.concat fill text))))

(defn- wider [^long width ^String text] (max width (.length text)))

(defn lines
  "The lines of a table: rows, vectors of texts, below a header; the first `left` columns flush left, the others right."
  [left header rows]
  (let [left   (long left)
        widths (reduce #(mapv wider %1 %2) (mapv count header) rows)
        line   (fn [row]
                 (let [line (StringBuilder.)]
                   (reduce-kv (fn [_ ^long i text]
                                (when (pos? i) (.append line "  "))
                                (.append line ^String (padded text (widths i) (< i left))))
                              nil row)
                   (.stripTrailing (.toString line))))]
    (mapv line (cons header rows))))

(ns lanegraph.csv
  "One line of CSV (RFC 4180) to its fields and back. A field may be quoted; a quoted field may hold the
  separator and doubled quotes, but no line break: a message is one line. Pure functions, for any thread."
  (:require [clojure.string :as str]
            [lanegraph.problem :as problem]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- bad [^String line at what]
  (problem/ex :incorrect :csv/bad-line
              (str what " at character " (inc (long at)) " of the line " (problem/printed line))
              {:line line :at (inc (long at))}))

(defn- quoted-end
  "Index of the quote that closes the field that was opened before `from`."
  ^long [^String line ^long from]
  (loop [i from]
    (let [q (.indexOf line (int \") (int i))]
      (cond
        (neg? q) (throw (bad line (dec from) "a quoted field is not closed"))
        (and (< (inc q) (.length line)) (= \" (.charAt line (inc q)))) (recur (+ q 2))
        :else q))))

(defn fields
  "The fields of a line, as a vector of strings. `separator` is a character, comma if left out.
  Errors: :csv/bad-line when a quoted field is not closed or goes on behind its quote."
  ([line] (fields line \,))
  ([^String line separator]
   (let [sep (int (char separator))
         end (.length line)]
     (loop [from 0, found (transient [])]
       (if (and (< from end) (= \" (.charAt line from)))
         (let [q     (quoted-end line (inc from))
               field (str/replace (subs line (inc from) q) "\"\"" "\"")
               after (inc q)]
           (cond
             (= after end)                         (persistent! (conj! found field))
             (= sep (int (.charAt line after)))    (recur (inc after) (conj! found field))
             :else (throw (bad line after "found text behind a closing quote; expected the separator"))))
         (let [next-sep (.indexOf line sep (int from))]
           (if (neg? next-sep)
             (persistent! (conj! found (subs line from)))
             (recur (inc next-sep) (conj! found (subs line from next-sep))))))))))

(defn- field [v ^String separator]
  (let [text (cond (nil? v) "" (keyword? v) (subs (str v) 1) :else (str v))]
    (if (or (str/includes? text separator) (re-find #"[\"\r\n]" text))
      (str \" (str/replace text "\"" "\"\"") \")
      text)))

(defn line
  "Values as a line of CSV; nil is an empty field. A field is quoted where it has to be."
  ([values] (line values \,))
  ([values separator]
   (let [sep (str separator)]
     (str/join sep (map #(field % sep) values)))))

(ns lanegraph.xml
  "XML text from data: an element is [:tag {attribute value} child …], a child an element, a text or a sequence of
  children; nil is nothing."
  (:require [clojure.string :as str]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private forbidden
  "Characters that XML 1.0 cannot hold, not even escaped: most control characters, halves of surrogate pairs."
  #"[^\x09\x0A\x0D\x20-\uD7FF\uE000-\uFFFD\x{10000}-\x{10FFFF}]")

(defn escape
  "`s` as it stands in a text or, in double quotes, in an attribute."
  ^String [s]
  (-> (str s)
      (str/replace forbidden "?")
      (str/escape {\& "&amp;" \< "&lt;" \> "&gt;" \" "&quot;"})))

(defn number
  "The text of a number, a fraction with one digit."
  ^String [x]
  (if (double? x)
    (let [rounded (/ (Math/rint (* 10.0 (double x))) 10.0)]
      (if (== rounded (Math/rint rounded)) (str (long rounded)) (str rounded)))
    (str x)))

(defn write
  "The text of an element; numbers as `number` writes them."
  ^String [form]
  (cond
    (nil? form)    ""
    (string? form) (escape form)
    (vector? form)
    (let [[tag attributes & children] form
          tag (name tag)]
      (str "<" tag
           (str/join (for [[k v] attributes :when (some? v)]
                       (str " " (name k) "=\"" (escape (if (number? v) (number v) v)) "\"")))
           (if (seq children)
             (str ">" (str/join (map write children)) "</" tag ">")
             "/>")))
    :else          (str/join (map write form))))

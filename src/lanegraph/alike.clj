(ns lanegraph.alike
  "Whether two messages say the same."
  (:import (java.util List Map Set)
           (java.util.regex Pattern)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(declare same?)

(defn- array? [x]
  (and (some? x) (.isArray (class x))))

(defn- not-a-number? [x]
  (or (and (instance? Double x) (Double/isNaN x))
      (and (instance? Float x) (Float/isNaN x))))

(defn- each-same?
  "Element by element, as far as the first that differs: one of them may be endless."
  [a b]
  (loop [a (seq a), b (seq b)]
    (cond
      (nil? a) (nil? b)
      (nil? b) false
      (same? (first a) (first b)) (recur (next a) (next b))
      :else false)))

(defn- maps-same? [^Map a ^Map b]
  (and (= (.size a) (.size b))
       (every? (fn [k] (and (.containsKey b k) (same? (.get a k) (.get b k)))) (.keySet a))))

(defn- sets-same?
  "By value, where `=` looks at identity: each element of a has its like among those that are left of b."
  [^Set a ^Set b]
  (and (= (.size a) (.size b))
       (empty? (reduce (fn [left x]
                         (let [[before [found & after]] (split-with #(not (same? x %)) left)]
                           (if (nil? found) (reduced [x]) (into (vec before) after))))
                       (remove #(.contains a %) b)
                       (remove #(.contains b %) a)))))

(defn same?
  "As =, but arrays and regular expressions are compared by what is in them, and what is not a number is like another
  such. Objects that know no equality, such as functions, are the same only if they are one."
  [a b]
  (cond
    (identical? a b)                                       true
    (not-a-number? a)                                      (not-a-number? b)
    (array? a)                                             (and (array? b) (= (class a) (class b)) (each-same? a b))
    (and (instance? Pattern a) (instance? Pattern b))      (and (= (str a) (str b))
                                                                (= (.flags ^Pattern a) (.flags ^Pattern b)))
    (or (record? a) (record? b))                           (and (= (class a) (class b)) (maps-same? a b))
    (and (instance? Map a) (instance? Map b))              (maps-same? a b)
    (and (instance? Set a) (instance? Set b))              (sets-same? a b)
    (and (or (sequential? a) (instance? List a))
         (or (sequential? b) (instance? List b)))          (each-same? a b)
    :else                                                  (= a b)))

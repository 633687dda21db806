(ns lanegraph.edn-text
  "Writes values as EDN text of which clojure.edn reads an equal value back, and refuses all others.

  Not pr-str: that writes objects that nobody can read (#object), keywords that read back as something else,
  and obeys print methods and dynamic variables that other code may have set."
  (:require [clojure.edn :as edn]
            [lanegraph.error :as error]
            [lanegraph.problem :as problem])
  (:import (clojure.lang BigInt IRecord Ratio)
           (java.time ZoneOffset)
           (java.util Date Iterator List Map Map$Entry Set UUID)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private ^:const longest
  "Characters after which a value is refused, so that an endless sequence ends; a slot holds at most 65,528
  bytes."
  0x1000000)

(defn- refuse [value why]
  (error/exception :incorrect :codec/wrong-type
                   (str "codec edn: found " (problem/printed value) " (" (.getName (class value)) "), " why)
                   {:codec "edn" :found (.getName (class value))}))

(defn- plain-char? [^long c first?]
  (or (<= 97 c 122) (<= 65 c 90) (= c 42) (= c 95)
      (and (not first?) (or (<= 48 c 57) (= c 45) (= c 46) (= c 33) (= c 63) (= c 43) (= c 62) (= c 61)))))

(defn- plain? [^String s]
  (let [n (.length s)]
    (and (pos? n)
         (plain-char? (int (.charAt s 0)) true)
         (loop [i 1]
           (cond
             (= i n)                                            true
             (not (plain-char? (int (.charAt s i)) false)) false
             :else                                              (recur (inc i)))))))

(defn- reads-back? [text value]
  (try
    (let [read (edn/read-string text)]
      (and (= read value) (= text (str read)) (= [value] (edn/read-string (str "[" text "]")))))
    (catch Exception _ false)))

(defn- write-name
  "A keyword or symbol. What is not made of plain characters is read back to see that it is the same."
  [^StringBuilder out ^clojure.lang.Named x ^String text]
  (let [space (.getNamespace x)]
    (if (or (and (plain? (.getName x)) (or (nil? space) (plain? space))
                 (not (contains? #{"nil" "true" "false"} text)))
            (reads-back? text x))
      (.append out text)
      (throw (refuse x "whose name EDN cannot tell from something else; use a string")))))

(defn- write-string [^StringBuilder out ^String s]
  (.append out \")
  (dotimes [i (.length s)]
    (let [c (.charAt s i)]
      (case c
        \"         (.append out "\\\"")
        \\         (.append out "\\\\")
        \newline   (.append out "\\n")
        \return    (.append out "\\r")
        \tab       (.append out "\\t")
        \formfeed  (.append out "\\f")
        \backspace (.append out "\\b")
        (.append out c))))
  (.append out \"))

(defn- write-double [^StringBuilder out ^double d]
  (.append out (cond
                 (Double/isNaN d)                 "##NaN"
                 (= d Double/POSITIVE_INFINITY)   "##Inf"
                 (= d Double/NEGATIVE_INFINITY)   "##-Inf"
                 :else                            (Double/toString d))))

(defn- write-number [^StringBuilder out x]
  (cond
    (or (instance? Long x) (instance? Integer x) (instance? Short x) (instance? Byte x) (instance? Ratio x))
    (.append out (str x))
    (instance? Double x)                                   (write-double out (double x))
    (instance? Float x)                                    (write-double out (double x)) ; its exact value
    (or (instance? BigInt x) (instance? BigInteger x))     (.append (.append out (str x)) \N)
    (instance? BigDecimal x)                               (.append (.append out (str x)) \M)
    :else (throw (refuse x "a number that EDN does not know; convert it"))))

(declare write-value)

(defn- check-length [^StringBuilder out x]
  (when (> (.length out) longest)
    (throw (refuse x (str "of more than " longest " characters; send it in parts")))))

(defn- write-items [^StringBuilder out opening ^Iterable items closing]
  (.append out ^String opening)
  (let [^Iterator it (.iterator items)]
    (loop [first? true]
      (when (.hasNext it)
        (check-length out items)
        (when-not first? (.append out \space))
        (write-value out (.next it))
        (recur false))))
  (.append out ^String closing))

(defn- write-entries [^StringBuilder out ^Map m]
  (.append out \{)
  (let [it (.iterator (.entrySet m))]
    (loop [first? true]
      (when (.hasNext it)
        (check-length out m)
        (let [^Map$Entry e (.next it)]
          (when-not first? (.append out ", "))
          (write-value out (.getKey e))
          (.append out \space)
          (write-value out (.getValue e))
          (recur false)))))
  (.append out \}))

(defn- write-date
  "Within the years that every reader of #inst understands alike: the Gregorian calendar, four digits."
  [^StringBuilder out ^Date date]
  (let [at (.toInstant date)]
    (if (<= 1583 (.getYear (.atOffset at ZoneOffset/UTC)) 9999)
      (-> out (.append "#inst \"") (.append at) (.append \"))
      (throw (refuse date "outside the years 1583 to 9999; send a number or a string")))))

(defn- write-tagged [^StringBuilder out {:keys [tag form] :as x}]
  (when (contains? default-data-readers tag)
    (throw (refuse x "which would come back as another type; send a java.util.Date or a java.util.UUID")))
  (.append out \#)
  (write-name out tag (str tag))
  (.append out \space)
  (write-value out form))

(defn- write-value [^StringBuilder out x]
  (cond
    (nil? x)                   (.append out "nil")
    (string? x)                (write-string out x)
    (keyword? x)               (write-name out x (str x))
    (number? x)                (write-number out x)
    (instance? Boolean x)      (.append out (str x))
    (instance? IRecord x)      (throw (refuse x "a record, which comes back as a tag; send (into {} record)"))
    (map? x)                   (write-entries out x)
    (vector? x)                (write-items out "[" x "]")
    (set? x)                   (write-items out "#{" x "}")
    (seq? x)                   (write-items out "(" x ")")
    (symbol? x)                (write-name out x (str x))
    (char? x)                  (.append (.append out \\) ^Object (get char-name-string x x))
    (instance? UUID x)         (.append out (str "#uuid \"" x "\""))
    (identical? Date (class x)) (write-date out x)
    (tagged-literal? x)        (write-tagged out x)
    (instance? Map x)          (write-entries out x)
    (instance? Set x)          (write-items out "#{" x "}")
    (instance? List x)         (write-items out "[" x "]")
    :else                      (throw (refuse x "which is no EDN data; send maps, vectors, strings …"))))

(defn write
  "`value` as EDN text, at most some 16 million characters. Error: LaneGraphException codec/wrong-type."
  ^String [value]
  (let [out (StringBuilder. 64)]
    (try
      (write-value out value)
      (catch StackOverflowError _
        (throw (error/exception :incorrect :codec/wrong-type
                                "codec edn: found a value nested too deep; send a flatter one"
                                {:codec "edn" :found (.getName (class value))}))))
    (.toString out)))

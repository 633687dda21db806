(ns lanegraph.stages
  "Stages for everyday work, named in a spec by symbol: {:kind :stage :stage lanegraph.stages/grep :args
  \"error\" …}.

    lines   grep capture head                what a line holds
    formats csv print-csv parse-json print-json parse-edn print-edn
    maps    pick value-at where convert      one message, a map
    sums    summary rate                     what went by so far

  csv, print-csv, head, summary and rate remember something: give their roles :as :stateful. grep and where
  are filters: :as :filter. All others are functions of one message, the default.

  A message that a stage cannot use throws ex-info with :stage/bad-message and the message as :value, so that
  :on-error decides: {:to lane} collects what is broken. Arguments that make no sense throw :stage/bad-args."
  (:require [clojure.edn :as edn]
            [clojure.string :as str]
            [lanegraph.csv :as csv]
            [lanegraph.json :as json]
            [lanegraph.problem :as problem])
  (:import (java.util.regex Matcher Pattern PatternSyntaxException)
           (lanegraph.stage Emit)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- bad-message
  ([stage v expected] (bad-message stage v expected nil))
  ([stage v expected cause]
   (problem/ex :incorrect :stage/bad-message
               (str stage ": found " (problem/printed v) "; expected " expected)
               {:value v} cause)))

(defn- bad-args [stage args expected]
  (problem/ex :incorrect :stage/bad-args
              (str stage ": found the :args " (problem/printed args) "; expected " expected)
              {:args args}))

;; ------------------------------------------------------------------ lines

(def ^:private patterns
  "Compiled patterns by [text ignore-case]; a graph has a handful."
  (atom {}))

(defn- pattern ^Pattern [stage text ignore-case]
  (or (get @patterns [text ignore-case])
      (let [flags (if ignore-case (bit-or Pattern/CASE_INSENSITIVE Pattern/UNICODE_CASE) 0)
            made  (try (Pattern/compile text flags)
                       (catch PatternSyntaxException e
                         (throw (bad-args stage text (str "a regular expression: " (.getDescription e))))))]
        (swap! patterns #(assoc (if (< (count %) 256) % {}) [text ignore-case] made))
        made)))

(defn grep
  "Whether a line holds a match. args: a regular expression, or {:match \"regex\" :invert true :ignore-case
  true}. {:stage lanegraph.stages/grep :as :filter :args {:match \"error\" :ignore-case true}}"
  [line args]
  (let [{:keys [match invert ignore-case]} (if (string? args) {:match args} args)]
    (when-not (string? match)
      (throw (bad-args "grep" args "a regular expression in a string, or {:match \"…\"}")))
    (when-not (string? line)
      (throw (bad-message "grep" line "a string")))
    (not= (boolean invert) (.find (.matcher (pattern "grep" match (boolean ignore-case)) ^String line)))))

(defn capture
  "The groups of a match as a map: (capture \"GET /x\" {:match \"(\\\\w+) (.*)\" :keys [:verb :path]}) is
  {:verb \"GET\" :path \"/x\"}. The whole line has to match; a group that took no part is nil."
  [line {:keys [match keys] :as args}]
  (when-not (and (string? match) (vector? keys))
    (throw (bad-args "capture" args "{:match \"regex with groups\" :keys [:a :b]}")))
  (when-not (string? line)
    (throw (bad-message "capture" line "a string")))
  (let [^Matcher m (.matcher (pattern "capture" match false) ^String line)]
    (when (not= (.groupCount m) (count keys))
      (throw (bad-args "capture" args (str "as many :keys as groups: " (.groupCount m)))))
    (when-not (.matches m)
      (throw (bad-message "capture" line (str "a line that matches " match))))
    (into {} (map-indexed (fn [i k] [k (.group m (inc (int i)))])) keys)))

(def head
  "The first n messages, then nothing more. args: n. Stateful."
  {:init (fn [n]
           (when-not (nat-int? n) (throw (bad-args "head" n "a number of messages, such as 10")))
           n)
   :step (fn [left v]
           (if (pos? (long left)) [(dec (long left)) v] [0 nil]))})

;; ---------------------------------------------------------------- formats

(defn- separator [stage args]
  (let [s (:separator args ",")]
    (if (and (string? s) (= 1 (count s)))
      (first s)
      (throw (bad-args stage args "a :separator of one character, such as \";\"")))))

(defn- fields [sep line number]
  (try (csv/fields line sep)
       (catch clojure.lang.ExceptionInfo e
         (throw (bad-message (str "csv, line " number) line (str "quotes that match: " (ex-message e)) e)))))

(defn- row [{:keys [columns sep]} line number]
  (let [found (fields sep line number)]
    (when (not= (count columns) (count found))
      (throw (bad-message (str "csv, line " number) line
                          (str (count columns) " fields as in the header, not " (count found)))))
    (zipmap columns found)))

(def csv
  "Lines of CSV as maps of strings with keyword keys. The first line names the columns, unless args say
  {:header [:a :b]}; {:separator \";\"} for another separator. An empty line is passed over. Stateful."
  {:init (fn [args]
           ;; the count of lines has to survive a line that throws, after which the old state stays
           {:sep (separator "csv" args) :columns (:header args) :seen (volatile! 0)})
   :step (fn [{:keys [sep columns seen] :as state} line]
           (when-not (string? line)
             (throw (bad-message "csv" line "a string")))
           (let [number (vswap! seen #(inc (long %)))]
             (cond
               (= "" line)   [state nil]
               (nil? columns) [(assoc state :columns (mapv keyword (fields sep line number))) nil]
               :else         [state (row state line number)])))})

(def print-csv
  "Maps as lines of CSV, the header first. args: the columns, such as [:date :rain], or {:columns […]
  :separator \";\" :header false}. Stateful."
  {:init (fn [args]
           (let [{:keys [columns header] :or {header true} :as opts} (if (vector? args) {:columns args} args)]
             (when-not (and (vector? columns) (seq columns))
               (throw (bad-args "print-csv" args "the columns, such as [:date :rain]")))
             {:columns columns :sep (separator "print-csv" opts) :header header}))
   :step (fn [{:keys [columns sep header] :as state} m]
           (when-not (map? m)
             (throw (bad-message "print-csv" m "a map")))
           (let [line (csv/line (map m columns) sep)]
             [(assoc state :header false)
              (if header (Emit/of (object-array [(csv/line columns sep) line])) line)]))})

(defn parse-json
  "The value of a line of JSON; keys become keywords."
  [line]
  (try (json/read-value line)
       (catch clojure.lang.ExceptionInfo e
         (throw (bad-message "parse-json" line "one JSON value" e)))))

(defn print-json
  "A value as a line of JSON."
  [v]
  (json/write-string v))

(defn parse-edn
  "The value of a line of EDN."
  [line]
  (let [end    (Object.)
        reader (java.io.PushbackReader. (java.io.StringReader. (str line)))
        v      (try (edn/read {:eof end} reader)
                    (catch RuntimeException e
                      (throw (bad-message "parse-edn" line "one EDN value" e))))]
    (when (or (identical? end v)
              (not (identical? end (try (edn/read {:eof end} reader) (catch RuntimeException _ nil)))))
      (throw (bad-message "parse-edn" line "one EDN value")))
    v))

(defn print-edn
  "A value as a line of EDN."
  [v]
  (binding [*print-length* nil *print-level* nil *print-namespace-maps* false]
    (pr-str v)))

;; ------------------------------------------------------------------- maps

(defn- path [k]
  (if (vector? k) k [k]))

(defn pick
  "The entries of a map with the keys of `args`: (pick m [:date :rain])."
  [m args]
  (when-not (vector? args)
    (throw (bad-args "pick" args "a vector of keys, such as [:date :rain]")))
  (if (map? m)
    (select-keys m args)
    (throw (bad-message "pick" m "a map"))))

(defn value-at
  "What stands at a key, or at a path such as [:user :name]. Nothing there: nothing is sent."
  [m args]
  (get-in m (path args)))

(defn- ordered [op]
  (fn [a b]
    (let [c (if (and (number? a) (number? b)) (compare a b) (compare (str a) (str b)))]
      (case op :< (neg? c) :<= (not (pos? c)) :> (pos? c) :>= (not (neg? c))))))

(def ^:private comparisons
  {:= =, :not= not=, :< (ordered :<), :<= (ordered :<=), :> (ordered :>), :>= (ordered :>=)
   :matches (fn [a regex] (.find (.matcher (pattern "where" regex false) (str a))))})

(defn where
  "Whether what stands at a key compares: (where day [:rain :>= 40]). Operators := :not= :< :<= :> :>=
  :matches. Numbers compare as numbers, else texts as texts; what is missing compares with nothing but
  :not=. A filter."
  [m [k op wanted :as args]]
  (let [f (comparisons op)]
    (when-not (and f (= 3 (count args)))
      (throw (bad-args "where" args (str "[key operator value], the operator one of "
                                         (str/join " " (sort (keys comparisons)))))))
    (let [v (get-in m (path k) ::missing)]
      (if (= ::missing v)
        (= :not= op)
        (boolean (f v wanted))))))

(def ^:private conversions
  {:long parse-long, :double parse-double, :boolean parse-boolean, :keyword keyword})

(defn convert
  "A map with some of its strings as other types: (convert row {:rain :double :year :long}). Types :long
  :double :boolean :keyword. Throws when one is missing or cannot be read."
  [m args]
  (when-not (and (map? args) (every? conversions (vals args)))
    (throw (bad-args "convert" args "a map of key to :long, :double, :boolean or :keyword")))
  (reduce-kv (fn [m k type]
               (let [v (get m k)]
                 (if-some [made (when (string? v) ((conversions type) v))]
                   (assoc m k made)
                   (throw (bad-message "convert" m (str "a " (name type) " in a string at " k))))))
             m args))

;; ------------------------------------------------------------------- sums

(defn- every-nth [stage {:keys [every] :or {every 1} :as args}]
  (if (pos-int? every)
    every
    (throw (bad-args stage args "an :every of 1 or more messages"))))

(defn- include [{:keys [count sum min max] :or {count 0 sum 0.0}} ^double x]
  (let [n (inc (long count)) sum (+ (double sum) x)]
    {:count n :sum sum :mean (/ sum n)
     :min (if min (Math/min (double min) x) x) :max (if max (Math/max (double max) x) x)}))

(def summary
  "Running {:count :sum :mean :min :max} of a number in each message: {:of :rain}, per value of another
  key: {:of :rain :by :month} adds :by. Sent with each message, or with every n-th of a group: {:of :rain
  :by :month :every 10}. Stateful: keeps one sum per group."
  {:init (fn [{:keys [of] :as args}]
           (when (nil? of) (throw (bad-args "summary" args "{:of key}, perhaps :by and :every")))
           {:of (path of) :by (some-> (:by args) path) :every (every-nth "summary" args) :groups {}})
   :step (fn [{:keys [of by every groups] :as state} m]
           (let [x     (get-in m of)
                 group (when by (get-in m by))]
             (when-not (number? x)
               (throw (bad-message "summary" m (str "a number at " of))))
             (let [now (include (get groups group) (double x))]
               [(assoc-in state [:groups group] now)
                (when (zero? (rem (long (:count now)) (long every)))
                  (if by (assoc now :by group) now))])))})

(def rate
  "{:messages n :seconds s :per-second r} with every n-th message, counted since the first. args: {:every
  1000}. Stateful."
  {:init (fn [args] {:every (every-nth "rate" (merge {:every 1000} args)) :n 0})
   :step (fn [{:keys [every n start] :as state} _]
           (let [now   (System/nanoTime)
                 start (long (or start now))
                 n     (inc (long n))
                 s     (/ (- now start) 1e9)]
             [(assoc state :n n :start start)
              (when (zero? (rem n (long every)))
                {:messages n :seconds s :per-second (if (pos? s) (/ n s) 0.0)})]))})

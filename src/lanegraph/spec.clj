(ns lanegraph.spec
  "The shape of a spec in clojure.spec, made from the information model.

  Each type of the model is a named predicate here. Each key has a spec, :lanegraph.lane/codec or, where it
  belongs to certain kinds only, :lanegraph.lane.journal/sync. ::graph, ::lane, ::role, ::endpoint and ::test
  put them together, for use with clojure.spec. lanegraph.shape asks the same specs and words the problems.

  Only shape is judged here; rules are in the Java Validator."
  (:require [clojure.edn :as edn]
            [clojure.spec.alpha :as s]
            [clojure.string :as str]
            [lanegraph.edn-text :as edn-text]
            [lanegraph.model :as model]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private most-nodes 100000)

(defn whole-number?
  "A whole number that a Java long can hold."
  [x]
  (int? x))

(defn small-number?
  "A whole number that a Java int can hold."
  [x]
  (and (int? x) (<= Integer/MIN_VALUE (long x) Integer/MAX_VALUE)))

(defn name-keyword? "A keyword: the name of the graph or of a thread group." [x] (keyword? x))
(defn codec-name? "A keyword: the name of a codec." [x] (keyword? x))
(defn lane-name? "A keyword: the name of a lane." [x] (keyword? x))
(defn lane-names? "A vector of names of lanes." [x] (and (vector? x) (every? lane-name? x)))

(defn lane-ref?
  "The name of a lane, or [name i] for its consumer i."
  [x]
  (or (lane-name? x)
      (and (vector? x) (= 2 (count x)) (lane-name? (x 0)) (small-number? (x 1)) (<= 0 (long (x 1))))))

(defn lane-refs? "A vector of names of lanes or [name i]." [x] (and (vector? x) (every? lane-ref? x)))

(defn- only-key? [m k]
  (and (map? m) (contains? m k) (every? #(or (= k %) (qualified-keyword? %)) (keys m))))

(defn on-error?
  ":stop, :skip or {:to lane}."
  [x]
  (or (contains? #{:stop :skip} x) (and (only-key? x :to) (lane-name? (:to x)))))

(defn sync?
  ":none, :each or {:interval-ms n}."
  [x]
  (or (contains? #{:none :each} x) (and (only-key? x :interval-ms) (whole-number? (:interval-ms x)))))

(defn from?
  ":start, :tail or a position."
  [x]
  (or (contains? #{:start :tail} x) (and (whole-number? x) (<= 0 (long x)))))

(defn recover?
  ":fresh, or {:journal lane :from place} with :start or a position as the place, which may be left out."
  [x]
  (or (= :fresh x)
      (and (map? x) (lane-name? (:journal x))
           (every? #(or (#{:journal :from} %) (qualified-keyword? %)) (keys x))
           (let [from (:from x :start)] (and (from? from) (not= :tail from))))))

(defn stage-key?
  "A symbol with a namespace, a keyword, or the name of a Java class in a string."
  [x]
  (or (keyword? x)
      (and (qualified-symbol? x) (not (str/starts-with? (str x) "'")))
      (and (string? x) (boolean (re-matches #"[\p{L}_$][\p{L}\p{N}_$]*(\.[\p{L}_$][\p{L}\p{N}_$]*)*" x)))))

(defn routing?
  ":broadcast, :round-robin or {:by stage-key}."
  [x]
  (or (contains? #{:broadcast :round-robin} x) (and (only-key? x :by) (stage-key? (:by x)))))

(defn- ordered
  "`x` with sorted maps and sets, so that equal data prints alike."
  [x]
  (let [by-text #(compare (pr-str %1) (pr-str %2))]
    (cond
      (record? x) x
      (map? x)    (into (sorted-map-by by-text) (map (fn [[k v]] [(ordered k) (ordered v)])) x)
      (set? x)    (into (sorted-set-by by-text) (map ordered) x)
      (vector? x) (mapv ordered x)
      (seq? x)    (apply list (map ordered x))
      :else       x)))

(defn data-text
  "`x` as canonical EDN text: maps and sets in the order of their text, no metadata. nil when `x` is not plain
  data, that is, when its text does not read back as an equal value."
  [x]
  (try
    (when (empty? (drop most-nodes (tree-seq coll? seq x)))
      (let [text (edn-text/write (ordered x))]
        (when (= x (edn/read-string text))
          text)))
    (catch Exception _ nil)
    (catch StackOverflowError _ nil)))

(defn message?
  "Plain data that can be sent, which nil cannot."
  [x]
  (and (some? x) (some? (data-text x))))

(defn plain-data? "Data that can be printed and read back." [x] (some? (data-text x)))

(defn time? "A Date, an Instant, or milliseconds since 1970." [x] (or (inst? x) (nat-int? x)))

(defn journal-lane? "A directory, as options take it, and the name of a lane." [x]
  (and (vector? x) (= 2 (count x)) (some? (first x)) (keyword? (peek x))))

(defn- predicate [{:keys [type max values]}]
  (case type
    :name                `name-keyword?
    :codec               `codec-name?
    :lane                `lane-name?
    :one-of              (set values)
    :int                 (if (and max (<= (long max) Integer/MAX_VALUE)) `small-number? `whole-number?)
    :boolean             `boolean?
    :lanes               `lane-names?
    :lane-ref            `lane-ref?
    :lane-refs           `lane-refs?
    :stage-key           `stage-key?
    :data                `plain-data?
    :on-error            `on-error?
    :sync                `sync?
    :from                `from?
    :recover             `recover?
    :routing             `routing?
    :lane-map            `(s/map-of keyword? ::lane)
    :role-map            `(s/map-of keyword? ::role)
    :endpoint-map        `(s/map-of keyword? ::endpoint)
    :test-list           `(s/coll-of ::test :kind vector?)
    :messages            `(s/map-of keyword? (s/coll-of message? :kind vector?))
    :string              `string?
    :time                `time?
    :journal-lane        `journal-lane?
    :dirs                `(s/coll-of string? :kind sequential?)
    :map                 `map?
    :function            `ifn?
    (:dir :file)         `some?))

(defn- spec-name [{:keys [in key]} kind]
  (keyword (str "lanegraph." (name in) (when kind (str "." (name kind)))) (name key)))

(defn spec-of
  "The name of the clojure.spec of an entry of the model."
  [{:keys [kinds] :as entry}]
  (spec-name entry (first kinds)))

(defmacro ^:private def-keys
  "A spec for every key of the model."
  []
  `(do ~@(for [{:keys [kinds] :as entry} (:keys model/model), kind (or kinds [nil])]
           `(s/def ~(spec-name entry kind) ~(predicate entry)))))

(defmacro ^:private keys-of
  "(s/keys …) with the keys that the model gives a kind of a place."
  [place kind]
  (let [names (fn [required?]
                (vec (for [{:keys [required kinds] :as entry} (model/entries place kind)
                           :when (= required? (boolean required))]
                       (spec-name entry (some #{kind} kinds)))))]
    `(s/keys :req-un ~(names true) :opt-un ~(names false))))

(def-keys)

(defmulti lane-kind "The spec of a lane by its :kind." :kind)
(defmethod lane-kind :events [_] (keys-of :lane :events))
(defmethod lane-kind :fanout-broadcast [_] (keys-of :lane :fanout-broadcast))
(defmethod lane-kind :sequenced-slots [_] (keys-of :lane :sequenced-slots))
(defmethod lane-kind :journal [_] (keys-of :lane :journal))

(defmulti role-kind "The spec of a role by its :kind." :kind)
(defmethod role-kind :stage [_] (keys-of :role :stage))
(defmethod role-kind :bridge [_] (keys-of :role :bridge))
(defmethod role-kind :router [_] (keys-of :role :router))
(defmethod role-kind :merge [_] (keys-of :role :merge))

(s/def ::lane (s/and map? (s/multi-spec lane-kind :kind)))
(s/def ::role (s/and map? (s/multi-spec role-kind :kind)))
(s/def ::endpoint (keys-of :endpoint nil))
(s/def ::test (s/and map? (keys-of :test nil)))
(s/def ::graph (keys-of :graph nil))

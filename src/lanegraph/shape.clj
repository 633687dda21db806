(ns lanegraph.shape
  "The problems that a spec has by its shape: unknown and missing keys, values of a wrong type, unknown kinds.
  Every key is judged by its clojure.spec (lanegraph.spec), every message is made from the information model.

  Codes: :spec/bad-value :spec/bad-name :spec/unknown-key :spec/missing-key :spec/unknown-kind. Never throws."
  (:require [clojure.edn :as edn]
            [clojure.spec.alpha :as s]
            [clojure.string :as str]
            [lanegraph.model :as model]
            [lanegraph.problem :as problem :refer [printed]]
            [lanegraph.spec :as spec]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private sections {:lanes :lane, :roles :role, :endpoints :endpoint})
(def ^:private places (assoc sections :tests :test))

(defn- where
  "The words that a message begins with: role :parse."
  [path]
  (let [[section found] path]
    (if-let [place (and (< 1 (count path)) (places section))]
      (str (name place) " " (printed found))
      "the graph")))

(defn- under [path]
  (str/join " " (map printed (drop (if (and (< 1 (count path)) (places (first path))) 2 0) path))))

(defn- number-of [text]
  (let [n (try (edn/read-string text) (catch Exception _ nil))]
    (when (number? n) n)))

(defn- whole [x]
  (when (double? x)
    (let [d (double x)]
      (when (and (== d (Math/rint d)) (< (Math/abs d) 1e15))
        (long d)))))

(defn- candidates
  "What may have been meant by a wrong value, the likeliest first."
  [v values]
  (cond-> []
    (qualified-symbol? v)                 (conj (symbol (str/replace (str v) #"^'+" "")))
    (or (string? v) (symbol? v))          (conj (keyword (str/replace (str v) #"^[:']+" "")))
    (or (keyword? v) (symbol? v))         (conj (name v))
    (string? v)                           (conj (number-of v) (get {"true" true "false" false} v))
    (double? v)                           (conj (whole v))
    (or (keyword? v) (vector? v))         (conj [v])
    (and (vector? v) (= 1 (count v)))     (conj (v 0))
    (keyword? v)                          (conj {:to v})
    (number? v)                           (conj {:interval-ms v})
    (keyword? v)                          (conj (model/nearest v [:broadcast :round-robin]))
    ;; :priority is meant for a merge, not for a stage of the registry
    (and (ident? v) (not= :priority v))   (conj {:by v})
    (seq? v)                              (conj (vec (take 100 v)))
    values                                (conj (model/nearest v values))))

(defn- hint-for [entry v]
  (let [fits? #(and (some? %) (s/valid? (spec/spec-of entry) %))
        found (when-not (= :data (:type entry))
                (first (filter fits? (candidates v (:values entry)))))]
    (cond
      (and (= :stage-key (:type entry)) (simple-symbol? v))
      (str "write the namespace too, such as my.stages/" v)

      (some? found)       (if (= found (model/nearest v (:values entry)))
                            (str "did you mean " (printed found) "?")
                            (str "write " (printed found))))))

(defn- bad-value [path entry v]
  (problem/problem :spec/bad-value path v
                   (str (where path) ": found " (printed v) " under " (under path) "; expected "
                        (model/expected entry))
                   :hint (hint-for entry v)))

(defn- parts
  "[path entry value] of what a value is made of, as far as problems can be told apart there."
  [path {:keys [type] :as entry} v]
  (let [of (fn [type] (first (filter #(and (= :role (:in %)) (= type (:type %))) (:keys model/model))))]
    (cond
      (and (= :lane-refs type) (vector? v)) (map-indexed (fn [i x] [(conj path i) (of :lane-ref) x]) v)
      (and (= :lanes type) (vector? v))     (map-indexed (fn [i x] [(conj path i) (of :lane) x]) v)
      (and (= :on-error type) (map? v) (contains? v :to))
      [[(conj path :to) (of :lane) (:to v)]]
      (and (= :routing type) (map? v) (contains? v :by))
      [[(conj path :by) (of :stage-key) (:by v)]]
      :else [[path entry v]])))

(defn- fits? [entry v]
  (s/valid? (spec/spec-of entry) v))

(defn- bad-message [path v]
  (problem/problem :spec/bad-value path v
                   (str (where path) ": found " (printed v) " under " (under path)
                        (if (nil? v) ", which is no message; take it away" "; expected plain EDN data"))))

(defn- messages-problems
  "Problems of what a test puts in or expects, each at its own place."
  [path m]
  (mapcat (fn [[k messages]]
            (let [path (conj path k)]
              (cond
                (not (keyword? k))
                [(problem/problem :spec/bad-name path k
                                  (str (where path) ": found the endpoint " (printed k) "; expected a keyword")
                                  :hint (when (or (string? k) (symbol? k)) (str "write " (keyword (str k)))))]
                (not (vector? messages))
                [(problem/problem :spec/bad-value path messages
                                  (str (where path) ": found " (printed messages) " under " (under path)
                                       "; expected a vector of messages")
                                  :hint (cond (seq? messages)          (str "write " (printed (vec (take 100 messages))))
                                              (spec/message? messages) (str "write " (printed [messages]))))]
                :else (keep-indexed (fn [i v] (when-not (spec/message? v) (bad-message (conj path i) v)))
                                    messages))))
          m))

(defn- value-problems [path {:keys [type] :as entry} v]
  (when-not (fits? entry v)
    (or (when (and (= :messages type) (map? v)) (seq (messages-problems path v)))
        (seq (for [[path entry v] (parts path entry v) :when (not (fits? entry v))]
               (bad-value path entry v)))
        [(bad-value path entry v)])))

(defn- unknown-key [place kind path k]
  (let [known  (map :key (if kind (model/entries place kind) (model/entries place)))
        others (seq (mapcat :kinds (filter #(= k (:key %)) (model/entries place))))
        near   (model/nearest k (remove #{k} known))]
    (problem/problem
     :spec/unknown-key (conj path k) k
     (cond
       (not (keyword? k)) (str (where path) ": found the key " (printed k) "; expected a keyword")
       (and kind others)
       (str (where path) ": found the key " (printed k) ", which a " (name place) " of kind " kind
            " does not have; take it away")
       :else              (str (where path) ": found the unknown key " (printed k) "; expected one of "
                               (str/join ", " (sort known))))
     :hint (cond
             near   (str "did you mean " near "?")
             (and (string? k) (some #{(keyword k)} known)) (str "write " (keyword k))
             others (str k " belongs to " (str/join " and " (sort (set others))))))))

(defn- key-problems
  "Problems of the keys of one map, whose kind is good or nil."
  [place kind path m]
  (let [entries (if kind (model/entries place kind) (model/entries place))
        by-key  (group-by :key entries)]
    (concat
     (for [{:keys [key required] :as entry} entries
           :when (and required (not (:kinds (when-not kind entry))) (not (contains? m key)))]
       (problem/problem :spec/missing-key (conj path key) nil
                        (str (where path) ": the key " key " is missing; expected " (model/expected entry))
                        :hint (str "for example " key " " (printed (:example entry)))))
     (mapcat (fn [[k v]]
               (let [of (by-key k)]
                 (cond
                   (qualified-keyword? k)                    nil
                   (nil? of)                                 [(unknown-key place kind path k)]
                   (some #(fits? % v) of)                    nil
                   (and (= :graph place) (contains? sections k) (map? v)) nil
                   (and (= :graph place) (= :tests k) (vector? v))        nil
                   :else                                     (value-problems (conj path k) (first of) v))))
             m))))

(def ^:private later {:single-ring "it comes later; write a lane graph of one lane"})

(defn- unknown-kind [place path v]
  (let [known (model/kinds place)
        near  (model/nearest v known)]
    (problem/problem :spec/unknown-kind (conj path :kind) v
                     (str (where path) ": found :kind " (printed v) "; expected "
                          (model/expected {:type :one-of :values known}))
                     :hint (or (when (keyword? v) (later v))
                               (when near
                                 (if (keyword? v) (str "did you mean " near "?") (str "write " near)))))))

(defn- map-problems
  "Problems of a lane, role, endpoint or of the graph itself."
  [place path m]
  (let [kinds (model/kinds place)
        kind  (:kind m)]
    (if (and (seq kinds) (contains? m :kind) (not (some #{kind} kinds)))
      (cons (unknown-kind place path kind)
            (remove #(= (conj path :kind) (:path %)) (key-problems place nil path m)))
      (key-problems place (when-not (= :graph place) kind) path m))))

(defn- section-problems [section place found]
  (when (map? found)
    (mapcat (fn [[k v]]
              (concat
               (when-not (keyword? k)
                 [(problem/problem :spec/bad-name [section k] k
                                   (str (where [section k]) ": found the name " (printed k)
                                        "; expected a keyword")
                                   :hint (when (or (string? k) (symbol? k))
                                           (str "write " (keyword (str k)))))])
               (if (map? v)
                 (map-problems place [section k] v)
                 [(problem/problem :spec/bad-value [section k] v
                                   (str (where [section k]) ": found " (printed v) "; expected a map")
                                   :hint (str "for example " {:kind (first (model/kinds place))}))])))
            found)))

(defn- test-problems [tests]
  (when (vector? tests)
    (mapcat (fn [i m]
              (if (map? m)
                (map-problems :test [:tests i] m)
                [(problem/problem :spec/bad-value [:tests i] m
                                  (str (where [:tests i]) ": found " (printed m) "; expected a map")
                                  :hint "for example {:name \"is copied\" :in {:in [1]} :out {:out [1]}}")]))
            (range) tests)))

(defn plain
  "`x` with sorted maps as plain ones, which can be asked for any key; as deep as a spec goes."
  ([x] (plain x 4))
  ([x depth]
   (let [inner #(plain % (dec (long depth)))]
     (cond
       (zero? (long depth))                 x
       (and (map? x) (not (record? x)))     (with-meta (into {} (map (fn [[k v]] [k (inner v)])) x) (meta x))
       (and (vector? x) (some coll? x))     (with-meta (mapv inner x) (meta x))
       :else                                x))))

(defn problems
  "Every problem of the shape of `spec`, which may be anything that plain returns. Unsorted."
  [spec]
  (if (map? spec)
    (-> (vec (map-problems :graph [] spec))
        (into (mapcat (fn [[section place]] (section-problems section place (get spec section)))) sections)
        (into (test-problems (:tests spec))))
    [(problem/problem :spec/bad-value [] spec
                      (str "found " (printed spec)
                           "; expected a spec: a map such as {:name :demo :lanes {…} :roles {…}}"))]))

(ns lanegraph.heal
  "Makes a spec with problems of shape fit for the Validator, so that one check tells everything: what is
  damaged is replaced by a default or a placeholder, and what the Validator then says about the replacement,
  or only because of it, is left out."
  (:require [clojure.string :as str]
            [lanegraph.model :as model]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private places {:lanes :lane, :roles :role, :endpoints :endpoint})
(def ^:private no-lane
  "Stands for a lane that was not named well. No lane of a spec that passes can have this name."
  :lanegraph/damaged)

(defn- starts-with? [path prefix]
  (and (<= (count prefix) (count path)) (= prefix (subvec path 0 (count prefix)))))

;; ---------------------------------------------------------------- healing

(defn- heal-name
  "[healed original] of the name of a lane, role or endpoint; nil when it cannot be guessed."
  [k]
  (cond
    (keyword? k)                   [k k]
    (and (or (string? k) (symbol? k)) (not= "" (str k))) [(keyword (str k)) k]))

(def ^:private stand-ins
  {:int 1, :lane no-lane, :lane-ref no-lane, :lanes [no-lane], :lane-refs [no-lane],
   :stage-key 'lanegraph/damaged})

(defn- heal-value [bad? path {:keys [type]} v]
  (cond
    (not (some #(starts-with? % path) bad?)) v
    (bad? path)                              ::drop
    (#{:lanes :lane-refs} type)
    (vec (map-indexed (fn [i x] (if (bad? (conj path i)) no-lane x)) v))
    :else                                    ::drop))

(defn- heal-map [bad? place path m]
  (let [kind (:kind m)]
    (reduce (fn [healed {:keys [key type required] :as entry}]
              (let [v (if (contains? m key) (heal-value bad? (conj path key) entry (m key)) ::drop)]
                (cond
                  (not= ::drop v) (assoc healed key v)
                  required        (assoc healed key (stand-ins type))
                  :else           healed)))
            {}
            (model/entries place kind))))

(defn- heal-entry [bad? section path m]
  (let [place (places section)]
    (if (and (map? m) (contains? m :kind) (not (bad? (conj path :kind))))
      (heal-map bad? place path m)
      (when (= :lanes section) {:kind :events}))))

(defn- heal-section [bad? section m]
  (into {}
        (for [[k v] (when (map? m) m)
              :let [[healed] (heal-name k)
                    entry (when healed (heal-entry bad? section [section k] v))]
              :when entry]
          [healed entry])))

(defn heal
  "`spec` (anything) without what the problems of its shape tell of: good for lanegraph.convert/spec->java."
  [spec problems]
  (let [bad? (set (map :path problems))
        m    (if (map? spec) spec {})
        top  (into {} (remove (fn [[k _]] (or (places k) (bad? [k])))) m)]
    (-> (merge {:name :damaged} (select-keys top [:name :on-full :idle :allow-cycles]))
        (into (map (fn [section] [section (heal-section bad? section (section m))])) (keys places)))))

(defn original-path
  "A path into the healed spec as a path into the spec that was given."
  [spec [section k & more :as path]]
  (if (and (places section) (some? k) (map? (section spec)) (not (contains? (section spec) k)))
    (into [section (or (first (filter #(= k (first (heal-name %))) (keys (section spec)))) k)] more)
    path))

;; ---------------------------------------------------- knock-on problems

(def ^:private harmless
  "Keys of roles whose damage changes nothing in where messages go."
  #{:args :stage :as :policy :idle :thread})

(def ^:private flow-codes
  #{:graph/unread-lane :graph/unwritten-lane :graph/unused-lane :graph/unreachable-role :graph/consumer-unread
    :graph/no-roles})

(def ^:private lane-codes
  "What depends on the options of the lanes involved."
  #{:graph/consumer-missing :graph/consumer-range :graph/consumer-misplaced :graph/consumer-unread
    :graph/two-readers :graph/two-writers :graph/codec-mismatch :graph/smaller-slots :graph/router-outputs
    :graph/bad-retain-bytes :graph/no-journal :graph/bad-recover :graph/recover-retention
    :graph/region-too-large})

(defn- lanes-of
  "The names of the lanes that a path into the healed spec is about."
  [spec [section k]]
  (case section
    :lanes     [k]
    :endpoints [(get-in spec [:endpoints k :lane])]
    :roles     (let [{:keys [rx tx on-error recover]} (get-in spec [:roles k])]
                 (concat [rx] (when (vector? rx) rx) (if (vector? tx) tx [tx]) [(:to on-error) (:journal recover)]))
    nil))

(defn knock-on?
  "Whether a problem of the Validator (path into the healed spec) may be there only because of the damage that
  `problems` tell of."
  [spec healed problems]
  (let [paths      (map :path problems)
        top?       (fn [path] (and (= 1 (count path)) (not (#{:name :idle :kind} (path 0)))))
        empty-path (some empty? paths)
        any-top    (or empty-path (some top? paths))
        flow       (or any-top
                       (some (fn [[section _ k :as path]]
                               (and (#{:roles :endpoints} section)
                                    (not (and (harmless k) (< 2 (count path))))))
                             paths))
        bad-lanes  (into #{no-lane} (keep (fn [[section k]] (when (= :lanes section) (first (heal-name k))))) paths)
        bad-lane?  (fn [ref] (bad-lanes (if (vector? ref) (first ref) ref)))]
    (fn [{:keys [code path value]}]
      (let [given (vec (original-path spec path))]
        (boolean
         (or empty-path
             (some #(starts-with? given %) paths)
             (and flow (flow-codes code))
             (and (= :graph/unknown-lane code) (some #{[:lanes]} paths))
             (and (= :graph/blocking-cycle code) (or any-top (some bad-lane? (map keyword value))))
             (and (lane-codes code) (some bad-lane? (lanes-of healed path)))
             (and (flow-codes code) (bad-lane? (second path)))))))))

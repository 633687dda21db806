(ns lanegraph.check
  "All problems of a spec in one go: its shape (lanegraph.shape) and the rules (the Java Validator), which are
  thereby the same for Clojure and Java."
  (:require [clojure.string :as str]
            [lanegraph.convert :as convert]
            [lanegraph.error :as error]
            [lanegraph.heal :as heal]
            [lanegraph.model :as model]
            [lanegraph.problem :as problem]
            [lanegraph.shape :as shape]
            [lanegraph.source :as source]
            [lanegraph.test-rules :as test-rules])
  (:import (lanegraph.graph Validator)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- java->problem [p]
  (update (error/java->data p) :value error/java->data))

(defn- name-of [k]
  (when (keyword? k) (convert/name->string k)))

(defn- in-terms-of
  "A problem of the Validator with the path and the value of the spec that was given."
  [spec {:keys [code path value hint] :as p}]
  (let [path  (vec (heal/original-path spec path))
        found (get-in spec path ::none)]
    (cond-> (assoc p :path path)
      (and (not= ::none found) (not (map? found))) (assoc :value found)
      (= value (some-> (last path) name-of))       (assoc :value (last path))
      (= :graph/blocking-cycle code)               (assoc :value (mapv keyword value))
      hint (assoc :hint (str/replace hint #"^(did you mean|for example) (?=[a-z])" "$1 :")))))

(defn- rule-problems [spec shape]
  (let [healed    (heal/heal spec shape)
        knock-on? (heal/knock-on? spec healed shape)]
    (->> (Validator/validate (convert/spec->java healed))
         (map java->problem)
         (remove knock-on?)
         (map #(in-terms-of spec %)))))

(defn- unresolved [spec shape resolve]
  (let [bad? (set (map :path shape))]
    (for [[role m] (when (and resolve (map? spec) (map? (:roles spec))) (:roles spec))
          :when (map? m)
          k    [[:stage :stage] [:router :policy :by]]
          :let [[kind & k] k, path (into [:roles role] k), stage (when (= kind (:kind m)) (get-in m k))]
          :when (and (some? stage) (not-any? bad? [path (pop path)]))
          :let [answer (resolve stage)]
          :when answer]
      (merge (problem/problem :graph/unresolved-stage path stage
                              (str "role " (problem/printed role) ": the stage " (problem/printed stage)
                                   " cannot be found"))
             (select-keys answer [:code :message :hint])))))

(defn- unknown-codecs [spec shape codecs]
  (let [bad? (set (map :path shape))]
    (for [[lane m] (when (and codecs (map? spec) (map? (:lanes spec))) (:lanes spec))
          :let [path [:lanes lane :codec], codec (when (map? m) (:codec m))]
          :when (and (some? codec) (not (bad? path)) (not (contains? codecs codec)))]
      (problem/problem :graph/unknown-codec path codec
                       (str "lane " (problem/printed lane) ": codec " (problem/printed codec)
                            " is not known; expected one of " (str/join " " (sort codecs))
                            ", or give it to spawn! under :codecs")
                       :hint (when-let [near (model/nearest codec codecs)] (str "did you mean " near "?"))))))

(def ^:private at-key
  #{:spec/unknown-key :spec/bad-name :graph/bad-name :graph/name-clash :graph/unknown-endpoint})

(defn- placed
  "With :file, :line, :column, when the spec was read from text. A missing key has the place of the map it
  belongs to; of a lane, role or endpoint the name is shown, not its opening brace."
  [spec {:keys [code path] :as p}]
  (let [named? (fn [path] (and (< 1 (count path)) (map? (get-in spec path))))
        side   (fn [path] (if (or (at-key code) (named? path)) :key :value))
        paths  (take-while some? (iterate #(when (seq %) (pop %)) path))]
    (merge p (or (some #(not-empty (source/place spec % (side %))) paths) {}))))

(defn- by-place [{:keys [path code severity]}]
  [(mapv problem/printed path) severity (str code)])

(defn- compare-places [a b]
  (let [[path-a & more-a] (by-place a), [path-b & more-b] (by-place b)
        step (first (remove zero? (map compare path-a path-b)))]
    (or step (let [n (compare (count path-a) (count path-b))]
               (if (zero? n) (compare (vec more-a) (vec more-b)) n)))))

(defn check
  "[] when all is well, else every problem of `spec` at once, errors and warnings, sorted by path; see
  lanegraph.problem for the format. `spec` may be anything; never throws.

  Options: :resolve, a function of a stage key (symbol, keyword or string) that answers nil when the stage is
  there, and otherwise a map with :message and, if it has one, :hint; each such stage is a problem
  :graph/unresolved-stage. :codecs, a set of the codecs that are there; another one is a problem
  :graph/unknown-codec."
  ([spec] (check spec {}))
  ([spec {:keys [resolve codecs]}]
   (try
     (let [spec  (shape/plain spec)
           shape (shape/problems spec)]
       (->> (concat shape (rule-problems spec shape) (unresolved spec shape resolve)
                    (unknown-codecs spec shape codecs) (test-rules/problems spec shape))
            (map #(placed spec %))
            (sort compare-places)
            (into [])))
     (catch StackOverflowError _
       [(problem/problem :spec/too-deep [] nil
                         "the spec is nested too deep to be looked at; expected 5 levels")]))))

(defn errors
  "Those problems that keep a graph from starting."
  [problems]
  (filterv problem/error? problems))

(defn require-valid
  "The warnings of `spec`, if it has no errors. Options as check.
  Error: :graph/invalid with all :problems."
  ([spec] (require-valid spec {}))
  ([spec opts]
   (let [problems (check spec opts)
         errors   (errors problems)]
     (when (seq errors)
       (throw (problem/ex :incorrect :graph/invalid
                          (apply str "the spec is not valid: errors=" (count errors)
                                 (concat (map #(str "\n  " (:message %)) (take 5 errors))
                                         (when (< 5 (count errors))
                                           [(str "\n  and " (- (count errors) 5) " more")])))
                          {:problems problems})))
     problems)))

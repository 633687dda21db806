(ns lanegraph.diff
  "What differs between two specs, and what each difference asks of a graph that runs. Which lanes would need other
  files and which messages would be left behind is asked of the same Topology and shapes that the runtime attaches
  lanes by: each change is made alone to the first spec, and what it moves there is its doing."
  (:require [clojure.set :as set]
            [clojure.string :as str]
            [lanegraph.check :as check]
            [lanegraph.convert :as convert]
            [lanegraph.normalise :as normalise]
            [lanegraph.problem :refer [printed]]
            [lanegraph.topology :as topology])
  (:import (java.util Map$Entry)
           (lanegraph.graph GraphSpec RoleSpec)
           (lanegraph.region JournalShape RingShape)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private sections [:lanes :roles :endpoints])

;; ------------------------------------------------------------------ what changed

(defn- changes-of
  "Changes between two maps at `path`, key by key."
  [path a b]
  (for [k (distinct (concat (keys a) (keys b)))
        :when (not (and (contains? a k) (contains? b k) (= (a k) (b k))))]
    {:path (conj path k) :from (get a k) :to (get b k)
     :change (cond (not (contains? a k)) :added (not (contains? b k)) :removed :else :changed)}))

(defn- section-changes
  "Those of one section: a thing of another kind is another thing."
  [section a b]
  (mapcat (fn [{:keys [path change from to] :as found}]
            (if (and (= :changed change) (= (:kind from) (:kind to)))
              (changes-of path from to)
              [found]))
          (changes-of [section] (section a) (section b))))

(defn- changes [a b]
  (concat (changes-of [] (apply dissoc a sections) (apply dissoc b sections))
          (mapcat #(section-changes % a b) sections)))

;; ------------------------------------------------------------------ what it moves

(defn- facts [spec]
  (let [g (convert/spec->java spec)]
    {:shapes (topology/shapes g) :topology (topology/topology g) :graph g}))

(defn- made
  "The spec `a` with one change."
  [a {:keys [path change to]}]
  (if (= :removed change)
    (if (next path) (update-in a (pop path) dissoc (peek path)) (dissoc a (peek path)))
    (assoc-in a path to)))

(defn- moved
  "{:files lanes whose shape a change makes another, :left lanes that lose a reader by it}. A lane that is not in both
  specs has no file to go on with."
  [a facts-a facts-b change]
  (let [alone    (facts (made a change))
        shape    (fn [facts lane] (get-in facts [:shapes lane]))
        cursors  (fn [facts lane] (set (get-in facts [:topology lane :cursors])))]
    {:files (vec (sort (for [[lane found] (:shapes facts-a)
                             :when (and (shape facts-b lane) (not= found (shape alone lane)))]
                         lane)))
     :left  (vec (sort (for [lane (keys (:topology facts-a))
                             :when (seq (disj (set/difference (cursors facts-a lane) (cursors alone lane))
                                              "unread"))]
                         lane)))}))

;; ------------------------------------------------------------------ what it needs

(defn- named [path]
  (str ({:lanes "lane " :roles "role " :endpoints "endpoint "} (first path)) (printed (second path))))

(defn- lanes-named [lanes]
  (str (if (next lanes) "lanes " "lane ") (str/join ", " lanes)))

(defn- parts [shape]
  (if (instance? RingShape shape)
    (let [^RingShape s shape]
      {:kind (.kind s) :slots (.slots s) :slot-bytes (.slotBytes s) :codec (.codec s)
       :producers (.producers s) :cursors (.cursors s)})
    (let [^JournalShape s shape]
      {:kind "journal" :segment-bytes (.segmentBytes s) :codec (.codec s)})))

(def ^:private words {:producers "writers" :cursors "readers"})

(defn- differing
  "What differs between two shapes of a lane, in words."
  [a b]
  (let [a (parts a), b (parts b)]
    (str/join ", " (for [k (keys a) :when (not= (a k) (get b k ::none))] (words k (name k))))))

(defn- in-effect
  "{name value} of what each lane does when it is full, or how each role idles: inherited or its own."
  [k ^GraphSpec g]
  (case k
    :on-full (into {} (map (fn [lane] [lane (.onFull g lane)])) (keys (.lanes g)))
    :idle    (into {} (map (fn [^Map$Entry e] [(.getKey e) (or (.idle ^RoleSpec (.getValue e)) (.idle g))])) (.roles g))
    nil))

(defn- same-in-effect?
  "Whether a changed :on-full or :idle changes nothing for those that are in both specs: it was inherited, or is now."
  [path {a :graph} {b :graph}]
  (when (contains? #{:on-full :idle} (peek path))
    (let [a (in-effect (peek path) a), b (in-effect (peek path) b)]
      (every? #(= (a %) (b %))
              (if (= 1 (count path))
                (filter #(contains? b %) (keys a))
                [(convert/name->string (second path))])))))

(defn- needs
  "[need why lanes] of a change."
  [{:keys [path change]} {:keys [files left]} facts-a facts-b]
  (let [[section _ k] path]
    (cond
      (some qualified-keyword? (take-nth 2 path))
      [:nothing "keys with a namespace are yours and mean nothing to the graph"]
      (= [:tests] path)        [:nothing "tests are no part of what runs"]
      (= [:allow-cycles] path) [:nothing "only check looks at it"]
      (same-in-effect? path facts-a facts-b)
      [:nothing (str (if (next path) (named path) "everything that is in both specs") " does as before")]
      (seq files)
      [:new-files
       (str (str/join "; " (for [lane files]
                             (str "lane " lane " gets other " (differing (get-in facts-a [:shapes lane])
                                                                         (get-in facts-b [:shapes lane])))))
            ": let out what is inside, then start with new files")
       files]
      (and (= :lanes section) (= :removed change))
      [:drain (str "what is in " (named path) " would be left behind: let it out first") [(second path)]]
      (seq left)
      [:drain (str "what " (lanes-named left) " still holds for " (named path) " would be left behind: let it out first")
       left]
      (and (= :roles section) (contains? #{:stage :args} k))
      [:live-swap (str (named path) " can take it between two messages, while the graph runs")]
      (= :lanes section)
      [:restart-role (str "the roles and endpoints that use " (named path) " take it when they start")]
      (= 1 (count path))
      [:restart-role "every role takes it when it starts"]
      :else
      [:restart-role (str (named path) (if (= :removed change) " ends with the graph" " takes it when it starts"))])))

(defn diff
  "The changes from valid spec `a` to valid spec `b`, sorted by path; lanegraph.core/diff tells their shape."
  [a b]
  (check/require-valid a)
  (check/require-valid b)
  (let [a (normalise/explicit a), b (normalise/explicit b)
        facts-a (facts a), facts-b (facts b)]
    (->> (changes a b)
         (map (fn [change]
                (let [[need why lanes] (needs change (moved a facts-a facts-b change) facts-a facts-b)]
                  (cond-> (assoc change :needs need :why why) (seq lanes) (assoc :lanes lanes)))))
         (sort-by (fn [{:keys [path]}] (str/join " " (map printed path))))
         vec)))

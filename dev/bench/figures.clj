(ns bench.figures
  "From the rounds of contenders to groups of figures, as data.

  A metric is {:key of a round, :unit, :better :more or :less}. A group is what one table or one panel shows:
  {:case :title :unit :better :distance :rows}, a row {:title :median :min :max :rounds :slow :bytes :ratio}: :slow of its
  :rounds were in the slow regime, :ratio is the first row's median to this one's."
  (:require
   [clojure.string :as str]))

(set! *warn-on-reflection* true)

(def rate {:key :rate :unit "M messages/s" :better :more})

(defn distance
  "How far apart the two cores were in a round, as the time of a word from one to the other and back; nil if nobody looked."
  [{:keys [trip]}]
  (cond (nil? trip) nil, (< trip 45) 0, (< trip 150) 1, :else 2))

(def distances
  ["cores that share their caches (round trip below 45 ns)"
   "neighbouring cores (round trip of 45 to 150 ns)"
   "distant cores (round trip beyond 150 ns)"])

(defn median
  "The one in the middle; of an even number the mean of the two in the middle."
  [xs]
  (let [s (vec (sort xs)), n (count s), high (nth s (quot n 2))]
    (if (odd? n) high (/ (+ (nth s (dec (quot n 2))) high) 2.0))))

(defn- slow?
  "Whether a round was so far from the median of all that it ran in another regime."
  [better median x]
  (if (= :more better) (< x (/ median 2)) (> x (* median 2))))

(defn row
  "A contender's figures over the medians of its trials, from the rounds of one distance; nil without a round."
  [{:keys [key better]} {:keys [title rounds]}]
  (when (seq rounds)
    (let [trials (map #(median (map key %)) (vals (group-by :trial rounds)))
          all    (map key rounds)]
      {:title  title
       :median (median trials)
       :min    (apply min trials)
       :max    (apply max trials)
       :rounds (count rounds)
       :slow   (count (filter #(slow? better (median all) %) all))
       :bytes  (when-let [bytes (seq (keep :bytes rounds))] (apply max bytes))})))

(defn with-ratios
  "Rows of one group, the first of which is the one that the others are compared with; it may be nil."
  [rows]
  (let [ours (:median (first rows))]
    (mapv #(assoc % :ratio (when (and ours (pos? (:median % 0))) (/ ours (double (:median %))))) rows)))

(defn groups
  "One group for each distance, case and metric in which the first contender has rounds; contenders without are rows of a
  :title alone."
  [contenders cases metrics]
  (for [d      (sort-by #(or % 0) (distinct (map distance (mapcat :rounds contenders))))
        case   (distinct (map :case contenders))
        metric metrics
        :let   [rows (for [c contenders :when (= case (:case c))]
                       (or (row metric (update c :rounds (partial filter #(= d (distance %))))) {:title (:title c)}))]
        :when  (:median (first rows))]
    {:case case :title (cases case) :unit (:unit metric) :better (:better metric) :distance d :rows (with-ratios rows)}))

(defn heading
  "What a group is of, in one line."
  [{:keys [title unit distance]}]
  (str/join ", " (remove nil? [title unit (some->> distance (nth distances))])))

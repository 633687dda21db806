(ns lanegraph.scene
  "A graph (lanegraph.flow) as boxes and lines in a plane, from left to right: what lanegraph.svg draws. Roles, lanes
  and endpoints are boxes, each layer of lanegraph.layout is a column. Lengths are pixels; y grows downwards.

  Lines run through the columns on ways of their own and bend between the columns only, so none crosses a box."
  (:require [clojure.string :as str]
            [lanegraph.flow :as flow]
            [lanegraph.layout :as layout]
            [lanegraph.problem :refer [printed]]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private unit "Pixels of a row of the layout." 6)
(def ^:private margin 24)
(def ^:private head "Pixels for the name of the graph." 36)
(def ^:private foot "Pixels for the legend." 36)
(def ^:private longest 26)

(def bulge "How far the round ends of a lane stand out." 8)

(def character
  "{class width}: pixels of a character of a text in the fixed-width font."
  {:name 8.0, :fact 6.7, :note 6.7})

;; ------------------------------------------------------------------ boxes

(defn- facts-of
  "The second line of a box: its kind, and what changes its meaning."
  [{:keys [kind] {:keys [consumers gating on-full as]} :spec :as node}]
  (str (or (flow/does node) (name kind))
       (when-let [n (or consumers gating)] (str " " n))
       (when (= :drop on-full) ", drops")
       (when (contains? #{:filter :inspect :stateful} as) (str ", " (name as)))))

(defn- tooltip [{:keys [id spec note]}]
  (str (printed (second id)) (when note (str "  " note))
       (str/join (for [[k v] (sort spec)] (str "\n" k " " (printed v))))))

(defn- box [[section :as id] node ins outs fills]
  (let [lines  (cond-> [{:class :name :text (flow/visible (:name node) longest)}
                        {:class :fact :text (flow/visible (facts-of node) longest)}]
                 (:note node) (conj {:class :note :text (flow/visible (:note node) longest)}))
        ports  (long (max (count ins) (count outs)))
        text   (double (reduce max 0 (map #(* (double (character (:class %))) (count (:text %))) lines)))
        fill   (when (= :lanes section) (fills (second id)))]
    (cond-> {:id id, :shape ({:roles :role, :lanes :lane, :endpoints :endpoint} section), :kind (:kind node)
             :lines lines, :title (tooltip node)
             :half (max (if (:note node) 5 4) (inc ports))
             :width (+ (long (Math/ceil text)) (if (= :roles section) 24 44))}
      fill (assoc :fill (max 0.0 (min 1.0 (double fill)))))))

(defn- ports
  "{thread offset}: where threads meet a side of a box, in rows from its middle."
  [half threads]
  (let [half (long half), n (count threads)]
    (zipmap threads (map #(- (/ (* (inc (long %)) 2.0 half) (inc n)) half) (range n)))))

;; ------------------------------------------------------------------ edges

(defn- edges-of
  "Edges between the boxes: each writer of a lane to the lane, the lane to each reader."
  [{:keys [edges]}]
  (let [nobody? #(#{:unread :unwritten} (first %))]
    (->> edges
         (mapcat (fn [{:keys [from to lane consumers dead-letter?]}]
                   [{:from from :to [:lanes lane] :dead-letter? dead-letter?}
                    (cond-> {:from [:lanes lane] :to to :dead-letter? false} consumers (assoc :label consumers))]))
         (remove #(or (nobody? (:from %)) (nobody? (:to %))))
         distinct
         (sort-by (comp boolean :dead-letter?)) ; so that those are the last to be thought of as the way
         vec)))

(defn- forward
  "Edges that all lead the same way: those that would close a cycle are turned round, and marked :back?. Dead letters
  on their way to one lane share a :thread."
  [ids edges]
  (let [{:keys [back]} (layout/walk (layout/starts ids edges) edges)]
    (vec (map-indexed (fn [i {:keys [from to dead-letter?] :as edge}]
                        (let [back? (contains? back i)]
                          (merge edge {:n i :thread (if dead-letter? [to back?] i)}
                                 (when back? {:from to :to from :back? true}))))
                      edges))))

(defn- hops
  "{edge [id]} of the ids that each edge runs through, its ends among them."
  [rows edges]
  (let [layer (into {} (mapcat (fn [i row] (map (fn [id] [id i]) row)) (range) rows))]
    (into {} (map (fn [{:keys [n thread from to]}]
                    [n (-> [from]
                           (into (map (fn [l] [:thread thread l])) (range (inc (long (layer from))) (long (layer to))))
                           (conj to))]))
          edges)))

(defn- by-neighbour
  "{id [thread]}: the threads that meet a side of a box, in the order of their next hop."
  [edges end next-hop place]
  (update-vals (group-by end edges)
               (fn [found]
                 (vec (distinct (map :thread (sort-by (fn [{:keys [n]}] [(place (next-hop n)) n]) found)))))))

;; ------------------------------------------------------------------ places

(defn- columns-of
  "[{:left :right}] of the layers, each as wide as its widest box, with more room between where lines are steep."
  [rows boxes at hops]
  (let [wide  (mapv (fn [row] (long (reduce max 0 (keep #(:width (boxes %)) row)))) rows)
        steps (for [way (vals hops), [a b] (map vector way (rest way))] [a (abs (- (long (at a)) (long (at b))))])
        layer (into {} (mapcat (fn [i row] (map (fn [id] [id i]) row)) (range) rows))
        steep (reduce (fn [m [a d]] (update m (layer a) (fnil max 0) d)) {} steps)]
    (first (reduce (fn [[columns left] i]
                     (let [right (+ (long left) (long (wide i)))
                           room  (+ 44 (min 100 (quot (* (long unit) (long (steep i 0))) 5)))]
                       [(conj columns {:left left :right right}) (+ right room)]))
                   [[] margin] (range (count rows))))))

(defn- inset
  "How far the outline of a box lies within its side, `y` from the middle."
  ^double [{:keys [shape half]} y]
  (if (= :lane shape)
    (let [share (/ (double y) (* (long unit) (long half)))]
      (* (double bulge) (- 1.0 (Math/sqrt (max 0.0 (- 1.0 (* share share)))))))
    0.0))

(defn- placed [box y {:keys [left right]}]
  (let [height (* 2 (long unit) (long (:half box)))]
    (assoc box
           :x (+ (long left) (quot (- (long right) (long left) (long (:width box))) 2))
           :y (- (long y) (quot height 2))
           :height height)))

(defn- way
  "The points of an edge, from left to right: out of a box, level to the end of its column, over to the next column,
  and so on."
  [{:keys [thread from to]} hops boxes middle columns out-port in-port]
  (let [a  (boxes from), b (boxes to)
        ya (* (long unit) (double (get-in out-port [from thread])))
        yb (* (long unit) (double (get-in in-port [to thread])))
        start [(- (+ (double (:x a)) (double (:width a))) (inset a ya)) (+ (double (middle from)) ya)]
        end   [(+ (double (:x b)) (inset b yb)) (+ (double (middle to)) yb)]
        level (fn [i id] (cond (zero? (long i)) (second start) (= to id) (second end) :else (double (middle id))))]
    (vec (dedupe (concat [start]
                         (mapcat (fn [i id]
                                   (let [y (level i id), {:keys [left right]} (columns id)]
                                     (cond (= from id) [[(double right) y]]
                                           (= to id)   [[(double left) y]]
                                           :else       [[(double left) y] [(double right) y]])))
                                 (range) hops)
                         [end])))))

(defn- own-steps
  "Lines with their :steps [[point point]]: those that no line before them has, since dashes laid over each other would
  be no dashes."
  [lines]
  (first (reduce (fn [[done drawn] {:keys [points] :as line}]
                   (let [steps (map vector points (rest points))]
                     [(conj done (assoc line :steps (vec (remove drawn steps)))) (into drawn steps)]))
                 [[] #{}] lines)))

(defn scene
  "{:name :width :height :boxes [box] :lines [line]} of what lanegraph.flow/flow returns. A box is {:id [:lanes :obs]
  :shape :role, :lane or :endpoint, :kind :x :y :width :height :lines [{:class :name, :fact or :note, :text}] :title
  tooltip :fill share}, with (:x :y) its upper left corner; a line {:from id :to id :points [[x y]] :steps [[point
  point]] :label consumers :dead-letter? :back?}, whose points lead from :from to :to and stand level at both ends, and
  whose steps are those that no line before it has. `fills` is {lane share}."
  [{:keys [nodes lanes] graph-name :name :as graph} fills]
  (let [by-id    (into {} (map (juxt :id identity)) (concat (remove #(= :nobody (:kind %)) nodes) lanes))
        ids      (map :id (concat (remove #(= :nobody (:kind %)) nodes) lanes))
        edges    (forward ids (edges-of graph))
        {:keys [rows segments]} (layout/arrange ids edges)
        hops     (hops rows edges)
        place    (into {} (mapcat (fn [row] (map-indexed (fn [i id] [id i]) row))) rows)
        outs     (by-neighbour edges :from #(second (hops %)) place)
        ins      (by-neighbour edges :to #(peek (pop (hops %))) place)
        boxes    (into {} (map (fn [id] [id (box id (by-id id) (ins id) (outs id) fills)])) ids)
        side     (fn [edges] (into {} (map (fn [[id found]] [id (ports (:half (boxes id)) found)])) edges))
        out-port (side outs)
        in-port  (side ins)
        at       (layout/columns rows segments
                                 (fn [id] (let [half (:half (boxes id) 0)] [half half]))
                                 (fn [{:keys [to thread]}] (get-in in-port [to thread] 0)))
        columns  (columns-of rows boxes at hops)
        column   (into {} (mapcat (fn [row column] (map (fn [id] [id column]) row)) rows columns))
        middle   (update-vals at #(+ (long margin) (long head) (* (long unit) (long %))))
        boxes    (into {} (map (fn [[id box]] [id (placed box (middle id) (column id))])) boxes)
        lines    (for [{:keys [n from to back?] :as edge} edges
                       :let [points (way edge (hops n) boxes middle column out-port in-port)]]
                   (cond-> (-> edge (dissoc :n :thread) (assoc :points points))
                     back? (assoc :from to :to from :points (vec (rseq points)))))]
    {:name   graph-name
     :width  (+ (long margin) (long (reduce max 480 (map :right columns))))
     :height (+ (long margin) (long foot)
                (long (reduce max (long head) (map #(+ (long (:y %)) (long (:height %))) (vals boxes)))))
     :boxes  (mapv boxes ids)
     :lines  (own-steps lines)}))

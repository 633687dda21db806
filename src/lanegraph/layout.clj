(ns lanegraph.layout
  "Places nodes in layers from top to bottom, in the manner of Sugiyama: edges that go back are cut, each node
  gets a layer below all that lead to it, long edges are threaded through the layers between, the nodes of a
  layer are ordered by the mean place of their neighbours and then moved as near to it as the room allows.
  Columns and layers count from 0. A picture that runs from left to right takes columns for its rows."
  (:require [clojure.set :as set]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn walk
  "{:order ids in the order in which a depth-first walk from `ids` finds them, :back #{index of an edge}}:
  without the back edges there is no cycle."
  [ids edges]
  (let [out  (group-by #(:from (edges %)) (range (count edges)))
        push (fn [stack steps] (into stack (reverse steps)))]
    (loop [stack (push [] (map (fn [id] [:enter id]) ids)), open #{}, order [], back #{}, done #{}]
      (if-let [[step x] (peek stack)]
        (let [stack (pop stack)]
          (case step
            :enter (if (or (done x) (open x))
                     (recur stack open order back done)
                     (recur (push stack (concat (map (fn [e] [:edge e]) (out x)) [[:leave x]]))
                            (conj open x) (conj order x) back done))
            :leave (recur stack (disj open x) order back (conj done x))
            :edge  (let [to (:to (edges x))]
                     (if (open to)
                       (recur stack open order (conj back x) done)
                       (recur (conj stack [:enter to]) open order back done)))))
        {:order order :back back}))))

(defn layers
  "{id layer} for edges without cycles: longest way from the top; a node that nothing leads to stands right
  above the first that it leads to."
  [ids edges]
  (let [into-of (group-by :to edges)
        out-of  (group-by :from edges)
        deepest (loop [todo (vec (remove into-of ids)), waits (update-vals into-of count), layer {}]
                  (if-let [id (first todo)]
                    (let [mine  (inc (long (reduce max -1 (map (comp layer :from) (into-of id)))))
                          waits (reduce (fn [w {:keys [to]}] (update w to dec)) waits (out-of id))
                          free  (filter #(zero? (long (waits %))) (distinct (map :to (out-of id))))]
                      (recur (into (subvec todo 1) free) waits (assoc layer id mine)))
                    layer))]
    (into {} (map (fn [[id layer]]
                    [id (if (and (nil? (into-of id)) (out-of id))
                          (dec (long (reduce min (map (comp deepest :to) (out-of id)))))
                          layer)]))
          deepest)))

(defn thread-long
  "Edges as segments from one layer to the next, with a node [:thread n layer] in each layer between, where n is the
  number of the edge or its :thread: edges with one :thread share their nodes. Returns [segments threads]; the last
  segment of an edge keeps its keys, the others have :from and :to only."
  [layer edges]
  (let [parts (map-indexed (fn [n {:keys [from to thread] :as edge}]
                             (let [between (map (fn [l] [:thread (or thread n) l])
                                                (range (inc (long (layer from))) (long (layer to))))
                                   way     (concat [from] between)]
                               [(concat (map (fn [a b] {:from a :to b}) way between)
                                        [(assoc edge :from (last way))])
                                between]))
                           edges)]
    [(vec (distinct (mapcat first parts))) (vec (distinct (mapcat second parts)))]))

(defn starts
  "`ids`, those first to which nothing leads."
  [ids edges]
  (let [led-to? (set (map :to edges))]
    (sort-by (comp boolean led-to?) ids)))

(defn- mean [xs]
  (/ (double (reduce + xs)) (count xs)))

(defn- reorder [row neighbours place]
  (vec (sort-by (fn [id] (let [near (keep place (neighbours id))]
                           (if (seq near) (mean near) (double (place id)))))
                row)))

(defn- places-in [rows]
  (into {} (mapcat (fn [row] (map-indexed (fn [i id] [id i]) row))) rows))

(defn order
  "Rows of ids, each ordered so that few edges cross: four sweeps down and up by the mean place of the
  neighbours."
  [rows segments]
  (let [above (update-vals (group-by :to segments) #(mapv :from %))
        below (update-vals (group-by :from segments) #(mapv :to %))
        sweep (fn [rows neighbours side idxs]
                (reduce (fn [rows i]
                          (update rows i reorder neighbours
                                  (places-in [(rows (+ (long i) (long side))) (rows i)])))
                        rows idxs))
        n     (count rows)
        down  #(sweep % above -1 (range 1 n))
        up    #(sweep % below 1 (range (- n 2) -1 -1))]
    (nth (iterate (comp down up down) (vec rows)) 4)))

(defn arrange
  "{:rows [[id]], :segments [segment]} for edges without cycles: the layers, each in the order in which it is drawn,
  with the threads of long edges among them."
  [ids edges]
  (let [layer (layers ids edges)
        [segments threads] (thread-long layer edges)
        layer (into layer (map (fn [[_ _ l :as id]] [id l])) threads)
        found (:order (walk (starts ids segments) segments))
        rows  (update-vals (group-by layer found) vec)]
    {:rows     (order (mapv #(rows % []) (range (inc (long (reduce max 0 (keys rows)))))) segments)
     :segments segments}))

(defn- pool
  "The non-decreasing numbers nearest to `xs` by least squares (pool adjacent violators)."
  [xs]
  (->> xs
       (reduce (fn [blocks x]
                 (loop [blocks blocks, sum (double x), n 1]
                   (let [[before-sum before-n] (peek blocks)]
                     (if (and before-n (> (/ (double before-sum) (long before-n)) (/ sum n)))
                       (recur (pop blocks) (+ sum (double before-sum)) (+ n (long before-n)))
                       (conj blocks [sum n])))))
               [])
       (mapcat (fn [[sum n]] (repeat n (/ (double sum) (long n)))))))

(defn- settle
  "Columns for a row, as near to the wished ones as `apart` (least distance of two neighbours) allows."
  [row wished apart]
  (let [steps (reductions + 0 (map apart row (rest row)))]
    (zipmap row (map (fn [x step] (+ (double x) (long step)))
                     (pool (map (fn [id step] (- (double (wished id)) (long step))) row steps))
                     steps))))

(defn columns
  "{id column} of the middle of each node. `size` gives [left right], the columns that a node takes beside its
  middle, `port` the place of a segment's end relative to the middle of the node it leads to."
  [rows segments size port]
  (let [apart  (fn [a b] (+ (long (second (size a))) (long (first (size b))) 3))
        above  (group-by :to segments)
        below  (group-by :from segments)
        start  (into {} (map (fn [row] (settle row (zipmap row (repeat 0)) apart))) rows)
        wish   (fn [at id wishes] (if (seq wishes) (mean wishes) (at id)))
        down   (fn [at row]
                 (settle row #(wish at % (map (fn [s] (- (double (at (:from s))) (double (port s))))
                                              (above %))) apart))
        up     (fn [at row]
                 (settle row #(wish at % (map (fn [s] (+ (double (at (:to s))) (double (port s)))) (below %)))
                         apart))
        sweep  (fn [at rows f] (reduce (fn [at row] (merge at (f at row))) at rows))
        at     (nth (iterate #(-> % (sweep (rest rows) down) (sweep (reverse rows) up)
                                (sweep (rest rows) down)) start) 6)
        left   (reduce min 0.0 (map (fn [[id x]] (- (double x) (long (first (size id))))) at))]
    (update-vals at (fn [x] (long (Math/floor (+ 0.5 (- (double x) (double left)))))))))

(defn tracks
  "{bus row} for the buses of one gap, {:id :from column :to [column]}: two that share a column or overlap get
  rows of their own, and one whose column leads down from above lies above one whose column leads on downwards
  there."
  [buses]
  (let [span   (fn [{:keys [from to]}] [(reduce min from to) (reduce max from to)])
        first? (fn [a b] (and (not= a b) (some #{(:from a)} (:to b))))
        clash? (fn [a b] (let [[a-low a-high] (span a), [b-low b-high] (span b)]
                           (and (<= (long a-low) (inc (long b-high)))
                                (<= (long b-low) (inc (long a-high))))))]
    (loop [todo (set buses), placed {}]
      (if (empty? todo)
        (update-keys placed :id)
        (let [free (filter (fn [b] (not-any? #(first? % b) todo)) todo)
              bus  (first (sort-by (comp first span) (if (seq free) free todo)))
              low  (inc (long (reduce max -1 (keep (fn [[b row]] (when (first? b bus) row)) placed))))
              row  (first (remove (fn [row] (some (fn [[b r]] (and (= row r) (clash? b bus))) placed))
                                  (iterate inc low)))]
          (recur (set/difference todo #{bus}) (assoc placed bus row)))))))

(ns lanegraph.drawing
  "A graph (lanegraph.flow) as a drawing in text, from top to bottom. Roles are [in brackets], endpoints (in
  parentheses), lanes are the lines between; ! marks a line of dead letters, ↑ one that goes back to a role
  above."
  (:require [clojure.string :as str]
            [lanegraph.flow :as flow]
            [lanegraph.layout :as layout]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private longest 30)

(defn- text-of
  "A name and, behind it, its annotation."
  [name & more]
  (str (flow/visible name longest)
       (str/join (map #(str " " (flow/visible % longest)) (remove nil? more)))))

(defn- caption [{:keys [kind name note] :as node}]
  (case kind
    (:ingress :egress :nobody) (str "(" (text-of name note) ")")
    :back                      (str "↑ " (text-of name))
    (if-let [does (flow/does node)]
      (str "[" (flow/visible name longest) ": " (text-of does note) "]")
      (str "[" (text-of name note) "]"))))

(defn- edge-label [{:keys [label dead-letter? note]}]
  (when label (str (when dead-letter? "!") (text-of label note))))

(defn- cut-cycles
  "Edges that go back lead to a node of their own instead, which names the role."
  [{:keys [nodes edges]}]
  (let [edges (vec (sort-by (juxt (comp boolean :dead-letter?) :label) edges))
        {:keys [back]} (layout/walk (layout/starts (map :id nodes) edges) edges)
        name  (into {} (map (juxt :id :name)) nodes)]
    {:nodes (into nodes (map (fn [i] {:id [:back i] :kind :back :name (name (:to (edges i)))})) (sort back))
     :edges (vec (map-indexed (fn [i e] (if (back i) (assoc e :to [:back i]) e)) edges))}))

(defn- ports
  "{segment offset}: where the segments that lead to one node end, from its first one on, with room for their
  labels."
  [segments]
  (zipmap segments (reductions + 0 (map #(+ 4 (count (edge-label %))) segments))))

(defn- shape-of
  "Of one node: :ports {segment column relative to the middle}, :text [from to] and :size [left right] of it
  all."
  [caption segments]
  (let [offsets (ports segments)
        span    (long (reduce max 0 (vals offsets)))
        middle  (quot span 2)
        wide    (count caption)
        left    (max (quot (dec wide) 2) (if (pos? span) (inc middle) 0))
        right   (max (- wide 1 (quot (dec wide) 2)) (if (pos? span) (inc (- span middle)) 0))
        label   (long (if-let [s (last segments)] (inc (count (edge-label s))) 0))]
    {:ports (update-vals offsets #(- (long %) middle))
     :text  [left right]
     :size  [left (max right (+ (- span middle) label))]}))

(defn- write! [^objects grid row column ^String s]
  (let [^chars line (aget grid row)]
    (dotimes [i (count s)]
      (aset line (+ (long column) i) (.charAt s i)))))

(def ^:private corners
  "Characters by the sides that they join: up 1, down 2, left 4, right 8."
  " ╵╷│╴┘┐┤╶└┌├─┴┬┼")

(defn- draw-gap!
  "The lines between two layers: a track for each node that does not lead straight down, then the labels."
  [grid top buses rows labels]
  (let [top    (long top)
        bottom (+ top (long rows))
        cells  (atom {})
        join!  (fn [row column bus sides]
                 (swap! cells update [row column]
                        (fn [[owner found]]
                          (if (= owner bus) [bus (bit-or (long (or found 0)) (long sides))] [bus sides]))))]
    (doseq [{:keys [id from to track]} buses :when track
            :let [low (long (reduce min from to)), high (long (reduce max from to))]
            column (range low (inc high))]
      (join! (+ top (long track)) column id
             (bit-or (if (< low (long column)) 4 0) (if (< (long column) high) 8 0))))
    (doseq [{:keys [id from to track]} buses
            :let [turn (+ top (long (or track 0)))]]
      (doseq [row (range top (inc turn))]
        (join! row from id (if (and track (= row turn)) 1 3)))
      (doseq [column to, row (range turn bottom)]
        (join! row column id (if (and track (= row turn)) 2 3))))
    (doseq [[[row column] [_ sides]] @cells]
      (write! grid row column (str (.charAt ^String corners (int sides)))))
    (doseq [[column label] labels :when label]
      (write! grid (dec bottom) column (str "▼ " label)))))

(defn- stretched [caption wide]
  (let [room (- (long wide) (count caption))
        half (quot room 2)]
    (str (subs caption 0 1) (apply str (repeat half " ")) (subs caption 1 (dec (count caption)))
         (apply str (repeat (- room half) " ")) (subs caption (dec (count caption))))))

(defn- arranged
  "Everything that the text picture is drawn from."
  [graph]
  (let [{:keys [nodes edges]} (cut-cycles graph)
        {:keys [rows segments]} (layout/arrange (map :id nodes) edges)
        place    (into {} (mapcat (fn [row] (map-indexed (fn [i id] [id i]) row))) rows)
        captions (into {} (map (juxt :id caption)) nodes)
        into-of  (update-vals (group-by :to segments) #(sort-by (comp place :from) %))
        shapes   (into {} (map (fn [id] [id (shape-of (captions id "│") (into-of id))])) (apply concat rows))
        port     (fn [s] (get-in shapes [(:to s) :ports s]))]
    {:rows rows :segments segments :captions captions :shapes shapes :port port
     :at   (layout/columns rows segments #(:size (shapes %)) port)}))

(defn- gap
  "The lines below one row: {:buses [{:id :from :to :track}] :rows n :labels [[column label]]}."
  [{:keys [segments at port]} row]
  (let [out    (group-by :from segments)
        end    (fn [s] (+ (long (at (:to s))) (long (port s))))
        buses  (for [id row :when (out id)] {:id id :from (at id) :to (mapv end (out id))})
        bent   (remove #(= [(:from %)] (:to %)) buses)
        track  (layout/tracks bent)
        labels (for [id row, s (out id)] [(end s) (edge-label s)])]
    {:buses  (map #(assoc % :track (track (:id %))) buses)
     :labels labels
     :rows   (+ (inc (long (reduce max -1 (vals track))))
                (if (or (some second labels) (empty? bent)) 1 0))}))

(defn- drawing
  "The picture as lines of text."
  [graph]
  (let [{:keys [rows captions shapes at] :as arranged} (arranged graph)
        gaps   (mapv #(gap arranged %) (butlast rows))
        tops   (vec (reductions + 0 (map #(inc (long (:rows %))) gaps)))
        width  (inc (long (reduce max 0 (for [[id x] at] (+ (long x) (long (second (:size (shapes id)))))))))
        height (inc (long (peek tops)))
        grid   (object-array (repeatedly height #(char-array (inc width) \space)))]
    (doseq [[row top] (map vector rows tops), id row
            :let [x (long (at id)), [left right] (:text (shapes id))]]
      (if-let [caption (captions id)]
        (write! grid top (- x (long left)) (stretched caption (+ (long left) (long right) 1)))
        (write! grid top x "│")))
    (doseq [[{:keys [buses rows labels]} top] (map vector gaps tops)]
      (draw-gap! grid (inc (long top)) buses rows labels))
    (mapv #(str/trimr (String. ^chars %)) grid)))

(defn- listing
  "One line for each edge, for graphs that are too wide to be drawn."
  [{:keys [nodes edges]}]
  (let [captions (into {} (map (juxt :id caption)) nodes)
        wide     (long (reduce max 0 (map #(count (captions (:from %))) edges)))]
    (for [{:keys [from to] :as edge} (sort-by (comp captions :from) edges)]
      (str (captions from) (apply str (repeat (- wide (count (captions from))) " "))
           " ── " (edge-label edge) " ─▶ " (captions to)))))

(defn- legend [lines]
  (let [used #(some (fn [line] (str/includes? line %)) lines)
        said (remove nil? [(when (used "▼ !") "! dead letters") (when (used "↑ ") "↑ back to a role above")])]
    (when (seq said) ["" (str/join "   " said)])))

(defn draw
  "The drawing of a graph; wider than `width` columns (nil: no limit), a list of its edges instead."
  [graph width]
  (let [lines (drawing graph)]
    (str/join "\n" (if (and width (< (long width) (long (reduce max 0 (map count lines)))))
                     (listing graph)
                     (concat lines (legend lines))))))

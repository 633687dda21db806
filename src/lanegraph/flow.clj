(ns lanegraph.flow
  "A spec as nodes and edges for pictures: roles and endpoints are the nodes, lanes the edges. Works for specs
  with problems too: what is damaged is left out."
  (:require [clojure.string :as str]
            [lanegraph.convert :as convert]
            [lanegraph.heal :as heal]
            [lanegraph.model :as model]
            [lanegraph.shape :as shape]
            [lanegraph.topology :as topology]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- text [k] (convert/name->string k))

(defn visible
  "A name as it can stand in a picture: without characters that would break it, at most `most` of them."
  [s most]
  (let [s (str/replace s #"[\p{Cntrl}\p{Cf}]" "?")]
    (if (< (long most) (count s)) (str (subs s 0 (dec (long most))) "…") s)))

(defn- short-key
  "A stage key as it can stand in a picture: a long one by its last part alone, …/kind."
  [k]
  (let [s (str k)]
    (if (< 20 (count s)) (str "…" (re-find #"[/.$]?[^/.$]*$" s)) s)))

(defn does
  "What a picture says of a node beside its name: bridge, router or merge, with a policy that is not the default;
  nil for the others."
  [{:keys [kind] {:keys [policy]} :spec}]
  (when (#{:bridge :router :merge} kind)
    (str (name kind)
         (cond
           (map? policy)                                                (str " by " (short-key (:by policy)))
           (#{[:router :round-robin] [:merge :priority]} [kind policy]) (str " " (name policy))))))

(defn- nodes [section m]
  (for [[k {:keys [kind] :as found}] (sort m)]
    {:id [section k] :kind kind :name (text k) :spec found}))

(defn- lane-edges
  "Edges of one lane: every producer to every reader, the cursors of a router on a whole fanout taken
  together. The readers of a journal have no numbers."
  [owners lane kind {:keys [producers cursors]}]
  (let [known   (fn [owner] (when-let [{:keys [section name]} (owners owner)] [section name]))
        readers (group-by (comp known second) (map-indexed vector cursors))
        readers (or (seq (for [[id found] readers :when id] [id (map first found)]))
                    [[[:unread lane] [0]]])
        writers (or (seq (for [owner producers] [(known owner) (boolean (:dead-letter? (owners owner)))]))
                    [[[:unwritten lane] false]])]
    (for [[from dead-letter?] writers, [to found] readers
          :let [part (when-not (or (= :journal kind) (= (count found) (count cursors)))
                       (str/join " " found))]]
      (cond-> {:from from :to to :lane lane :label (str (text lane) (when part (str " " part)))
               :dead-letter? dead-letter?}
        part (assoc :consumers part)))))

(defn- nobody
  "The name of what stands where nothing reads or writes a lane. A journal keeps what nobody reads."
  [spec [end lane]]
  (if (and (= :unread end) (= :journal (get-in spec [:lanes lane :kind]))) "kept" "nobody"))

(defn- noted
  "Nodes or edges with the annotation of what they show; of the edges of one lane the first has it."
  [xs id annotations]
  (first (reduce (fn [[done told] x]
                   (let [id (id x), note (when-not (told id) (annotations id))]
                     [(conj done (cond-> x note (assoc :note note))) (conj told id)]))
                 [[] #{}] xs)))

(defn flow
  "{:name string, :nodes [{:id :kind :name :spec}], :edges [{:from id :to id :lane k :label string :consumers
  string :dead-letter? boolean}], :lanes [{:id :kind :name :spec}]} of a spec, which may be anything. :kind is that
  of the role or endpoint, or :nobody for the other end of a lane that nothing reads or writes; :spec is what the
  spec says of it, a lane's with its defaults; :consumers are the numbers of the cursors, if there are others too.
  `annotations`, {[:lanes :lines] string, [:roles :parse] string}, are the :note of nodes, edges and lanes."
  ([spec] (flow spec {}))
  ([spec annotations]
   (let [spec   (shape/plain spec)
         healed (heal/heal spec (shape/problems spec))
         {:keys [on-full]} (merge (model/defaults :graph nil) healed)
         owners (topology/owners healed)
         edges  (->> (topology/topology (convert/spec->java healed))
                     sort
                     (mapcat (fn [[lane ends]] (lane-edges owners lane (get-in healed [:lanes lane :kind]) ends)))
                     (remove #(= [:unwritten :unread] [(first (:from %)) (first (:to %))])))
         inside (into (vec (nodes :endpoints (:endpoints healed))) (nodes :roles (:roles healed)))
         known  (set (map :id inside))
         lanes  (update-vals (:lanes healed) #(merge {:on-full on-full} (model/defaults :lane (:kind %)) %))]
     {:name  (text (:name healed))
      :nodes (noted (into inside (map (fn [id] {:id id :kind :nobody :name (nobody healed id)}))
                          (distinct (remove known (mapcat (juxt :from :to) edges))))
                    :id annotations)
      :edges (noted edges (fn [{:keys [lane]}] [:lanes lane]) annotations)
      :lanes (noted (nodes :lanes lanes) :id annotations)})))

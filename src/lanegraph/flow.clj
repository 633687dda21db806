(ns lanegraph.flow
  "A spec as nodes and edges for pictures: roles and endpoints are the nodes, lanes the edges. Works for specs
  with problems too: what is damaged is left out."
  (:require [lanegraph.convert :as convert]
            [lanegraph.heal :as heal]
            [lanegraph.shape :as shape]
            [lanegraph.topology :as topology]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- text [k] (convert/name->string k))

(defn- nodes [{:keys [roles endpoints]}]
  (concat (for [[k {:keys [kind]}] (sort endpoints)] {:id [:endpoints k] :kind kind :name (text k)})
          (for [[k {:keys [kind]}] (sort roles)]     {:id [:roles k] :kind kind :name (text k)})))

(defn- label [lane cursors all]
  (if (or (= 1 all) (= all (count cursors)))
    (text lane)
    (apply str (text lane) (map #(str " " %) cursors))))

(defn- lane-edges
  "Edges of one lane: every producer to every reader, the cursors of a router on a whole fanout taken
  together."
  [owners lane {:keys [producers cursors]}]
  (let [known   (fn [owner] (when-let [{:keys [section name]} (owners owner)] [section name]))
        readers (group-by (comp known second) (map-indexed vector cursors))
        readers (or (seq (for [[id found] readers :when id] [id (map first found)]))
                    [[[:unread lane] [0]]])
        writers (or (seq (for [owner producers] [(known owner) (boolean (:dead-letter? (owners owner)))]))
                    [[[:unwritten lane] false]])]
    (for [[from dead-letter?] writers, [to found] readers]
      {:from from :to to :lane lane :label (label lane found (count cursors)) :dead-letter? dead-letter?})))

(defn flow
  "{:name string, :nodes [{:id :kind :name}], :edges [{:from id :to id :lane k :label string :dead-letter?
  boolean}]} of a spec, which may be anything. :kind is that of the role or endpoint, or :nobody for the other
  end of a lane that nothing reads or writes."
  [spec]
  (let [spec   (shape/plain spec)
        healed (heal/heal spec (shape/problems spec))
        owners (topology/owners healed)
        edges  (->> (topology/topology (convert/spec->java healed))
                    sort
                    (mapcat (fn [[lane ends]] (lane-edges owners lane ends)))
                    (remove #(= [:unwritten :unread] [(first (:from %)) (first (:to %))])))
        inside (vec (nodes healed))
        known  (set (map :id inside))]
    {:name  (text (:name healed))
     :nodes (into inside (map (fn [id] {:id id :kind :nobody :name "nobody"}))
                  (distinct (remove known (mapcat (juxt :from :to) edges))))
     :edges (vec edges)}))

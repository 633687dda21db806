(ns lanegraph.topology
  "Who writes and who reads which lane, as data: a view of lanegraph.graph.Topology, the one place that
  derives it."
  (:require [lanegraph.convert :as convert])
  (:import (java.util Map$Entry)
           (lanegraph.graph GraphSpec LaneSpec LaneSpec$Journal LaneSpec$Ring Topology)
           (lanegraph.region JournalShape RingShape)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn topology
  "{lane {:producers [owner] :cursors [owner] :many-producers? boolean}} of a GraphSpec. Owners are the names
  that stand in cells and lock files: \"role/parse\", \"role/parse/error\", \"role/spread/0\",
  \"endpoint/in\", \"unread\"."
  [^GraphSpec g]
  (let [t (Topology/of g)]
    (into {}
          (map (fn [lane]
                 [(keyword lane) {:producers       (vec (.producers t lane))
                                  :cursors         (vec (.cursors t lane))
                                  :many-producers? (.manyProducers t lane)}]))
          (.lanes t))))

(defn- shape [^Topology t ^String lane ^LaneSpec spec]
  (if (instance? LaneSpec$Ring spec)
    (let [^LaneSpec$Ring ring spec]
      (RingShape. (.kind ring) (.slots ring) (.slotBytes ring) (.codec ring) (.producers t lane) (.cursors t lane)))
    (let [^LaneSpec$Journal journal spec]
      (JournalShape. (.segmentBytes journal) (.codec journal)))))

(defn shapes
  "{lane shape} of a GraphSpec: what the bytes of each mapped lane mean, a RingShape or a JournalShape. A lane goes
  on with its file as long as its shape stays equal."
  [^GraphSpec g]
  (let [t (Topology/of g)]
    (into {} (map (fn [^Map$Entry e] [(keyword (.getKey e)) (shape t (.getKey e) (.getValue e))])) (.lanes g))))

(defn owners
  "{owner {:section :roles or :endpoints, :name name, :dead-letter? boolean}} of a spec, for every owner that
  it can have."
  [spec]
  (into {}
        (concat
         (for [endpoint (keys (:endpoints spec))]
           [(Topology/endpointOwner (convert/name->string endpoint)) {:section :endpoints :name endpoint}])
         (for [[role {:keys [kind]}] (:roles spec)
               :let [role-name (convert/name->string role)]
               owner (concat [{:owner (Topology/roleOwner role-name)}
                              {:owner (Topology/errorOwner role-name) :dead-letter? true}]
                             (for [i (range (if (= :router kind) 64 0))]
                               {:owner (Topology/routerOwner role-name (int i))}))]
           [(:owner owner) (cond-> {:section :roles :name role}
                             (:dead-letter? owner) (assoc :dead-letter? true))]))))

(ns lanegraph.topology
  "Who writes and who reads which lane, as data: a view of lanegraph.graph.Topology, the one place that
  derives it."
  (:require [lanegraph.convert :as convert])
  (:import (lanegraph.graph GraphSpec Topology)))

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

(ns lanegraph.graph-kit
  "Graphs for the tests of the Java model: plain data made into records.

  {:name \"g\" :on-full :block :idle :backoff :allow-cycles false
   :lanes     {\"a\" {:kind :events :slots 8 …}}            missing keys have the defaults
   :roles     {\"r\" {:kind :stage :rx \"a\" :tx \"b\" …}}  :rx \"a\" or [\"a\" 1]; a merge: a list of these
   :endpoints {\"in\" {:kind :ingress :lane \"a\"}}}"
  (:require
   [clojure.string :as str])
  (:import
   (java.util SortedMap TreeMap)
   (lanegraph.graph Defaults EndpointSpec EndpointSpec$Kind GraphSpec Idle LaneRef LaneSpec$Events
                    LaneSpec$FanoutBroadcast LaneSpec$Journal LaneSpec$SequencedSlots OnError OnFull Problem
                    Problem$Severity RoleSpec$Bridge RoleSpec$Merge RoleSpec$Router RoleSpec$Stage
                    Validator)))

(set! *warn-on-reflection* true)

(defn- upper [k] (-> k name (str/replace "-" "_") str/upper-case))
(defn- on-full [k] (some-> k upper OnFull/valueOf))
(defn- idle [k] (some-> k upper Idle/valueOf))

(defn lane-ref
  "\"a\" or [\"a\" 1] as a LaneRef."
  ^LaneRef [r]
  (if (vector? r) (LaneRef/of (r 0) (int (r 1))) (LaneRef/of r)))

(defn lane [m]
  (let [{:keys [kind slots slot-bytes codec retain consumers gating segment-bytes retain-bytes retain-ms
                sync]}
        (merge {:slots Defaults/SLOTS :slot-bytes Defaults/SLOT_BYTES :codec "bytes" :retain true :gating 1
                :consumers 2 :segment-bytes Defaults/SEGMENT_BYTES :retain-bytes 0 :retain-ms 0 :sync "none"}
                m)
        full (on-full (:on-full m))]
    (case kind
      :events           (LaneSpec$Events. slots slot-bytes codec full retain)
      :fanout-broadcast (LaneSpec$FanoutBroadcast. consumers slots slot-bytes codec full retain)
      :sequenced-slots  (LaneSpec$SequencedSlots. gating slots slot-bytes codec full retain)
      :journal          (LaneSpec$Journal. segment-bytes retain-bytes retain-ms sync codec full))))

(defn role [{:keys [kind stage as args rx tx policy on-error thread] :as m}]
  (let [error (cond (= :skip on-error) (OnError/skip)
                    (map? on-error)    (OnError/deadLetter (:to on-error))
                    :else              (OnError/stop))
        idle  (idle (:idle m))]
    (case kind
      :stage  (RoleSpec$Stage. (or stage "app/f") (or as "map") args (lane-ref rx) tx error idle thread)
      :bridge (RoleSpec$Bridge. (lane-ref rx) tx error idle thread)
      :router (RoleSpec$Router. (lane-ref rx) tx (or policy "broadcast") error idle thread)
      :merge  (RoleSpec$Merge. (mapv lane-ref rx) tx (or policy "round-robin") error idle thread))))

(defn endpoint [{:keys [kind lane]}]
  (EndpointSpec. (EndpointSpec$Kind/valueOf (upper kind)) (lane-ref lane)))

(defn- sorted ^SortedMap [f m]
  (TreeMap. ^java.util.Map (update-vals (or m {}) f)))

(defn spec
  "The GraphSpec of such data."
  ^GraphSpec [m]
  (GraphSpec. (:name m "g") (on-full (:on-full m :block)) (idle (:idle m :backoff))
              (boolean (:allow-cycles m)) (sorted lane (:lanes m)) (sorted role (:roles m))
              (sorted endpoint (:endpoints m))))

(defn problems
  "What the validator says about such data: maps of :code :path :value :message :hint :severity."
  [m]
  (for [^Problem p (Validator/validate (spec m))]
    {:code     (.code p)
     :path     (vec (.path p))
     :value    (.value p)
     :message  (.message p)
     :hint     (.hint p)
     :severity (if (= Problem$Severity/ERROR (.severity p)) :error :warning)}))

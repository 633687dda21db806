(ns lanegraph.convert
  "Between specs as Clojure maps and lanegraph.graph.GraphSpec. Both ways are exact: what a spec says, and
  what it leaves to the defaults of the information model, is the same on both sides. Names are keywords here
  and strings there, :args are canonical EDN text there. Qualified keys and the :tests of a spec stay
  behind."
  (:require [clojure.edn :as edn]
            [clojure.string :as str]
            [lanegraph.model :as model]
            [lanegraph.problem :as problem]
            [lanegraph.spec :as spec])
  (:import (java.util Map$Entry TreeMap)
           (lanegraph.graph EndpointSpec EndpointSpec$Kind GraphSpec Idle LaneRef LaneSpec LaneSpec$Events
                            LaneSpec$FanoutBroadcast LaneSpec$Journal LaneSpec$SequencedSlots MergePolicy OnError
                            OnError$DeadLetter OnError$Skip OnError$Stop OnFull Recovery RoleSpec RoleSpec$Bridge
                            RoleSpec$Merge RoleSpec$Router RoleSpec$Stage RouterPolicy RouterPolicy$By)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn name->string
  "The name that Java knows: \"both\" for :both, \"a/b\" for :a/b."
  ^String [k]
  (subs (str k) 1))

(def ^:private ons-full {:block OnFull/BLOCK, :drop OnFull/DROP})
(def ^:private idles {:busy-spin Idle/BUSY_SPIN, :yield Idle/YIELD, :backoff Idle/BACKOFF, :park Idle/PARK})
(def ^:private directions {:ingress EndpointSpec$Kind/INGRESS, :egress EndpointSpec$Kind/EGRESS})

(defn- key-of [constants constant]
  (some (fn [[k v]] (when (identical? v constant) k)) constants))

(defn- opt-name ^String [k]
  (when (some? k) (name->string k)))

(defn- sync->string ^String [sync]
  (if (map? sync) (str "interval:" (:interval-ms sync)) (name sync)))

(defn- string->sync [^String sync]
  (if (str/starts-with? sync "interval:") {:interval-ms (parse-long (subs sync 9))} (keyword sync)))

(defn- from->string ^String [from]
  (if (keyword? from) (name from) (some-> from str)))

(defn- string->from [^String from]
  (or (parse-long from) (keyword from)))

(defn stage-key->string
  "The key of a stage as Java knows it: \"weather.stages/parse\", \":upper\" or \"com.acme.Stage\"."
  ^String [k]
  (str k))

(defn string->stage-key
  "The reverse of stage-key->string."
  [^String s]
  (cond
    (str/starts-with? s ":") (keyword (subs s 1))
    (str/includes? s "/")    (symbol s)
    :else                    s))

(defn- args->string ^String [role args]
  (or (spec/data-text args)
      (throw (problem/ex :incorrect :spec/not-data
                         (str "role " role ": found " (problem/printed args) " under :args; expected "
                              (model/expected {:type :data}))
                         {:role role :value args}))))

(defn- ref->java ^LaneRef [ref]
  (if (vector? ref)
    (LaneRef/of (name->string (ref 0)) (int (ref 1)))
    (LaneRef/of (name->string ref))))

(defn- java->ref [^LaneRef ref]
  (let [lane (keyword (.lane ref))]
    (if (.isWhole ref) lane [lane (long (.consumer ref))])))

(defn- on-error->java ^OnError [on-error]
  (cond
    (map? on-error)     (OnError$DeadLetter. (name->string (:to on-error)))
    (= :skip on-error)  (OnError$Skip.)
    :else               (OnError$Stop.)))

(defn- java->on-error [on-error]
  (condp instance? on-error
    OnError$DeadLetter {:to (keyword (.lane ^OnError$DeadLetter on-error))}
    OnError$Skip       :skip
    :stop))

(defn- recover->java ^Recovery [recover]
  (when (map? recover)
    (Recovery. (name->string (:journal recover)) (from->string (:from recover :start)))))

(defn- java->recover [^Recovery recovery]
  (if recovery
    {:journal (keyword (.journal recovery)) :from (string->from (.from recovery))}
    :fresh))

(defn- routing->java ^RouterPolicy [policy]
  (case policy
    :broadcast   (RouterPolicy/broadcast)
    :round-robin (RouterPolicy/roundRobin)
    (RouterPolicy/by (stage-key->string (:by policy)))))

(defn- java->routing [^RouterPolicy policy]
  (if (instance? RouterPolicy$By policy)
    {:by (string->stage-key (.stage ^RouterPolicy$By policy))}
    (keyword (.key policy))))

(def ^:private turns {:round-robin MergePolicy/ROUND_ROBIN, :priority MergePolicy/PRIORITY})

(defn- lane->java ^LaneSpec [lane]
  (let [{:keys [kind slots slot-bytes codec on-full retain] :as m}
        (merge (model/defaults :lane (:kind lane)) lane)
        codec   (name->string codec)
        on-full ^OnFull (ons-full on-full)]
    (case kind
      :events           (LaneSpec$Events. (int slots) (int slot-bytes) codec on-full (boolean retain))
      :fanout-broadcast
      (LaneSpec$FanoutBroadcast. (int (:consumers m)) (int slots) (int slot-bytes) codec on-full
                                 (boolean retain))
      :sequenced-slots  (LaneSpec$SequencedSlots. (int (:gating m)) (int slots) (int slot-bytes) codec on-full
                                                  (boolean retain))
      :journal
      (LaneSpec$Journal. (long (:segment-bytes m)) (long (:retain-bytes m)) (long (:retain-ms m))
                         (sync->string (:sync m)) codec on-full))))

(defn- ring [slots slot-bytes retain]
  {:slots (long slots) :slot-bytes (long slot-bytes) :retain retain})

(defn- java->lane [^LaneSpec lane]
  (merge (cond-> {:kind (keyword (.kind lane)) :codec (keyword (.codec lane))}
           (.onFull lane) (assoc :on-full (key-of ons-full (.onFull lane))))
         (condp instance? lane
           LaneSpec$Events
           (let [^LaneSpec$Events l lane] (ring (.slots l) (.slotBytes l) (.retain l)))
           LaneSpec$FanoutBroadcast (let [^LaneSpec$FanoutBroadcast l lane]
                                      (assoc (ring (.slots l) (.slotBytes l) (.retain l))
                                             :consumers (long (.consumers l))))
           LaneSpec$SequencedSlots  (let [^LaneSpec$SequencedSlots l lane]
                                      (assoc (ring (.slots l) (.slotBytes l) (.retain l))
                                             :gating (long (.gating l))))
           LaneSpec$Journal         (let [^LaneSpec$Journal l lane]
                                      {:segment-bytes (.segmentBytes l) :retain-bytes (.retainBytes l)
                                       :retain-ms (.retainMillis l) :sync (string->sync (.sync l))}))))

(defn- role->java ^RoleSpec [role-name role]
  (let [{:keys [kind rx tx on-error idle thread policy] :as m}
        (merge (model/defaults :role (:kind role)) role)
        on-error (on-error->java on-error)
        idle     ^Idle (idles idle)
        thread   (opt-name thread)
        from     (from->string (:from m))]
    (case kind
      :stage  (RoleSpec$Stage. (stage-key->string (:stage m)) (name->string (:as m))
                               (when (contains? m :args) (args->string role-name (:args m)))
                               (boolean (:sequence m))
                               (ref->java rx) (name->string tx) on-error idle thread from
                               (recover->java (:recover m)))
      :bridge (RoleSpec$Bridge. (ref->java rx) (name->string tx) on-error idle thread from)
      :router
      (RoleSpec$Router. (ref->java rx) (mapv name->string tx) (routing->java policy) on-error idle thread from)
      :merge
      (RoleSpec$Merge. (mapv ref->java rx) (name->string tx) ^MergePolicy (turns policy) on-error idle thread
                        from))))

(defn- java->role [^RoleSpec role]
  (let [refs  (mapv java->ref (.rx role))
        lanes (mapv keyword (.tx role))]
    (merge (cond-> {:kind (keyword (.kind role)) :on-error (java->on-error (.onError role))}
             (.idle role)   (assoc :idle (key-of idles (.idle role)))
             (.thread role) (assoc :thread (keyword (.thread role)))
             (.start role)  (assoc :from (string->from (.start role))))
           (condp instance? role
             RoleSpec$Stage  (let [^RoleSpec$Stage r role]
                               (cond-> {:stage (string->stage-key (.stage r)) :as (keyword (.as r))
                                        :sequence (.sequence r) :recover (java->recover (.recovery r))
                                        :rx (refs 0) :tx (lanes 0)}
                                 (.args r) (assoc :args (edn/read-string (.args r)))))
             RoleSpec$Bridge {:rx (refs 0) :tx (lanes 0)}
             RoleSpec$Router {:rx (refs 0) :tx lanes :policy (java->routing (.policy ^RoleSpec$Router role))}
             RoleSpec$Merge  {:rx refs :tx (lanes 0) :policy (key-of turns (.policy ^RoleSpec$Merge role))}))))

(defn- endpoint->java ^EndpointSpec [{:keys [kind lane from]}]
  (EndpointSpec. ^EndpointSpec$Kind (directions kind) (ref->java lane) (from->string from)))

(defn- java->endpoint [^EndpointSpec endpoint]
  (cond-> {:kind (key-of directions (.kind endpoint)) :lane (java->ref (.lane endpoint))}
    (.start endpoint) (assoc :from (string->from (.start endpoint)))))

(defn- sorted ^TreeMap [f m]
  (reduce-kv (fn [^TreeMap t k v] (doto t (.put (name->string k) (f k v)))) (TreeMap.) m))

(defn spec->java
  "The GraphSpec of a spec whose shape is good (lanegraph.shape finds no problem); rules are not judged.
  Error: :spec/not-data when :args cannot be written as EDN."
  ^GraphSpec [spec]
  (let [{:keys [on-full idle allow-cycles endpoints] :as m} (merge (model/defaults :graph nil) spec)]
    (GraphSpec. (name->string (:name m)) ^OnFull (ons-full on-full) ^Idle (idles idle) (boolean allow-cycles)
                (sorted (fn [_ lane] (lane->java lane)) (:lanes m))
                (sorted role->java (:roles m))
                (sorted (fn [_ endpoint] (endpoint->java endpoint)) endpoints))))

(defn- by-name [f m]
  (into {} (map (fn [^Map$Entry e] [(keyword (.getKey e)) (f (.getValue e))])) m))

(defn java->spec
  "The spec of a GraphSpec, with every default written out. (spec->java (java->spec g)) equals g."
  [^GraphSpec g]
  {:name         (keyword (.name g))
   :kind         :lane-graph
   :on-full      (key-of ons-full (.onFull g))
   :idle         (key-of idles (.idle g))
   :allow-cycles (.allowCycles g)
   :lanes        (by-name java->lane (.lanes g))
   :roles        (by-name java->role (.roles g))
   :endpoints    (by-name java->endpoint (.endpoints g))})

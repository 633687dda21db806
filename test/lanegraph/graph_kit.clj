(ns lanegraph.graph-kit
  "Graphs for the tests of the Java model: plain data made into records, and generators of such data.

  {:name \"g\" :on-full :block :idle :backoff :allow-cycles false
   :lanes     {\"a\" {:kind :events :slots 8 …}}            missing keys have the defaults
   :roles     {\"r\" {:kind :stage :rx \"a\" :tx \"b\" …}}      :rx \"a\", [\"a\" 1] or, for a merge, a list of these
   :endpoints {\"in\" {:kind :ingress :lane \"a\"}}}"
  (:require
   [clojure.string :as str]
   [clojure.test.check.generators :as gen])
  (:import
   (java.util SortedMap TreeMap)
   (lanegraph.graph Defaults EndpointSpec EndpointSpec$Kind GraphSpec Idle LaneRef LaneSpec$Events
                    LaneSpec$FanoutBroadcast LaneSpec$Journal LaneSpec$SequencedSlots MergePolicy OnError OnFull Problem
                    Problem$Severity Recovery RoleSpec$Bridge RoleSpec$Merge RoleSpec$Router RoleSpec$Stage RouterPolicy
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
  (let [{:keys [kind slots slot-bytes codec retain consumers gating segment-bytes retain-bytes retain-ms sync]}
        (merge {:slots Defaults/SLOTS :slot-bytes Defaults/SLOT_BYTES :codec "bytes" :retain true :gating 1
                :consumers 2 :segment-bytes Defaults/SEGMENT_BYTES :retain-bytes 0 :retain-ms 0 :sync "none"} m)
        full (on-full (:on-full m))]
    (case kind
      :events           (LaneSpec$Events. slots slot-bytes codec full retain)
      :fanout-broadcast (LaneSpec$FanoutBroadcast. consumers slots slot-bytes codec full retain)
      :sequenced-slots  (LaneSpec$SequencedSlots. gating slots slot-bytes codec full retain)
      :journal          (LaneSpec$Journal. segment-bytes retain-bytes retain-ms sync codec full))))

(defn- router-policy [policy]
  (cond
    (map? policy)            (RouterPolicy/by (:by policy))
    (= :round-robin policy)  (RouterPolicy/roundRobin)
    :else                    (RouterPolicy/broadcast)))

(defn- merge-policy [policy] (MergePolicy/valueOf (upper (or policy :round-robin))))

(defn role [{:keys [kind stage as args sequence rx tx policy on-error thread from recover] :as m}]
  (let [error (cond (= :skip on-error) (OnError/skip)
                    (map? on-error)    (OnError/deadLetter (:to on-error))
                    :else              (OnError/stop))
        idle  (idle (:idle m))]
    (case kind
      :stage  (RoleSpec$Stage. (or stage "app/f") (or as "map") args (boolean sequence) (lane-ref rx) tx error idle thread from
                               (when-let [[journal from] recover] (Recovery. journal from)))
      :bridge (RoleSpec$Bridge. (lane-ref rx) tx error idle thread from)
      :router (RoleSpec$Router. (lane-ref rx) tx (router-policy policy) error idle thread from)
      :merge  (RoleSpec$Merge. (mapv lane-ref rx) tx (merge-policy policy) error idle thread from))))

(defn endpoint [{:keys [kind lane from]}]
  (EndpointSpec. (EndpointSpec$Kind/valueOf (upper kind)) (lane-ref lane) from))

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

;; Random graphs without a problem: a role takes lanes that are open (nobody reads them yet) and opens new ones.

(def ^:private sizes [8 64 256 65528])
(def ^:private codecs ["bytes" "string" "edn"])

(defn- new-lane
  "g with one more lane, its name and what can be read of it as :made and :refs."
  [g codec size [kind n m]]
  (let [name  (str "l" (count (:lanes g)))
        kind  ([:events :fanout-broadcast :sequenced-slots :journal] (mod kind 4))
        width (inc (mod n 3))
        ring? (not= :journal kind)]
    (-> g
        (assoc-in [:lanes name]
                  (cond-> {:kind kind :codec codec :on-full ([nil :block :drop] (mod m 3))}
                    ring?                      (assoc :slots (bit-shift-left 2 (mod m 8)) :slot-bytes size)
                    (= :fanout-broadcast kind) (assoc :consumers width)
                    (= :sequenced-slots kind)  (assoc :gating width)
                    (= :journal kind)          (assoc :segment-bytes (* 4096 (inc n)))))
        (assoc :made name)
        (update :open into (case kind
                             :events  [name]
                             :journal (repeat width name)
                             (map #(vector name %) (range width)))))))

(defn- lane-of [r] (if (vector? r) (first r) r))
(defn- size-of [g r] (get-in g [:lanes (lane-of r) :slot-bytes] 8))
(defn- codec-of [g r] (get-in g [:lanes (lane-of r) :codec]))

(defn- take-open [g i]
  (let [i (mod i (count (:open g)))]
    [((:open g) i) (update g :open #(into (subvec % 0 i) (subvec % (inc i))))]))

(defn- add-role [g m]
  (assoc-in g [:roles (str "r" (count (:roles g)))] m))

(defn- outputs [g r n shape]
  (reduce (fn [[g made] i]
            (let [g (new-lane g (codec-of g r) (size-of g r) (update shape 0 + i))]
              [g (conj made (:made g))]))
          [g []] (range n)))

(defn- whole-fanout
  "The name of an open fanout that nobody reads at all, or nil."
  [g]
  (first (for [[name {:keys [kind consumers]}] (:lanes g)
               :when (and (= :fanout-broadcast kind)
                          (= consumers (count (filter #(= name (lane-of %)) (:open g)))))]
           name)))

(defn- grow [g [op i [_ n m :as shape]]]
  (let [[r g'] (take-open g i)
        size   (size-of g r)]
    (case (int op)
      0 (let [g (new-lane g' (codecs (mod n 3)) (sizes (mod m 4)) shape)]
          (add-role g {:kind :stage :rx r :tx (:made g) :args (when (odd? n) "{:a \"\n\\\"}")
                       :recover (when (= :journal (get-in g [:lanes r :kind])) ([nil [r "start"] [r "4096"]] (mod m 3)))}))
      1 (let [g (new-lane g' (codec-of g r) size shape)]
          (add-role g {:kind :bridge :rx r :tx (:made g) :on-error :skip :idle :park}))
      2 (let [[g tx] (outputs g' r (inc (mod m 3)) shape)]
          (add-role g {:kind :router :rx r :tx tx :thread (when (odd? n) "slow")
                       :policy ([nil :round-robin {:by "app/f"}] (mod n 3))}))
      3 (let [others (filter #(and (= (codec-of g r) (codec-of g' %)) (not= (lane-of r) (lane-of %))) (:open g'))
              rx     (cond-> [r] (seq others) (conj (first others)))
              g      (reduce (fn [g r] (update g :open #(vec (remove #{r} %)))) g' (rest rx))
              g      (new-lane g (codec-of g r) (apply max (map #(size-of g %) rx)) shape)]
          (add-role g {:kind :merge :rx rx :tx (:made g) :policy ([nil :priority] (mod n 2))}))
      4 (let [[g [tx letter]] (outputs g' r 2 shape)]
          (add-role g {:kind :stage :as (["filter" "inspect" "stateful"] (mod n 3)) :rx r :tx tx
                       :on-error {:to letter}}))
      5 (let [g (new-lane g (codecs (mod n 3)) (sizes (mod m 4)) shape)]
          (assoc-in g [:endpoints (str "in" (count (:endpoints g)))] {:kind :ingress :lane (:made g)}))
      6 (if-let [tx (first (filter #(and (string? %) (not= % (lane-of r))
                                         (= :events (get-in g [:lanes % :kind]))) (:open g')))]
          (add-role g' {:kind :stage :rx r :tx tx})
          g)
      7 (if-let [name (whole-fanout g)]
          (let [g      (update g :open #(vec (remove (comp #{name} lane-of) %)))
                [g tx] (outputs g name (get-in g [:lanes name :consumers]) shape)]
            (add-role g {:kind :router :rx name :tx tx}))
          g))))

(defn- close [g]
  (-> (reduce (fn [g [i r]] (assoc-in g [:endpoints (str "out-" i)] {:kind :egress :lane r}))
              g (map-indexed vector (:open g)))
      (dissoc :open :made)))

(def valid-graph
  "Generates data of graphs without a problem, not even a warning."
  (let [shape (gen/tuple gen/nat gen/nat gen/nat)]
    (gen/let [first-op (gen/choose 0 4)
              first    shape
              ops      (gen/vector (gen/tuple (gen/choose 0 7) gen/nat shape) 0 12)
              options  (gen/hash-map :on-full (gen/elements [:block :drop])
                                     :idle (gen/elements [:busy-spin :yield :backoff :park])
                                     :allow-cycles gen/boolean)]
      (let [start (-> (new-lane {:open [] :lanes {} :roles {}} "edn" 64 first)
                      (assoc-in [:endpoints "in"] {:kind :ingress :lane "l0"}))]
        (merge options (close (reduce grow (grow start [first-op 0 first]) ops)))))))

(def junk-string
  (gen/one-of [(gen/elements ["" " " "." ".." "a.b" "a=b" "a\nb" "\\" "\\n" "\u0000" "\u001b[2J" "/etc/passwd" "ÄÖ"
                              "L0" "l0" "l1" "r0" "in" "Lines" "lane_1" "\ud800" "😀" "unread" "role/r0"
                              "interval:0" "interval:99999999999999999999"])
               gen/string
               (gen/fmap #(apply str (repeat % "a")) (gen/choose 60 300))]))

(def junk-int
  (gen/one-of [(gen/elements [0 -1 1 2 3 7 63 64 65 1000 65528 65535 1048576 2097152
                              Integer/MAX_VALUE Integer/MIN_VALUE])
               gen/small-integer]))

(def junk-ref (gen/one-of [junk-string (gen/tuple junk-string junk-int) (gen/tuple (gen/return "l0") junk-int)]))

(defn- junk-for
  "A generator of junk of the type that the place at this path holds."
  [path old]
  (let [k (peek path)]
    (cond
      (= :rx k)        (if (and (vector? old) (not (number? (peek old)))) (gen/vector junk-ref 0 4) junk-ref)
      (= :lane k)      junk-ref
      (= :tx k)        (if (vector? old) (gen/vector junk-string 0 4) junk-string)
      (= :recover k)   (gen/tuple junk-string junk-string)
      (= :on-error k)  (gen/fmap #(hash-map :to %) junk-string)
      (number? old)    junk-int
      (boolean? old)   gen/boolean
      (string? old)    junk-string
      :else            (gen/return old))))

(defn- places
  "Every [section name key] of a graph that can be damaged."
  [g]
  (for [section [:lanes :roles :endpoints] [name m] (section g) k (keys m)]
    [section name k]))

(defn- rename [g [section from to]]
  (update g section #(-> % (dissoc from) (assoc to (get % from)))))

(def damaged-graph
  "Generates a valid graph with up to four fields or names replaced by junk of the same type."
  (gen/let [g       valid-graph
            targets (gen/vector (gen/elements (places g)) 0 3)
            values  (apply gen/tuple (map #(junk-for % (get-in g %)) targets))
            more    (gen/vector (gen/tuple (gen/elements [:lanes :roles :endpoints]) gen/nat junk-string) 0 1)]
    (let [g (reduce (fn [g [path v]] (assoc-in g path v)) g (map vector targets values))]
      (reduce (fn [g [section i to]]
                (rename g [section (nth (sort (keys (section g))) (mod i (count (section g)))) to]))
              g more))))

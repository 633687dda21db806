(ns ^:matrix lanegraph.matrix-test
  "Every mix of lane kinds, roles, memories and policies, 1,000 messages each, by hand and on threads: nothing is lost or
  doubled, each producer's order is kept, and in = out + dropped + filtered + still inside."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.lane-kit :as lane-kit]
            [lanegraph.run-kit :as kit])
  (:import (java.util.concurrent.locks LockSupport)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

;; ------------------------------------------------------------------ the table

(def ^:private kinds
  "{kind {:options of the lane, :refs how its readers here name it, :many? may it have many producers}}"
  {:events           {:refs (fn [l] [l]) :many? true}
   :fanout-broadcast {:refs (fn [l] [[l 0] [l 1]]) :options {:consumers 2} :many? true}
   :sequenced-slots  {:refs (fn [l] [[l 0] [l 1]]) :options {:gating 2}}
   :journal          {:refs (fn [l] [l l]) :options {:segment-bytes 4096}}})

(def ^:private memories
  "{memory options of spawn!}"
  {:by-reference {}
   :in-memory    {:wire :always}
   :mapped       {:dir true}})

(def ^:private sizes
  "{policy [of the lanes read, of the lanes written]}: under :block both fill up again and again, under :drop both drop."
  {:block [{:slots 64 :retain-bytes 8192} {:slots 32 :retain-bytes 8192}]
   :drop  [{:slots 256 :retain-bytes 16384} {:slots 64 :retain-bytes 8192}]})

(defn- cases [role]
  (for [rx (keys kinds), tx (keys kinds), memory (keys memories), policy (keys sizes)]
    {:role role :rx rx :tx tx :memory memory :policy policy}))

;; ------------------------------------------------------------------ the graph of a case

(def ^:private all 1000)

(defn- tenth? [v] (zero? (mod (long v) 10)))

(def ^:private stages
  "Each leaves every tenth message out: on values, and on buffers, where odd ones are copied and even ones forwarded."
  {:values  (fn [v] (when-not (tenth? v) v))
   :buffers (lg/raw-stage :transform (fn [_]
                                       (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                                         (let [v (.getLong in 0)]
                                           (cond
                                             (tenth? v) (long lg/DROP)
                                             (odd? v)   (do (.putLong out 0 v) 8)
                                             :else      (long lg/FORWARD-INPUT))))))})

(defn- refs [lane kind]
  ((get-in kinds [kind :refs]) lane))

(defn- lane [kind size]
  (merge {:kind kind :codec :long}
         (get-in kinds [kind :options])
         (if (= :journal kind) (select-keys size [:retain-bytes]) {:slot-bytes 8 :slots (:slots size)})))

(defn- egresses [lane refs]
  (into {} (map-indexed (fn [i ref] [(keyword (str (name lane) "-" i)) {:kind :egress :lane ref}])) refs))

(defn- graph
  "Lanes :rx0 (and :rx1 for a merge) -> role :r -> lanes :tx0 (and :tx1 for a router). Each lane read has one ingress, or
  two where several may write it and nobody else does. Every reader that is not the role is an egress, <lane>-<i>."
  [{:keys [role rx tx memory policy]}]
  (let [[rx-size tx-size] (sizes policy)
        ins    (if (= :merge role) [:rx0 :rx1] [:rx0])
        outs   (if (= :router role) [:tx0 :tx1] [:tx0])
        whole? (and (= :router role) (= :fanout-broadcast rx))
        mine   (mapv #(first (refs % rx)) ins)]
    {:name      :mix
     :on-full   policy
     :lanes     (into (zipmap ins (repeat (lane rx rx-size))) (zipmap outs (repeat (lane tx tx-size))))
     :roles     {:r (case role
                      :stage  {:kind :stage :stage (if (= :mapped memory) :buffers :values) :rx (mine 0) :tx :tx0}
                      :bridge {:kind :bridge :rx (mine 0) :tx :tx0}
                      :router {:kind :router :rx (if whole? :rx0 (mine 0)) :tx outs}
                      :merge  {:kind :merge :rx mine :tx :tx0})}
     :endpoints (into {}
                      (concat
                       (for [l ins, i (range (if (and (not= :merge role) (get-in kinds [rx :many?])) 2 1))]
                         [(keyword (str "in" i "-" (name l))) {:kind :ingress :lane l}])
                       (when-not whole?
                         (for [l ins, e (egresses l (rest (refs l rx)))] e))
                       (for [l outs, e (egresses l (refs l tx))] e)))}))

(defn- endpoints [spec kind]
  (sort (for [[k e] (:endpoints spec) :when (= kind (:kind e))] k)))

(defn- lane-of [spec endpoint]
  (let [ref (get-in spec [:endpoints endpoint :lane])]
    (if (vector? ref) (first ref) ref)))

(defn- inputs
  "{ingress messages}, 1,000 in all; a message tells its producer and its number."
  [spec]
  (let [ins (endpoints spec :ingress)
        n   (quot all (count ins))]
    (into (sorted-map) (map-indexed (fn [p in] [in (range (* 10000 p) (+ (* 10000 p) n))])) ins)))

;; ------------------------------------------------------------------ what must come out

(defn- sent-on [role vs]
  (if (= :stage role) (remove tenth? vs) vs))

(defn- answer
  "{lane messages in order} where all was written before the role moved, and the role had moved before anything was taken, if
  lanes hold as many as `holds` says, {lane n}, else any number: what is in turn offered, what is in turn merged."
  [spec {:keys [role]} holds]
  (let [in    (inputs spec)
        held  (fn [lane vs] (take (holds lane all) vs))
        rx    (into {} (for [[l ins] (group-by #(lane-of spec %) (keys in))]
                         [l (held l (apply interleave (map in (sort ins))))]))
        moved (sent-on role (apply interleave (map rx (sort (keys rx)))))]
    (into rx (for [l (keys (:lanes spec)) :when (not (rx l))] [l (held l moved)]))))

(defn- by-producer [vs]
  (group-by #(quot (long %) 10000) vs))

;; ------------------------------------------------------------------ a run

(defn- offer-in-turn
  "Offers from each ingress in turn until all refuse; what is left."
  [offer left]
  (loop [left left]
    (let [after (reduce (fn [left [in [v]]] (if (and v (offer in v)) (update left in next) left)) left left)]
      (if (= left after) left (recur after)))))

(defn- take-all [take! taken]
  (reduce (fn [taken out] (update taken out into (take! out))) taken (keys taken)))

(defn- run
  "Sends all messages through a graph and takes what comes out: {egress messages}. How to :offer (ingress, message), :take
  (egress), let the role do something (:turn) and all there is to do (:settle); `look` is called again and again with what
  is left to offer."
  [{:keys [offer take turn settle]} spec {:keys [policy] :as c} look]
  (let [nothing (zipmap (endpoints spec :egress) (repeat []))
        wanted  (update-vals (answer spec c {}) count)
        done?   (fn [taken] (every? (fn [[out vs]] (= (count vs) (wanted (lane-of spec out)))) taken))]
    (if (= :drop policy)
      (do (look (offer-in-turn offer (inputs spec)))
          (settle)
          (look nil)
          (take-all take nothing))
      (loop [left (inputs spec), taken nothing, patience 100000]
        (let [left (offer-in-turn offer left)]
          (look left)
          (if (or (done? taken) (zero? patience))
            (do (settle) (take-all take taken))
            (do (turn) (recur left (take-all take taken) (dec patience)))))))))

(defn- balance
  "For each lane written [messages offered, messages counted somewhere]: the two are equal. `lanes` is {lane [written read
  dropped]}, `role` its counts, `left` what was not offered yet."
  [left {:keys [lanes role]}]
  (let [{:keys [processed filtered dropped] :or {processed 0 filtered 0 dropped 0}} role
        rx      (vals (select-keys lanes [:rx0 :rx1]))
        inside  (- (reduce + (map first rx)) (+ processed filtered dropped))
        offered (- (long all) (count (mapcat val left)))]
    (for [[written _ dropped] (vals (dissoc lanes :rx0 :rx1))]
      [offered (+ written dropped filtered inside (reduce + (map peek rx)))])))

(defn- check
  "Tells whether what came out and what was counted is right; `exactly?` whether all had been written before the role moved,
  and it had moved before anything was taken."
  [spec {:keys [policy] :as c} exactly? {:keys [lanes] :as seen} taken]
  (doseq [[in out] (balance nil seen)]
    (is (= in out) "in = out + dropped + filtered + still inside"))
  (doseq [[out vs] taken, :let [lane (lane-of spec out), [written read] (lanes lane)]]
    (is (= written read (count vs)) (str out " has got what was written, each once"))
    (if exactly?
      (is (= ((answer spec c (update-vals lanes first)) lane) vs) (str out))
      (let [sent (by-producer ((answer spec c {}) lane))
            got  (by-producer vs)]
        (if (= :block policy)
          (is (= sent got) (str out " has got all, in each producer's order"))
          (doseq [[p vs] got]
            (is (and (apply < vs) (every? (set (sent p)) vs)) (str out " has got each once, in its producer's order")))))))
  (doseq [[lane of] (group-by #(lane-of spec (key %)) taken)]
    (is (apply = (vals of)) (str "all readers of " lane " see the same order")))
  (when (= :drop policy)
    (is ((if exactly? every? some) pos? (map peek (vals lanes))) "drops did happen")
    (when exactly?
      (doseq [[l {:keys [slots]}] (:lanes spec) :when slots]
        (is (= slots (first (lanes l))) (str l " has dropped nothing while it had room")))))
  (is (= 0 (:errors (:role seen) 0))))

(defn- with-options
  "(f opts) with the options of spawn! of a case; its directory is fresh."
  [{:keys [memory]} f]
  (lane-kit/with-dir [dir true]
    (let [opts (assoc (memories memory) :stages stages)]
      (f (cond-> opts (:dir opts) (assoc :dir dir))))))

(defn- by-hand [{:keys [role policy] :as c}]
  (with-options c
    (fn [opts]
      (let [spec (graph c)]
        (with-open [g (kit/by-hand spec opts)]
          (let [step  #(long (first (kit/step g :r)))
                see   #(hash-map :lanes (kit/lanes g) :role (kit/counts g :r))
                ;; a router may have sent a message to one output, and wait for the other
                ahead (if (= [:router :block] [role policy]) 1 0)
                look  (fn [left]
                        (doseq [[in out] (balance left (see)) :when (not (<= in out (+ (long in) ahead)))]
                          (is (= in out) "at any moment in = out + dropped + filtered + still inside")))
                taken (run {:offer  (fn [in v] (.offer g (name in) v))
                            :take   #(kit/out g %)
                            :turn   step
                            :settle #(kit/settle (fn [] (pos? (long (step)))))}
                        spec c look)]
            (check spec c (= :drop policy) (see) taken)))))))

(defn- on-threads [{:keys [memory] :as c} threads]
  (with-options c
    (fn [opts]
      (let [spec (graph c)]
        (with-open [rt (lg/spawn! spec (assoc opts :threads threads))]
          (let [taken (run {:offer  #(lg/offer! rt %1 %2)
                            :take   #(lg/take! rt % all)
                            :turn   #(LockSupport/parkNanos 50000)
                            :settle #(is (= {:state :stopped :drained true}
                                            (select-keys (lg/stop! rt {:mode :drain :deadline-ms 20000}) [:state :drained])))}
                        spec c (fn [_]))
                seen  (lg/status rt)]
            (doseq [[l {:keys [kind] in :memory}] (:lanes seen)]
              (is (= in (if (= [:journal :by-reference] [kind memory]) :in-memory memory)) (str l)))
            (check spec c false {:lanes (update-vals (:lanes seen) (juxt :written :read :dropped)) :role (:r (:roles seen))}
                   taken)))))))

(defn- every-mix [role]
  (doseq [[i c] (map-indexed vector (cases role))]
    (testing (pr-str c)
      (testing "by hand" (by-hand c))
      (testing "on threads" (on-threads c (if (even? i) :dedicated :shared))))))

(deftest s25-every-mix-of-kinds-through-a-stage (every-mix :stage))
(deftest s26-every-mix-of-kinds-over-a-bridge (every-mix :bridge))
(deftest s27-every-mix-of-kinds-through-a-router (every-mix :router))
(deftest s28-every-mix-of-kinds-through-a-merge (every-mix :merge))

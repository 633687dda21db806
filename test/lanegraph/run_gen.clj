(ns lanegraph.run-gen
  "Random graphs that run, of every kind of lane and role, and what a plain model says they send.

  A message is [source number & trail]; a stage adds its role's number to the trail. The model carries for each lane the
  streams that come into it: sequences whose order every run keeps, interleaved as it likes. Roles whose result depends on
  that interleaving (state, turns) are given lanes of one stream only."
  (:require [clojure.test.check.generators :as gen]
            [lanegraph.core :as lg])
  (:import (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(def ^:private most-streams 8)
(def ^:private most-copies "How often one message of a source may be in a lane." 16)

(defn- third? [v] (zero? (mod (long (v 1)) 3)))

(defn- picky [v r]
  (if (third? v) (throw (ex-info "not this one" {:v v})) (conj v r)))

(def stages
  "The registry for spawn! and simulate."
  {:tag   (fn [v r] (conj v r))
   :twice (fn [v r] (lg/emit (conj v r :a) (conj v r :b)))
   :some  (fn [v r] (when-not (third? v) (conj v r)))
   :keep  (fn [v _] (not (third? v)))
   :look  (fn [_ _] nil)
   :count {:init (fn [r] [0 r])
           :step (fn [[n r] v] [[(inc (long n)) r] (conj v r n)])}
   :told  (fn [sequence v r] (conj v r sequence))
   :picky picky
   :copy  (lg/raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                               (.putBytes out 0 in 0 (.capacity in))
                               (.capacity in)))
   :third third?})

(def ^:private stage-roles
  "{stage {:role its other keys, :model (fn [messages role-number] → messages sent), :failed likewise, :one whether it wants a
  single stream, :copies how many it makes of one}}"
  {:tag   {:model (fn [vs r] (map #(conj % r) vs))}
   :twice {:model (fn [vs r] (mapcat #(vector (conj % r :a) (conj % r :b)) vs)) :copies 2}
   :some  {:model (fn [vs r] (map #(conj % r) (remove third? vs)))}
   :keep  {:role {:as :filter} :model (fn [vs _] (remove third? vs))}
   :look  {:role {:as :inspect} :model (fn [vs _] vs)}
   :count {:role {:as :stateful} :model (fn [vs r] (map-indexed (fn [i v] (conj v r i)) vs)) :one true}
   :told  {:role {:sequence true} :model (fn [vs r] (map-indexed (fn [i v] (conj v r i)) vs)) :one true}
   :picky {:model  (fn [vs r] (map #(conj % r) (remove third? vs)))
           :failed (fn [vs _] (filter third? vs))
           :role   {:on-error :skip}}
   :copy  {:model (fn [vs _] vs) :plain true}})

;; ------------------------------------------------------------------ building

(def ^:private choice
  "What one role is made from."
  (gen/hash-map :role    (gen/elements [:stage :stage :bridge :router :merge])
                :stage   (gen/elements (sort (keys stage-roles)))
                :kind    (gen/elements [:events :fanout-broadcast :sequenced-slots :journal])
                :slots   (gen/elements [2 4 16])
                :width   (gen/choose 1 3)
                :pick    gen/nat
                :join    (gen/frequency [[3 (gen/return false)] [1 (gen/return true)]])
                :source  (gen/frequency [[3 (gen/return false)] [1 (gen/return true)]])
                :letters gen/boolean
                :policy  (gen/choose 0 2)))

(defn- add-lane
  "A new lane that one more role or source writes: [name state]. Its readers' refs are :open."
  [state {:keys [kind slots width]} {:keys [streams copies]}]
  (let [l    (keyword (str "l" (count (:lanes state))))
        many (case kind :fanout-broadcast {:consumers width} :sequenced-slots {:gating width} nil)]
    [l (-> state
           (assoc-in [:lanes l] (merge {:kind kind :codec :edn} many
                                       (if (= :journal kind) {:segment-bytes 4096} {:slots slots})))
           (assoc-in [:flow l] {:streams streams :copies copies})
           (update :open into (cond many               (map #(vector l %) (range width))
                                    (= :journal kind)  (repeat width l)
                                    :else              [l])))]))

(defn- lane-of [ref] (if (vector? ref) (first ref) ref))

(defn- add-source [state choice]
  (let [[l state] (add-lane state (update choice :kind {:journal :journal :sequenced-slots :sequenced-slots} :events)
                            {:streams 1 :copies 1})]
    (assoc-in state [:endpoints (keyword (str "in" (count (:endpoints state))))] {:kind :ingress :lane l})))

(defn- sum-flow [state refs]
  (apply merge-with + (map #(get-in state [:flow (lane-of %)]) refs)))

(defn- take-refs
  "Refs for the role to read: one, for a merge up to :width of different lanes, as long as that is not too much."
  [{:keys [open] :as state} {:keys [role pick width]}]
  (let [turn (take (count open) (drop (mod pick (count open)) (cycle open)))]
    (reduce (fn [taken ref]
              (let [{:keys [streams copies]} (sum-flow state (conj taken ref))]
                (if (and (= :merge role) (< (count taken) (long width)) (not (some #{(lane-of ref)} (map lane-of taken)))
                         (<= (long streams) (long most-streams)) (<= (long copies) (long most-copies)))
                  (conj taken ref)
                  taken)))
            [(first turn)] (rest turn))))

(defn- without [open refs]
  (reduce (fn [open ref] (let [[before [_ & after]] (split-with #(not= ref %) open)] (vec (concat before after))))
          open refs))

(defn- unread
  "Lanes that several may write and nobody reads yet, so that one more writer makes no cycle."
  [{:keys [lanes open flow]} more]
  (for [[l {:keys [kind consumers]}] (sort lanes)
        :when (and (#{:events :fanout-broadcast} kind)
                   (= (or consumers 1) (count (filter #(= l (lane-of %)) open)))
                   (<= (+ (long (:streams (flow l))) (long (:streams more))) (long most-streams))
                   (<= (+ (long (:copies (flow l))) (long (:copies more))) (long most-copies)))]
    l))

(defn- add-output
  "[lane state] for one more output of a role with this flow: a new lane, or one that others write too."
  [state {:keys [join pick] :as choice} flow]
  (let [found (when join (seq (unread state flow)))]
    (if found
      (let [l (nth found (mod pick (count found)))]
        [l (update-in state [:flow l] #(merge-with + % flow))])
      (add-lane state choice flow))))

(defn- stage-for
  "The stage of the choice, or :tag where the flow is not made for it."
  [{:keys [stage]} {:keys [streams copies]}]
  (let [{:keys [one] n :copies} (stage-roles stage)]
    (if (or (and one (< 1 (long streams))) (< (long most-copies) (* (long copies) (long (or n 1))))) :tag stage)))

(defn- stage-role
  "[what role number r says of its stage, state], with a lane for dead letters if the choice says so."
  [state stage r {:keys [letters] :as choice} flow]
  (let [{:keys [role plain failed]} (stage-roles stage)
        [dead state] (if (and failed letters)
                       (add-output state (assoc choice :join false :kind :events) flow)
                       [nil state])]
    [(merge {:kind :stage :stage stage} role (when-not plain {:args r}) (when dead {:on-error {:to dead}})) state]))

(defn- add-role [state {:keys [role width policy source] :as choice}]
  (let [state (if source (add-source state choice) state)
        r     (count (:roles state))
        refs  (take-refs state choice)
        flow  (sum-flow state refs)
        state (update state :open without refs)
        stage (when (= :stage role) (stage-for choice flow))
        [made state] (if stage (stage-role state stage r choice flow) [nil state])
        flow  (update flow :copies * (:copies (stage-roles stage) 1))
        turns (if (< 1 (long (:streams flow))) :broadcast :round-robin)
        [txs state] (reduce (fn [[txs state] _]
                              (let [choice  (if (seq txs) (assoc choice :join false) choice)
                                    [tx state] (add-output state choice flow)]
                                [(conj txs tx) state]))
                            [[] state] (range (if (= :router role) width 1)))]
    (assoc-in state [:roles (keyword (str "r" r))]
              (case role
                :stage  (assoc made :rx (refs 0) :tx (txs 0))
                :bridge {:kind :bridge :rx (refs 0) :tx (txs 0)}
                :router {:kind :router :rx (refs 0) :tx txs
                         :policy ([:broadcast turns (if (= 2 width) {:by :third} :broadcast)] policy)}
                :merge  {:kind :merge :rx refs :tx (txs 0) :policy ([:round-robin :priority :round-robin] policy)}))))

(defn- build [choices]
  (let [{:keys [open] :as state} (reduce add-role (add-source {:lanes {} :roles {} :endpoints {} :open [] :flow {}}
                                                              (first choices))
                                         choices)]
    (-> (select-keys state [:lanes :roles])
        (assoc :name :random
               :endpoints (into (:endpoints state)
                                (map-indexed (fn [i ref] [(keyword (str "out" i)) {:kind :egress :lane ref}]))
                                open)))))

(defn endpoints [spec kind]
  (sort (for [[k e] (:endpoints spec) :when (= kind (:kind e))] k)))

(def run
  "{:spec a graph of up to 12 roles, :inputs {ingress messages}}"
  (gen/let [choices (gen/vector choice 1 12), counts (gen/vector (gen/choose 0 20) 13)]
    (let [spec (build choices)]
      {:spec   spec
       :inputs (into {} (map (fn [in n] [in (mapv #(vector in %) (range n))]) (endpoints spec :ingress) counts))})))

;; ------------------------------------------------------------------ the model

(defn- routed
  "The messages of one stream that each of n outputs gets."
  [policy n vs]
  (case policy
    :broadcast   (repeat n vs)
    :round-robin (for [i (range n)] (take-nth n (drop i vs)))
    [(filter third? vs) (remove third? vs)]))

(defn- role-sends
  "[[lane stream] …] of a role for one stream."
  [{:keys [kind stage tx policy on-error args]} vs]
  (case kind
    :stage  (let [{:keys [model failed]} (stage-roles stage)]
              (cond-> [[tx (model vs args)]]
                (map? on-error) (conj [(:to on-error) (failed vs args)])))
    :router (map vector tx (routed policy (count tx) vs))
    [[tx vs]]))

(defn- role-number [[k _]] (parse-long (subs (name k) 1)))

(defn answer
  "{egress streams}: roles were made in an order in which each comes after those that write its lanes."
  [{:keys [spec inputs]}]
  (let [sources (for [[in {:keys [kind lane]}] (:endpoints spec) :when (= :ingress kind)] [lane (inputs in)])
        add     (fn [lanes sent] (reduce (fn [lanes [l vs]] (update lanes l (fnil conj []) vs)) lanes sent))
        lanes   (reduce (fn [lanes [_ {:keys [rx] :as role}]]
                          (let [refs (if (= :merge (:kind role)) rx [rx])]
                            (add lanes (mapcat #(role-sends role %) (mapcat (comp lanes lane-of) refs)))))
                        (add {} sources)
                        (sort-by role-number (:roles spec)))]
    (into {} (for [out (endpoints spec :egress)] [out (lanes (lane-of (get-in spec [:endpoints out :lane])))]))))

(defn interleaved?
  "Whether `messages` are these streams, each in its order. Equal streams are one state, so that there are few."
  [streams messages]
  (let [move (fn [left s] (let [more (rest s)
                                left (if (= 1 (left s)) (dissoc left s) (update left s dec))]
                            (if (seq more) (update left more (fnil inc 0)) left)))]
    (loop [states #{(frequencies (keep #(when (seq %) (apply list %)) streams))}, [m & more :as messages] messages]
      (cond
        (empty? states)   false
        (empty? messages) (contains? states {})
        :else             (recur (into #{} (for [left states, s (keys left) :when (= m (first s))] (move left s)))
                                 more)))))

(ns lanegraph.resume-test
  "A graph on mapped lanes is cut off at every single store of its roles, and spawned again on what is there: every egress
  has exactly what an undisturbed run has, in its order."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.lane-kit :as lane-kit]
            [lanegraph.options :as options]
            [tools.seed :as seed])
  (:import (java.io File)
           (java.util Random)
           (lanegraph.lane SteppingMemory)
           (lanegraph.runtime GraphProbe)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

;; ------------------------------------------------------------------ the roles and what each makes of its input

(def ^:private copy
  (lg/raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                       (.putLong out 0 (+ 100 (.getLong in 0)))
                       8)))

(defn- third? [v] (zero? (mod (long v) 3)))

(def ^:private stages
  {:inc   inc
   :keep  (complement third?)
   :copy  copy
   :some  (fn [v] (apply lg/emit (map #(+ (* 10 (long v)) (long %)) (range (mod (long v) 4)))))
   :fail  (fn [v] (if (third? v) (throw (ex-info "a third" {})) v))
   :spoil (fn [v] (if (third? v) (lg/emit v (inc (long v)) "not a long") (lg/emit v)))
   :mended (let [seen (atom #{})] ; its third result cannot be written when a message is seen for the first time
             (fn [v] (let [again? (@seen v)]
                       (swap! seen conj v)
                       (if (third? v) (lg/emit v (inc (long v)) (if again? (+ 2 (long v)) "not a long")) v))))
   :odd   (fn [v] (if (third? v) nil (if (odd? (long v)) :b0 :b1)))})

(def ^:private roles
  "{name {:role without its lanes, :outs how many, :ins how many, :dead? true if it has dead letters, :answer [what each lane
  gets, the dead letters last, of the messages in the order read]}}"
  {:bridge      {:role {:kind :bridge} :answer (fn [vs] [vs])}
   :stage       {:role {:kind :stage :stage :inc} :answer (fn [vs] [(map inc vs)])}
   :raw         {:role {:kind :stage :stage :copy} :answer (fn [vs] [(map #(+ 100 (long %)) vs)])}
   :filter      {:role {:kind :stage :stage :keep :as :filter} :answer (fn [vs] [(remove third? vs)])}
   :several     {:role   {:kind :stage :stage :some}
                 :answer (fn [vs] [(mapcat #(map (fn [i] (+ (* 10 (long %)) (long i))) (range (mod (long %) 4))) vs)])}
   :errors      {:role {:kind :stage :stage :fail} :dead? true :answer (fn [vs] [(remove third? vs) (filter third? vs)])}
   :spoilt      {:role   {:kind :stage :stage :spoil} :dead? true
                 :answer (fn [vs] [(mapcat #(if (third? %) [% (inc (long %))] [%]) vs) (filter third? vs)])}
   :parked      {:role   {:kind :stage :stage :mended} :dev? true
                 :answer (fn [vs] [(mapcat #(if (third? %) [% (inc (long %)) (+ 2 (long %))] [%]) vs)])}
   :broadcast   {:role {:kind :router} :outs 2 :answer (fn [vs] [vs vs])}
   :round-robin {:role {:kind :router :policy :round-robin} :outs 2 :answer (fn [vs] [(take-nth 2 vs) (take-nth 2 (rest vs))])}
   :by          {:role   {:kind :router :policy {:by :odd}} :outs 2
                 :answer (fn [vs] (let [vs (remove third? vs)] [(filter odd? vs) (filter even? vs)]))}
   :merge       {:role {:kind :merge} :ins 2 :answer (fn [vs] [vs])}})

(def ^:private kinds
  "{kind {:lane its options, :ref how one reader names it, :second a second producer}}"
  {:events           {:lane {:kind :events} :ref identity}
   :many             {:lane {:kind :events} :ref identity :second true}
   :fanout-broadcast {:lane {:kind :fanout-broadcast :consumers 2} :ref #(vector % 0) :rest [1]}
   :sequenced-slots  {:lane {:kind :sequenced-slots :gating 2} :ref #(vector % 0) :rest [1]}
   :journal          {:lane {:kind :journal :segment-bytes 4096} :ref identity}})

(defn- lane [kind slots]
  (merge {:codec :long} (get-in kinds [kind :lane]) (when-not (= :journal kind) {:slot-bytes 8 :slots slots})))

(defn- egresses [lane kind]
  (let [{:keys [ref rest]} (kinds kind)]
    (into {(keyword (str "out-" (name lane))) {:kind :egress :lane (ref lane)}}
          (for [i rest] [(keyword (str "out-" (name lane) "-" i)) {:kind :egress :lane [lane i]}]))))

(defn- graph
  "in -> a (and b for a merge) -> role r -> b0 … and dead, with an egress for each reader of these."
  [{:keys [role in out]}]
  (let [{:keys [role ins outs dead?] :or {ins 1 outs 1}} (roles role)
        as   (mapv #(keyword (str "a" %)) (range ins))
        bs   (mapv #(keyword (str "b" %)) (range outs))
        {:keys [ref second]} (kinds in)
        rest (:rest (kinds in))
        outputs (cond-> bs dead? (conj :dead))]
    {:name      :resume
     :lanes     (into (zipmap as (repeat (lane in 8))) (zipmap outputs (repeat (lane out 4))))
     :roles     {:r (cond-> (assoc role
                                   :rx (if (< 1 ins) (mapv ref as) (ref :a0))
                                   :tx (if (= :router (:kind role)) bs :b0))
                      dead? (assoc :on-error {:to :dead}))}
     :endpoints (into {}
                      (concat (for [a as] [(keyword (str "in-" (name a))) {:kind :ingress :lane a}])
                              (when second (for [a as] [(keyword (str "in2-" (name a))) {:kind :ingress :lane a}]))
                              (for [a as, i rest] [(keyword (str "out-" (name a) "-" i)) {:kind :egress :lane [a i]}])
                              (when (:second (kinds out))
                                (for [b outputs] [(keyword (str "in-" (name b))) {:kind :ingress :lane b}]))
                              (mapcat #(egresses % out) outputs)))}))

;; ------------------------------------------------------------------ a run that is cut off again and again

(def ^:private messages 6)

(defn- open ^GraphProbe [spec ^File dir memory]
  (GraphProbe. (convert/spec->java (dissoc spec :dev?))
               (options/->java (options/checked :spawn {:dir (str dir) :stages stages :dev (boolean (:dev? spec))}))
               memory))

(defn- injected? [v] (neg? (long v)))

(defn- work-on
  "What somebody does beside a role in dev mode: has a parked message done again, and injects a few of his own."
  [^GraphProbe g taken]
  (if (.isParked g "r")
    (.retry g "r")
    (when (< (count (filter injected? (:out-b0 taken))) 5)
      (.inject g "r" "b0" -1))))

(defn- halted?
  "Lets the role do one pass with at most `budget` stores."
  [^GraphProbe g ^SteppingMemory memory budget]
  (.haltAfter memory budget)
  (try (.step g "r") (catch Throwable e (when-not (.isHalted memory) (throw e))))
  (.isHalted memory))

(defn- feed
  "Offers what there is room for; the messages that are left, by ingress."
  [^GraphProbe g left]
  (into {} (map (fn [[in vs]] [in (vec (drop-while #(.offer g (name in) %) vs))])) left))

(defn- collect [^GraphProbe g taken]
  (reduce-kv (fn [taken out vs] (assoc taken out (into vs (.take g (name out) 100)))) taken taken))

(defn- without-injected [taken] (update-vals taken #(vec (remove injected? %))))

(defn- life
  "One life of the graph: until nothing moves, or until the role has made `budget` stores. [done? left taken stores]"
  [spec dir budget left taken]
  (let [memory (SteppingMemory.)]
    (with-open [g (open spec dir memory)]
      (loop [left left, taken taken, made 0]
        (let [left'  (feed g left)
              worked? (when (:dev? spec) (work-on g taken))
              halt?  (halted? g memory (- (long budget) made))
              made   (+ made (.stores memory))
              _      (when-not halt? (.run memory))
              taken' (if halt? taken (collect g taken))]
          (cond
            halt?                                      [false left' taken' made]
            (and (= left left') (= taken taken') (not worked?)
                 (every? empty? (vals left)))          [true left' taken' made]
            :else                                      (recur left' taken' made)))))))

(defn- run
  "What every egress has after lives with these budgets of stores, and a last one without an end."
  [{:keys [role] :as c} budgets]
  (lane-kit/with-dir [dir true]
    (let [spec (assoc (graph c) :dev? (get (roles role) :dev?))
          ins  (get (roles role) :ins 1)
          left (into {} (for [i (range ins)] [(keyword (str "in-a" i)) (range (* 1000 i) (+ (* 1000 i) messages))]))
          outs (into {} (for [[k e] (:endpoints spec) :when (= :egress (:kind e))] [k []]))]
      (loop [left left, taken outs, [budget & more] budgets, made []]
        (let [[done? left taken stores] (life spec dir (or budget Long/MAX_VALUE) left taken)]
          (if done?
            {:taken (without-injected taken) :made (conj made stores)}
            (recur left taken more (conj made stores))))))))

(defn- lanes-of [{:keys [role]}]
  (let [{:keys [outs dead?] :or {outs 1}} (roles role)]
    (cond-> (mapv #(str "out-b" %) (range outs)) dead? (conj "out-dead"))))

(defn- by-input [vs] (group-by #(quot (long %) 1000) vs))

(defn- right?
  "Each output has what an undisturbed role writes; of a merge, what it writes of each input."
  [{:keys [role] :as c} taken]
  (let [{:keys [ins answer] :or {ins 1}} (roles role)
        in (mapcat #(range (* 1000 (long %)) (+ (* 1000 (long %)) messages)) (range ins))]
    (every? identity
            (for [[lane wanted] (map vector (lanes-of c) (answer in)), [k vs] taken
                  :when (or (= lane (name k)) (= (str lane "-1") (name k)))]
              (= (by-input wanted) (by-input vs))))))

(defn- cut-everywhere
  "Cuts the case off after every number of stores, or at one in `each`, and then a second time after any number."
  [c ^Random random each]
  (let [{:keys [made taken]} (run c [])
        all (long (peek made))]
    (is (right? c taken) (str c " undisturbed: " taken))
    (is (< messages all))
    (doseq [n (range (.nextInt random (int each)) all each)]
      (let [budgets [n (.nextInt random (inc all))]
            {:keys [taken]} (run c budgets)]
        (when-not (is (right? c taken) (str c " cut off after " budgets " stores: " taken))
          (throw (ex-info "the first is enough" {:case c :budgets budgets})))))))

(deftest a-role-cut-off-at-one-store-in-five-goes-on-exactly
  (let [s      (seed/of ::cut)
        random (Random. s)]
    (doseq [role (sort (keys roles)), [in out] [[:events :events] [:events :many] [:events :fanout-broadcast]
                                                [:events :sequenced-slots] [:journal :journal] [:many :events]]]
      (testing (str role in out " ")
        (cut-everywhere {:role role :in in :out out} random 5)))))

(deftest ^:long every-role-cut-off-at-every-store-between-any-two-kinds-of-lanes-goes-on-exactly
  (let [random (Random. (seed/of ::mix))]
    (doseq [role (sort (keys roles)), in (keys kinds), out (keys kinds)]
      (testing (str role in out " ")
        (cut-everywhere {:role role :in in :out out} random 1)))))

(ns lanegraph.resume-kit
  "Every kind of role between every two kinds of mapped lanes, stepped by hand, and what each egress should get."
  (:require [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.options :as options])
  (:import (java.io File)
           (lanegraph.lane Codec Codecs Ring SteppingMemory SteppingMemory$Halted)
           (lanegraph.region Existing Region RingShape)
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

(def roles
  "{name {:role without its lanes, :outs how many, :ins how many, :dead? true if it has dead letters, :answer [what each lane
  gets, the dead letters last, of the messages in the order read]}}"
  {:bridge      {:role {:kind :bridge} :answer (fn [vs] [vs])}
   :injected    {:role {:kind :bridge} :dev? true :answer (fn [vs] [vs])}
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
   :too-large   {:role {:kind :bridge} :dead? true :answer (fn [vs] [(remove third? vs) (filter third? vs)])}
   :all-too-large {:role {:kind :router} :outs 2 :dead? true
                   :answer (fn [vs] [(remove third? vs) (remove third? vs) (filter third? vs)])}
   :round-robin {:role {:kind :router :policy :round-robin} :outs 2 :answer (fn [vs] [(take-nth 2 vs) (take-nth 2 (rest vs))])}
   :by          {:role   {:kind :router :policy {:by :odd}} :outs 2
                 :answer (fn [vs] (let [vs (remove third? vs)] [(filter odd? vs) (filter even? vs)]))}
   :merge       {:role {:kind :merge} :ins 2 :answer (fn [vs] [vs])}})

(def kinds
  "{kind {:lane its options, :ref how one reader names it, :second a second producer}}"
  {:events           {:lane {:kind :events} :ref identity}
   :many             {:lane {:kind :events} :ref identity :second true}
   :fanout-broadcast {:lane {:kind :fanout-broadcast :consumers 2} :ref #(vector % 0) :rest [1]}
   :sequenced-slots  {:lane {:kind :sequenced-slots :gating 2} :ref #(vector % 0) :rest [1]}
   :journal          {:lane {:kind :journal :segment-bytes 4096} :ref identity}})

(defn- longs-in
  "A codec of longs, in so many bytes as (length v) says."
  [length]
  (reify Codec
    (encode [_ v target]
      (.putLong target 0 (long v))
      (int (length v)))
    (decode [_ source] (.getLong source 0))))

(def ^:private codecs
  "Of messages of which a journal's segment has nine; of some that are larger than a slot of 8 bytes."
  {:wide (longs-in (constantly 400)) :grown (longs-in #(if (third? %) 16 8))})

(defn- lane [kind slots codec slot-bytes]
  (merge {:codec codec} (get-in kinds [kind :lane]) (when-not (= :journal kind) {:slot-bytes slot-bytes :slots slots})))

(defn- lanes
  "Those that the role reads, those that it writes, and the dead letters last."
  [{:keys [in out codec] :or {codec :long}} as bs dead?]
  (let [[large small] (get {:wide [400 400] :grown [16 8]} codec [8 8])]
    (merge (zipmap as (repeat (lane in 8 codec large)))
           (zipmap bs (repeat (lane out 4 codec small)))
           (when dead? {:dead (lane out 4 codec large)}))))

(defn- egresses [lane kind]
  (let [{:keys [ref rest]} (kinds kind)]
    (into {(keyword (str "out-" (name lane))) {:kind :egress :lane (ref lane)}}
          (for [i rest] [(keyword (str "out-" (name lane) "-" i)) {:kind :egress :lane [lane i]}]))))

(defn graph
  "in -> a (and b for a merge) -> role r -> b0 … and dead, with an egress for each reader of these."
  [{:keys [role in out] :as c}]
  (let [{:keys [role ins outs dead?] :or {ins 1 outs 1}} (roles role)
        as   (mapv #(keyword (str "a" %)) (range ins))
        bs   (mapv #(keyword (str "b" %)) (range outs))
        {:keys [ref second]} (kinds in)
        rest (:rest (kinds in))
        outputs (cond-> bs dead? (conj :dead))]
    {:name      :resume
     :lanes     (lanes c as bs dead?)
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

(defn open ^GraphProbe [spec ^File dir memory]
  (GraphProbe. (convert/spec->java (dissoc spec :dev?))
               (options/->java (options/checked :spawn {:dir (str dir) :stages stages :codecs codecs :dev (boolean (:dev? spec))}))
               memory))

(defn dead-claim!
  "A client of lane a0, which has two, of eight longs, dies after its claim: a slot that is to be skipped."
  [^File dir]
  (let [shape  (RingShape. "events" 8 8 "long" ["endpoint/in-a0" "endpoint/in2-a0"] ["role/r"])
        memory (SteppingMemory.)
        region (Region/mapped (.toPath dir) "a0" shape Existing/CONTINUE)
        tx     (.tx (Ring. "a0" region Codecs/LONG false true memory) "endpoint/in2-a0" false)]
    (.haltAfter memory 2)
    (try (.offer tx 1) (catch SteppingMemory$Halted _ nil))))

(defn halted?
  "Lets the role do one pass with at most `budget` stores."
  [^GraphProbe g ^SteppingMemory memory budget]
  (.haltAfter memory budget)
  (try (.step g "r") (catch Throwable e (when-not (.isHalted memory) (throw e))))
  (.isHalted memory))

(defn feed
  "Offers what there is room for; the messages that are left, by ingress."
  [^GraphProbe g left]
  (into {} (map (fn [[in vs]] [in (vec (drop-while #(.offer g (name in) %) vs))])) left))

(defn collect [^GraphProbe g taken]
  (reduce-kv (fn [taken out vs] (assoc taken out (into vs (.take g (name out) 100)))) taken taken))

(defn lanes-of [{:keys [role]}]
  (let [{:keys [outs dead?] :or {outs 1}} (roles role)]
    (cond-> (mapv #(str "out-b" %) (range outs)) dead? (conj "out-dead"))))

(defn by-input [vs] (group-by #(quot (long %) 1000) vs))

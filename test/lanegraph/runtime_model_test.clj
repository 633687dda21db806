(ns lanegraph.runtime-model-test
  "Random chains of roles over random lanes, run in every way, against the same functions on plain sequences."
  (:require [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.core :as lg]
            [lanegraph.scratch :as scratch]
            [tools.seed :as seed])
  (:import (lanegraph.runtime LaneGraph)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(def ^:private stages
  {:plus    inc
   :twice   (fn [v] (lg/emit v (- (long v))))
   :some    (fn [v] (when-not (zero? (mod (long v) 5)) v))
   :even    even?
   :look    identity
   :sum     {:init (constantly 0) :step (fn [s v] (let [s (+ (long s) (long v))] [s s]))}
   :raw     (lg/raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                                 (.putLong out 0 (* 3 (.getLong in 0)))
                                 8))
   :raw-odd (lg/raw-stage :filter (fn [^DirectBuffer in] (odd? (.getLong in 0))))})

(def ^:private steps
  "Role without lanes -> what it does to a sequence."
  {{:kind :bridge}                              identity
   {:kind :stage :stage :plus}                  #(map inc %)
   {:kind :stage :stage :twice}                 #(mapcat (fn [v] [v (- (long v))]) %)
   {:kind :stage :stage :some}                  #(remove (fn [v] (zero? (mod (long v) 5))) %)
   {:kind :stage :stage :even :as :filter}      #(filter even? %)
   {:kind :stage :stage :look :as :inspect}     identity
   {:kind :stage :stage :sum :as :stateful}     #(rest (reductions + 0 %))
   {:kind :stage :stage :raw}                   #(map (fn [v] (* 3 (long v))) %)
   {:kind :stage :stage :raw-odd :as :filter}   #(filter odd? %)})

(def ^:private lane
  (gen/let [kind  (gen/elements [{:kind :events} {:kind :fanout-broadcast :consumers 1}
                                 {:kind :sequenced-slots :gating 1}])
            slots (gen/elements [2 4 64])]
    (assoc kind :slots slots :slot-bytes 8 :codec :long)))

(defn- lane-name [i] (keyword (str "l" i)))

(defn- reader [i lane] (if (= :events (:kind lane)) (lane-name i) [(lane-name i) 0]))

(defn- chain [lanes roles]
  {:name      :chain
   :lanes     (into {} (map-indexed (fn [i lane] [(lane-name i) lane])) lanes)
   :roles     (into {} (map-indexed (fn [i role] [(keyword (str "r" i))
                                                  (assoc role :rx (reader i (lanes i))
                                                        :tx (lane-name (inc i)))]))
                    roles)
   :endpoints {:in  {:kind :ingress :lane (lane-name 0)}
               :out {:kind :egress :lane (reader (count roles) (peek lanes))}}})

(def ^:private graph
  (gen/let [roles    (gen/vector (gen/elements (keys steps)) 1 5)
            lanes    (gen/vector lane (inc (count roles)))
            messages (gen/vector gen/small-integer 0 100)
            opts     (gen/hash-map :wire (gen/elements [:auto :always])
                                   :threads (gen/elements [:dedicated :shared])
                                   :idle (gen/elements [:yield :backoff :park]) :mapped gen/boolean)]
    {:roles roles :spec (chain lanes roles) :messages messages :opts opts}))

(defn- answer [{:keys [roles messages]}]
  (reduce (fn [vs role] ((steps role) vs)) messages roles))

(defn- run-through [{:keys [spec messages opts] :as g}]
  (scratch/with-dir [dir]
    (with-open [^LaneGraph rt (lg/spawn! spec (cond-> (assoc (dissoc opts :mapped) :stages stages)
                                                (:mapped opts) (assoc :dir dir)))]
      (let [sender (future (lg/offer-all! rt :in messages {:timeout-ms 20000}))
            taken  (lg/take! rt :out (count (answer g)) {:timeout-ms 120000})]
        (and (= (count messages) @sender)
             (nil? (lg/await-idle! rt))
             (= {:drained true :state :stopped} (select-keys (lg/stop! rt {:mode :drain :deadline-ms 20000}) [:drained :state]))
             (into taken (lg/take! rt :out 100)))))))

(defspec chains-that-run-agree-with-plain-functions {:num-tests 60 :seed (seed/of ::run)}
  (prop/for-all [g graph]
    (= (answer g) (run-through g))))

(defspec simulations-agree-with-plain-functions {:num-tests 100 :seed (seed/of ::simulate)}
  (prop/for-all [{:keys [spec messages opts] :as g} graph]
    (= {:out (answer g)}
       (lg/simulate spec {:in messages} {:stages stages :wire (:wire opts)}))))

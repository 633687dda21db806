(ns ^:matrix lanegraph.stepping-test
  "A producer halted at every single store of a message: its reader never sees half a message, and a successor goes on."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.lane-kit :as kit])
  (:import
   (lanegraph.lane LaneRx LaneTx Ring SteppingMemory SteppingMemory$Halted)
   (lanegraph.region Memory)
   (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(def ^:private slots 4)

(def ^:private touched-slots "The slots of a ring whose producer touches the next slots before it writes them." 256)

(defn- forwarded
  "Forwards one message from a lane of its own, so that the copy is made by the memory under test."
  [^LaneTx tx message]
  (let [source (kit/open {})
        ^LaneRx rx (first (:rxs source))]
    (.offer ^LaneTx (first (:txs source)) ^Object message)
    (.peek rx)
    (.forward tx rx)))

(def ^:private ways
  {:claim   (fn [^LaneTx tx message] (.putBytes (.claim tx) 0 ^bytes message) (.commit tx (count message)))
   :bytes   (fn [^LaneTx tx message] (.offer tx (UnsafeBuffer. ^bytes message) 0 (count message)))
   :value   (fn [^LaneTx tx message] (.offer tx ^Object message))
   :forward forwarded})

(defn- lane
  "A lane that has carried `earlier` messages, all but the last one read, on stepping memory."
  [{:keys [producers slots] :or {slots slots} :as options} earlier]
  (let [memory (SteppingMemory.)
        region (kit/region (assoc options :slots slots))
        {:keys [txs rxs] :as lane} (kit/attach {:producers producers :slots slots} region memory)]
    (dotimes [i earlier]
      (.offer ^LaneTx (first txs) ^Object (kit/payload i 16))
      (when (< i (dec earlier)) (.take ^LaneRx (first rxs))))
    (assoc lane :memory memory)))

(defn- halted-after
  "Writes `message` in this way and halts before store n+1; :halted or :done."
  [{:keys [^SteppingMemory memory txs]} way message n]
  (.haltAfter memory n)
  (try ((ways way) (first txs) message)
       :done
       (catch SteppingMemory$Halted _ :halted)
       (finally (.run memory))))

(defn- messages
  "What a reader that attaches now finds, and what somebody sees who only looks."
  [{:keys [region] :as lane}]
  (let [{:keys [^Ring ring rxs]} (kit/attach lane region Memory/DIRECT)
        ^LaneRx rx (first rxs)
        from (.position rx)
        seen (mapv #(some-> (.look ring (+ from (long %))) vec) (range 2))]
    {:taken (vec (take-while some? (repeatedly #(some-> (.take rx) vec)))) :seen seen}))

(deftest a-producer-halted-at-any-store-leaves-no-half-message
  (doseq [producers [1 2], way (keys ways), earlier [1 3 9]]
    (testing (pr-str producers way earlier)
      (let [before (vec (kit/payload (dec earlier) 16))
            message (kit/payload 99 13)]
        (loop [n 0]
          (let [lane (lane {:producers producers} earlier)
                outcome (halted-after lane way message n)
                {:keys [taken seen]} (messages lane)]
            (is (= (if (= :done outcome) [before (vec message)] [before]) taken) (str "stopped after " n " stores"))
            (is (= [before (when (= :done outcome) (vec message))] seen))
            (if (= :done outcome)
              (is (pos? n) "there was a store to stop at")
              (recur (inc n)))))))))

(deftest a-successor-of-a-halted-single-producer-goes-on
  (doseq [way (keys ways), n (range 4)]
    (let [lane (lane {:producers 1} 3)
          before (vec (kit/payload 2 16))
          outcome (halted-after lane way (kit/payload 99 13) n)
          {:keys [txs] :as again} (kit/attach lane (:region lane) Memory/DIRECT)]
      (is (.offer ^LaneTx (first txs) ^Object (kit/payload 100 8)))
      (is (= (cond-> [before] (= :done outcome) (conj (vec (kit/payload 99 13))) true (conj (vec (kit/payload 100 8))))
             (:taken (messages again)))))))

(deftest a-producer-halted-while-it-touches-the-next-slots-spoils-no-message
  ;; Message 271 ends a block of sixteen; its producer touches the slots of 272 to 287, which bear 16 to 31.
  (loop [n 0]
    (let [lane (lane {:producers 1 :slots touched-slots} 271)
          outcome (halted-after lane :bytes (kit/payload 271 16) n)
          {:keys [^Ring ring]} (kit/attach lane (:region lane) Memory/DIRECT)
          seen (into {} (for [sequence (range 14 271) :let [value (.look ring sequence)] :when value] [sequence (vec value)]))]
      (is (every? (fn [[sequence value]] (= value (vec (kit/payload sequence 16)))) seen) (str "stopped after " n " stores"))
      (is (every? seen (range 32 271)) "all others are there")
      (let [unread (mapv #(vec (kit/payload % 16)) [270 271])
            taken (:taken (messages lane))]
        (is (or (= unread taken) (and (= (pop unread) taken) (= :halted outcome)))))
      (if (= :done outcome)
        (is (< 16 n) "it halted among the stores to the next slots too")
        (recur (inc n))))))

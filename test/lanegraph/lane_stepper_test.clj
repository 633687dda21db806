(ns ^:matrix lanegraph.lane-stepper-test
  "A producer that ends at any of its stores: what readers find then is whole messages only, in order."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.lane-kit :as kit])
  (:import
   (lanegraph.lane LaneRx LaneTx)
   (lanegraph.region Memory)
   (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(defn- stepper
  "A memory that stops with an Error at its store number `n`, counted from 0: before it if before?, else behind it."
  ^Memory [n before?]
  (let [left  (volatile! n)
        store (fn [f]
                (when (and before? (zero? (long @left))) (throw (Error. "stopped")))
                (let [result (f)]
                  (when (and (not before?) (zero? (long @left))) (throw (Error. "stopped")))
                  (vswap! left dec)
                  result))]
    (proxy [Memory] []
      (putLong [address v] (store #(.putLong Memory/DIRECT (long address) (long v))))
      (putLongRelease [address v] (store #(.putLongRelease Memory/DIRECT (long address) (long v))))
      (compareAndSetLong [address was v] (store #(.compareAndSetLong Memory/DIRECT (long address) (long was) (long v))))
      (copy [from to length] (store #(.copy Memory/DIRECT (long from) (long to) (int length)))))))

(defn- write-until-stopped
  "Writes messages 0, 1, … in each way, a full lane and a drop among them; answers how many were accepted, and whether
  it came to the end."
  [^LaneTx tx]
  (let [accepted (volatile! 0)
        note     #(when % (vswap! accepted inc))]
    (try
      (note (.offer tx (UnsafeBuffer. (kit/payload 0 16)) 0 16))
      (note (.offer tx (kit/payload 1 9)))
      (.putBytes (.claim tx) 0 (kit/payload 2 13))
      (note (.commit tx 13))
      (note (.offer tx (kit/payload 3 1)))
      (.putBytes (.claim tx) 0 (kit/payload 4 8))
      (note (.commit tx 8))
      (.countDrop tx)
      [@accepted true]
      (catch Error _ [@accepted false]))))

(defn- read-all [^LaneRx rx]
  (into [] (take-while some?) (repeatedly #(some-> ^bytes (.take rx) vec))))

(deftest a-producer-that-stops-at-any-store-leaves-no-half-message
  (let [messages (map (fn [id n] (vec (kit/payload id n))) (range) [16 9 13 1])]
    (doseq [producers [1 3], before? [true false]]
      (testing (pr-str producers before?)
        (loop [n 0]
          (let [{:keys [region] :as lane} (kit/open {:producers producers :slots 4})
                [accepted over?] (write-until-stopped
                                  (first (:txs (kit/attach {:producers producers :slots 4} region (stepper n before?)))))
                found (read-all (first (:rxs (kit/handles lane))))]
            (is (= found (take (count found) messages)) (str "stopped at store " n))
            (is (<= accepted (count found) (inc accepted)) "nothing that was accepted is missing")
            (cond
              over?    (is (= [4 messages] [accepted found]))
              (< n 50) (recur (inc n))
              :else    (is false "it never came to its end"))))))))

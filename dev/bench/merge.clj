(ns bench.merge
  "Two producers, one consumer: an events lane of two producers, and two lanes with a merge role, beside Agrona's
  ManyToOneRingBuffer and the Disruptor's multi-producer ring."
  (:require
   [bench.trials :refer [unchecked]]))

(def ^:private two (assoc unchecked "bench.producers" 2))

(def ^:private yielding (assoc two "bench.yield" true))

(def ^:private contenders
  (map #(assoc % :case :2)
       [{:id "lane" :title "lanegraph events lane of two producers" :properties two}
        {:id "lane" :title "lanegraph, two lanes, read in turn" :properties (assoc two "bench.shape" "lanes")}
        {:id "lane" :title "lanegraph, two lanes, merge role, one lane"
         :properties (assoc two "bench.shape" "merge" "bench.roles" 1)}
        {:id "agrona" :title "Agrona ManyToOneRingBuffer, in place" :properties yielding}
        {:id "agrona-copy" :title "Agrona ManyToOneRingBuffer, copied" :properties yielding}
        {:id "disruptor-heap" :title "Disruptor multi-producer, events of eight fields" :properties two}
        {:id "disruptor-off-heap" :title "Disruptor multi-producer, off-heap events" :properties two}
        {:id "disruptor-off-heap" :title "Disruptor multi-producer, off-heap, claims of 16"
         :properties (assoc two "bench.batch" 16)}
        {:id "lane" :title "lanegraph events lane, yielding" :properties yielding}
        {:id "lane-copy" :title "lanegraph events lane, copied" :properties two}]))

(def benchmark
  {:title "two producers, one consumer, beside Agrona and the Disruptor"
   :contenders contenders
   :cases {:2 "2 → 1"}
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: ring of " slots " messages of 64 bytes, Agrona with the power of two of bytes that holds 3/4 of it; the consumer")
      "  checks every word and the order of each producer; rates are of all messages. Where threads outnumber cores: lanes and the"
      "  merge role wait as roles do by default there (100 yields, then parks of 1 to 100 µs), the Disruptor with"
      "  YieldingWaitStrategy, Agrona yields; else all spin. -Dagrona.disable.bounds.checks=true for all."])})

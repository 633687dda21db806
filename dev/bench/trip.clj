(ns bench.trip
  "A message there and back, one at a time: two lanes beside two rings of Agrona and of the Disruptor."
  (:require
   [bench.trials :refer [unchecked]]))

(defn- contenders [bytes]
  (map #(assoc % :case (keyword (str bytes)) :properties (assoc unchecked "bench.bytes" bytes))
       [{:id "lane-trip" :title "lanegraph events lanes"}
        {:id "agrona-trip" :title "Agrona OneToOneRingBuffer"}
        {:id "disruptor-trip" :title "Disruptor, off-heap events"}]))

(def benchmark
  {:title "round trip of a message between two threads, beside Agrona and the Disruptor"
   :contenders (mapcat contenders [64 240])
   :cases {:64 "64 bytes there and back" :240 "240 bytes there and back"}
   :metrics [{:key :p50 :unit "ns, p50" :better :less} {:key :p99 :unit "ns, p99" :better :less}]
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: two rings of " slots " messages, one each way, one message on its way at a time, written and read in place, every")
      "  word checked; both sides spin (Disruptor: BusySpinWaitStrategy, each side waits at the sequence barrier itself). Times hold"
      "  one look at the clock. -Dagrona.disable.bounds.checks=true for all."])})

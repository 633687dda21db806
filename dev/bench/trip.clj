(ns bench.trip
  "A message there and back, one at a time: two lanes beside two rings of Agrona and of the Disruptor."
  (:require
   [bench.trials :refer [unchecked]]))

(def ^:private sides
  [{:id "lane-trip" :title "lanegraph events lanes"}
   {:id "agrona-trip" :title "Agrona OneToOneRingBuffer"}
   {:id "disruptor-trip" :title "Disruptor, off-heap events"}])

(defn- contenders [bytes]
  (for [fences [2 0], side sides]
    (-> side
        (assoc :case (keyword (str bytes)) :properties (assoc unchecked "bench.bytes" bytes "bench.fences" fences))
        (update :title str (if (zero? fences) ", onSpinWait" ", fences")))))

(def benchmark
  {:title "round trip of a message between two threads, beside Agrona and the Disruptor"
   :contenders (mapcat contenders [64 240])
   :cases {:64 "64 bytes there and back" :240 "240 bytes there and back"}
   :metrics [{:key :p50 :unit "ns, p50" :better :less} {:key :p99 :unit "ns, p99" :better :less}]
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: two rings of " slots " messages, one each way, one message on its way at a time, written and read in place, every")
      "  word checked; both sides spin, in two ways: between looks two full fences, or onSpinWait (Disruptor: its BusySpinWaitStrategy,"
      "  and the same with fences; each side waits at the sequence barrier itself). Times hold one look at the clock."
      "  -Dagrona.disable.bounds.checks=true for all."])})

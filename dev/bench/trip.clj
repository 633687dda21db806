(ns bench.trip
  "A message there and back, one at a time: two lanes beside two rings of Agrona and of the Disruptor."
  (:require
   [bench.trials :refer [unchecked]]))

(defn- contenders [[case {:keys [bytes fence]}]]
  (map #(assoc % :case case :properties (assoc unchecked "bench.bytes" bytes "bench.fence" fence))
       [{:id "lane-trip" :title "lanegraph events lanes"}
        {:id "agrona-trip" :title "Agrona OneToOneRingBuffer"}
        {:id "disruptor-trip" :title "Disruptor, off-heap events"}]))

(def ^:private cases
  {:64        {:bytes 64 :fence false :title "64 bytes there and back"}
   :64-fence  {:bytes 64 :fence true :title "64 bytes there and back, a fence between two looks"}
   :240       {:bytes 240 :fence false :title "240 bytes there and back"}
   :240-fence {:bytes 240 :fence true :title "240 bytes there and back, a fence between two looks"}})

(def benchmark
  {:title "round trip of a message between two threads, beside Agrona and the Disruptor"
   :contenders (mapcat contenders cases)
   :cases (update-vals cases :title)
   :metrics [{:key :p50 :unit "ns, p50" :better :less} {:key :p99 :unit "ns, p99" :better :less}]
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: two rings of " slots " messages, one each way, one message on its way at a time, written and read in place, every")
      "  word checked; both sides spin with onSpinWait or, where said, a full fence (Disruptor: BusySpinWaitStrategy, and its like with a"
      "  fence; each side waits at the sequence barrier itself). Times hold one look at the clock."
      "  -Dagrona.disable.bounds.checks=true for all."])})

(ns bench.fanout
  "One producer, several consumers that each get every message: a fanout lane beside the Disruptor's multicast and Aeron IPC."
  (:require
   [bench.trials :refer [unchecked with-driver]]))

(defn- contenders [consumers]
  (let [readers {"bench.consumers" consumers}
        off-heap (merge unchecked readers)]
    (map #(assoc % :case (keyword (str consumers)))
         [{:id "lane" :title "lanegraph fanout lane, read by cursors"
           :properties (assoc off-heap "bench.shape" "fanout-broadcast")}
          {:id "disruptor-heap" :title "Disruptor multicast, events of eight fields" :properties readers}
          {:id "disruptor-off-heap" :title "Disruptor multicast, off-heap events" :properties off-heap}
          {:id "disruptor-off-heap" :title "Disruptor multicast, off-heap events, claims of 16"
           :properties (assoc off-heap "bench.batch" 16)}
          {:id "aeron" :title "Aeron IPC" :properties (merge off-heap with-driver)}
          {:id "lane" :title "lanegraph fanout lane, yielding"
           :properties (assoc off-heap "bench.shape" "fanout-broadcast" "bench.yield" true)}
          {:id "lane" :title "lanegraph fanout lane, router, a lane each"
           :properties (assoc off-heap "bench.shape" "router" "bench.roles" 1)}])))

(def benchmark
  {:title "one producer, two or four consumers, beside the Disruptor's multicast and Aeron IPC"
   :contenders (mapcat contenders [2 4])
   :cases {:2 "1 → 2" :4 "1 → 4"}
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: ring of " slots " messages of 64 bytes, written and read in place, each consumer reads and checks every word;")
      "  rates are of messages written. Where threads outnumber cores: lanes wait as roles do by default there (100 yields, then"
      "  parks of 1 to 100 µs), the Disruptor with YieldingWaitStrategy, Aeron's threads yield; else all spin. Disruptor: a"
      "  BatchEventProcessor for each consumer. Aeron: exclusive publication, tryClaim, a subscription for each consumer, term"
      "  window of the ring's size, driver in the JVM with one thread. -Dagrona.disable.bounds.checks=true for all."])})

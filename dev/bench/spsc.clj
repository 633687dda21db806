(ns bench.spsc
  "One producer, one consumer, 64-byte messages: an events lane beside Agrona's OneToOneRingBuffer and the Disruptor."
  (:require
   [bench.trials :refer [unchecked]]))

;; Every peer at its best reasonable set-up at this ring size; the checks of Agrona's buffers are off for all but one row.
(def ^:private contenders
  [{:id "lane" :title "lanegraph events lane" :case :in-place :properties unchecked}
   {:id "agrona" :title "Agrona OneToOneRingBuffer" :case :in-place :properties unchecked}
   {:id "disruptor-arrays" :title "Disruptor, events with an array of bytes" :case :in-place :properties unchecked}
   {:id "disruptor-heap" :title "Disruptor, events of eight fields" :case :in-place}
   {:id "disruptor-off-heap" :title "Disruptor, off-heap events" :case :in-place :properties unchecked}
   {:id "disruptor-off-heap" :title "Disruptor, off-heap events, claims of 16" :case :in-place
    :properties (assoc unchecked "bench.batch" 16)}
   {:id "lane" :title "lanegraph, buffers' bounds checked" :case :in-place}
   {:id "lane-copy" :title "lanegraph events lane" :case :copy :properties unchecked}
   {:id "agrona-copy" :title "Agrona OneToOneRingBuffer" :case :copy :properties unchecked}
   {:id "disruptor-heap-copy" :title "Disruptor, events with an array of bytes" :case :copy :properties unchecked}
   {:id "disruptor-off-heap-copy" :title "Disruptor, off-heap events" :case :copy :properties unchecked}])

(def benchmark
  {:title "one producer, one consumer, 64-byte messages, beside Agrona and the Disruptor"
   :contenders contenders
   :cases {:in-place "in place" :copy "copied in and out"}
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: ring of " slots " messages of 64 bytes, lane in memory with slots of 64 bytes, Agrona with the power of two")
      "  of bytes that holds 3/4 of it; both sides spin (Disruptor: BusySpinWaitStrategy, BatchEventProcessor;"
      "  on empty 16 × onSpinWait); every word written and checked."
      "  -Dagrona.disable.bounds.checks=true except where said."])})

(ns bench.spsc
  "One producer, one consumer: an events lane beside Agrona's OneToOneRingBuffer, the Disruptor, Aeron IPC and queues of
  references to pooled buffers; messages of several lengths, rings of several sizes."
  (:require
   [bench.trials :refer [unchecked with-driver]]))

;; Every peer at its best reasonable set-up at this ring size; the checks of Agrona's buffers are off for all but one row.
(defn- in-place [bytes]
  (let [properties (assoc unchecked "bench.bytes" bytes)]
    [{:id "lane" :title "lanegraph events lane" :properties properties}
     {:id "agrona" :title "Agrona OneToOneRingBuffer" :properties properties}
     {:id "disruptor-arrays" :title "Disruptor, events with an array of bytes" :properties properties}
     {:id "disruptor-off-heap" :title "Disruptor, off-heap events" :properties properties}
     {:id "disruptor-off-heap" :title "Disruptor, off-heap events, claims of 16" :properties (assoc properties "bench.batch" 16)}
     {:id "aeron" :title "Aeron IPC" :properties (merge properties with-driver)}
     {:id "jctools" :title "JCTools SpscArrayQueue, pooled buffers" :properties properties}
     {:id "agrona-queue" :title "Agrona OneToOneConcurrentArrayQueue, pooled" :properties properties}]))

(defn- copied [bytes]
  (let [properties (assoc unchecked "bench.bytes" bytes)]
    [{:id "lane-copy" :title "lanegraph events lane" :properties properties}
     {:id "agrona-copy" :title "Agrona OneToOneRingBuffer" :properties properties}
     {:id "disruptor-heap-copy" :title "Disruptor, events with an array of bytes" :properties properties}
     {:id "disruptor-off-heap-copy" :title "Disruptor, off-heap events" :properties properties}
     {:id "disruptor-off-heap-copy" :title "Disruptor, off-heap events, claims of 16"
      :properties (assoc properties "bench.batch" 16)}
     {:id "aeron-copy" :title "Aeron IPC" :properties (merge properties with-driver)}
     {:id "jctools-copy" :title "JCTools SpscArrayQueue, pooled buffers" :properties properties}
     {:id "agrona-queue-copy" :title "Agrona OneToOneConcurrentArrayQueue, pooled" :properties properties}
     {:id "blocking-copy" :title "ArrayBlockingQueue, pooled buffers" :properties properties}]))

(def ^:private of-64-bytes-alone
  [{:id "disruptor-heap" :title "Disruptor, events of eight fields"}
   {:id "lane" :title "lanegraph, buffers' bounds checked"}])

(defn- of [case contenders] (map #(assoc % :case case) contenders))

(defn- ring [slots] (map #(assoc % :slots slots) (in-place 64)))

(def benchmark
  {:title "one producer, one consumer, beside Agrona, the Disruptor, Aeron IPC and JCTools"
   :contenders (concat (of :in-place (concat (in-place 64) of-64-bytes-alone))
                       (of :copy (copied 64))
                       (of :slots-1024 (ring 1024))
                       (of :slots-65536 (ring 65536))
                       (mapcat #(concat (of (keyword (str %)) (in-place %)) (of (keyword (str % "-copy")) (copied %)))
                               [16 240 1024]))
   :cases (array-map :in-place "64 bytes in place" :copy "64 bytes copied in and out"
                     :slots-1024 "64 bytes in place, rings of 1,024" :slots-65536 "64 bytes in place, rings of 65,536"
                     :16 "16 bytes in place" :16-copy "16 bytes copied" :240 "240 bytes in place" :240-copy "240 bytes copied"
                     :1024 "1,024 bytes in place" :1024-copy "1,024 bytes copied")
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: rings of " slots " messages unless said, lane in memory, slots as large as the messages; Agrona with the power of two")
      "  of bytes that holds 3/4 of it; Aeron with a term window of the ring's size, an exclusive publication, its driver in"
      "  the JVM with one thread; queues of references to twice as many buffers, used in turns. Both sides spin (Disruptor:"
      "  BusySpinWaitStrategy, BatchEventProcessor; on empty 16 × onSpinWait), but Aeron's, which yield where its driver would"
      "  have no core; every word written and checked."
      "  -Dagrona.disable.bounds.checks=true except where said."])})

(ns bench.pipeline
  "Stages one after the other: a graph beside the same stages written by hand for Agrona's rings and for the Disruptor."
  (:require
   [bench.trials :refer [unchecked]]))

(defn- contenders [case roles shared]
  (let [properties (assoc unchecked "bench.stages" true "bench.roles" roles "bench.shared" shared)
        yielding   (assoc properties "bench.yield" true)
        graph      {"bench.shape" "chain"}]
    (map #(assoc % :case case)
         (concat
          [{:id "lane" :title "lanegraph, a graph" :properties (merge properties graph)}
           {:id "agrona-chain" :title "Agrona OneToOneRingBuffer, chained by hand" :properties yielding}]
          (when-not shared
            [{:id "disruptor-heap" :title "Disruptor by hand, events of eight fields" :properties properties}
             {:id "disruptor-off-heap" :title "Disruptor by hand, off-heap events" :properties properties}
             {:id "disruptor-off-heap" :title "Disruptor by hand, off-heap events, claims of 16"
              :properties (assoc properties "bench.batch" 16)}])
          [{:id "lane" :title "lanegraph, a graph, yielding" :properties (merge yielding graph)}]))))

(def benchmark
  {:title "a source, stages, a sink: a graph beside Agrona's rings and the Disruptor, with the stages written by hand"
   :contenders (concat (contenders :2 2 false) (contenders :3 3 false) (contenders :12 12 true))
   :cases (array-map :2 "source, 2 stages, sink: 4 threads" :3 "source, 3 stages, sink: 5 threads"
                     :12 "source, 12 stages on one thread, sink: 3 threads")
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: rings of " slots " messages of 64 bytes; each stage reads, multiplies and writes every word (Disruptor: in the event")
      "  itself), the sink checks every word. Where threads outnumber cores: lanes and roles wait as roles do by default there (100"
      "  yields, then parks of 1 to 100 µs) unless said, the Disruptor with YieldingWaitStrategy, Agrona yields; else all spin."
      "  -Dagrona.disable.bounds.checks=true for all."])})

(ns bench.values
  "Clojure maps by reference: a graph's lanes beside JCTools, Agrona's queue, ArrayBlockingQueue and core.async's channels."
  (:require
   [bench.trials :refer [unchecked]]))

(defn- contenders [case roles]
  (let [properties (assoc unchecked "bench.stages" true "bench.roles" roles)
        yielding   (assoc properties "bench.yield" true)]
    (map #(assoc % :case case)
         [{:id "lane-maps" :title "lanegraph, values by reference" :properties properties}
          {:id "jctools-maps" :title "JCTools SpscArrayQueue" :properties yielding}
          {:id "agrona-queue-maps" :title "Agrona OneToOneConcurrentArrayQueue" :properties yielding}
          {:id "blocking-maps" :title "ArrayBlockingQueue, drainTo" :properties yielding}
          {:id "channel-maps" :title "core.async channel, >!! and <!!" :properties yielding}
          {:id "channel-poll-maps" :title "core.async channel, offer! and poll!" :properties yielding}
          {:id "lane-maps" :title "lanegraph, values by reference, yielding" :properties yielding}])))

(def benchmark
  {:title "Clojure maps by reference, beside JCTools, Agrona, ArrayBlockingQueue and core.async"
   :contenders (concat (contenders :hop 0) (contenders :stage 1))
   :cases {:hop "from a thread to another" :stage "source, a stage that adds a key, sink: 3 threads"}
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: lanes, queues and channels of " slots "; 1,024 maps of three keys, made before, in turns; the sink looks at each whether it is")
      "  the one that comes now. Where threads outnumber cores: the graph waits as roles do by default unless said, the others yield,"
      "  but >!! and <!! as they do; else all spin. Drained 256 at a time where there is a way to."])})

(ns lanegraph.allocation-kit
  "What lanegraph.allocation-test measures, in a JVM of its own: how much each role on bytes allocates."
  (:require
   [lanegraph.core :as lg])
  (:import
   (com.sun.management ThreadMXBean)
   (java.lang.management ManagementFactory)
   (lanegraph.lane LaneRx LaneTx)
   (org.agrona DirectBuffer MutableDirectBuffer)
   (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(defn copy ^long [^DirectBuffer in ^MutableDirectBuffer out]
  (.putLong out 0 (.getLong in 0))
  8)

(defn copy-told ^long [^long sequence ^DirectBuffer in ^MutableDirectBuffer out]
  (.putLong out 0 (+ sequence (.getLong in 0)))
  8)

(defn- forward ^long [^long _ _ _] lg/FORWARD-INPUT)

(def ^:private stages
  {:map-ok    (lg/raw-stage :map-ok copy)
   :map       (lg/raw-stage :map #'copy)
   :told      (lg/raw-stage :map #'copy-told)
   :filter    (lg/raw-stage :filter (fn [^DirectBuffer in] (== 8 (.capacity in))))
   :filter-told (lg/raw-stage :filter (fn [^long sequence _] (<= 0 sequence)))
   :inspect   (lg/raw-stage :inspect (fn [_] nil))
   :stateful  (lg/raw-stage :stateful (fn [_] copy))
   :transform (lg/raw-stage :transform (fn [_] forward))
   :parity    (lg/raw-stage :route (fn [^long sequence _] (if (zero? (bit-and sequence 1)) :even :odd)))
   :second    (lg/raw-stage :route (fn [_] true))})

(def ^:private chain "The stages that stand one behind the other." [:map-ok :map :told :filter :filter-told :inspect :stateful :transform])

(def spec
  "Every kind of role on bytes, and every kind of lane; a lane with two producers, and one with two readers."
  (let [lane  {:kind :events :codec :bytes :slot-bytes 8 :slots 64}
        names (mapv #(keyword (str "c" %)) (range (inc (count chain))))]
    {:name      :quiet
     :lanes     (merge (zipmap names (repeat lane))
                       (zipmap [:even :odd :left :right :first :second :joined :out] (repeat lane))
                       {:both {:kind :fanout-broadcast :consumers 2 :codec :bytes :slot-bytes 8 :slots 64}
                        :line {:kind :sequenced-slots :gating 1 :codec :bytes :slot-bytes 8 :slots 64}
                        :log  {:kind :journal :codec :bytes :segment-bytes 16777216}})
     :roles     (merge (into {} (map (fn [stage from to] [stage {:kind :stage :stage stage :rx from :tx to}])
                                     chain names (rest names)))
                       {:line     {:kind :bridge :rx (peek names) :tx :line}
                        :fan      {:kind :bridge :rx [:line 0] :tx :both}
                        :turns    {:kind :router :policy :round-robin :rx [:both 0] :tx [:left :right]}
                        :pick     {:kind :router :policy {:by :parity} :rx [:both 1] :tx [:even :odd]}
                        :even     {:kind :bridge :rx :even :tx :second}
                        :odd      {:kind :bridge :rx :odd :tx :second} ; a lane with two producers
                        :merge    {:kind :merge :rx [:left :right] :tx :first}
                        :priority {:kind :merge :policy :priority :rx [:first :second] :tx :joined}
                        :spread   {:kind :router :rx :joined :tx [:log]}
                        :read     {:kind :bridge :rx :log :tx :out}})
     :endpoints {:in {:kind :ingress :lane :c0} :out {:kind :egress :lane :out}}}))

(defn- allocated
  "{role bytes} that the roles' threads have allocated."
  []
  (let [^ThreadMXBean bean (ManagementFactory/getThreadMXBean)]
    (into {} (for [^Thread t (keys (Thread/getAllStackTraces))
                   :let [[_ role] (re-matches #"lanegraph:quiet:(.*)" (.getName t))]
                   :when (contains? (:roles spec) (keyword role))]
               [(keyword role) (.getThreadAllocatedBytes bean (.getId t))]))))

(defn- pump!
  "Sends n messages and takes twice as many, since a lane has two readers."
  [^LaneTx tx ^LaneRx rx ^long n]
  (let [message (UnsafeBuffer. (byte-array 8))]
    (loop [sent 0, received 0]
      (when (< received (* 2 n))
        (let [sent (if (and (< sent n) (.offer tx message 0 8)) (inc sent) sent)]
          (if (.peek rx)
            (do (.advance rx) (.release rx) (recur sent (inc received)))
            (do (Thread/yield) (recur sent received))))))))

(defn measure
  "{role bytes}: what each role has allocated for one of n messages, the least of several runs. What comes once in a while is
  no byte of each: the writer of a journal orders a time of day for the next millisecond."
  [opts n]
  (with-open [rt ^java.lang.AutoCloseable (lg/spawn! spec (assoc opts :stages stages))]
    (let [tx (lg/writer rt :in), rx (lg/reader rt :out)]
      (pump! tx rx n)
      (-> (apply merge-with min (repeatedly 4 (fn []
                                                (let [before (allocated)]
                                                  (pump! tx rx n)
                                                  (merge-with - (allocated) before)))))
          (update-vals #(quot (long %) (long n)))))))

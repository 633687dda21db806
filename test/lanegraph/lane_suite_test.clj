(ns ^:matrix lanegraph.lane-suite-test
  "What every ring promises: each kind, over each memory, with 1, 3 and 64 producers, with 1, 2 and 64 cursors."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.lane-kit :as kit :refer [code]])
  (:import
   (com.sun.management ThreadMXBean)
   (java.lang.management ManagementFactory)
   (lanegraph LaneGraphException)
   (lanegraph.lane LaneRx LaneTx MergeRx Ring)
   (lanegraph.region Region RingDescriptor)
   (org.agrona DirectBuffer MutableDirectBuffer)
   (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(defn- by-reference? [lane] (= :by-reference (:memory lane)))

(defmacro ^:private on-every-lane
  "Runs the body with `lane` bound to an open lane of each kind, memory and number of producers and cursors, with these
  options; `tx` and `rx` to its first handles."
  [[lane tx rx options] & body]
  `(kit/with-dir [dir# true]
     (doseq [ring# kit/rings]
       (testing (pr-str ring# ~options)
         (let [sub# (doto (java.io.File. dir# ^String (apply str (map #(if (keyword? %) (name %) %) (vals ring#)))) .mkdir)
               ~lane (kit/open (merge ring# {:dir sub#} ~options))
               ~(with-meta tx {:tag `LaneTx}) (first (:txs ~lane))
               ~(with-meta rx {:tag `LaneRx}) (first (:rxs ~lane))]
           (try ~@body (finally (kit/close ~lane) (kit/delete-dir sub#))))))))

(defn- memory-of
  "Every byte of the lane's region."
  [{:keys [^Region region]}]
  (let [b (byte-array (RingDescriptor/length (.shape region)))]
    (.getBytes (UnsafeBuffer. (.address region) (alength b)) 0 b)
    (vec b)))

(defn- sizes-refused [f]
  (try (f)
       nil
       (catch LaneGraphException e
         [(.code e) (get (.details e) "length") (get (.details e) "slot-bytes")
          (every? #(re-find (re-pattern (str "\\b" (get (.details e) %) "\\b")) (ex-message e)) ["length" "slot-bytes"])])))

(deftest s12-nothing-is-cut
  (doseq [slot-bytes [8 64]]
    (on-every-lane [lane tx rx {:slots 4 :slot-bytes slot-bytes}]
      (when-not (by-reference? lane)
        (doseq [n (range (inc slot-bytes)), write [:claim :bytes :value]]
          (let [bytes (kit/payload n n)]
            (is (case write
                  :claim (do (.putBytes (.claim tx) 0 bytes) (.commit tx n))
                  :bytes (.offer tx (UnsafeBuffer. bytes) 0 n)
                  :value (.offer tx bytes)))
            (is (= (vec bytes) (kit/take-all lane)) (str n " bytes by " write))))
        (let [n (inc slot-bytes), bytes (kit/payload n n), before (memory-of lane)
              refused ["lane/too-large" n slot-bytes true]]
          (is (= refused (sizes-refused #(.offer tx (UnsafeBuffer. bytes) 0 n))))
          (is (= refused (sizes-refused #(.offer tx bytes))))
          (is (= refused (sizes-refused #(do (.claim tx) (.commit tx n)))))
          (is (= "lane/bad-length" (code (.claim tx) (.commit tx -1))))
          (is (= before (memory-of lane)) "not a byte was written")
          (is (false? (.peek rx))))))))

(deftest s12-nothing-is-cut-when-forwarding
  (on-every-lane [lane tx rx {:slots 4 :slot-bytes 16}]
    (let [wide (kit/open {:slots 4 :slot-bytes 24})
          ^LaneTx wide-tx (first (:txs wide))
          ^LaneRx wide-rx (first (:rxs wide))]
      (doseq [n [0 1 15 16]]
        (.offer wide-tx (kit/payload n n))
        (is (and (.peek wide-rx) (.forward tx wide-rx)))
        (is (= (vec (kit/payload n n)) (vec (.take wide-rx)) (kit/take-all lane))))
      (when-not (by-reference? lane)
        (.offer wide-tx (kit/payload 1 17))
        (is (.peek wide-rx))
        (is (= ["lane/too-large" 17 16 true] (sizes-refused #(.forward tx wide-rx))))
        (is (false? (.peek rx)))))))

(deftest s11-slots-and-sizes-are-set-per-lane
  (doseq [slots [2 4 8 1024], slot-bytes [8 16 1000]]
    (on-every-lane [lane tx rx {:slots slots :slot-bytes slot-bytes}]
      (is (= slot-bytes (.maxLength tx)))
      (dotimes [i slots]
        (is (.room tx))
        (is (.offer tx (kit/payload i 8))))
      (is (= slots (.depth ^Ring (:ring lane))))
      (is (not (.room tx)))
      (is (false? (.offer tx (kit/payload slots 8))) "full means exactly that many messages")
      (dotimes [i slots]
        (is (= (vec (kit/payload i 8)) (kit/take-all lane))))
      (is (nil? (kit/take-all lane)))
      (is (zero? (.depth ^Ring (:ring lane))))))
  (is (= "lane/bad-shape" (code (kit/open {:slots 3}))))
  (is (= "lane/bad-shape" (code (kit/open {:slot-bytes 12})))))

(deftest order-holds-over-many-laps
  (doseq [slots [2 4 8]]
    (on-every-lane [lane tx rx {:slots slots}]
      (let [laps (if (< 2 (:cursors lane)) 30 500), txs (cycle (:txs lane))]
        (loop [written 0, read 0, [^LaneTx tx & more] txs]
          (cond
            (= read (* laps slots))                      (is (= read (.position rx) (.consumed ^Ring (:ring lane))))
            (and (.room tx) (< written (* laps slots)))  (do (.offer tx (kit/payload written (mod written 17)))
                                                             (recur (inc written) read more))
            :else (let [message (kit/take-all lane)]
                    (if (= message (vec (kit/payload read (mod read 17))))
                      (recur written (inc read) more)
                      (is (= message read) "message and its number differ")))))))))

(deftest drops-are-counted-and-outlive-the-handle
  (on-every-lane [lane tx rx {:slots 2 :drop? true}]
    (dotimes [i 5] (is (.offer tx (kit/payload i 8)) "a dropped message counts as accepted"))
    (is (= 3 (.dropped tx) (.dropped ^Ring (:ring lane))))
    (is (= [0 1] (mapv (fn [i] (if (= (vec (kit/payload i 8)) (kit/take-all lane)) i :other)) [0 1])) "the oldest stay")
    (let [again (kit/reopen lane)]
      (is (= 3 (.dropped ^LaneTx (first (:txs again)))))
      (kit/close again))))

(defn- slowest
  "The lane's readers as [one that falls behind, the others], for the first, the one in the middle and the last."
  [{:keys [rxs cursors]}]
  (for [i (distinct [0 (quot cursors 2) (dec cursors)])]
    [(nth rxs i) (concat (take i rxs) (drop (inc i) rxs))]))

(deftest s14-the-slowest-cursor-gates
  (on-every-lane [lane tx rx {:slots 4}]
    (doseq [[^LaneRx slow others] (slowest lane)]
      (dotimes [i 4] (.offer tx (kit/payload i 8)))
      (doseq [_ (range 4), ^LaneRx other others] (.take other))
      (is (not (.room tx)) "all but one have read everything")
      (is (= 4 (.depth ^Ring (:ring lane))))
      (is (= (vec (kit/payload 0 8)) (vec (.take slow))))
      (is (.room tx))
      (is (.offer tx (kit/payload 4 8)))
      (is (false? (.offer tx (kit/payload 5 8))))
      (is (= (map #(vec (kit/payload % 8)) (range 1 5)) (repeatedly 4 #(vec (.take slow)))))
      (is (every? #(= (vec (kit/payload 4 8)) (vec (.take ^LaneRx %))) others))
      (is (nil? (kit/take-all lane))))))

(deftest s14-a-drop-is-for-all-readers-and-counted-once
  (on-every-lane [lane _tx _rx {:slots 4 :drop? true}]
    (doseq [[^LaneRx slow others] (slowest lane)]
      (let [before (.dropped ^Ring (:ring lane))
            txs    (cycle (:txs lane))]
        (doseq [[i ^LaneTx tx] (map vector (range 4) txs)] (.offer tx (kit/payload i 8)))
        (doseq [_ (range 3), ^LaneRx other others] (.take other))
        (doseq [[i ^LaneTx tx] (map vector (range 4 7) txs)]
          (is (true? (.offer tx (kit/payload i 8))) "accepted, though one reader has not even begun"))
        (is (= 3 (- (.dropped ^Ring (:ring lane)) before)) "each once, whatever the number of readers")
        (is (= (map #(vec (kit/payload % 8)) (range 4)) (repeatedly 4 #(vec (.take slow)))))
        (doseq [^LaneRx other others]
          (is (= [(vec (kit/payload 3 8)) nil] (repeatedly 2 #(some-> (.take other) vec))) "none got what was dropped"))))))

(deftest a-closed-handle-neither-reads-nor-writes
  (on-every-lane [lane tx rx {:slots 2}]
    (.offer tx (kit/payload 0 8))
    (let [before (memory-of lane)
          bytes (UnsafeBuffer. (byte-array 8))]
      (.encode tx (kit/payload 1 8))
      (run! #(.close ^LaneTx %) (:txs lane))
      (.close rx)
      (is (= #{"lane/closed"}
             (into #{} [(code (.room tx)) (code (.claim tx)) (code (.commit tx 0)) (code (.encode tx (kit/payload 1 8)))
                        (code (.offer tx (kit/payload 1 8))) (code (.offer tx bytes 0 8)) (code (.forward tx rx))
                        (code (.peek rx)) (code (.take rx)) (code (.release rx))]))
          "each call, one by one")
      (when-not (= 1 (:producers lane)) ; the encoded bytes may stand in the free slot, unpublished
        (is (= before (memory-of lane))))
      (is (= 1 (.depth ^Ring (:ring lane)))))))

(defn- slot-address [{:keys [^Region region slots slot-bytes]} sequence]
  (+ (.address region) (RingDescriptor/slotsOffset (.shape region)) RingDescriptor/WORD_LENGTH
     (* (long (mod sequence slots)) (RingDescriptor/stride slot-bytes))))

(defn- pass-in-place
  "n messages through the lane to all its readers, written and read where they lie."
  [^LaneTx tx ^objects rxs ^long n]
  (dotimes [i n]
    (let [^MutableDirectBuffer lent (.claim tx)]
      (.putLong lent 0 i)
      (.commit tx 8))
    (dotimes [r (alength rxs)]
      (let [^LaneRx rx (aget rxs r)]
        (.peek rx)
        (let [^DirectBuffer payload (.payload rx)]
          (when-not (== i (.getLong payload 0))
            (throw (IllegalStateException. "another message"))))
        (.advance rx)
        (.release rx)))))

(deftest s13-a-claim-is-the-slot
  (on-every-lane [lane tx rx {:slots 4}]
    (when (and (= 1 (:producers lane)) (not (by-reference? lane)))
      (dotimes [sequence 9]
        (let [lent (.claim tx)]
          (is (= (slot-address lane sequence) (.addressOffset lent)) "written in its slot")
          (.putLong lent 0 sequence)
          (.commit tx 8)
          (doseq [^LaneRx rx (:rxs lane)]
            (.peek rx)
            (is (= (slot-address lane sequence) (.addressOffset (.payload rx))) "and read there"))
          (kit/take-all lane))))))

(deftest s13-in-place-allocates-nothing
  (let [^ThreadMXBean threads (ManagementFactory/getThreadMXBean)]
    (on-every-lane [lane tx rx {:slots 4}]
      (when-not (by-reference? lane)
        (let [rxs (object-array (:rxs lane))
              n   (quot 20000 (alength rxs))]
          (pass-in-place tx rxs n) ; lets the compiler replace what allocates in the interpreter
          (let [before (.getCurrentThreadAllocatedBytes threads)]
            (pass-in-place tx rxs n)
            (is (> 2000 (- (.getCurrentThreadAllocatedBytes threads) before)) "bytes for 20,000 messages read")))))))

(deftest by-reference-the-value-itself-arrives
  (doseq [producers [1 3]]
    (let [lane (kit/open {:memory :by-reference :producers producers :slots 2})
          ^LaneTx tx (last (:txs lane))
          ^LaneRx rx (first (:rxs lane))
          value (Object.)]
      (is (.offer tx value))
      (is (identical? value (.take rx)))
      (is (identical? value (.look ^Ring (:ring lane) 0)) "kept until overwritten")
      (is (= "lane/no-value" (code (.offer tx nil))))
      (is (= "lane/by-reference" (code (.claim tx)))))))

(deftest by-reference-without-retain-a-taken-value-is-let-go
  (let [lane (kit/open {:memory :by-reference :retain? false})]
    (.offer ^LaneTx (first (:txs lane)) "a")
    (is (= "a" (.take ^LaneRx (first (:rxs lane)))))
    (is (nil? (.look ^Ring (:ring lane) 0)))))

(deftest cursors-that-are-moved-together
  (on-every-lane [lane tx rx {:slots 4 :cursors 3}]
    (let [^Ring ring (:ring lane)
          together   #(.rxOfAll ring ["c/0" "c/2"])]
      (dotimes [i 4] (.offer tx (kit/payload i 8)))
      (dotimes [_ 3] (.take rx)) ; as a reader leaves them that dies between two stores: one at 3, one at 0
      (dotimes [_ 4] (.take ^LaneRx (second (:rxs lane))))
      (let [^LaneRx both (together)]
        (is (= 3 (.position both) (.consumed ring)) "the foremost counts, and the others follow at once")
        (is (.room tx))
        (is (= (vec (kit/payload 3 8)) (vec (.take both))))
        (is (= 4 (.consumed ring)) "each release moves all"))
      (is (= 4 (.position ^LaneRx (together)))))))

(deftest a-merged-reader-closes-those-that-it-reads
  (on-every-lane [lane tx rx {:slots 4}]
    (let [merged (MergeRx. [rx] false)]
      (.offer tx (kit/payload 0 8))
      (is (= (vec (kit/payload 0 8)) (vec (.take merged))))
      (is (= "lane/no-message" (code (.length merged))))
      (.close merged)
      (is (.isClosed rx))
      (is (= #{"lane/closed"} (set [(code (.peek merged)) (code (.release merged))]))))))

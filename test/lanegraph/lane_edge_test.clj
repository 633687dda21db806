(ns ^:matrix lanegraph.lane-edge-test
  "Corners of the ring: kept claims, producers that fail half way, the 48-bit sequence, looking from outside."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.lane-kit :as kit :refer [code]]
   [tools.seed :as seed])
  (:import
   (java.lang.reflect InvocationHandler Proxy)
   (java.lang.ref WeakReference)
   (java.util Arrays)
   (lanegraph.lane Codec LaneRx LaneTx Ring)
   (lanegraph.region Memory Region RingDescriptor)
   (org.agrona DirectBuffer ExpandableArrayBuffer ExpandableDirectByteBuffer MutableDirectBuffer)
   (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(defn- ends [{:keys [ring txs rxs]}] [ring (first txs) (first rxs)])

(deftest a-claim-survives-a-full-lane
  (doseq [producers [1 3]]
    (let [[_ ^LaneTx tx ^LaneRx rx] (ends (kit/open {:producers producers :slots 2}))]
      (dotimes [i 2] (.offer tx (kit/payload i 8)))
      (.putBytes (.claim tx) 0 (kit/payload 2 8))
      (is (false? (.commit tx 8)))
      (is (false? (.commit tx 8)) "and again")
      (.take rx)
      (is (true? (.commit tx 8)))
      (.take rx)
      (is (= (vec (kit/payload 2 8)) (vec (.take rx))) "what was claimed while it was full")
      (is (= "lane/not-claimed" (code (.commit tx 8))) "once"))))

(deftest a-claimed-buffer-can-be-offered
  (doseq [producers [1 3], full? [false true]]
    (testing (pr-str producers full?)
      (let [[_ ^LaneTx tx ^LaneRx rx] (ends (kit/open {:producers producers :slots 2}))]
        (when full? (dotimes [i 2] (.offer tx (kit/payload i 8))))
        (let [lent (.claim tx)]
          (.putBytes lent 0 (kit/payload 7 16))
          (when full? (dotimes [_ 2] (.take rx)))
          (is (.offer tx lent 3 8))
          (is (= (vec (Arrays/copyOfRange (kit/payload 7 16) 3 11)) (vec (.take rx)))))))))

(deftest a-claim-is-untouched-by-another-message-of-many-producers
  (let [[_ ^LaneTx tx ^LaneRx rx] (ends (kit/open {:producers 3 :slots 4}))
        lent (.claim tx)]
    (.offer tx (UnsafeBuffer. (kit/payload 1 8)) 0 8)
    (.putBytes lent 0 (kit/payload 2 16)) ; too late, and yet harmless
    (is (= (vec (kit/payload 1 8)) (vec (.take rx))))))

(deftest slots-are-touched-ahead-where-writer-and-readers-may-have-a-core-each
  (let [cores   (.availableProcessors (Runtime/getRuntime))
        touches (fn [cursors]
                  (let [n      (volatile! 0)
                        memory (proxy [Memory] []
                                 (putLong [address value]
                                   (vswap! n inc)
                                   (.putLong Memory/DIRECT (long address) (long value))))
                        lane   {:slots 1024 :cursors cursors}
                        {:keys [txs]} (kit/attach lane (kit/region lane) memory)]
                    (vreset! n 0)
                    (dotimes [i 32] (.offer ^LaneTx (first txs) ^Object (kit/payload i 16)))
                    @n))]
    (when (< 1 cores) (is (= 32 (touches (min 64 (dec cores))))))
    (when (<= cores 64) (is (zero? (touches cores))))))

(deftest no-message-is-touched-by-the-next-ones
  (let [seed (seed/of ::bursts), random (java.util.Random. seed), slots 1024]
    (doseq [memory [:in-memory :by-reference], cursors [1 2]]
      (testing (pr-str memory cursors seed)
        (let [{:keys [txs] :as lane} (kit/open {:memory memory :cursors cursors :slots slots})
              ^LaneTx tx (first txs)
              refused (volatile! nil) ; the length of a message for which there was no room, while it can be committed again
              encoded (fn [length] (let [committed? (.commit tx (int length))]
                                     (vreset! refused (when-not committed? length))
                                     committed?))
              offered (fn [from n]
                        (let [offer? (.nextBoolean random), again? (and @refused (.nextBoolean random))]
                          (count (take-while (fn [id]
                                               (cond (and again? (= from id)) (encoded @refused)
                                                     offer? (do (vreset! refused nil)
                                                                (.offer tx ^Object (kit/payload id 16)))
                                                     :else  (encoded (.encode tx (kit/payload id 16)))))
                                             (range from (+ (long from) (long n)))))))]
          (loop [written 0, read 0]
            (when (< read (* 5 slots))
              (let [written (+ written (long (offered written (.nextInt random (inc slots)))))
                    wanted  (.nextInt random (inc (- written read)))]
                (when (is (= (for [id (range read (+ read wanted))] (vec (kit/payload id 16)))
                             (doall (repeatedly wanted #(kit/take-all lane)))))
                  (recur written (+ read wanted)))))))))))

(deftest nothing-of-a-failed-encode-is-published
  (doseq [producers [1 3], failing ["throws" "too long"]]
    (let [codec (reify Codec
                  (encode [_ _ target]
                    (.putLong ^MutableDirectBuffer target 0 42)
                    (if (= "throws" failing) (throw (Exception. "no")) 17))
                  (decode [_ _] (throw (Exception. "unread"))))
          region (kit/region {:producers producers})
          ring (Ring. "lane" region codec false true Memory/DIRECT)
          tx (.tx ring "p/0" false)]
      (is (= (if (= "throws" failing) "codec/failed" "lane/too-large") (code (.encode tx "x"))))
      (is (= "lane/not-claimed" (code (.commit tx 8))))
      (is (zero? (.produced ring))))))

(defn- failing-source
  "A buffer whose bytes cannot be had."
  ^DirectBuffer []
  (Proxy/newProxyInstance
   (.getClassLoader DirectBuffer) (into-array Class [DirectBuffer])
   (reify InvocationHandler
     (invoke [_ _ method _]
       (when (#{"byteArray" "addressOffset" "getLong"} (.getName ^java.lang.reflect.Method method))
         (throw (IllegalStateException. "gone")))))))

(deftest a-producer-whose-source-fails-leaves-no-hole
  (doseq [producers [1 3]]
    (let [[^Ring ring ^LaneTx tx ^LaneRx rx] (ends (kit/open {:producers producers :slots 2}))]
      (dotimes [i 7]
        (is (thrown? IllegalStateException (.offer tx (failing-source) 0 8)))
        (when (even? i)
          (.offer tx (kit/payload i 8))
          (is (= (vec (kit/payload i 8)) (vec (.take rx)))))
        (is (false? (.peek rx)))
        (is (zero? (.depth ring)) "the slot given up is free again")))))

(deftest a-source-is-checked-before-a-slot-is-taken
  (doseq [producers [1 3]]
    (let [[^Ring ring ^LaneTx tx] (ends (kit/open {:producers producers}))
          source (UnsafeBuffer. (byte-array 8))]
      (doseq [[offset length] [[1 8] [-1 8] [0 9] [8 1] [Integer/MAX_VALUE 8]]]
        (is (thrown? IndexOutOfBoundsException (.offer tx source (int offset) (int length)))))
      (is (zero? (.produced ring))))))

(defn- at-sequence
  "A lane that has already carried this many messages, all read, so that its slots bear the last lap's words."
  [lane ^long n]
  (let [{:keys [^Region region slots slot-bytes cursors] :as lane} (kit/open lane)
        shape (.shape region)
        put #(.putLongRelease Memory/DIRECT (+ (.address region) (long %1)) %2)]
    (doseq [s (range (- n (long slots)) n)]
      (put (+ (RingDescriptor/slotsOffset shape)
              (* (bit-and (long s) (dec (long slots))) (RingDescriptor/stride slot-bytes)))
           (RingDescriptor/word s 0)))
    (put RingDescriptor/TAIL_OFFSET n)
    (dotimes [i cursors] (put (RingDescriptor/cursorCell shape i) n))
    (kit/handles lane)))

(deftest sequences-count-on-across-48-bits
  (doseq [producers [1 3], cursors [1 2]]
    (let [start (- (bit-shift-left 1 48) 9)
          lane (at-sequence {:producers producers :cursors cursors :slots 4} start)
          [^Ring ring ^LaneTx tx] (ends lane)]
      (dotimes [i 40]
        (let [sequence (+ start i)]
          (is (= sequence (.produced ring)))
          (is (.offer tx (kit/payload i 8)))
          (is (= 1 (.depth ring)))
          (is (= (vec (kit/payload i 8)) (vec (.look ring sequence))))
          (is (nil? (.look ring (inc sequence))))
          (doseq [^LaneRx rx (:rxs lane)]
            (is (= (vec (kit/payload i 8)) (vec (.take rx)))))
          (is (= (inc sequence) (.position ^LaneRx (first (:rxs (kit/handles lane)))))
              "a new handle finds the place"))))))

(deftest a-new-producer-goes-on-where-the-last-one-ended
  (doseq [slots [2 4 8], laps [0 1 3], unread (range (inc slots))]
    (let [lane (kit/open {:slots slots})
          [_ ^LaneTx tx ^LaneRx rx] (ends lane)]
      (dotimes [i (* laps slots)] (.offer tx (kit/payload i 8)) (.take rx))
      (dotimes [i unread] (.offer tx (kit/payload (+ i (* laps slots)) 8)))
      (let [[^Ring ring ^LaneTx tx ^LaneRx rx] (ends (kit/handles lane))
            n (+ (* laps slots) unread)]
        (is (= n (.produced ring)))
        (is (= (< unread slots) (.offer tx (kit/payload n 8))))
        (dotimes [i (min slots (inc unread))]
          (is (= (vec (kit/payload (+ i (* laps slots)) 8)) (vec (.take rx)))))))))

(deftest the-oldest-message-of-a-full-lane-can-be-looked-at
  (doseq [producers [1 3]]
    (let [[^Ring ring ^LaneTx tx] (ends (kit/open {:producers producers :slots 4}))]
      (dotimes [i 4] (.offer tx (kit/payload i 8)))
      (is (= (map #(vec (kit/payload % 8)) (range 4)) (map #(vec (.look ring %)) (range 4))))
      (is (nil? (.look ring -1)))
      (is (nil? (.look ring 4))))))

(deftest a-lent-buffer-stays-over-its-slot
  (let [[_ ^LaneTx tx ^LaneRx rx] (ends (kit/open {}))]
    (is (thrown? UnsupportedOperationException (.wrap (.claim tx) (byte-array 64))))
    (is (thrown? UnsupportedOperationException (.wrap (.claim tx) (UnsafeBuffer. (byte-array 64)) 0 64)))
    (.commit tx 16)
    (.peek rx)
    (is (thrown? UnsupportedOperationException (.wrap (.payload rx) 4096 64)))
    (.wrap (UnsafeBuffer. (byte-array 8)) (.payload rx) 8 8)
    (is (= 16 (.capacity (.payload rx))) "a buffer of one's own may wrap it")))

(deftest a-lent-buffer-keeps-its-memory
  (let [lent (let [[_ ^LaneTx tx] (ends (kit/open {}))] [(.claim tx)])
        memory (let [f (.getDeclaredField (class (first lent)) "memory")]
                 (.setAccessible f true)
                 (WeakReference. (.get f (first lent))))]
    (System/gc)
    (is (some? (.get memory)))
    (is (= 16 (.capacity ^MutableDirectBuffer (first lent))))))

(deftest a-lent-scratch-buffer-keeps-its-memory
  (let [lent (let [[_ ^LaneTx tx] (ends (kit/open {:producers 2}))] [(.claim tx)])
        scratch (let [f (.getDeclaredField (class (first lent)) "kept")]
                  (.setAccessible f true)
                  (WeakReference. (.get f (first lent))))]
    (System/gc)
    (is (some? (.get scratch)) "though the handle is gone")
    (is (= 16 (.capacity ^MutableDirectBuffer (first lent))))))

(defn- buffer
  "A buffer of 256 bytes on the heap or off it."
  ^UnsafeBuffer [heap?]
  (if heap? (UnsafeBuffer. (byte-array 256)) (UnsafeBuffer. (java.nio.ByteBuffer/allocateDirect 256))))

(defn- content [^DirectBuffer buffer from n]
  (let [bytes (byte-array n)]
    (.getBytes buffer (int from) bytes)
    (vec bytes)))

(deftest bytes-are-copied-whole-between-any-buffers
  (let [[_ ^LaneTx tx ^LaneRx rx] (ends (kit/open {:slots 2 :slot-bytes 200}))]
    (doseq [n [0 1 7 8 9 63 64 65 127 128 129 200], from-heap? [true false], to-heap? [true false]]
      (testing (pr-str n from-heap? to-heap?)
        (let [message (kit/payload n n), source (buffer from-heap?), target (buffer to-heap?)]
          (.putBytes source 5 message)
          (is (.offer tx source 5 n))
          (.peek rx)
          (.getBytes (.payload rx) 0 ^MutableDirectBuffer target 3 (int n))
          (is (= (concat [0 0 0] message [0]) (content target 0 (+ 4 (long n)))) "these bytes, and no other")
          (doto rx .advance .release))))))

(deftest a-lent-buffer-is-copied-into-one-that-grows
  (doseq [^MutableDirectBuffer target [(ExpandableDirectByteBuffer. 8) (ExpandableArrayBuffer. 8)]]
    (let [{:keys [^Ring ring txs rxs]} (kit/open {:slot-bytes 64})
          bytes (kit/payload 1 48)]
      (.offer ^LaneTx (first txs) ^Object bytes)
      (let [^LaneRx rx (first rxs)]
        (.peek rx)
        (.getBytes (.payload rx) 0 target 0 48)
        (is (= (vec bytes) (let [copy (byte-array 48)] (.getBytes target 0 copy) (vec copy))))
        (is (some? ring) "reachable until here")))))

(deftest a-lent-buffer-is-an-agrona-buffer
  (let [[_ ^LaneTx tx ^LaneRx rx] (ends (kit/open {:slots 2 :slot-bytes 64}))
        ^MutableDirectBuffer lent (.claim tx), plain (buffer true)]
    (doseq [^MutableDirectBuffer b [lent plain]]
      (doto b
        (.putLong 0 Long/MIN_VALUE) (.putInt 8 Integer/MIN_VALUE) (.putByte 12 (byte -7)) (.putDouble 16 Math/PI)
        (.putLong 24 1 java.nio.ByteOrder/BIG_ENDIAN) (.putStringAscii 32 "copied")))
    (is (= (content plain 0 64) (content lent 0 64)))
    (is (= [Long/MIN_VALUE Integer/MIN_VALUE -7 Math/PI "copied"]
           [(.getLong lent 0) (.getInt lent 8) (.getByte lent 12) (.getDouble lent 16) (.getStringAscii lent 32)]))
    (.getBytes lent 32 lent 34 8)
    (.getBytes plain 32 plain 34 8)
    (is (= (content plain 0 64) (content lent 0 64)) "onto itself")
    (doseq [[what call] {"a long at the end"    #(.putLong lent 57 1)
                         "an int at the end"    #(.getInt lent 61)
                         "a byte behind"        #(.getByte lent 64)
                         "a byte before"        #(.putByte lent -1 (byte 0))
                         "too many"             #(.getBytes lent 1 ^MutableDirectBuffer (buffer false) 0 64)
                         "too many for another" #(.getBytes lent 0 ^MutableDirectBuffer (buffer false) 250 10)
                         "fewer than none"      #(.getBytes lent 0 ^MutableDirectBuffer (buffer false) 0 -1)}]
      (is (thrown? IndexOutOfBoundsException (call)) what))
    (is (some? rx))))

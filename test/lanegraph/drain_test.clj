(ns ^:matrix lanegraph.drain-test
  "Several messages by one call, of every kind of reader: what the random commands on a ring do not come to."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.journal-kit :as jk]
   [lanegraph.lane-kit :as kit :refer [code]])
  (:import
   (clojure.lang ExceptionInfo)
   (java.util.concurrent.atomic AtomicLong)
   (java.util.function Consumer)
   (lanegraph.lane LaneRx LaneTx Marks Marks$Reader MeddlingMemory MergeRx)
   (lanegraph.region Memory)
   (org.agrona DirectBuffer)))

(set! *warn-on-reflection* true)

(defn- ring [memory]
  (let [{:keys [txs rxs]} (kit/open {:memory memory})]
    {:tx (first txs) :rx (first rxs)}))

(defn- journal []
  (let [{:keys [tx rxs]} (jk/open {})]
    {:tx tx :rx (first rxs)}))

(defn- values [rx handler limit] (.drain ^LaneRx rx handler (int limit)))
(defn- payloads [rx handler limit] (.drainPayloads ^LaneRx rx handler (int limit)))

(defn- merged [{:keys [rx] :as read}]
  (assoc read :rx (MergeRx. [(:rx (ring :by-reference)) rx (:rx (journal))] false)))

(defn- readers
  "Every kind of reader with its writer, and both ways to :drain it."
  []
  {"slots"                  (assoc (ring :in-memory) :drain values)
   "slots, as payloads"     (assoc (ring :in-memory) :drain payloads)
   "references"             (assoc (ring :by-reference) :drain values)
   "a journal"              (assoc (journal) :drain values)
   "a journal, as payloads" (assoc (journal) :drain payloads)
   "a merge"                (assoc (merged (ring :by-reference)) :drain values)
   "a merge, as payloads"   (assoc (merged (ring :in-memory)) :drain payloads)})

(defn- offer! [^LaneTx tx from to]
  (doseq [n (range from to)]
    (assert (.offer tx ^Object (byte-array [n])))))

(defn- handler
  "Notes the first byte of each message, then calls (f it)."
  ^Consumer [noted f]
  (reify Consumer
    (accept [_ message]
      (let [n (if (instance? DirectBuffer message) (.getByte ^DirectBuffer message 0) (aget ^bytes message 0))]
        (swap! noted conj n)
        (f n)))))

(deftest a-limit-holds-for-what-came-since-the-last-look-too
  (doseq [[what {:keys [tx ^LaneRx rx drain]}] (readers)]
    (testing what
      (let [noted (atom [])
            drain #(drain rx (handler noted identity) %)]
        (offer! tx 0 2)
        (is (.peek rx))
        (offer! tx 2 5)
        (is (= [0 0 3] (map drain [-1 0 3])))
        (is (= [0 1 2] @noted))
        (is (= [2 0] (map drain [9 9])))
        (is (= [0 1 2 3 4] @noted))))))

(deftest what-its-producer-gave-up-is-handed-over-to-nobody
  (doseq [drain [values payloads]]
    (let [{:keys [txs rxs region]} (kit/open {:slots 8}), noted (atom [])]
      (offer! (first txs) 0 6)
      (run! #(kit/give-up! region %) [0 2 3 5])
      (is (= [1 1 0] (map #(drain (first rxs) (handler noted identity) %) [1 9 9])))
      (is (= [1 4] @noted))
      (offer! (first txs) 6 14) ; all eight slots are free
      (is (= 8 (drain (first rxs) (handler noted identity) 9))))))

(deftest no-message-stands-behind-a-drain
  (doseq [limit [1 2 9], [what {:keys [tx ^LaneRx rx drain]}] (readers)]
    (testing [what limit]
      (offer! tx 0 2)
      (is (= (min 2 limit) (drain rx (handler (atom []) identity) limit)))
      (is (= "lane/no-message" (code (.advance rx)))))))

(deftest what-a-handler-throws-comes-out-and-its-message-stays
  (doseq [[what {:keys [tx rx drain]}] (readers), :let [noted (atom [])]]
    (testing what
      (offer! tx 0 4)
      (doseq [at [0 2]]
        (is (thrown? ExceptionInfo (drain rx (handler noted #(when (= at %) (throw (ex-info "as it was told" {})))) 9))))
      (is (= [0 0 1 2] @noted))
      (is (= 2 (drain rx (handler noted identity) 9)))
      (is (= [2 3] (drop 4 @noted))))))

(deftest a-handle-that-is-closed-meanwhile-hands-over-no-more
  (doseq [[what {:keys [tx ^LaneRx rx drain]}] (readers), :let [noted (atom [])]]
    (testing what
      (offer! tx 0 4)
      (is (= "lane/closed" (code (drain rx (handler noted #(when (= 1 %) (.close rx))) 9))))
      (is (= [0 1] @noted))))
  (doseq [[what {:keys [tx ^LaneRx rx drain]}] (readers)]
    (testing what
      (offer! tx 0 4)
      (is (thrown? ExceptionInfo (drain rx (handler (atom []) (fn [_] (.close rx) (throw (ex-info "as it was told" {})))) 9))
          "that comes out, and not that it is closed"))))

(deftest what-was-handed-over-and-not-released-when-the-handle-was-closed-is-read-again
  (doseq [[memory drain] [[:in-memory values] [:in-memory payloads] [:by-reference values]]]
    (testing memory
      (let [{:keys [txs rxs] :as lane} (kit/open {:memory memory})
            ^LaneRx rx (first rxs)]
        (offer! (first txs) 0 4)
        (is (= "lane/closed" (code (drain rx (handler (atom []) #(when (= 1 %) (.close rx))) 9))))
        (let [anew (kit/handles lane)]
          (is (= [[0] [1] [2] [3]] (doall (repeatedly 4 #(kit/take-all anew))))))))))

(deftest references-that-were-handed-over-are-free-before-the-reader-looks-for-more
  (let [{:keys [txs rxs]} (kit/open {:memory :by-reference :slots 8})
        ^LaneTx tx (first txs)
        one-more #(when (< (long %) 20) (offer! tx (+ 4 (long %)) (+ 5 (long %))))
        noted (atom [])]
    (offer! tx 0 4)
    (is (= 24 (values (first rxs) (handler noted one-more) 99)))
    (is (= (range 24) @noted))))

(deftest a-timed-message-is-told-of-once-and-when-it-was-handled
  (doseq [[memory drain] [[:in-memory values] [:in-memory payloads] [:by-reference values]]
          :let [{:keys [tx ^LaneRx rx]} (ring memory)
                noted (atom [])
                told  (reify Marks$Reader (passed [_ _ mark] (swap! noted conj [:told (.weight mark)])))
                marks (Marks. "lane" 4 told (AtomicLong.))]]
    (testing memory
      (.marks rx [marks])
      (doseq [n (range 6)]
        (when (#{0 1 4} n)
          (.add marks n 0 0 n nil))
        (offer! tx n (inc (long n))))
      (is (thrown? ExceptionInfo (drain rx (handler noted #(when (= 1 %) (throw (ex-info "as it was told" {})))) 9)))
      (is (= [0 [:told 0] 1] @noted))
      (is (= 5 (drain rx (handler noted identity) 9)))
      (is (= [1 [:told 1] 2 3 4 [:told 4] 5] (drop 3 @noted))))))

(deftest a-message-that-is-timed-while-another-is-drained-is-told-of
  (doseq [drain [values payloads]]
    (loop [n 0]
      (let [{:keys [txs region] :as lane} (kit/open {:slots 8})
            noted  (atom [])
            told   (reify Marks$Reader (passed [_ _ mark] (swap! noted conj [:told (.weight mark)])))
            marks  (Marks. "lane" 4 told (AtomicLong.))
            memory (MeddlingMemory. #(do (.add marks 1 0 0 1 nil) (offer! (first txs) 1 2)))
            ^LaneRx rx (first (:rxs (kit/attach lane region memory)))]
        (.marks rx [marks])
        (offer! (first txs) 0 1)
        (.meddleAfter memory n)
        (dotimes [_ 2] (drain rx (handler noted identity) 9))
        (if (.isDone memory)
          (do (is (= [0 1 [:told 1]] @noted) (str "before load " n))
              (recur (inc n)))
          (is (< 2 n)))))))

(deftest there-is-room-again-before-a-reader-of-payloads-holds
  (let [slots 128
        answer (fn [n]
                 (let [{:keys [txs region] :as lane} (kit/open {:slots slots})
                       room?  (promise)
                       memory (MeddlingMemory. #(deliver room? (.room ^LaneTx (first txs))))
                       rx     (first (:rxs (kit/attach lane region memory)))]
                   (offer! (first txs) 0 slots)
                   (.meddleAfter memory n)
                   (is (= slots (payloads rx (handler (atom []) identity) 999)))
                   (when (.isDone memory) @room?)))
        answers (take-while some? (map answer (iterate inc slots)))]
    (is (= [false false] (take 2 answers)) "it looks twice for more")
    (is (< 10 (count answers)) "then it holds")
    (is (every? true? (drop 2 answers)))))

(defn- looks
  "How often a reader that has caught up after a burst looks before it says that there is nothing; before the n-th look comes (f tx n)."
  [f]
  (let [{:keys [txs region] :as lane} (kit/open {:slots 1024})
        looked (AtomicLong. -1000)
        memory (proxy [Memory] []
                 (getLongAcquire [address]
                   (f (first txs) (.incrementAndGet looked))
                   (.getLongAcquire Memory/DIRECT (long address))))
        ^LaneRx rx (first (:rxs (kit/attach lane region memory)))]
    (offer! (first txs) 0 2)
    (dotimes [_ 2] (.peek rx) (.advance rx))
    (.set looked 0)
    (is (not (.peek rx)))
    (.get looked)))

(deftest a-reader-holds-as-long-as-its-producer-writes
  (is (< 10 (looks (fn [_ _])) 20) "nothing comes: the producer may want this core")
  (is (< 64 (looks (fn [tx n] (when (= 5 n) (offer! tx 2 3)))) 70) "a message has come")
  (is (< 120 (looks (fn [tx n] (when (#{5 60} n) (offer! tx 0 40)))) 130) "a burst has come, and another one"))

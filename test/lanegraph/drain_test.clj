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
   (lanegraph.lane LaneRx LaneTx Marks Marks$Reader MergeRx)))

(set! *warn-on-reflection* true)

(defn- ring [memory]
  (let [{:keys [txs rxs]} (kit/open {:memory memory})]
    {:tx (first txs) :rx (first rxs)}))

(defn- journal []
  (let [{:keys [tx rxs]} (jk/open {})]
    {:tx tx :rx (first rxs)}))

(defn- readers []
  {"slots"        (ring :in-memory)
   "references"   (ring :by-reference)
   "journal"      (journal)
   "merge"        (let [a (ring :by-reference)]
                    (assoc a :rx (MergeRx. [(:rx (ring :in-memory)) (:rx a) (:rx (journal))] false)))})

(defn- offer! [^LaneTx tx from to]
  (doseq [n (range from to)]
    (assert (.offer tx ^Object (byte-array [n])))))

(defn- handler
  "Notes the first byte of each message, then calls (f it)."
  ^Consumer [noted f]
  (reify Consumer
    (accept [_ message]
      (let [n (aget ^bytes message 0)]
        (swap! noted conj n)
        (f n)))))

(deftest a-limit-holds-for-what-came-since-the-last-look-too
  (doseq [[what {:keys [tx ^LaneRx rx]}] (readers)]
    (testing what
      (let [noted (atom [])
            drain #(.drain rx (handler noted identity) (int %))]
        (offer! tx 0 2)
        (is (.peek rx))
        (offer! tx 2 5)
        (is (= [0 0 3] (map drain [-1 0 3])))
        (is (= [0 1 2] @noted))
        (is (= [2 0] (map drain [9 9])))
        (is (= [0 1 2 3 4] @noted))))))

(deftest what-a-handler-throws-comes-out-and-its-message-stays
  (doseq [[what {:keys [tx ^LaneRx rx]}] (readers), :let [noted (atom [])]]
    (testing what
      (offer! tx 0 4)
      (doseq [at [0 2]]
        (is (thrown? ExceptionInfo (.drain rx (handler noted #(when (= at %) (throw (ex-info "as it was told" {})))) 9))))
      (is (= [0 0 1 2] @noted))
      (is (= 2 (.drain rx (handler noted identity) 9)))
      (is (= [2 3] (drop 4 @noted))))))

(deftest a-handle-that-is-closed-meanwhile-hands-over-no-more
  (doseq [[what {:keys [tx ^LaneRx rx]}] (readers), :let [noted (atom [])]]
    (testing what
      (offer! tx 0 4)
      (is (= "lane/closed" (code (.drain rx (handler noted #(when (= 1 %) (.close rx))) 9))))
      (is (= [0 1] @noted))))
  (doseq [[what {:keys [tx ^LaneRx rx]}] (readers)]
    (testing what
      (offer! tx 0 4)
      (is (thrown? ExceptionInfo (.drain rx (handler (atom []) (fn [_] (.close rx) (throw (ex-info "as it was told" {})))) 9))
          "that comes out, and not that it is closed"))))

(deftest what-was-handed-over-before-the-handle-was-closed-is-read-again
  (doseq [memory [:in-memory :by-reference]]
    (testing memory
      (let [{:keys [txs rxs] :as lane} (kit/open {:memory memory})
            ^LaneRx rx (first rxs)]
        (offer! (first txs) 0 4)
        (is (= "lane/closed" (code (.drain rx (handler (atom []) #(when (= 1 %) (.close rx))) 9))))
        (is (= [0] (kit/take-all (kit/handles lane))))))))

(deftest a-timed-message-is-told-of-once-and-when-it-was-handled
  (doseq [memory [:in-memory :by-reference]
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
      (is (thrown? ExceptionInfo (.drain rx (handler noted #(when (= 1 %) (throw (ex-info "as it was told" {})))) 9)))
      (is (= [0 [:told 0] 1] @noted))
      (is (= 5 (.drain rx (handler noted identity) 9)))
      (is (= [1 [:told 1] 2 3 4 [:told 4] 5] (drop 3 @noted))))))

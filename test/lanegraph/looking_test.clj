(ns lanegraph.looking-test
  "Looking at a ring from outside while it is written: at every single load others write and read some messages."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.lane-kit :as kit])
  (:import
   (lanegraph.lane LaneRx LaneTx MeddlingMemory Ring)))

(set! *warn-on-reflection* true)

(def ^:private slots 4)

(defn- carry
  "Writes the messages from..to-1, and reads all but the last of them."
  [{:keys [txs rxs]} from to]
  (doseq [i (range from to)]
    (while (not (.room ^LaneTx (first txs))) (.take ^LaneRx (first rxs)))
    (.offer ^LaneTx (first txs) ^Object (kit/payload i 16)))
  (while (< (.position ^LaneRx (first rxs)) (dec (long to))) (.take ^LaneRx (first rxs))))

(defn- answers
  "What `ask` answers of the ring for each load at which the lane, at message `start`, carries `more` messages."
  [{:keys [producers slots] :or {slots slots}} start more ask]
  (loop [n 0, all []]
    (let [lane (kit/open {:producers producers :slots slots})
          memory (MeddlingMemory. #(carry lane start (+ (long start) (long more))))
          _ (carry lane 0 start)
          ^Ring watched (:ring (kit/attach lane (:region lane) memory))]
      (.meddleAfter memory n)
      (let [answer (ask watched)]
        (if (.isDone memory)
          (recur (inc n) (conj all answer))
          all)))))

(deftest produced-never-falls-behind
  (doseq [producers [1 2], start [1 3 4 9], more [1 2 3 4 5 8 9 17]]
    (testing (pr-str producers start more)
      (let [found (answers {:producers producers} start more #(.produced ^Ring %))]
        (is (seq found))
        (is (every? #(<= start % (+ (long start) (long more))) found) (pr-str found))))))

(deftest depth-is-never-less-than-what-is-unread
  (doseq [producers [1 2], start [1 3 9], more [1 4 9]]
    (is (every? #(<= 1 % slots) (answers {:producers producers} start more #(.depth ^Ring %))) "one message is always unread")))

(deftest the-oldest-is-as-old-as-the-slots-allow
  (doseq [producers [1 2], start [1 3 4 9], more [1 2 3 4 5 8 9 17]]
    (testing (pr-str producers start more)
      (let [found (answers {:producers producers} start more #(.oldest ^Ring %))
            low   (max 0 (- (long start) slots))]
        (is (every? #(<= low % (max 0 (- (+ (long start) (long more) 1) slots))) found) (pr-str found))))))

(deftest a-look-tells-the-message-or-nothing
  (doseq [producers [1 2], start [1 3 9], more [1 2 3 4 5 8 9 17], sequence (range (max 0 (- start slots)) start)]
    (testing (pr-str producers start more sequence)
      (let [message (vec (kit/payload sequence 16))]
        (is (every? #(or (nil? %) (= message %))
                    (answers {:producers producers} start more #(some-> (.look ^Ring % sequence) vec))))))))

(deftest a-look-is-not-fooled-by-a-producer-that-touches-slots-ahead
  (let [slots 256, start 300]
    (doseq [more [1 3 4 5 19 20 21 36 212 213 255 256 257], sequence [44 46 47 48 49 50 63 64 65 79 80 255 256 299]]
      (testing (pr-str more sequence)
        (let [message (vec (kit/payload sequence 16))
              found (answers {:producers 1 :slots slots} start more #(some-> (.look ^Ring % sequence) vec))]
          (is (every? #(or (nil? %) (= message %)) found))
          (when (and (<= more 4) (< 63 sequence)) (is (some some? found) "what nobody has touched can be seen")))))))

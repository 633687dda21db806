(ns lanegraph.journal-stamp-test
  "The stamps of a journal's records: never falling, and how old a look at the clock may be."
  (:require
   [clojure.test :refer [deftest is]]
   [clojure.test.check :as check]
   [clojure.test.check.generators :as gen]
   [clojure.test.check.properties :as prop]
   [lanegraph.journal-kit :as jk :refer [with-journal]]
   [lanegraph.lane-kit :as kit :refer [with-dir]])
  (:import
   (lanegraph.lane JournalReader JournalReader$Record StampTimes)))

(set! *warn-on-reflection* true)

(defn- stamps! [^StampTimes times n]
  (vec (repeatedly n #(.next times))))

(deftest s15-records-that-come-slowly-tell-when-each-was-written
  (let [times (StampTimes. 0 1000 true)]
    (is (= (range 1001 3001)
           (for [t (range 1001 3001)]
             (do (.setClock times t)
                 (.next times)))))
    (is (= 2000 (.looks times)))
    (is (not (.isTicking times)))))

(deftest s15-records-that-come-fast-share-a-look
  (let [times (StampTimes. 0 1000 true)]
    (is (= [1000] (distinct (stamps! times 10000))))
    (is (< (.looks times) (+ 40 (/ 10000 StampTimes/SHARED))))
    (.setClock times (+ 1000 StampTimes/TICK_MS))
    (is (= (+ 1000 StampTimes/TICK_MS) (.next times)) "not one more with the old time")
    (.setClock times 2000)
    (is (not (.isTicking times)) "nothing runs on when nothing is written")
    (is (= 2000 (.next times)))))

(deftest s15-without-a-thread-each-record-has-its-own-look
  (let [times (StampTimes. 0 1000 false)]
    (stamps! times 500)
    (is (= 500 (.looks times)))))

(deftest s15-a-clock-that-is-set-back-makes-no-stamp-fall
  (let [times (StampTimes. 5000 1000 true)]
    (is (= [5000] (distinct (stamps! times 200))))
    (.setClock times 6000)
    (is (= [6000] (distinct (stamps! times 200))))
    (.setClock times 1)
    (is (= [6000] (distinct (stamps! times 200))))))

(def ^:private bursts
  "Pauses of so many milliseconds, each before so many records."
  (gen/vector (gen/tuple (gen/frequency [[5 (gen/choose 0 2)] [2 (gen/choose 3 30)] [1 (gen/choose 100 100000)]])
                         (gen/frequency [[3 (gen/choose 0 3)] [3 (gen/choose 20 200)]]))
              1 60))

(deftest s15-no-stamp-falls-and-none-is-older-than-a-tick
  (let [result (check/quick-check
                300
                (prop/for-all [bursts bursts]
                  (let [times (StampTimes. 0 1000000 true)]
                    (reduce (fn [before [pause n]]
                              (.setClock times (+ (.clock times) (long pause)))
                              (let [found (stamps! times n), now (.clock times)]
                                (if (and (apply <= before (conj found now))
                                         (every? #(< (- now (long %)) StampTimes/TICK_MS) found))
                                  (peek (into [before] found))
                                  (reduced false))))
                            0 bursts))))]
    (is (:pass? result) (pr-str (:shrunk result)))))

(deftest s15-what-was-written-from-a-time-on-is-found
  (with-dir [dir true]
    (with-journal [j {:dir dir :readers [] :background? true}]
      (dotimes [n 20]
        (dotimes [i 500]
          (while (not (jk/offer! j (kit/payload (+ i (* n 500)) 40))) (Thread/onSpinWait)))
        (let [before (System/currentTimeMillis)]
          (while (<= (System/currentTimeMillis) (+ before StampTimes/TICK_MS)) (Thread/onSpinWait))))
      (with-open [r (jk/reader dir)]
        (let [records (jk/records dir)]
          (is (apply <= (map :stamp records)))
          (is (<= 20 (count (set (map :stamp records)))) "each burst has a time of its own")
          (doseq [stamp (distinct (map :stamp records)), t [(dec (long stamp)) stamp (inc (long stamp))]]
            (.seekTime ^JournalReader r t)
            (is (= (:sequence (first (drop-while #(< (long (:stamp %)) (long t)) records)))
                   (some-> (.next r) (as-> record (.sequence ^JournalReader$Record record)))))))))))

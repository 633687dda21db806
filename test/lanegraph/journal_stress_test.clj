(ns lanegraph.journal-stress-test
  "Journals at full speed: a writer, readers and lookers-on in threads and processes of their own, restarts between."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.journal-kit :as jk :refer [with-journal]]
   [lanegraph.lane-kit :as kit :refer [with-dir]]
   [lanegraph.run-kit :refer [eventually]]
   [lanegraph.scratch :as scratch])
  (:import
   (java.io File)
   (lanegraph.lane Journal JournalReader JournalReader$Info JournalReader$Verification JournalTraffic
                   JournalTraffic$JournalWriter LaneRx)))

(set! *warn-on-reflection* true)

(defn- write! [^File dir segment-bytes retain end]
  (with-open [w (JournalTraffic$JournalWriter. (.toPath dir) segment-bytes retain)]
    (.write w end)
    (.produced ^Journal (.journal w))))

(defn- read-all
  "Reads with reader c until it has seen n messages; fails after a minute."
  [rxs n]
  (let [seen (long-array 1)]
    (eventually (aset seen 0 (+ (aget seen 0) (JournalTraffic/read ^LaneRx (first rxs) (- (long n) (aget seen 0)))))
                (= (long n) (aget seen 0)))))

(defn- round-trip
  "n messages through segments of this size, the journal opened anew in the middle, by writer and reader each."
  [n segment-bytes]
  (with-dir [dir true]
    (let [half (quot (long n) 2), options {:dir dir :segment-bytes segment-bytes :background? true}]
      (is (= half (write! dir segment-bytes 0 half)))
      (with-journal [j options] (is (read-all (:rxs j) (quot half 2))))
      (is (= n (write! dir segment-bytes 0 n)))
      (with-journal [j options]
        (is (read-all (:rxs j) (- (long n) (quot half 2))))
        (is (zero? (.depth ^Journal (:journal j)))))
      (with-open [r (jk/reader dir)]
        (let [^JournalReader$Verification v (.verify r)]
          (is (= [n []] [(.records v) (.damages v)])))
        (.position (doto r .toTail))))))

(deftest s15-a-million-messages-with-a-restart-in-the-middle
  (is (< 64000000 (long (round-trip 1000000 65536)))))

(deftest ^:long s15-ten-million-messages-and-more-than-two-gib
  (is (< 0x80000000 (long (round-trip 30000000 16777216)))))

(deftest s15-reader-and-writer-at-once
  (doseq [[segment-bytes retain] [[65536 0] [65536 262144] [4096 0] [4096 8192]], dir? [true false]]
    (testing (pr-str segment-bytes retain dir?)
      (with-dir [dir true]
        (with-journal [j {:dir (when dir? dir) :segment-bytes segment-bytes :background? true :retain-bytes retain}]
          (let [writer (future (let [tx (:tx j)]
                                 (dotimes [i 100000]
                                   (while (not (jk/offer! j (kit/payload i (mod i 50)))) (Thread/onSpinWait)))
                                 tx))
                ^LaneRx rx (first (:rxs j))]
            (loop [i 0]
              (when (< i 100000)
                (if-let [message (.take rx)]
                  (if (= (vec message) (vec (kit/payload i (mod i 50))))
                    (recur (inc i))
                    (is (= :same i) "a wrong message"))
                  (recur i))))
            @writer
            (is (nil? (.take rx)))))))))

(deftest s15-somebody-in-another-process-reads-while-segments-are-used-again
  (with-dir [dir true]
    (let [n 300000
          p (scratch/start! (scratch/java-command [] "lanegraph.lane.JournalTraffic" "write" dir 65536 262144 n))]
      (is (= "ready" (scratch/line! p)))
      (with-open [r (jk/reader dir)]
        (let [gone (JournalTraffic/follow r n)]
          (is (<= 0 gone))))
      (is (= [(str "wrote " n)] (scratch/lines p))))))

(deftest s15-a-writer-that-is-killed-leaves-whole-records
  (with-dir [dir true]
    (dotimes [_ 3]
      (let [before (if (.exists (jk/segment-file dir 0)) (with-open [r (jk/reader dir)] (.nextSequence ^JournalReader$Info (.info r))) 0)
            p (scratch/start! (scratch/java-command [] "lanegraph.lane.JournalTraffic" "write" dir 65536 0 Long/MAX_VALUE))]
        (is (= "ready" (scratch/line! p)))
        (is (eventually (with-open [r (jk/reader dir)]
                          (< (+ (long before) 1000) (.nextSequence ^JournalReader$Info (.info r))))))
        (scratch/kill! p)
        (let [seen (with-open [r (jk/reader dir)] (.nextSequence ^JournalReader$Info (.info r)))]
          (is (= (inc (long seen)) (write! dir 65536 0 (inc (long seen)))) "the next writer goes on behind the last record"))
        (with-open [r (jk/reader dir)]
          (let [^JournalReader$Verification v (.verify r)]
            (is (= [] (.damages v)))
            (JournalTraffic/follow r (.records v))))))))

(ns lanegraph.journal-retention-test
  "What a journal keeps, what it lets go, and whom it waits for."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.journal-kit :as jk :refer [with-journal]]
   [lanegraph.lane-kit :as kit :refer [code with-dir]])
  (:import
   (lanegraph.lane Journal JournalReader LaneRx LaneTx)
   (lanegraph.region JournalStore)))

(set! *warn-on-reflection* true)

(def ^:private message "So long that a segment has eleven of them." (kit/payload 1 320))

(defn- fill!
  "Appends until there is no room; how many messages there were."
  [j]
  (loop [n 0]
    (if (and (< n 1000) (jk/offer! j message)) (recur (inc n)) n)))

(defn- segments [{:keys [^JournalStore store]}] (vec (.firsts (.segments store))))

(defn- both [options f]
  (testing "in memory" (with-journal [j options] (f j)))
  (testing "mapped" (with-dir [dir true] (with-journal [j (assoc options :dir dir)] (f j)))))

(def ^:private three-segments {:retain-bytes (* 3 (long jk/segment-bytes))})

(deftest s15-a-writer-waits-for-the-slowest-kept-position
  (both (assoc three-segments :readers ["a" "b"])
        (fn [{:keys [rxs] :as j}]
          (let [n (fill! j)
                [^LaneRx a ^LaneRx b] rxs]
            (is (= 33 n) "three segments of eleven")
            (is (false? (.room ^LaneTx (:tx j))))
            (dotimes [_ n] (.take a))
            (is (nil? (.take a)))
            (is (zero? (fill! j)) "b has read nothing")
            (dotimes [_ 11] (.take b))
            (is (zero? (fill! j)) "b stands before the end of the first segment")
            (.take b)
            (is (= 11 (fill! j)))
            (is (= 4096 (first (segments j))))
            (is (= [11 32] (mapv #(count (jk/taken j %)) [0 1])))))))

(deftest s15-under-drop-the-new-message-is-dropped-and-counted
  (both (assoc three-segments :drop? true)
        (fn [{:keys [^LaneTx tx ^Journal journal] :as j}]
          (dotimes [_ 50] (is (jk/offer! j message)))
          (is (= [33 17 17] [(.produced journal) (.dropped journal) (.dropped tx)]))
          (is (= 33 (count (jk/taken j)))))))

(deftest s15-without-readers-old-segments-go-and-the-writer-never-waits
  (both (assoc three-segments :readers [])
        (fn [{:keys [^Journal journal] :as j}]
          (dotimes [_ 500] (is (jk/offer! j message)))
          (is (<= (count (segments j)) 4))
          (is (zero? (rem (.oldest journal) 11)) "whole segments of eleven")
          (is (<= 456 (.oldest journal) 478)))))

(deftest s15-without-limits-nothing-goes
  (with-dir [dir true]
    (with-journal [j {:dir dir}]
      (dotimes [_ 500] (is (jk/offer! j message)))
      (jk/taken j)
      (is (= 500 (count (jk/records dir)))))))

(deftest s15-in-memory-64-mib-are-kept
  (with-journal [j {:segment-bytes 16777216 :readers []}]
    (let [^LaneTx tx (:tx j), size (.maxLength tx), ^Journal journal (:journal j)]
      (is (= 2097096 size))
      (dotimes [_ 100]
        (.claim tx)
        (is (.commit tx size)))
      (is (<= (* 16777216 (count (segments j))) Journal/MEMORY_BYTES))
      (is (= 100 (.produced journal)))
      (is (< 60 (.oldest journal) 90)))))

(deftest s15-old-records-go-by-their-age
  (with-dir [dir true]
    (with-journal [j {:dir dir :retain-ms 1 :readers ["c"]}]
      (dotimes [_ 100] (jk/offer! j message))
      (is (= 0 (first (segments j))) "the reader needs them")
      (jk/taken j)
      (let [start (System/currentTimeMillis)]
        (while (<= (System/currentTimeMillis) (+ 2 start)) (Thread/onSpinWait)))
      (dotimes [_ 12] (jk/offer! j message))
      (is (< 30000 (long (first (segments j)))))
      (is (= 12 (count (jk/taken j)))))))

(deftest s15-a-forgotten-reader-holds-nothing-up
  (with-dir [dir true]
    (with-journal [j (assoc three-segments :dir dir :readers ["role/gone"])]
      (is (= 33 (fill! j)))
      (is (JournalReader/forget (jk/folder dir) "lane" "role/gone"))
      (is (false? (JournalReader/forget (jk/folder dir) "lane" "role/gone")))
      (is (= 1000 (fill! j)))
      (is (= "journal/not-found" (code (JournalReader/forget (jk/folder dir) "other" "role/gone")))))
    (is (= ["lane.journal"] (vec (.list dir))) "no lock is left")))

(deftest s15-a-slow-reader-from-outside-is-told-and-never-lied-to
  (with-dir [dir true]
    (with-journal [j (assoc three-segments :dir dir :readers [])]
      (with-open [r (jk/reader dir)]
        (dotimes [_ 5] (jk/offer! j message))
        (is (= 0 (.sequence (.next r))))
        (dotimes [_ 200] (jk/offer! j message))
        (is (= "journal/position-gone" (code (.next r))) "its segment is used again")
        (.toStart r)
        (let [found (vec (take-while some? (repeatedly #(some-> (.next r) .sequence))))]
          (is (= (range (first found) 205) found))
          (is (< 150 (long (first found)) 190)))))))

(deftest s15-segments-are-used-again
  (with-dir [dir true]
    (with-journal [j (assoc three-segments :dir dir :readers [])]
      (let [keys-of #(set (for [f (segments j)]
                            (java.nio.file.Files/getAttribute (.toPath (jk/segment-file dir f)) "unix:ino"
                                                              (make-array java.nio.file.LinkOption 0))))]
        (dotimes [_ 60] (jk/offer! j message))
        (let [before (keys-of)]
          (dotimes [_ 200] (jk/offer! j message))
          (is (= before (keys-of)) "the same files under new names"))))))

(deftest s15-the-oldest-record-is-told-while-old-segments-go
  (with-dir [dir true]
    (doseq [options [{} {:dir dir}]]
      (with-journal [j (assoc options :readers [] :retain-bytes (* 2 (long jk/segment-bytes)))]
        (let [^Journal journal (:journal j)
              writer  (future (jk/append! j 0 20000))
              oldest  #(try (.oldest journal) (catch lanegraph.LaneGraphException e (.code e)))
              told    (loop [told []] (if (realized? writer) told (recur (conj told (oldest)))))]
          (is (nil? @writer))
          (is (apply <= 0 (conj (vec (remove string? told)) 20000)))
          (is (= [] (filter string? told))))))))

(ns lanegraph.journal-seek-test
  "Where somebody from outside begins to read a journal: by position, sequence and time;
  while old segments go; beside damage."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.journal-kit :as jk :refer [with-journal]]
   [lanegraph.lane-kit :as kit :refer [code with-dir]])
  (:import
   (java.io RandomAccessFile)
   (lanegraph.lane Journal JournalReader JournalReader$Damage JournalReader$Info JournalReader$Record
                   JournalReader$Verification)))

(set! *warn-on-reflection* true)

(deftest s15-a-reader-from-outside-seeks
  (with-dir [dir true]
    (with-journal [j {:dir dir}]
      (jk/append! j 0 500)
      (let [records (jk/records dir)]
        (is (= (range 500) (map :sequence records)))
        (is (= (jk/expected 0 500) (map :message records)))
        (is (apply <= (map :stamp records)))
        (with-open [r (jk/reader dir)]
          (let [next-sequence #(some-> (.next r) .sequence)]
            (doseq [i [0 1 77 499]]
              (.seek r (:position (nth records i)))
              (is (= i (next-sequence)))
              (.seekSequence r i)
              (is (= i (next-sequence)))
              (.seekLast r (- 500 (long i)))
              (is (= i (next-sequence))))
            (.seekSequence r 500)
            (is (nil? (next-sequence)))
            (.toTail r)
            (is (nil? (next-sequence)))
            (.seekLast r 1000)
            (is (= 0 (next-sequence)))
            (doseq [stamp (distinct (map :stamp records))]
              (.seekTime r stamp)
              (is (= (:sequence (first (filter #(= stamp (:stamp %)) records))) (next-sequence))))
            (.seekTime r (inc (long (:stamp (peek records)))))
            (is (nil? (next-sequence)))
            (is (= "journal/bad-position" (code (.seek r (inc (long (:position (nth records 3)))))))))
          (let [^JournalReader$Info info (.info r)]
            (is (= [0 500 128 "bytes" 4096]
                   [(.firstSequence info) (.nextSequence info) (.start info) (.codec info) (.segmentBytes info)]))
            (is (= {"c" 0} (update-vals (.readers info) #(.sequence ^lanegraph.region.JournalCells$Kept %)))))
          (.close r)
          (is (= "lane/closed" (code (.next r)))))))
    (is (= "journal/not-found" (code (JournalReader/open (.toPath dir) "none"))))))

(defn- written
  "Fills the directory with messages 0 to before n; their records."
  [dir n]
  (with-journal [j {:dir dir}] (jk/append! j 0 n))
  (jk/records dir))

(defn- wipe! [dir {:keys [position]}]
  (let [offset (rem (long position) (long jk/segment-bytes))]
    (jk/patch! (jk/segment-file dir (- (long position) offset))
               (fn [^RandomAccessFile f] (.seek f offset) (.writeLong f 0)))))

(defn- flip! [dir {:keys [position]}]
  (let [offset (rem (long position) (long jk/segment-bytes))]
    (jk/flip! (jk/segment-file dir (- (long position) offset)) (+ 16 offset))))

(defn- after
  "The sequence that a reader finds after this seek, or the code of what it meets."
  [dir f]
  (with-open [r (jk/reader dir)]
    (f r)
    (let [found (try (.next r) (catch lanegraph.LaneGraphException e (.code e)))]
      (if (instance? JournalReader$Record found) (.sequence ^JournalReader$Record found) found))))

(deftest s15-what-a-seek-is-after-may-stand-in-damage
  (doseq [damage! [flip! wipe!]]
    (with-dir [dir true]
      (let [records (written dir 200)
            to-sequence (fn [n] (after dir #(.seekSequence ^JournalReader % n)))
            last-of     (fn [n] (after dir #(.seekLast ^JournalReader % n)))]
        (doseq [i [0 100 190]] (damage! dir (nth records i)))
        (is (= ["journal/corrupt" 1 99 "journal/corrupt" 101 189 "journal/corrupt" 191]
               (map to-sequence [0 1 99 100 101 189 190 191])))
        (is (= ["journal/corrupt" 191 189 "journal/corrupt"] (map last-of [10 9 11 1000])))
        (is (= nil (to-sequence 200) (after dir #(.toTail ^JournalReader %))))
        (is (= "journal/corrupt" (after dir #(.seekTime ^JournalReader % 0))))
        (is (nil? (after dir #(.seekTime ^JournalReader % (inc (long (:stamp (peek records))))))))))))

(deftest s15-a-search-is-not-led-astray-by-what-is-damaged
  (doseq [damage! [flip! wipe!]]
    (with-dir [dir true]
      (let [records (written dir 1000)]
        (doseq [first-in (map first (partition-by #(quot (long (:position %)) (long jk/segment-bytes)) records))]
          (damage! dir first-in))
        (doseq [i (range 5 1000 50)]
          (is (contains? #{i "journal/corrupt"} (after dir #(.seekSequence ^JournalReader % i)))))))))

(deftest s15-a-wiped-word-with-records-behind-it-is-no-end
  (with-dir [dir true]
    (let [records (written dir 200)]
      (wipe! dir (nth records 50)) ; in the first segment
      (wipe! dir (nth records 198)) ; in the last one
      (is (= (conj (jk/expected 0 50) "journal/corrupt") (mapv #(if (map? %) (:message %) %) (jk/records dir))))
      (with-open [r (jk/reader dir)]
        (let [^JournalReader$Verification v (.verify r)]
          (is (= [198 [(:position (nth records 50)) (:position (nth records 198))]]
                 [(.records v) (map #(.position ^JournalReader$Damage %) (.damages v))])))))))

(deftest s15-info-tells-of-damage-and-still-shows-the-rest
  (with-dir [dir true]
    (let [records (written dir 200)
          last-segment (* (long jk/segment-bytes) (quot (long (:position (peek records))) (long jk/segment-bytes)))
          in-last (count (filter #(<= last-segment (long (:position %))) records))
          end     (with-open [r (jk/reader dir)] (.end ^JournalReader$Info (.info r)))
          told    (fn [damage!]
                    (with-dir [copy true]
                      (jk/copy-tree! dir copy)
                      (damage! copy)
                      (with-open [r (jk/reader copy)]
                        (let [^JournalReader$Info i (.info r)]
                          [(.firstSequence i) (.nextSequence i) (.end i)
                           (mapv (fn [^JournalReader$Damage d] [(.position d) (.goesOn d)]) (.damages i))]))))
          at      #(:position (nth records %))]
      (is (= [0 200 end []] (told (fn [_]))))
      (is (= [0 200 end [[(at 198) (at 199)]]] (told #(flip! % (nth records 198)))))
      (is (= [1 200 end [[(at 0) (at 1)]]] (told #(flip! % (nth records 0)))))
      (testing "a damaged header of the last segment"
        (is (= [0 (- 200 in-last) (+ last-segment 128) [[(+ last-segment 128) -1]]]
               (told #(jk/flip! (jk/segment-file % last-segment) 0)))))
      (testing "and of the first one"
        (let [begins (count (filter #(< (long (:position %)) (long jk/segment-bytes)) records))]
          (is (= [begins 200 end [[128 (at begins)]]] (told #(jk/flip! (jk/segment-file % 0) 0)))))))))

(deftest s15-nothing-is-gone-for-one-who-only-looks-for-a-place
  (with-dir [dir true]
    (with-journal [j {:dir dir :readers [] :retain-bytes (* 2 (long jk/segment-bytes))}]
      (jk/append! j 0 200)
      (let [writer (future (jk/append! j 200 20000))]
        (with-open [r (jk/reader dir)]
          (let [wrong (loop [wrong [], i 0]
                        (if (realized? writer)
                          wrong
                          (recur (into wrong
                                       (remove #{:none})
                                       [(code (.toTail r)) (code (.seekLast r 60)) (code (.seekSequence r (* 7 i)))
                                        (code (.seekTime r (- (System/currentTimeMillis) 2))) (code (.info r))
                                        (let [^JournalReader$Verification v (.verify r)]
                                          (if (= [] (.damages v)) :none (.damages v)))])
                                 (inc i))))]
            (is (= [] (distinct wrong)))))
        (is (nil? @writer))
        (is (= 20000 (.produced ^Journal (:journal j))))))))

(ns lanegraph.journal-fault-test
  "Damage to a journal is a clean cut at its end or an error that says where; never a wrong message."
  (:require
   [clojure.java.io :as io]
   [clojure.test :refer [deftest is]]
   [lanegraph.journal-kit :as jk :refer [with-journal]]
   [lanegraph.lane-kit :as kit :refer [code with-dir]]
   [lanegraph.scratch :refer [refusal]])
  (:import
   (java.io RandomAccessFile)
   (lanegraph.lane Journal JournalReader$Damage JournalReader$Verification LaneRx SteppingMemory SteppingMemory$Halted)
   (lanegraph.region JournalStore)))

(set! *warn-on-reflection* true)

(defn- in-copies
  "Calls (f copy x) for each x with a fresh copy of the directory."
  [dir xs f]
  (doseq [x xs]
    (with-dir [copy true]
      (jk/copy-tree! dir copy)
      (f copy x))))

(defn- written
  "Fills the directory with messages 0 to before n, read by nobody; their records."
  [dir n]
  (with-journal [j {:dir dir}] (jk/append! j 0 n))
  (jk/records dir))

(defn- taken-or-code
  "The messages that a role would get, ended by the code of the error if there was one."
  [{:keys [rxs]}]
  (let [^LaneRx rx (first rxs)]
    (loop [found []]
      (let [message (try (some-> (.take rx) vec) (catch lanegraph.LaneGraphException e (.code e)))]
        (cond (nil? message)    found
              (string? message) (conj found message)
              :else             (recur (conj found message)))))))

(deftest s15-a-journal-cut-at-any-byte-of-its-last-record-loses-that-and-nothing-else
  (with-dir [dir true]
    (let [n 60 ; in the second segment
          {:keys [position message]} (peek (written dir n))
          start (rem (long position) (long jk/segment-bytes))
          first (- (long position) start)]
      (is (pos? first))
      (in-copies dir (range start (+ start 32 (count message)))
                 (fn [copy at]
                   (jk/patch! (jk/segment-file copy first) #(.setLength ^RandomAccessFile % at))
                   (is (= (jk/expected 0 (dec n)) (map :message (jk/records copy))) "from outside it ends there")
                   (is (= at (.length (jk/segment-file copy first))) "and is not changed")
                   (with-journal [j {:dir copy}]
                     (is (= jk/segment-bytes (.length (jk/segment-file copy first))))
                     (jk/append! j n (+ n 50))
                     (is (= (into (jk/expected 0 (dec n)) (jk/expected n (+ n 50))) (jk/taken j)))
                     (is (= (range (+ n 49)) (map :sequence (jk/records copy))))))))))

(deftest s15-a-journal-whose-last-segment-is-cut-in-its-header-ends-with-the-one-before
  (with-dir [dir true]
    (written dir 60)
    (let [last-in-first (count (filter #(< (long (:position %)) (long jk/segment-bytes)) (jk/records dir)))]
      (in-copies dir [0 1 64 127]
                 (fn [copy at]
                   (jk/patch! (jk/segment-file copy jk/segment-bytes) #(.setLength ^RandomAccessFile % at))
                   (with-journal [j {:dir copy}]
                     (is (= (jk/expected 0 last-in-first) (jk/taken j)))
                     (jk/append! j 0 100)
                     (is (= (range (+ last-in-first 100)) (map :sequence (jk/records copy))))))))))

(deftest s15-a-flipped-byte-anywhere-in-a-record-is-told-with-its-position
  (with-dir [dir true]
    (let [records (written dir 40)
          {:keys [position message]} (nth records 20)
          padded (bit-and -8 (+ 32 (count message) 7))]
      (is (< (long position) (long jk/segment-bytes)))
      (in-copies dir (range padded)
                 (fn [copy offset]
                   (jk/flip! (jk/segment-file copy 0) (+ (long position) (long offset)))
                   (let [free? (>= (long offset) (+ 32 (count message))) ; nobody reads these
                         good  (jk/expected 0 (if free? 40 20))
                         found (mapv #(if (map? %) (:message %) %) (jk/records copy))]
                     (is (= (cond-> good (not free?) (conj "journal/corrupt")) found) (str "offset " offset))
                     (with-journal [j {:dir copy}]
                       (is (= found (taken-or-code j)) "a role finds the same")
                       (jk/append! j 40 45)
                       (is (= 45 (.produced ^Journal (:journal j))) "the owner went on behind the last record"))
                     (with-open [r (jk/reader copy)]
                       (let [^JournalReader$Verification v (.verify r)
                             damages (mapv (fn [^JournalReader$Damage d] [(.code d) (.position d) (.goesOn d)]) (.damages v))]
                         (if free?
                           (is (= [45 []] [(.records v) damages]))
                           (do (is (= 44 (.records v)) "verify goes on behind it")
                               (is (= ["journal/corrupt" position (:position (nth records 21))] (first damages)))))))))))))

(deftest s15-a-role-is-told-the-position-of-damage
  (with-dir [dir true]
    (let [{:keys [position]} (nth (written dir 40) 20)]
      (jk/flip! (jk/segment-file dir 0) (+ 33 (long position)))
      (with-journal [j {:dir dir}]
        (let [^LaneRx rx (first (:rxs j))
              _ (dotimes [_ 20] (.take rx))
              {:keys [code details message]} (refusal (.take rx))]
          (is (= ["journal/corrupt" position] [code (details "position")]))
          (is (re-find #"lane" message)))))))

(deftest s15-a-commit-word-that-was-wiped-out-is-damage-and-no-end
  (with-dir [dir true]
    (let [{:keys [position]} (nth (written dir 40) 20)]
      (jk/patch! (jk/segment-file dir 0) (fn [^RandomAccessFile f]
                                           (.seek f position)
                                           (.writeLong f 0)))
      (with-journal [j {:dir dir}]
        (let [^LaneRx rx (first (:rxs j))]
          (dotimes [_ 20] (.take rx))
          (is (= "journal/corrupt" (first (filter string? (repeatedly 2000 #(code (.peek rx))))))))
        (jk/append! j 40 41)
        (is (= 41 (.produced ^Journal (:journal j))))))))

(deftest s15-a-segment-that-is-missing-in-the-middle
  (with-dir [dir true]
    (let [records (written dir 200)
          before (count (filter #(< (long (:position %)) (long jk/segment-bytes)) records))]
      (io/delete-file (jk/segment-file dir jk/segment-bytes))
      (is (= (conj (jk/expected 0 before) "journal/missing-segment") (mapv #(if (map? %) (:message %) %) (jk/records dir))))
      (with-journal [j {:dir dir}]
        (is (= (conj (jk/expected 0 before) "journal/missing-segment") (taken-or-code j))))
      (with-open [r (jk/reader dir)]
        (let [^JournalReader$Verification v (.verify r)]
          (is (= ["journal/missing-segment"] (map #(.code ^JournalReader$Damage %) (.damages v))))
          (is (= (- 200 (count (filter #(<= (long jk/segment-bytes) (long (:position %)) (dec (* 2 (long jk/segment-bytes)))) records)))
                 (.records v))))))))

(deftest s15-a-kept-position-that-is-gone
  (with-dir [dir true]
    (written dir 200)
    (io/delete-file (jk/segment-file dir 0))
    (with-journal [j {:dir dir :readers []}]
      (let [^Journal journal (:journal j)
            {:keys [code details]} (refusal (.peek ^LaneRx (.rx journal "c")))]
        (is (= ["journal/position-gone" 128 jk/segment-bytes] [code (details "position") (details "first")]))
        (is (= "journal/position-gone" (kit/code (.register journal "new" 128))))))
    (with-open [r (jk/reader dir)]
      (is (= "journal/position-gone" (code (.seek r 128)))))))

(deftest s15-damaged-headers-are-told
  (with-dir [dir true]
    (written dir 100)
    (in-copies dir [0 8 16 24]
               (fn [copy offset]
                 (jk/flip! (jk/segment-file copy 0) offset)
                 (is (= ["journal/corrupt"] (jk/records copy)))))
    (in-copies dir [[0 "lane/corrupt"] [8 "lane/other-version"] [16 "lane/incompatible"] [28 "lane/incompatible"]]
               (fn [copy [offset expected]]
                 (jk/flip! (io/file copy "lane.journal" "journal.cells") offset)
                 (is (= expected (code (jk/open {:dir copy}))))))))

(deftest s15-a-reader-goes-on-from-elsewhere-after-it-met-damage
  (with-dir [dir true]
    (written dir 200)
    (doseq [f [#(jk/flip! (jk/segment-file dir jk/segment-bytes) 0)
               #(jk/patch! (jk/segment-file dir jk/segment-bytes) (fn [^RandomAccessFile f] (.setLength f 100)))]]
      (f)
      (with-open [r (jk/reader dir)]
        (let [read-all #(loop [n 0] (let [c (try (boolean (.next r)) (catch lanegraph.LaneGraphException e (.code e)))]
                                      (if (true? c) (recur (inc n)) [n c])))
              found    (read-all)]
          (is (= "journal/corrupt" (second found)))
          (.toStart r)
          (is (= found (read-all)) "its segment of before is not the one that it looked for last")
          (is (#{:none "journal/corrupt"} (code (.seekTime r Long/MAX_VALUE))))
          (.toStart r)
          (is (= found (read-all))))))))

(deftest s15-what-the-writer-left-at-any-store-is-no-half-message
  (doseq [earlier [1 20 31] ; 31: the next one goes into the next segment
          way [:offer :claim]]
    (let [message (kit/payload 99 77)]
      (loop [n 0]
        (let [memory (SteppingMemory.)
              {:keys [^JournalStore store ^lanegraph.lane.LaneTx tx] :as j} (jk/open {:memory memory})
              _ (dotimes [i earlier] (jk/offer! j (kit/payload i 90)))
              _ (.haltAfter memory n)
              outcome (try (case way
                             :offer (jk/offer! j message)
                             :claim (do (.putBytes (.claim tx) 0 ^bytes message) (.commit tx 77)))
                           :done
                           (catch SteppingMemory$Halted _ :halted)
                           (finally (.run memory)))
              again (jk/open {:store store})
              found (jk/taken again)
              before (mapv #(vec (kit/payload % 90)) (range earlier))]
          (is (contains? (cond-> #{(conj before (vec message))} (= :halted outcome) (conj before)) found)
              (str "stopped after " n " stores"))
          (is (= (count found) (.produced ^Journal (:journal again))))
          (jk/append! again 0 40)
          (is (= (jk/expected 0 40) (jk/taken again)))
          (when (= :halted outcome)
            (recur (inc n))))))))

(deftest s15-a-reader-beyond-what-survived-is-set-back-to-the-end
  (with-dir [dir true]
    (let [records (with-journal [j {:dir dir}]
                    (jk/append! j 0 20)
                    (jk/taken j)
                    (jk/records dir))]
      (jk/patch! (jk/segment-file dir 0) #(.setLength ^RandomAccessFile % (:position (nth records 10))))
      (with-journal [j {:dir dir}]
        (jk/append! j 50 55)
        (is (= (jk/expected 50 55) (jk/taken j)))))))

(ns lanegraph.journal-sync-test
  "When the system has written a journal to the disk: as :sync says."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is]]
   [lanegraph.journal-kit :as jk :refer [with-journal]]
   [lanegraph.lane-kit :as kit :refer [with-dir]]
   [lanegraph.run-kit :refer [eventually]]
   [tools.skip :as skip])
  (:import
   (java.io File)
   (java.nio.file Files Path)
   (lanegraph.lane JournalPolicy)))

(set! *warn-on-reflection* true)

(def ^:private ^Path smaps (Path/of "/proc/self/smaps" (make-array String 0)))

(defn- dirty-kib
  "How much of what this process has mapped of the file the system has still to write."
  [^File file]
  (->> (str/split-lines (Files/readString smaps))
       (drop-while #(not (str/ends-with? % (str " " file))))
       rest
       (take-while #(re-find #"^[A-Z]\w+:" %))
       (keep #(some-> (re-find #"^(?:Shared|Private)_Dirty: +(\d+) kB" %) second parse-long))
       (reduce +)
       long))

(defn- segments
  "The files that records were written to, as they follow each other."
  [^File dir]
  (->> (jk/records dir)
       (map #(quot (long (:position %)) (long jk/segment-bytes)))
       distinct
       (map #(jk/segment-file dir (* (long %) (long jk/segment-bytes))))))

(defmacro ^:private on-the-disk [[dir] & body]
  `(with-dir [~dir false]
     (if (or (not (.exists (.toFile smaps)))
             (= "tmpfs" (.type (Files/getFileStore (.toPath ~(with-meta dir {:tag 'java.io.File}))))))
       (skip/skip! "this system does not tell what it has still to write, or its temporary files are on no disk")
       (do ~@body))))

(deftest s15-without-sync-the-system-writes-when-it-likes
  (on-the-disk [dir]
    (with-journal [j {:dir dir}]
      ;; it may like to at any time, also between the two
      (is (eventually (jk/append! j 0 1) (pos? (dirty-kib (jk/segment-file dir 0)))) "the question finds what is not written"))))

(deftest s15-with-sync-each-a-message-is-on-the-disk-before-its-commit-returns
  (on-the-disk [dir]
    (with-journal [j {:dir dir :sync-ms JournalPolicy/SYNC_EACH}]
      (dotimes [i 60] ; into the second segment
        (jk/append! j i (inc i))
        (is (every? zero? (map dirty-kib (segments dir))) (str "message " i)))
      (is (< 1 (count (segments dir)))))))

(deftest s15-with-an-interval-it-is-there-soon-after-and-at-the-end
  (on-the-disk [dir]
    (let [cells (io/file dir "lane.journal" "journal.cells")
          clean? #(every? zero? (map dirty-kib (cons cells (segments dir))))]
      (with-journal [j {:dir dir :sync-ms 5 :background? true}]
        (dotimes [round 3]
          (jk/append! j (* round 10) (* (inc round) 10))
          (is (eventually (clean?)))))
      (with-journal [j {:dir dir :sync-ms 3600000 :background? true}]
        (is (eventually (jk/append! j 30 35) (not (clean?))) "not yet")
        (jk/close j)
        (is (clean?) "closed")))))

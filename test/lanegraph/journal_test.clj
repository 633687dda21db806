(ns ^:matrix lanegraph.journal-test
  "One writer and named readers of a journal: order, kept positions, rolling over, what is refused."
  (:require
   [clojure.java.io :as io]
   [clojure.test :refer [deftest is testing]]
   [lanegraph.journal-kit :as jk :refer [with-journal]]
   [lanegraph.lane-kit :as kit :refer [code with-dir]]
   [lanegraph.scratch :as scratch :refer [refusal]])
  (:import
   (lanegraph.lane Journal JournalReader JournalReader$Record LaneRx LaneTx)
   (lanegraph.region Existing JournalShape JournalStore)
   (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(defmacro ^:private in-both
  "Runs the body with a journal in memory and with one in files."
  [[sym options] & body]
  `(let [run# (fn [~sym] ~@body)]
     (testing "in memory" (with-journal [j# ~options] (run# j#)))
     (testing "mapped" (with-dir [d# true] (with-journal [j# (assoc ~options :dir d#)] (run# j#))))))

(deftest s15-messages-come-in-order-over-many-segments
  (in-both [j {}]
    (jk/append! j 0 1000)
    (is (= (jk/expected 0 1000) (jk/taken j)))
    (is (= [] (jk/taken j)))
    (is (= [1000 1000 0] [(.produced ^Journal (:journal j)) (.consumed ^Journal (:journal j)) (.depth ^Journal (:journal j))]))))

(deftest s15-a-reader-goes-on-where-it-was
  (with-dir [dir true]
    (loop [j (jk/open {:dir dir :readers ["a" "b"]}), n 0]
      (jk/append! j n (+ n 50))
      (is (= (jk/expected n (+ n 50)) (jk/taken j 0)))
      (if (< n 500)
        (recur (jk/reopen j) (+ n 50))
        (do (is (= (jk/expected 0 550) (jk/taken j 1)) "the other one has read nothing before")
            (jk/close j))))))

(deftest s15-what-was-passed-over-and-not-released-comes-again
  (in-both [j {}]
    (jk/append! j 0 3)
    (let [^LaneRx rx (first (:rxs j))]
      (.take rx)
      (is (.peek rx))
      (.advance rx))
    (is (= (jk/expected 1 3) (jk/taken (assoc j :rxs [(.rx ^Journal (:journal j) "c")]))))))

(deftest s15-every-way-of-writing
  (in-both [j {}]
    (let [^LaneTx tx (:tx j)]
      (dotimes [i 200]
        (let [message (kit/payload i (mod i 60))]
          (case (int (mod i 3))
            0 (is (.offer tx ^Object message))
            1 (is (.offer tx (UnsafeBuffer. ^bytes message) 0 (count message)))
            2 (do (.putBytes (.claim tx) 0 ^bytes message)
                  (is (.commit tx (count message)))))))
      (is (= (map #(vec (kit/payload % (mod % 60))) (range 200)) (jk/taken j))))))

(deftest s15-a-message-passes-from-journal-to-journal
  (in-both [from {}]
    (with-journal [to {}]
      (jk/append! from 0 300)
      (let [^LaneRx rx (first (:rxs from)), ^LaneTx tx (:tx to)]
        (while (.peek rx)
          (is (.forward tx rx))
          (.advance rx))
        (.release rx))
      (is (= (jk/expected 0 300) (jk/taken to))))))

(deftest s12-the-longest-message-and-one-byte-more
  (in-both [j {}]
    (let [^LaneTx tx (:tx j)]
      (is (= jk/max-length (.maxLength tx)))
      (dotimes [i 30] (is (jk/offer! j (kit/payload i jk/max-length))))
      (is (= "lane/too-large" (code (jk/offer! j (kit/payload 1 (inc (long jk/max-length)))))))
      (is (= "lane/too-large" (code (.commit tx (inc (long jk/max-length))))))
      (is (= "lane/bad-length" (code (.commit tx -1))))
      (is (= "lane/not-claimed" (code (.commit tx 8))))
      (is (= "lane/no-value" (code (.offer tx nil))))
      (is (= (map #(vec (kit/payload % jk/max-length)) (range 30)) (jk/taken j))))))

(deftest a-claim-is-void-after-another-message
  (in-both [j {}]
    (let [^LaneTx tx (:tx j)
          lent (.claim tx)]
      (.putBytes lent 0 (kit/payload 1 200))
      (is (.offer tx lent 3 100) "a claim may be the source of an offer")
      (is (= "lane/not-claimed" (code (.commit tx 8))))
      (.putBytes (.claim tx) 0 (kit/payload 2 400)) ; left lying behind the end
      (jk/offer! j (kit/payload 3 8))
      (is (= [(subvec (vec (kit/payload 1 200)) 3 103) (vec (kit/payload 3 8))] (jk/taken j))))))

(deftest a-closed-handle-says-so
  (in-both [j {}]
    (jk/append! j 0 1)
    (let [^LaneRx rx (first (:rxs j)), ^LaneTx tx (:tx j)]
      (is (= "lane/no-message" (code (.payload rx))))
      (.close rx)
      (.close tx)
      (is (= ["lane/closed" "lane/closed" "lane/closed" "lane/closed"]
             [(code (.peek rx)) (code (.release rx)) (code (.claim tx)) (code (jk/append! j 1 2))])))))

(deftest a-new-handle-goes-on-behind-the-old-one
  (in-both [j {}]
    (jk/append! j 0 100)
    (.close ^LaneTx (:tx j))
    (let [j (assoc j :tx (.tx ^Journal (:journal j) "p" false))]
      (jk/append! j 100 200)
      (is (= (jk/expected 0 200) (jk/taken j))))))

(deftest owners-that-a-journal-does-not-know-are-refused
  (in-both [j {}]
    (let [^Journal journal (:journal j)]
      (is (= "lane/no-such-owner" (code (.tx journal "c" false))))
      (is (= "lane/no-such-owner" (code (.rx journal "p")))))))

(deftest s15-where-a-new-reader-starts
  (in-both [j {:readers []}]
    (jk/append! j 0 200)
    (let [^Journal journal (:journal j)
          from (fn [owner position]
                 (.register journal owner position)
                 (count (jk/taken {:rxs [(.rx journal owner)]})))
          third (if-let [dir (:dir j)] (:position (nth (jk/records dir) 3)) (+ 128 32 (+ 32 8) (+ 32 16)))]
      (is (= [200 0 197] [(from "start" Journal/START) (from "tail" Journal/TAIL) (from "third" third)]))
      (is (= 0 (from "start" Journal/START)) "it has a position: the start is not asked for again")
      (is (= ["journal/bad-position" "journal/bad-position" "journal/bad-position"]
             (map #(code (.register journal "no" %)) [(inc (long third)) (+ 8 (long third)) 1000000]))))))

(deftest s15-another-shape-is-refused-and-readers-are-not
  (with-dir [dir true]
    (jk/close (jk/open {:dir dir}))
    (let [open #(JournalStore/mapped (.toPath dir) "lane" % Existing/CONTINUE true false)
          refused (refusal (open (JournalShape. 8192 "bytes")))]
      (is (= ["lane/incompatible" "segment-bytes" 4096 8192]
             [(:code refused) (get-in refused [:details "field"]) (get-in refused [:details "found"])
              (get-in refused [:details "expected"])]))
      (is (= ["lane/incompatible" "codec" "bytes" "edn"]
             (let [r (refusal (open (JournalShape. 4096 "edn")))]
               [(:code r) (get-in r [:details "field"]) (get-in r [:details "found"]) (get-in r [:details "expected"])])))
      (with-journal [j {:dir dir :readers ["c" "d" "e"]}]
        (jk/append! j 0 2)
        (is (= [2 2 2] (map #(count (jk/taken j %)) (range 3))))))))

(deftest s10-files-are-private-and-links-are-refused
  (with-dir [dir true]
    (jk/close (jk/open {:dir dir}))
    (is (= {"lane.journal" "rwx------" "lane.journal/journal.cells" "rw-------"
            "lane.journal/00000000000000000000.seg" "rw-------"}
           (scratch/tree dir)))
    (let [link (.toPath (io/file dir "other.journal"))
          open #(JournalStore/mapped (.toPath dir) "other" (JournalShape. 4096 "bytes") Existing/CONTINUE true false)]
      (java.nio.file.Files/createSymbolicLink link (.toPath (io/file dir "lane.journal"))
                                              (make-array java.nio.file.attribute.FileAttribute 0))
      (is (= "region/not-a-file" (code (open))))
      (java.nio.file.Files/delete link)
      (spit (io/file dir "other.journal") "x")
      (is (= "region/not-a-file" (code (open)))))))

(deftest s15-existing-journals-are-kept-refused-or-replaced
  (with-dir [dir true]
    (let [open (fn [existing] (JournalStore/mapped (.toPath dir) "lane" (JournalShape. 4096 "bytes") existing true false))]
      (with-journal [j {:dir dir}] (jk/append! j 0 100))
      (is (= "lane/exists" (code (open Existing/REFUSE))))
      (is (= 100 (count (jk/records dir))))
      (is (.created ^JournalStore (open Existing/REPLACE)))
      (is (= ["lane.journal"] (vec (.list dir))))
      (is (= [] (jk/records dir))))))

(deftest s15-somebody-from-outside-reads-while-it-is-written
  (with-dir [dir true]
    (with-journal [j {:dir dir}]
      (with-open [r (jk/reader dir)]
        (is (nil? (.next r)))
        (dotimes [n 5]
          (jk/append! j (* n 100) (* (inc n) 100))
          (is (= (jk/expected (* n 100) (* (inc n) 100))
                 (vec (take-while some? (repeatedly #(some-> (.next r) .bytes vec))))))
          (is (nil? (.next r))))
        (is (= 500 (.depth ^Journal (:journal j))) "and nobody was moved by it")))))

(deftest s15-info-and-verify-leave-a-reader-where-it-is
  (kit/with-dir [dir true]
    (with-journal [j {:dir dir :readers []}] (jk/append! j 0 500))
    (doseq [look [#(.info ^JournalReader %) #(.verify ^JournalReader %)]]
      (with-open [r (jk/reader dir)]
        (dotimes [i 500]
          (when (zero? (rem i 50)) (look r))
          (is (= i (.sequence ^JournalReader$Record (.next r)))))
        (is (nil? (.next r)))))))

(deftest s15-peek-and-look-tell-what-was-written
  (in-both [j {}]
    (jk/append! j 0 300)
    (let [^Journal journal (:journal j)
          look (fn [i] (some-> (.look journal i) vec))]
      (is (= (jk/expected 0 300) (mapv look (range 300))))
      (is (= (rseq (jk/expected 0 300)) (mapv look (range 299 -1 -1))))
      (is (= [nil nil] [(look 300) (look -1)]))
      (is (= [0 290] [(.oldest journal) (.lookFrom journal 10)])))))

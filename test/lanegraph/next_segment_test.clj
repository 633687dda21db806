(ns lanegraph.next-segment-test
  "The hand-over of segments to the writer and the readers of a journal from the thread that makes or finds them."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [lanegraph.journal-kit :as jk :refer [with-journal]]
   [lanegraph.lane-kit :as kit :refer [code with-dir]]
   [lanegraph.run-kit :refer [eventually]])
  (:import
   (java.nio.file Files Path)
   (java.util.concurrent CompletionException)
   (lanegraph LaneGraphException LaneGraphException$Category)
   (lanegraph.lane LaneRx LaneTx SegmentRequests)
   (lanegraph.region JournalShape JournalStore Memory OwnedSegments)))

(set! *warn-on-reflection* true)

(defn- store ^JournalStore []
  (JournalStore/inMemory (JournalShape. 4096 "bytes")))

(deftest s15-a-segment-that-is-ready-is-not-made-ready-again
  ;; The writer sees that the next segment is not there; the other thread brings it; and only then the writer asks.
  (let [store (store), requests (SegmentRequests. store (.segments store))]
    (.ask requests 0)
    (is (not (.isReady requests 0)))
    (is (= 1 (.work requests)))
    (is (.isReady requests 0))
    (.ask requests 0)
    (is (= 0 (.work requests)) "the writer may be writing into it by now")
    (.ask requests 4096)
    (is (= 1 (.work requests)))
    (is (.isReady requests 4096))))

(defn- failing
  "Segments of which none can be made or found: f throws why."
  ^OwnedSegments [^JournalStore store f]
  (let [there (.segments store)]
    (reify OwnedSegments
      (segmentBytes [_] (.segmentBytes there))
      (firsts [_] (.firsts there))
      (find [_ _] (f))
      (mend [_ _] (f))
      (prepare [_ _ _] (f))
      (remove [_ _] (f)))))

(deftest s15-whatever-goes-wrong-on-the-other-thread-is-told-to-the-writer
  (doseq [wrong [(LaneGraphException. LaneGraphException$Category/UNAVAILABLE "region/no-space" "full" {})
                 (InternalError. "a fault in an unsafe memory access")]]
    (let [fails?   (atom true)
          store    (store)
          requests (SegmentRequests. store (failing store #(if @fails?
                                                             (throw wrong)
                                                             (.prepare (.segments store) 4096 -1))))
          ask      #(try (.ask requests 0) :asked (catch Throwable e e))]
      (.askEarly requests 0)
      (is (= 1 (.work requests)))
      (is (= :asked (ask)) "what fails early is tried again when it is needed")
      (is (= 1 (.work requests)))
      (is (identical? wrong (ask)) "told once")
      (reset! fails? false)
      (is (= :asked (ask)) "and tried again")
      (is (= 1 (.work requests)))
      (is (.isReady requests 0)))))

(deftest s15-an-error-in-the-work-of-a-journals-thread-is-told-to-the-writer-too
  (let [wrong  (StackOverflowError. "here")
        armed? (atom true) ; it goes wrong once each time: who was told of it is not told of the next as well
        memory (proxy [Memory] []
                 (getLongAcquire [address]
                   (when (and (str/starts-with? (.getName (Thread/currentThread)) "lanegraph:journal:")
                              (compare-and-set! armed? true false))
                     (throw wrong))
                   (.getLongAcquire Memory/DIRECT (long address))))]
    (with-dir [dir true]
      (let [j (jk/open {:dir dir :readers [] :memory memory :retain-ms 1 :background? true})]
        (is (eventually (identical? wrong (try (.room ^LaneTx (:tx j)) (catch StackOverflowError e e)))))
        (reset! armed? true)
        (is (eventually (not @armed?)))
        (is (identical? wrong (try (jk/close j) (catch CompletionException e (ex-cause e))))
            "and by the close, where nobody writes any more")))))

(deftest s15-a-reader-has-its-next-segment-before-it-is-there
  (testing "asked for early, found by another thread"
    (let [store (store), requests (SegmentRequests. store (.segments store))]
      (is (= [false false] [(.askAhead requests 4096) (.askAhead requests 4096)]))
      (is (= 1 (.work requests)) "one asking at a time")
      (is (nil? (.takeAhead requests 4096)) "it is not written yet")
      (.prepare (.segments store) 4096 -1)
      (is (false? (.askAhead requests 4096)) "on its way")
      (is (nil? (.takeAhead requests 4096)))
      (is (= 1 (.work requests)))
      (is (= 4096 (.first (.takeAhead requests 4096))))
      (is (nil? (.takeAhead requests 8192)))
      (is (true? (.askAhead requests 4096)))
      (is (= 0 (.work requests)))))
  (testing "what cannot be found is told by who needs it"
    (let [store (store), requests (SegmentRequests. store (failing store #(throw (InternalError. "none"))))]
      (.askAhead requests 4096)
      (is (= 1 (try (.work requests) (catch InternalError _ 1))))
      (is (nil? (.takeAhead requests 4096)))))
  (testing "half a segment before it"
    (with-dir [dir true]
      (with-journal [written {:dir dir}] (jk/append! written 0 200))
      (with-dir [copy true] ; else the writer's own mapping may be there still
        (jk/copy-tree! dir copy)
        (with-journal [j {:dir copy :writer nil :background? true}]
          (let [^LaneRx rx (first (:rxs j))
                mapped? (fn [first]
                          (str/includes? (Files/readString (Path/of "/proc/self/maps" (make-array String 0)))
                                         (str (jk/segment-file copy first))))
                to!     (fn [position] (while (< (.position rx) (long position)) (.take rx)))]
            (to! 1500)
            (is (mapped? 0) "the question finds a mapping")
            (is (not (mapped? 4096)))
            (to! 2100)
            (is (eventually (mapped? 4096)))
            (is (not (mapped? 8192)))
            (to! 4300)
            (is (= :none (code (.peek rx))))))))))

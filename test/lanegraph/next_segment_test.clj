(ns lanegraph.next-segment-test
  "The hand-over of segments from the thread that makes them ready to the writer."
  (:require
   [clojure.test :refer [deftest is]])
  (:import
   (lanegraph.lane SegmentRequests)
   (lanegraph.region JournalShape JournalStore)))

(set! *warn-on-reflection* true)

(deftest s15-a-segment-that-is-ready-is-not-made-ready-again
  ;; The writer sees that the next segment is not there; the other thread brings it; and only then the writer asks.
  (let [requests (SegmentRequests. (JournalStore/inMemory (JournalShape. 4096 "bytes")))]
    (.ask requests 0)
    (is (not (.isReady requests 0)))
    (is (= 1 (.work requests)))
    (is (.isReady requests 0))
    (.ask requests 0)
    (is (= 0 (.work requests)) "the writer may be writing into it by now")
    (.ask requests 4096)
    (is (= 1 (.work requests)))
    (is (.isReady requests 4096))))

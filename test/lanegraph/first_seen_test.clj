(ns lanegraph.first-seen-test
  "How old a message of a ring is known to be."
  (:require [clojure.test :refer [deftest is]])
  (:import (lanegraph.lane FirstSeenProbe)))

(set! *warn-on-reflection* true)

(deftest the-first-look-that-saw-a-message-is-told
  (let [seen (FirstSeenProbe.)
        look (fn [oldest end now] (.look seen oldest end now))]
    (is (= -1 (look 0 0 100)) "nothing is there")
    (is (= 110 (look 0 2 110)))
    (is (= 110 (look 0 5 120)) "the first one still")
    (is (= 110 (look 1 5 130)) "which was there at 110 too")
    (is (= 120 (look 2 5 140)) "which was there at 120")
    (is (= -1 (look 5 5 150)))
    (is (= 160 (look 5 6 160)))))

(deftest looks-without-end-are-thinned-out-and-never-tell-too-much
  (let [seen (FirstSeenProbe.)]
    (doseq [n (range 1 10001)]
      (is (= 1 (.look seen 0 n n))))
    (doseq [oldest (range 1 10000 7)
            :let [told (.look seen oldest 10000 20000)]]
      (is (< oldest told) "message n was written at n + 1")
      (is (<= told 20000)))))

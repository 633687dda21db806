(ns tools.seed-test
  (:require
   [clojure.test :refer [deftest is]]
   [tools.seed :as seed]))

(set! *warn-on-reflection* true)

(deftest ^:matrix a-name-has-one-seed-per-run
  (is (= (seed/of ::a) (seed/of ::a)))
  (is (not= (seed/of ::a) (seed/of ::b))))

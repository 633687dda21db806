(ns lanegraph.table-test
  (:require [clojure.test :refer [are deftest is]]
            [lanegraph.table :as table]))

(deftest numbers-are-grouped-by-three-digits
  (are [text n] (= text (table/number n))
    "0" 0, "7" 7, "-7" -7, "999" 999, "1,000" 1000, "-1,000" -1000, "12,345" 12345, "-999" -999, "123,456" 123456
    "1,234,567" 1234567.4, "1,234,568" 1234567.5, "-123,456" -123456, "1" 0.5
    "9,223,372,036,854,775,807" Long/MAX_VALUE, "-9,223,372,036,854,775,808" Long/MIN_VALUE))

(deftest columns-are-as-wide-as-their-widest-text
  (is (= ["lane  kind    depth"
          "a     events      1"
          "long  x       1,000"]
         (table/lines 2 ["lane" "kind" "depth"] [["a" "events" "1"] ["long" "x" "1,000"]])))
  (is (= ["a  b" "" "   c"] (table/lines 2 ["a" "b"] [["" ""] ["" "c"]])) "nothing stands behind the last text")
  (is (= ["lane  kind"] (table/lines 2 ["lane" "kind"] [])) "no rows"))

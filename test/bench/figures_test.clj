(ns bench.figures-test
  (:require
   [bench.chart :as chart]
   [bench.figures :as figures]
   [clojure.test :refer [deftest is testing]]
   [clojure.xml :as xml]))

(set! *warn-on-reflection* true)

(defn- rounds [trip & rates]
  (map-indexed (fn [trial rate] {:rate rate :trip trip :bytes 0.0 :trial trial}) rates))

(def ^:private contenders
  [{:title "ours" :case :a :rounds (concat (rounds 70.0 100.0 40.0 120.0) (rounds 300.0 10.0))}
   {:title "peer & co" :case :a :rounds (rounds 70.0 25.0 25.0 20.0)}
   {:title "unmeasured" :case :b :rounds (rounds 70.0 1.0)}])

(deftest rounds-are-compared-at-the-same-distance-alone
  (let [[near _ far :as groups] (figures/groups contenders {:a "A" :b "B"} [figures/rate])]
    (is (= [[:a 1] [:b 1] [:a 2]] (map (juxt :case :distance) groups)))
    (is (= [{:title "ours" :median 100.0 :min 40.0 :max 120.0 :rounds 3 :slow 1 :bytes 0.0 :ratio 1.0}
            {:title "peer & co" :median 25.0 :min 20.0 :max 25.0 :rounds 3 :slow 0 :bytes 0.0 :ratio 4.0}]
           (:rows near)))
    (is (= [10.0 nil] (map :median (:rows far))))))

(deftest a-median-is-in-the-middle
  (is (= [2.0 2.5 7.0] (map figures/median [[3.0 1.0 2.0] [4.0 1.0 3.0 2.0] [7.0]]))))

(deftest a-time-is-slow-above-twice-its-median
  (let [row (figures/row {:key :p50 :better :less} {:rounds [{:p50 10.0 :trial 0} {:p50 10.0 :trial 0} {:p50 21.0 :trial 1}]})]
    (is (= 1 (:slow row)))))

(deftest bars-are-as-long-as-their-medians
  (let [groups (figures/groups contenders {:a "A" :b "B"} [figures/rate])
        svg    (xml/parse (java.io.ByteArrayInputStream. (.getBytes ^String (chart/svg "t" groups ["machine"]))))
        bars   (for [e (xml-seq svg) :when (and (= :rect (:tag e)) (get-in e [:attrs :x]))]
                 (parse-double (get-in e [:attrs :width])))]
    (is (= 4 (count bars)) "one for each row that has a figure")
    (testing "of the same panel"
      (is (< 3.99 (/ (first bars) (second bars)) 4.01)))))

(ns ^:matrix lanegraph.cli.demo-test
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is]]
            [lanegraph.cli.demo :as demo]
            [lanegraph.cli.fixture :refer [lanegraph]]
            [lanegraph.core :as lg]))

(set! *warn-on-reflection* true)

;; The same answer, computed without lanegraph: whole collections, one after another.

(def ^:private columns [:date :precipitation :temp_max :temp_min :wind :weather])

(defn- rows []
  (for [line (rest (str/split-lines (slurp (io/resource demo/data-resource))))]
    (zipmap columns (str/split line #"," -1))))

(defn- contradicts? [{:keys [weather precipitation]}]
  (and (contains? #{"rain" "snow"} weather) (= "0.0" precipitation)))

(defn- day [row]
  (let [n #(Double/parseDouble (row %))]
    {:date (:date row) :precipitation (n :precipitation) :max (n :temp_max) :min (n :temp_min)
     :wind (n :wind) :weather (:weather row)}))

(defn- round1 [x]
  (double (.setScale (bigdec x) 1 java.math.RoundingMode/HALF_UP)))

(defn- plainly []
  (let [days (map day (remove contradicts? (rows)))]
    {:rejects (filter contradicts? (rows))
     :storms  (filter #(<= 40 (:precipitation %)) days)
     :highs   (for [[i {:keys [date weather] m :max}] (map-indexed vector days)
                    :when (every? #(< (:max %) m) (take i days))]
                (format "%s  %5.1f °C  %s" date m weather))
     :months  (for [of-month (partition-by #(subs (:date %) 0 7) days)
                    :let [n (count of-month)]]
                {:month (subs (:date (first of-month)) 0 7) :days n
                 :mean-high (round1 (/ (reduce + (map :max of-month)) n))
                 :rain (round1 (reduce + (map :precipitation of-month)))})}))

(deftest ^:matrix the-demo-answers-what-plain-clojure-answers
  (let [{:keys [in out status]} (demo/answer)]
    (is (= (plainly) out))
    (is (= {:highs 15 :storms 6 :months 48 :rejects 44} (update-vals out count)))
    (is (= 1462 in))
    (is (every? zero? (map :depth (vals (:lanes status)))))
    (is (= #{:mapped} (set (map :memory (vals (:lanes status))))))
    (is (= :stopped (:state status)))))

(deftest the-demo-runs-the-same-in-one-thread
  (is (= (plainly)
         (lg/simulate (demo/spec) {:in (str/split-lines (slurp (io/resource demo/data-resource)))}))))

(deftest the-example-is-a-graph-of-the-promised-size
  (let [{:keys [roles] :as spec} (demo/spec)]
    (is (= [] (lg/check spec)))
    (is (<= 5 (count roles)))
    (is (some #(= :stateful (:as %)) (vals roles)))
    (is (some #(map? (:on-error %)) (vals roles)))))

(deftest the-demo-shows-picture-first-and-last-lines-counts-and-what-to-try-next
  (let [{:keys [exit out err]} (lanegraph ["demo"])]
    (is (= [0 ""] [exit err]))
    (is (every? #(<= (count %) 120) (str/split-lines out)))
    (doseq [part ["lines" "2012-01-01   12.8 °C" "2014-08-11   35.6 °C" "… 44 more …" "dropped" "Try next:"]]
      (is (str/includes? out part) part))))

(deftest the-source-and-the-licence-are-named-beside-the-data
  (let [note (slurp (io/resource "lanegraph/examples/seattle-weather.md"))]
    (is (every? #(str/includes? note %) ["NOAA" "vega-datasets" "public domain"]))
    (is (> 300000 (count (slurp (io/resource demo/data-resource)))))))

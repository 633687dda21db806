(ns lanegraph.cli.demo-test
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is]]
            [lanegraph.cli.demo :as demo]
            [lanegraph.cli.fixture :refer [file lanegraph stage-graph with-dir]]
            [lanegraph.core :as lg]
            [tools.process :as process])
  (:import (java.nio.file Files Path)))

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
    {:rejects  (filter contradicts? (rows))
     :warnings (->> days
                    (mapcat (fn [{:keys [date precipitation wind min]}]
                              (remove nil? [(when (<= 40 precipitation) [date "%.1f mm of rain" precipitation])
                                            (when (<= 8.5 wind) [date "wind of %.1f m/s" wind])
                                            (when (<= min -5) [date "frost of %.1f °C" min])])))
                    (map-indexed (fn [i [date text value]] (format "%2d  %s  %s" (inc i) date (format text value)))))
     :highs    (for [[i {:keys [date weather] m :max}] (map-indexed vector days)
                     :when (every? #(< (:max %) m) (take i days))]
                 (format "%s  %5.1f °C  %s" date m weather))
     :months   (for [of-month (partition-by #(subs (:date %) 0 7) days)
                     :let [n (count of-month)]]
                 {:month (subs (:date (first of-month)) 0 7) :days n
                  :mean-high (round1 (/ (reduce + (map :max of-month)) n))
                  :rain (round1 (reduce + (map :precipitation of-month)))})}))

(def ^:private lines (delay (str/split-lines (slurp (io/resource demo/data-resource)))))

(deftest ^:matrix the-demo-answers-what-plain-clojure-answers
  (let [{:keys [in out again status]} (demo/answer)]
    (is (= (plainly) out))
    (is (= {:highs 15 :warnings 13 :months 48 :rejects 44} (update-vals out count)))
    (is (= (assoc out :rejects []) again) "from the journal alone")
    (is (= 1462 in))
    (is (every? zero? (map :depth (vals (:lanes status)))))
    (is (= #{:mapped} (set (map :memory (vals (:lanes status))))))
    (is (= :stopped (:state status)))))

(deftest the-demo-runs-the-same-in-one-thread
  (is (= (plainly) (lg/simulate (demo/spec) {:in @lines}))))

(deftest the-example-has-lanes-and-roles-of-all-kinds
  (let [{:keys [lanes roles] :as spec} (demo/spec)]
    (is (= [] (lg/check spec)))
    (is (= #{:events :fanout-broadcast :sequenced-slots :journal} (set (map :kind (vals lanes)))))
    (is (= #{:stage :bridge :router :merge} (set (map :kind (vals roles)))))
    (is (some #(= :stateful (:as %)) (vals roles)))
    (is (some :sequence (vals roles)))
    (is (some #(map? (:on-error %)) (vals roles)))))

;; ----------------------------------------------------------------- replay

(defn- behind-the-journal
  "The part of the example that reads its journal, which code outside writes instead."
  []
  (-> (demo/spec)
      (dissoc :tests)
      (update :lanes dissoc :lines :rows :rejects)
      (update :roles dissoc :split :parse)
      (update :endpoints dissoc :rejects)
      (assoc-in [:endpoints :in] {:kind :ingress :lane :log})))

(defn- bytes-written
  "{endpoint bytes-as-vector} of the files that a command of bin/lanegraph writes for the egress endpoints of `spec`."
  [spec dir command]
  (let [out    (fn [ep] (str dir "/" (name ep)))
        egress (for [[ep {:keys [kind]}] (:endpoints spec) :when (= :egress kind)] ep)]
    (is (= [0 "" ""] ((juxt :exit :out :err) (lanegraph (concat command ["--quiet"]
                                                                (mapcat #(vector "--out" (str (name %) "=" (out %)))
                                                                        egress))))))
    (into {} (map (fn [ep] [ep (vec (Files/readAllBytes (Path/of (out ep) (make-array String 0))))])) egress)))

(deftest ^:matrix the-journal-of-a-run-makes-the-same-output-byte-for-byte
  (with-dir
    (fn [dir]
      (let [lanes    (str dir "/lanes")
            csv      (file dir "in.csv" (str/join "\n" @lines))
            first    (demo/spec)
            second   (behind-the-journal)
            recorded (dissoc (bytes-written first dir ["run" (file dir "first.edn" first) "--dir" lanes
                                                       "--in" (str "in=" csv)])
                             :rejects)
            days     (into [] (lg/journal lanes :log))]
        (is (= [1417 [] true] [(count days) (lg/check second) (every? seq (vals recorded))]))
        (is (= recorded (bytes-written second dir ["journal" "replay" lanes "log" (file dir "second.edn" second) "in"]))
            "on threads")
        (is (= (dissoc (plainly) :rejects) (lg/simulate second {:in days})) "in one thread")))))

(deftest the-closing-lines-of-the-demo-do-what-they-say
  (with-dir
    (fn [dir]
      (let [script (->> demo/next-steps
                        (filter #(str/starts-with? % "  "))
                        (map #(str/replace % "/tmp/weather" (str dir "/weather")))
                        (str/join "\n"))
            {:keys [exit out]} (process/run {} "bash" "-e" "-c" script)
            warned (re-seq #"(?m)^ ?\d+  \d{4}-.*$" out)]
        (is (= 0 exit))
        (is (= 26 (count warned)))
        (is (apply = (:warnings (plainly)) (split-at 13 warned)))
        (is (str/includes? out ":date \"2015-12-31\"") "the last record")))))

(deftest warnings-that-come-too-early-wait-for-those-before-them
  (let [graph (stage-graph :edn {:stage 'lanegraph.examples.weather/in-order :as :stateful})
        told  (fn [ns] (:out (lg/simulate graph {:in (for [n ns] {:n n :date (str n) :text "frost"})})))]
    (is (= (told (range 20)) (told (shuffle (range 20)))))
    (is (= [" 1  0  frost" " 2  1  frost"] (told [1 0 3])))))

(deftest the-demo-shows-picture-first-and-last-lines-counts-and-what-to-try-next
  (let [{:keys [exit out err]} (lanegraph ["demo"])]
    (is (= [0 ""] [exit err]))
    (is (every? #(<= (count %) 110) (str/split-lines out)))
    (doseq [part ["lines" "2012-01-01   12.8 °C" "2014-08-11   35.6 °C" "… 44 more …" "2012-11-19  54.1 mm of rain"
                  "dropped" "byte for byte" "Try next:"]]
      (is (str/includes? out part) part))))

(deftest the-source-and-the-licence-are-named-beside-the-data
  (let [note (slurp (io/resource "lanegraph/examples/seattle-weather.md"))]
    (is (every? #(str/includes? note %) ["NOAA" "vega-datasets" "public domain"]))
    (is (> 300000 (count (slurp (io/resource demo/data-resource)))))))

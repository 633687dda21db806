(ns lanegraph.examples.weather
  "The stages of weather.edn: plain functions of one message, and four stages that remember."
  (:require [lanegraph.core :as lg])
  (:import (java.time LocalDate)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- number [row k]
  (or (parse-double (get row k "")) (throw (ex-info (str (name k) " is not a number") {:row row}))))

(defn day
  "A row of strings as a day {:date \"2012-01-02\" :precipitation 10.9 :max 10.6 :min 2.8 :wind 4.5
  :weather \"rain\"}. Throws when a number is missing or the day contradicts itself: rain or snow, and
  nothing measured."
  [{:keys [weather] :as row}]
  (let [wet (double (number row :precipitation))]
    (when (and (#{"rain" "snow"} weather) (zero? wet))
      (throw (ex-info (str weather " without precipitation") {:row row})))
    {:date          (str (LocalDate/parse (:date row)))
     :precipitation wet
     :max           (number row :temp_max)
     :min           (number row :temp_min)
     :wind          (number row :wind)
     :weather       weather}))

(defn- formatted [text & values]
  (String/format java.util.Locale/ROOT text (object-array values)))

;; ------------------------------------------------------------------ highs

(defn- high->line [{:keys [date max weather]}]
  (formatted "%s  %5.1f °C  %s" date max weather))

(def new-high
  "A line, `2012-08-16   34.4 °C  sun`, for each day that was hotter than all days before it. State: the highest
  temperature so far, in °C."
  {:init (constantly Double/NEGATIVE_INFINITY)
   :step (fn [highest {:keys [max] :as day}]
           (if (> (double max) (double highest)) [max (high->line day)] [highest nil]))})

;; ----------------------------------------------------------------- months

(defn- round1 ^double [^double x]
  (/ (Math/round (* 10.0 x)) 10.0))

(defn- last-of-month? [date]
  (let [d (LocalDate/parse date)]
    (= (.getDayOfMonth d) (.lengthOfMonth d))))

(defn- start [month]
  {:month month :days 0 :highs 0.0 :rain 0.0})

(defn- add [state {:keys [max precipitation]}]
  (-> state
      (update :days #(inc (long %)))
      (update :highs #(+ (double %) (double max)))
      (update :rain #(+ (double %) (double precipitation)))))

(defn- summary [{:keys [month days highs rain]}]
  {:month month :days days :mean-high (round1 (/ (double highs) (double days))) :rain (round1 rain)})

(def monthly
  "One summary per month, {:month \"2012-01\" :days 28 :mean-high 7.0 :rain 173.3}, sent after the month's
  last day, or with the first day of the next one if the last day is missing. State: the sums of the
  current month."
  {:init (constantly nil)
   :step (fn [state {:keys [date] :as day}]
           (let [month (subs date 0 7)
                 over  (when (and state (not= month (:month state))) (summary state))
                 state (add (if (= month (:month state)) state (start month)) day)]
             (if (last-of-month? date)
               [nil (summary state)]
               [state over])))})

;; --------------------------------------------------------------- warnings

(defn alarms
  "The alarms of a day, {:kind :rain, :wind or :frost, :date, :value}, by `limits` {:rain mm :wind m/s :frost °C}."
  [{:keys [date precipitation wind min]} limits]
  (let [reaches (fn [kind value] (<= (double (limits kind)) (double value)))
        alarm   (fn [kind value] {:kind kind :date date :value value})]
    (apply lg/emit
           (cond-> []
             (reaches :rain precipitation)                (conj (alarm :rain precipitation))
             (reaches :wind wind)                         (conj (alarm :wind wind))
             (<= (double min) (double (limits :frost)))   (conj (alarm :frost min))))))

(def numbered
  "Gives each alarm its :n, from 0. State: the sequence of the first one, which in files counts on from run to run."
  {:init (constantly nil)
   :step (fn [start sequence alarm]
           (let [start (or start sequence)]
             [start (assoc alarm :n (- (long sequence) (long start)))]))})

(defn kind
  "The name of the lane that an alarm goes to."
  [alarm]
  (:kind alarm))

(defn worded
  "An alarm with its :text: the value, written as `text` says."
  [{:keys [value] :as alarm} text]
  (assoc alarm :text (formatted text value)))

(defn- warning->line [{:keys [n date text]}]
  (formatted "%2d  %s  %s" (inc (long n)) date text))

(def in-order
  "Lines, ` 1  2012-11-19  54.1 mm of rain`, in the order of :n: one that comes too early waits. State: the :n of the
  next line, and those that wait by their :n."
  {:init (constantly {:next 0 :early {}})
   :step (fn [{:keys [next early]} {:keys [n] :as warning}]
           (let [early (assoc early n warning)
                 due   (take-while some? (map early (iterate inc next)))]
             [{:next (+ (long next) (count due)) :early (apply dissoc early (map :n due))}
              (apply lg/emit (map warning->line due))]))})

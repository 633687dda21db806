(ns lanegraph.examples.weather
  "The stages of weather.edn: plain functions of one message, and two stages that remember."
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

(def new-high
  "Passes on each day that was hotter than all days before it. State: the highest temperature so far, in °C."
  {:init (constantly Double/NEGATIVE_INFINITY)
   :step (fn [highest {:keys [max] :as day}]
           (if (> (double max) (double highest)) [max day] [highest nil]))})

(defn high->line
  "`2012-08-16   34.4 °C  sun`"
  [{:keys [date max weather]}]
  (String/format java.util.Locale/ROOT "%s  %5.1f °C  %s" (object-array [date max weather])))

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

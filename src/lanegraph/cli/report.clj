(ns lanegraph.cli.report
  "Figures as text for a person: the summary of a run and the line of progress; an event that two commands tell."
  (:require [clojure.string :as str]
            [lanegraph.table :as table :refer [number]])
  (:import (java.util Locale)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn duration
  "Seconds as \"0.21 s\"."
  [s]
  (String/format Locale/ROOT "%.2f s" (object-array [(double s)])))

(defn rate
  "Messages per second as \"6,961/s\"; \"\" when no time has passed."
  [n s]
  (if (pos? (double s)) (str (number (/ (double n) (double s))) "/s") ""))

(defn- lanes-of
  "The names of the lanes in the :rx or :tx of a role: one, several, or a consumer of one."
  [x]
  (cond
    (nil? x)               []
    (keyword? x)           [x]
    (integer? (second x))  [(first x)]
    :else                  (mapcat lanes-of x)))

(defn- lane-errors
  "Errors of the roles that read a lane."
  [spec status lane]
  (reduce + 0 (for [[role {:keys [rx]}] (:roles spec) :when (some #{lane} (lanes-of rx))]
                (get-in status [:roles role :errors] 0))))

(defn flow
  "The names of the lanes in the order in which messages meet them, from the ingress on."
  [{:keys [lanes roles endpoints]}]
  (let [behind (fn [lane]
                 (for [[_ {:keys [rx tx on-error]}] (sort-by key roles)
                       :when (some #{lane} (lanes-of rx))
                       next  (concat (lanes-of tx) (when (map? on-error) [(:to on-error)]))]
                   next))]
    (loop [[lane & more] (concat (for [[_ {:keys [kind lane]}] (sort-by key endpoints)
                                       :when (= :ingress kind)]
                                   lane)
                                 (sort (keys lanes)))
           seen []]
      (cond
        (some #{lane} seen) (recur more seen)
        lane                (recur (concat (behind lane) more) (conj seen lane))
        :else               seen))))

(defn- since
  "What a lane in a file has counted since `before`: it also remembers earlier lives."
  [before status lane k]
  (- (long (get-in status [:lanes lane k] 0)) (long (get-in before [:lanes lane k] 0))))

(defn lanes
  "The table of lanes: messages in, out, dropped, errors of the roles that read it, and what is left inside."
  [spec before status]
  (->> (for [lane (flow spec)
             :let [{:keys [kind depth]} (get-in status [:lanes lane])]]
         (into [(name lane) (name kind)]
               (map number)
               [(since before status lane :written) (since before status lane :read)
                (since before status lane :dropped) (lane-errors spec status lane) depth]))
       (table/lines 2 ["lane" "kind" "in" "out" "dropped" "errors" "left"])
       (str/join "\n")))

(defn errors
  "The distinct errors of a status, one a line, five at most."
  [{:keys [errors]}]
  (concat (for [{:keys [text] n :count} (take 5 errors)]
            (str (number n) " × " (first (str/split-lines (str text)))))
          (when (< 5 (count errors)) [(str "and " (- (count errors) 5) " other errors")])))

(defn notes-void
  "The event :notes-void in words."
  [role pairs]
  (str "role " (name role) " goes on from what its lanes keep, for one of these was made anew: " (str/join ", " pairs)))

(defn progress
  "One line: {:in n :out n :seconds s} and a status."
  [{:keys [in out seconds]} status]
  (let [total (fn [part k] (reduce + 0 (map k (vals (part status)))))]
    (str "in " (number in) (when (< 1.0 (double seconds)) (str " (" (rate in seconds) ")"))
         "  out " (number out)
         "  inside " (number (total :lanes :depth))
         "  dropped " (number (total :lanes :dropped))
         "  errors " (number (total :roles :errors))
         "  " (duration seconds))))

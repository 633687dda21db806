(ns lanegraph.cli.outside
  "The commands that look at a graph from outside, by its directory: status, top, why, tap, peek, errors, postmortem. They
  work while the graph runs and after it died, and change nothing."
  (:refer-clojure :exclude [peek])
  (:require [clojure.datafy :refer [datafy]]
            [clojure.string :as str]
            [lanegraph.core :as lg]
            [lanegraph.json :as json]
            [lanegraph.stages :as stages]
            [lanegraph.top :as top])
  (:import (java.io OutputStream OutputStreamWriter)
           (java.nio.charset StandardCharsets)
           (java.util.concurrent CountDownLatch LinkedBlockingQueue TimeUnit)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private look-ms 100)

(defn- in-format
  "Data as the option --format wants it: `as-text` makes the text."
  [data {:keys [format]} as-text]
  (case format
    "text" (as-text data)
    "edn"  (stages/print-edn data)
    "json" (json/write-string data)))

(defn- lane-name [lane]
  (keyword (str/replace lane #"^:" "")))

(defn status
  "What the graph does, as a table or as data."
  [dir opts]
  (with-open [g (lg/attach dir)]
    {:exit 0
     :text (in-format (lg/status g {:over-ms look-ms}) opts #(str/join "\n" (top/lines %)))}))

(defn why
  "Where the back-pressure starts, in a sentence."
  [dir opts]
  (with-open [g (lg/attach dir)]
    {:exit 0 :text (in-format (lg/why g) opts :text)}))

(defn- error-text [errors]
  (if (empty? errors)
    "No errors."
    (str/join "\n" (for [{:keys [text count]} errors] (str count " times " (str/trimr text))))))

(defn errors
  "The distinct errors after which roles went on."
  [dir opts]
  (with-open [g (lg/attach dir)]
    {:exit 0 :text (in-format (lg/errors g) opts error-text)}))

(defn postmortem
  "Who died, and what each lane holds: exit 1 if somebody died."
  [dir opts]
  (let [{:keys [died] :as found} (lg/postmortem dir)]
    {:exit (if (seq died) 1 0)
     :text (in-format (cond-> found (not= "text" (:format opts)) (dissoc :text)) opts :text)}))

(defn peek
  "The next messages of a lane, one a line."
  [[dir lane] {:keys [count at]}]
  (with-open [g (lg/attach dir)]
    {:exit 0
     :text (str/join "\n" (map stages/print-edn
                               (lg/peek g (lane-name lane) (cond-> {:n count} at (assoc :at at)))))}))

(defn- writer ^java.io.Writer [io]
  (OutputStreamWriter. ^OutputStream (:out io) StandardCharsets/UTF_8))

(defn- ended-by-signal
  "A latch and an atom with the exit code, which a signal opens and sets."
  [{:keys [on-signal]}]
  (let [latch (CountDownLatch. 1) exit (atom 0)]
    (when on-signal
      (on-signal (fn [code] (reset! exit code) (.countDown latch))))
    [latch exit]))

(defn top
  "The table again and again, until Ctrl-C or the end of the graph; where no terminal is, once. Answers the exit code."
  [dir {:keys [every-ms]} {:keys [terminals] :as io}]
  (let [[^CountDownLatch latch exit] (ended-by-signal io)
        out   (writer io)
        again (contains? terminals \1)]
    (with-open [g (lg/attach dir)]
      (loop [drawn 0]
        (let [{:keys [state] :as status} (lg/status g {:over-ms every-ms})
              lines (top/lines status)]
          (.write out (str (if again (top/redraw drawn lines) (str (str/join "\n" lines) "\n"))))
          (.flush out)
          (if (and again (pos? (.getCount latch)) (not= :stopped state))
            (recur (count lines))
            @exit))))))

(defn tap
  "Messages of a lane as they are written, one a line, until Ctrl-C or as many as --count says. Answers the exit code."
  [[dir lane] {:keys [count every]} io]
  (let [[^CountDownLatch latch exit] (ended-by-signal io)
        out      (writer io)
        messages (LinkedBlockingQueue. 10000)]
    (with-open [g (lg/attach dir)]
      (let [tap (lg/tap! g (lane-name lane) #(.put messages [%]) (cond-> {:every every} count (assoc :first count)))]
        (loop [left (long (or count Long/MAX_VALUE))]
          (when (and (pos? left) (pos? (.getCount latch)))
            (if-let [[message] (.poll messages 20 TimeUnit/MILLISECONDS)]
              (do (.write out (str (stages/print-edn message) "\n"))
                  (when (.isEmpty messages) (.flush out))
                  (recur (dec left)))
              (let [{:keys [state error]} (datafy tap)]
                (when (= :failed state)
                  (throw error))
                (recur left)))))
        (.flush out)
        @exit))))

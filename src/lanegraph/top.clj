(ns lanegraph.top
  "A status as a table, printed once or, at a terminal, again and again in the same place."
  (:require [clojure.string :as str]
            [lanegraph.convert :as convert]
            [lanegraph.options :as options]
            [lanegraph.table :as table]
            [lanegraph.watch :as watch]
            [lanegraph.why :as why])
  (:import (clojure.lang ExceptionInfo)
           (java.util.concurrent CountDownLatch)
           (lanegraph.runtime GraphAccess)
           (sun.misc Signal SignalHandler)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- text [k] (if k (convert/name->string k) ""))

(defn- lane-row [[k {:keys [kind depth capacity fill high-water in-rate out-rate dropped oldest-ms]}]]
  [(text k) (name kind) (table/number depth) (if capacity (table/number capacity) "") (if fill (table/percent fill) "")
   (table/number high-water) (table/number in-rate) (table/number out-rate) (table/number dropped)
   (if oldest-ms (str (table/number oldest-ms) " ms") "")])

(defn- role-row [[k {:keys [kind state rate busy blocked-share blocked-on processed filtered dropped errors version]}]]
  [(text k) (name kind) (name state) (text blocked-on) (table/number rate) (table/percent busy)
   (table/percent blocked-share) (table/number processed) (table/number filtered) (table/number dropped)
   (table/number errors) (if version (str version) "")])

(defn lines
  "The lines of the table of a status with rates: the graph, its lanes, its roles, and why it does not go faster."
  [{:keys [state lanes roles endpoints over-ms] :as status}]
  (concat
   [(str (text (:name status)) "  " (name state) "  over " over-ms " ms")
    ""]
   (table/lines 2 ["lane" "kind" "depth" "of" "fill" "high" "in/s" "out/s" "dropped" "oldest"]
                (map lane-row (sort lanes)))
   [""]
   (table/lines 4 ["role" "kind" "state" "waits for" "per s" "busy" "blocked" "processed" "filtered" "dropped" "errors" "version"]
                (map role-row (sort roles)))
   (when endpoints
     (cons "" (table/lines 3 ["endpoint" "kind" "state" "messages"]
                           (for [[k {:keys [kind state messages]}] (sort endpoints)]
                             [(text k) (name kind) (name state) (table/number messages)]))))
   [""
    (:text (why/why status))]))

;; ------------------------------------------------------------------ in place

(def ^:private erase-line "\u001b[K")
(def ^:private erase-below "\u001b[J")

(defn redraw
  "The text that draws `lines` where `before` lines were drawn."
  [before lines]
  (str (when (pos? (long before)) (str "\u001b[" before "A\r"))
       (str/join (map #(str % erase-line "\n") lines))
       erase-below))

(defn- interactive?
  "Whether this thread prints to a terminal."
  []
  (let [console (System/console)]
    (boolean (and console
                  (identical? *out* (.getRawRoot #'*out*))
                  (or (< (.feature (Runtime/version)) 22) ; before, there is a console at a terminal only
                      (.invoke (.getMethod java.io.Console "isTerminal" (make-array Class 0)) console (object-array 0)))))))

(defonce ^{:private true :doc "What Ctrl-C ends, and the handler that was there before the first: {:latches #{…} :before …}."} drawing
  (atom {:latches #{}}))

(defn- end-all [_]
  (run! #(.countDown ^CountDownLatch %) (:latches @drawing)))

(defn- begin! [latch]
  (locking drawing
    (when (empty? (:latches @drawing))
      (swap! drawing assoc :before
             (try
               (Signal/handle (Signal. "INT") (reify SignalHandler (handle [_ signal] (end-all signal))))
               (catch IllegalArgumentException _ nil)))) ; the JVM was told to leave signals alone
    (swap! drawing update :latches conj latch)))

(defn- end! [latch]
  (locking drawing
    (swap! drawing update :latches disj latch)
    (when-let [before (and (empty? (:latches @drawing)) (:before @drawing))]
      (Signal/handle (Signal. "INT") before))))

(defn- until-interrupt
  "Calls (f ended) with a latch that Ctrl-C opens, which ends nothing else meanwhile; of several threads the last one gives
  Ctrl-C back to whom it belonged before."
  [f]
  (let [ended (CountDownLatch. 1)]
    (begin! ended)
    (try
      (f ended)
      (finally
        (end! ended)))))

(defn- status-or-nil
  "The status over a time; nil if the thread is interrupted, which it then stays."
  [^GraphAccess rt every-ms]
  (try
    (watch/status rt {:over-ms every-ms})
    (catch ExceptionInfo e
      (when-not (= :call/interrupted (:lanegraph/code (ex-data e)))
        (throw e)))))

(defn- again
  "Draws until the latch opens, the graph has ended or the thread is interrupted."
  [rt every-ms ^CountDownLatch ended]
  (loop [drawn 0]
    (when-let [status (status-or-nil rt every-ms)]
      (let [table (lines status)]
        (print (redraw drawn table))
        (flush)
        (when (and (not (#{:stopped :failed} (:state status)))
                   (pos? (.getCount ended)))
          (recur (count table)))))))

(defn top
  "Prints as lanegraph.core/top tells it."
  [rt opts]
  (let [{:keys [every-ms refresh]} (options/checked :top opts)]
    (if (if (nil? refresh) (interactive?) refresh)
      (until-interrupt #(again rt every-ms %))
      (println (str/join "\n" (lines (watch/status rt {:over-ms every-ms})))))))

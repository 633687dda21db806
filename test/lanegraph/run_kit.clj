(ns lanegraph.run-kit
  "Small graphs to test, and waiting for what a running graph does."
  (:require [lanegraph.core :as lg])
  (:import (java.util.concurrent CountDownLatch TimeUnit)
           (java.util.concurrent.locks LockSupport)))

(set! *warn-on-reflection* true)

(def ^:private patience-ms 20000)

(defn eventually*
  "True as soon as (f) is truthy; false if it is not within 20 seconds."
  [f]
  (let [deadline (+ (System/nanoTime) (* 1000000 (long patience-ms)))]
    (loop []
      (cond
        (f)                                          true
        (pos? (- (System/nanoTime) deadline))        false
        :else (do (LockSupport/parkNanos 1000000) (recur))))))

(defmacro eventually [& body]
  `(eventually* (fn [] ~@body)))

(defn pipe
  "A graph in -> a -> one stage role r -> b -> out. `stage` goes into the role, `lane` into both lanes."
  ([stage] (pipe stage {}))
  ([stage lane]
   {:name      :pipe
    :lanes     {:a (merge {:kind :events :codec :edn :slots 8} lane)
                :b (merge {:kind :events :codec :edn :slots 8} lane)}
    :roles     {:r (merge {:kind :stage :rx :a :tx :b} stage)}
    :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}}))

(defn refusal
  "What (f) was refused with: the ex-data and :message; nil if it was not. Anything but an ex-info of the library is a
  failure of the test."
  [f]
  (try (f) nil
       (catch clojure.lang.ExceptionInfo e
         (assoc (ex-data e) :message (ex-message e) :cause (ex-cause e)))))

(defn code-of [f] (:lanegraph/code (refusal f)))

(defn threads
  "The names of the living threads of graphs whose name begins with `prefix`, but for those that deliver events."
  [prefix]
  (set (for [^Thread t (keys (Thread/getAllStackTraces))
             :let [n (.getName t)]
             :when (and (.startsWith n (str "lanegraph:" prefix)) (not (.endsWith n ":events")))]
         n)))

(defn gate
  "A latch, and functions that wait for it: {:open! f, :pass! f}. A pass waits at most 20 seconds."
  []
  (let [latch (CountDownLatch. 1)]
    {:open! #(.countDown latch)
     :pass! (fn [& _] (.await latch patience-ms TimeUnit/MILLISECONDS))}))

(defn taken
  "The next n messages of egress :out."
  [rt n]
  (lg/take! rt :out n {:timeout-ms patience-ms}))

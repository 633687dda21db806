(ns lanegraph.run-kit
  "Small graphs to test, and waiting for what a running graph does."
  (:require [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.options :as options])
  (:import (java.util.concurrent CountDownLatch TimeUnit)
           (java.util.concurrent.locks LockSupport)
           (lanegraph LaneGraphException)
           (lanegraph.runtime GraphProbe)))

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

(defmacro in-time
  "What the body returns on another thread, or :late after 20 seconds."
  [& body]
  `(deref (future ~@body) ~patience-ms :late))

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

(defn java-code
  "The code of the LaneGraphException that (f) throws; nil if it does not."
  [f]
  (try (f) nil
       (catch LaneGraphException e (.code e))))

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

(defn fresh-var
  "A new var of this value."
  [value]
  (intern (create-ns 'lanegraph.swapped) (gensym "v") value))

(defn taken
  "The next n messages of egress :out."
  [rt n]
  (lg/take! rt :out n {:timeout-ms patience-ms}))

;; ------------------------------------------------------------------ by hand

(defn by-hand
  "The graph without threads, for step and its like. Options: those of spawn!."
  (^GraphProbe [spec] (by-hand spec {}))
  (^GraphProbe [spec opts]
   (GraphProbe. (convert/spec->java spec) (options/->java (options/checked :spawn opts)))))

(defn step
  "Passes of roles, one after another: how many messages each moved."
  [^GraphProbe g & roles]
  (mapv #(long (.step g (name %))) roles))

(defn settle
  "Calls (f) until nothing moves any more; throws where that would never end, as with a role that does the same again
  and again."
  [f]
  (loop [patience 100000]
    (cond (not (f))         nil
          (zero? patience) (throw (IllegalStateException. "something still moves after 100,000 passes"))
          :else            (recur (dec patience)))))

(defn offered
  "How many of the messages the ingress took."
  [^GraphProbe g ingress messages]
  (count (filter true? (map #(.offer g (name ingress) %) messages))))

(defn out
  "What an egress has now."
  ([g egress] (out g egress 1000))
  ([^GraphProbe g egress n] (vec (.take g (name egress) (int n)))))

(defn counts
  "The counters of a role that are not 0."
  [^GraphProbe g role]
  (into {} (for [[k v] (.counts g (name role)) :when (not= 0 v)] [(keyword k) v])))

(defn blocked-on [^GraphProbe g role]
  (some-> (.blockedOn g (name role)) keyword))

(defn errors
  "The texts of the errors that roles went on after."
  [^GraphProbe g]
  (.errors g))

(defn lanes
  "{lane [written read dropped]}"
  [^GraphProbe g]
  (into {} (map (fn [[k v]] [(keyword k) (vec v)])) (.lanes g)))

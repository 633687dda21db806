(ns lanegraph.running
  "A running graph at the REPL: many messages sent at once; how it prints, and where datafy and nav lead."
  (:require [clojure.core.protocols :as protocols]
            [lanegraph.argument :as argument]
            [lanegraph.error :as error :refer [in-clojure]]
            [lanegraph.options :as options]
            [lanegraph.watch :as watch])
  (:import (java.io Writer)
           (java.util Map)
           (lanegraph LaneGraphException)
           (lanegraph.runtime AttachedGraph GraphAccess LaneGraph)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private shown-of-a-lane 10)

(defn offer-all!
  "As lanegraph.core/offer-all!."
  [^GraphAccess rt endpoint vs opts]
  (let [endpoint (argument/name-of :endpoint endpoint)
        timeout  (long (:timeout-ms (options/checked :offer opts)))
        accepted (volatile! 0)]
    (try
      (reduce (fn [n v]
                (if (.offer rt endpoint v timeout)
                  (vreset! accepted (inc (long n)))
                  (reduced n)))
              0 vs)
      (catch LaneGraphException e
        (let [e (error/java->ex e)]
          (throw (ex-info (ex-message e) (assoc (ex-data e) :accepted @accepted) (ex-cause e))))))))

(defn- counted [^Map m what]
  (let [n (.size m)]
    (str n " " what (when (not= 1 n) "s"))))

(defmethod print-method LaneGraph [^LaneGraph rt ^Writer out]
  (let [spec (.spec rt)]
    (.write out (str "#lanegraph[" (.name rt) " " (name (error/java->data (.state rt))) ", "
                     (counted (.lanes spec) "lane") ", " (counted (.roles spec) "role") "]"))))

(defmethod print-method AttachedGraph [^AttachedGraph g ^Writer out]
  (let [spec (.spec g)]
    (.write out (str "#lanegraph[" (.name g) " attached, " (counted (.lanes spec) "lane") ", " (counted (.roles spec) "role") "]"))))

(defn- with-messages [^GraphAccess rt lane found]
  (assoc found :messages (in-clojure (vec (.peek rt (argument/name-of :lane lane) (int shown-of-a-lane))))))

(extend-protocol protocols/Datafiable
  GraphAccess
  (datafy [rt]
    (update (watch/status rt {}) :lanes vary-meta assoc
            `protocols/nav (fn [_ lane found] (with-messages rt lane found)))))

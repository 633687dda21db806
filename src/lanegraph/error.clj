(ns lanegraph.error
  "Between the exceptions of the Java core and ex-info.

  Callers of the Clojure API see ex-info with :cognitect.anomalies/category, :lanegraph/code and the facts,
  and the Java exception as its cause. Code that the core calls (codecs, stage resolvers) throws
  LaneGraphException, which the core passes on as it is."
  (:require [clojure.string :as str]
            [lanegraph.problem :as problem])
  (:import (java.util List Map)
           (lanegraph LaneGraphException LaneGraphException$Category)
           (lanegraph.graph Problem)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private holds-names
  "Facts whose value is a name of the graph, or several."
  #{:role :lane :endpoint :graph :codec :roles :lanes :endpoints :active-roles :stuck :halted})

(declare java->data java->ex)

(defn- enum->keyword [x]
  (keyword (str/replace (str/lower-case (str x)) "_" "-")))

(defn- problem->data [^Problem p]
  (cond-> (problem/problem (keyword (.code p))
                           (mapv #(if (string? %) (keyword %) (long %)) (.path p))
                           (.value p)
                           (.message p)
                           :severity (enum->keyword (.severity p)))
    (.hint p) (assoc :hint (.hint p))))

(defn- fact [k v]
  (let [v (java->data v)]
    (cond
      (not (holds-names k)) v
      (string? v)           (keyword v)
      (vector? v)           (mapv #(if (string? %) (keyword %) %) v)
      :else                 v)))

(defn facts
  "A Java map of facts with keywords as keys, names as keywords and plain Clojure data as values."
  [^Map m]
  (into {} (map (fn [[k v]] (let [k (keyword k)] [k (fact k v)]))) m))

(defn java->data
  "A value of the facts of the core as Clojure data: lists as vectors, maps with keyword keys, enums as
  keywords, problems as maps, exceptions of the core as ex-info. Anything else stays as it is."
  [x]
  (cond
    (instance? Problem x)            (problem->data x)
    (instance? LaneGraphException x) (java->ex x)
    (instance? Map x)                (facts x)
    (instance? List x)               (mapv java->data x)
    (instance? Enum x)               (enum->keyword x)
    (instance? Integer x)            (long x)
    :else                            x))

(defn java->ex
  "The ex-info for a LaneGraphException: the same message, code, category and facts, the Java exception as
  cause."
  [^LaneGraphException e]
  (problem/ex (enum->keyword (.category e)) (keyword (.code e)) (.getMessage e) (facts (.details e)) e))

(defmacro in-clojure
  "Runs the body; a LaneGraphException leaves it as ex-info."
  [& body]
  `(try ~@body
        (catch LaneGraphException e# (throw (java->ex e#)))))

(defn exception
  "The LaneGraphException for code that the core calls. `category` and `code` as in lanegraph.problem/ex,
  facts with keywords as keys."
  (^LaneGraphException [category code message facts] (exception category code message facts nil))
  (^LaneGraphException [category code message facts ^Throwable cause]
   (LaneGraphException. (LaneGraphException$Category/valueOf
                        (str/replace (str/upper-case (name category)) "-" "_"))
                        (subs (str code) 1)
                        message
                        (update-keys facts name)
                        cause)))

(ns lanegraph.argument
  "What callers give to the functions on a running graph: the graph, names, and how many messages."
  (:require [lanegraph.convert :as convert]
            [lanegraph.problem :as problem])
  (:import (lanegraph.runtime GraphAccess LaneGraph)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn graph
  "`rt`, which is a graph, of this process or attached. Error: :options/invalid."
  ^GraphAccess [rt]
  (if (instance? GraphAccess rt)
    rt
    (throw (problem/ex :incorrect :options/invalid
                       (str "found " (problem/printed rt) "; expected a graph that runs, which spawn!, run-role! and attach return")
                       {:found (problem/printed rt)}))))

(defn here
  "`rt`, whose roles run in this process: for `call`, which is done by them, on their threads. Error: :graph/elsewhere for one
  that is attached; else as graph."
  ^LaneGraph [rt call]
  (if (instance? LaneGraph rt)
    rt
    (throw (problem/ex :unsupported :graph/elsewhere
                       (str call ": found " (problem/printed (graph rt)) ", whose roles run in other processes; expected what spawn! or run-role!"
                            " returned; call it in the process of the role. Of an attached graph there are status, top, why, tap!,"
                            " peek, errors and its endpoints")
                       {:call call}))))

(def ^:private kinds
  {:lane     [:graph/unknown-lane "a lane, a keyword such as :lines"]
   :role     [:graph/unknown-role "a role, a keyword such as :parse"]
   :endpoint [:graph/unknown-endpoint "an endpoint, a keyword such as :in"]})

(defn name-of
  "The name that Java knows of a :lane, a :role or an :endpoint. Error: of what is no keyword, as of one that the graph has
  not, :graph/unknown-lane and its like."
  ^String [kind k]
  (if (keyword? k)
    (convert/name->string k)
    (let [[code expected] (kinds kind)]
      (throw (problem/ex :incorrect code (str "found " (problem/printed k) "; expected the name of " expected) {kind k})))))

(defn how-many
  "A number of messages, as Java takes it. Error: :options/invalid."
  ^long [n]
  (if (nat-int? n)
    (min (long n) Integer/MAX_VALUE)
    (throw (problem/ex :incorrect :options/invalid
                       (str "found " (problem/printed n) "; expected how many messages, a whole number of at least 0")
                       {:n n}))))

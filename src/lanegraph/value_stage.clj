(ns lanegraph.value-stage
  "Makes stages of the core from plain functions of one value.

  Functions run on their role's thread; state belongs to one role.

  A function that is told the sequence of its message gets it right before the message."
  (:require [lanegraph.error :as error]
            [lanegraph.model :as model]
            [lanegraph.problem :as problem]
            [lanegraph.sequenced :as sequenced])
  (:import (java.io Writer)
           (java.util List)
           (lanegraph.stage Emit StateCarrier ValueFilter ValueInspect ValueRoute ValueStage)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn emit
  "Several results of one message, sent in this order: a lanegraph.stage.Emit. nil is no message and is
  refused with :stage/emit-nil."
  [values]
  (let [values (vec values)]
    (when-let [at (first (keep-indexed #(when (nil? %2) %1) values))]
      (throw (problem/ex :incorrect :stage/emit-nil
                         (str "emit: value " at " of " (count values)
                              " is nil, which is no message; leave it out")
                         {:index at :count (count values)})))
    (Emit. ^List values)))

(defmethod print-method Emit [^Emit e ^Writer out]
  (.write out (str "#lanegraph[emit" (apply str (map #(str " " (problem/printed %)) (.values e))) "]")))

(def ^:private state-keys [:init :step :close])

(defn- refuse [stage found expected]
  (error/exception :incorrect :stage/not-a-stage
                   (str "stage " stage ": found " (problem/printed found) "; expected " expected)
                   {:stage stage :found (problem/printed found)}))

(defn- stateful-map [stage found]
  (when-not (and (map? found) (ifn? (:step found)))
    (throw (refuse stage found (str "a map {:init (fn [args]) :step (fn [state v]) :close (fn [state])}, "
                                    "since the role says :as :stateful"))))
  (when-let [odd (first (remove #(or (qualified-keyword? %) (some #{%} state-keys)) (keys found)))]
    (let [meant (model/nearest odd state-keys)]
      (throw (refuse stage odd (str "the keys :init, :step and :close"
                                    (when meant (str "; did you mean " meant "?")))))))
  found)

(defn- step-result [stage result]
  (if (and (vector? result) (= 2 (count result)))
    result
    (throw (problem/ex :fault :stage/bad-result
                       (str "stage " stage ": :step returned " (problem/printed result)
                            "; expected a vector [state result], with nil as result to send nothing")
                       {:stage (keyword stage)}))))

(defn- stateful [stage f args carried? ^longs at]
  (let [{:keys [init step close]} (stateful-map stage f)
        state (volatile! (when (and init (not carried?)) (init args)))]
    (sequenced/stage at
      ValueStage
      (apply [_ v]
        (let [result (step-result stage (if at (step @state (aget at 0) v) (step @state v)))]
          (vreset! state (nth result 0))
          (nth result 1)))
      StateCarrier
      (state [_] @state)
      (restore [_ s] (vreset! state s))
      (replacesState [_] true)
      java.lang.AutoCloseable
      (close [_]
        (when close
          (close @state))))))

(defn- check-function [stage f as]
  (cond
    (and (map? f) (:step f))
    (throw (refuse stage f (if (= "route" as)
                             "a function of a message, which names an output"
                             (str "a function; give the role :as :stateful, it says :as " (keyword as)))))
    (not (ifn? f))
    (throw (refuse stage f "a function, a var of one, or an object of lanegraph.stage"))))

(defn output
  "What a router's function returned, as the core knows it."
  [answer]
  (if (simple-keyword? answer) (name answer) answer))

(defn- of-message
  "`f` as a function of the message alone."
  [f args ^longs at]
  (cond
    (and at (some? args)) (fn [v] (f (aget at 0) v args))
    at                    (fn [v] (f (aget at 0) v))
    (some? args)          (fn [v] (f v args))
    :else                 f))

(defn of
  "The stage for `f` (a function, or a map for stateful). `stage` is its key in the spec, as text; `as` is \"map\", \"filter\", \"inspect\", \"stateful\" or \"route\"; `args` the role's arguments or
  nil, given to the function after the message, to :init of a stateful map as its only argument; `sequence?`
  whether the function, or :step, is given the sequence right before the message; `carried?` whether a stateful
  stage will be given its state, so that :init is not called.
  Errors: LaneGraphException stage/not-a-stage, and what :init throws."
  [stage f as args sequence? carried?]
  (when-not (= "stateful" as)
    (check-function stage f as))
  (let [at   (when sequence? (long-array 1))
        call (of-message f args at)]
    (case as
      "map"      (sequenced/stage at ValueStage (apply [_ v] (call v)))
      "filter"   (sequenced/stage at ValueFilter (test [_ v] (boolean (call v))))
      "inspect"  (sequenced/stage at ValueInspect (accept [_ v] (call v) nil))
      "route"    (reify ValueRoute (route [_ v] (output (call v))))
      "stateful" (stateful stage f args carried? at))))

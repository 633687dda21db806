(ns lanegraph.raw-stage
  "Stages from functions on buffers, which allocate nothing: the function is called without boxing and sees
  the message in place.

    (raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                      (.putLong out 0 (inc (.getLong in 0)))
                      8))

  Buffers are Agrona's; they are valid during the call, their capacity is the message's length (in) or the
  largest one (out). Lanes beside such a stage carry bytes."
  (:require [lanegraph.problem :as problem])
  (:import (clojure.lang IFn$OOL Var)
           (lanegraph.stage FilterStage InspectStage MapOkStage MapStage StageFactory StageRequest
                            StatefulStage StatefulTransformStage)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- root [f]
  (if (var? f) (.getRawRoot ^Var f) f))

(defn- call
  "What f returns for two buffers; boxed only if a var was redefined without its hint."
  ^long [f in out]
  (let [f (root f)]
    (if (instance? IFn$OOL f)
      (.invokePrim ^IFn$OOL f in out)
      (long (f in out)))))

(defn- not-raw [kind found expected]
  (problem/ex :incorrect :stage/not-a-stage
              (str "raw-stage " kind ": found " (problem/printed found) "; expected " expected)
              {:kind kind}))

(defn- hinted [kind f]
  (if (instance? IFn$OOL (root f))
    f
    (throw (not-raw kind (root f) (str "a function of two buffers that returns a primitive long: "
                                       "(fn ^long [^DirectBuffer in ^MutableDirectBuffer out] …)")))))

(defn- function [kind f]
  (if (ifn? (root f))
    f
    (throw (not-raw kind f "a function"))))

(defn- factory
  "A StageFactory whose stages are (stage g), g being what f returned for the role's arguments."
  [kind f read-args stage]
  (function kind f)
  (reify StageFactory
    (create [_ request]
      (stage (hinted kind (f (read-args (.args ^StageRequest request))))))))

(defn of
  "The stage for `f`, a function or the var of one, which is followed. Kinds, with what the function returns:
    :map-ok    in, out → length of what it wrote into out; cannot fail
    :map       the same; what it throws goes by the role's :on-error
    :filter    in → keep the message?
    :inspect   in → anything
    :stateful  args → a function as for :map, one per role
    :transform args → a function in, out → length, drop or forward-input, one per role
  `read-args` makes data from the text of the role's :args, or from nil. Error: :stage/not-a-stage."
  [kind f read-args]
  (case kind
    :map-ok    (let [f (hinted kind f)]
                 (reify MapOkStage (apply [_ in out] (Math/toIntExact (call f in out)))))
    :map       (let [f (hinted kind f)]
                 (reify MapStage (apply [_ in out] (Math/toIntExact (call f in out)))))
    :filter    (let [f (function kind f)]
                 (reify FilterStage (test [_ in] (boolean (f in)))))
    :inspect   (let [f (function kind f)]
                 (reify InspectStage (accept [_ in] (f in) nil)))
    :stateful  (factory kind f read-args
                        (fn [g] (reify StatefulStage (apply [_ in out] (Math/toIntExact (call g in out))))))
    :transform (factory kind f read-args
                        (fn [g] (reify StatefulTransformStage
                                  (apply [_ in out] (Math/toIntExact (call g in out))))))
    (throw (not-raw kind kind ":map-ok, :map, :filter, :inspect, :stateful or :transform"))))

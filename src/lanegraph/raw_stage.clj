(ns lanegraph.raw-stage
  "Stages from functions on buffers, which allocate nothing: the function is called without boxing and sees
  the message in place.

    (raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                      (.putLong out 0 (inc (.getLong in 0)))
                      8))

  With a parameter ^long sequence before the buffers it is also told the sequence of the message.
  Buffers are Agrona's; they are valid during the call, their capacity is the message's length (in) or the
  largest one (out). Lanes beside such a stage carry bytes."
  (:require [lanegraph.problem :as problem]
            [lanegraph.sequenced :as sequenced]
            [lanegraph.value-stage :as value-stage])
  (:import (clojure.lang IFn$LOO IFn$LOOL IFn$OOL Var)
           (lanegraph.stage FilterStage InspectStage MapOkStage MapStage RouteStage StageFactory StageRequest
                            StatefulStage StatefulTransformStage)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- root [f]
  (if (var? f) (.getRawRoot ^Var f) f))

(defn- call
  "What f returns for two buffers, and before them the sequence in `at` where that is no nil; boxed only if a
  var was redefined without its hint."
  ^long [f ^longs at in out]
  (let [f (root f)]
    (if at ; not cond, whose last nil would box the others
      (if (instance? IFn$LOOL f)
        (.invokePrim ^IFn$LOOL f (aget at 0) in out)
        (long (f (aget at 0) in out)))
      (if (instance? IFn$OOL f)
        (.invokePrim ^IFn$OOL f in out)
        (long (f in out))))))

(defn- call-with
  "What f returns for one buffer; else as call."
  [f ^longs at in]
  (let [f (root f)]
    (cond
      (and at (instance? IFn$LOO f)) (.invokePrim ^IFn$LOO f (aget at 0) in)
      at                             (f (aget at 0) in)
      :else                          (f in))))

(defn- place
  "Where the sequence of a message is put for f, or nil if f does not ask for it."
  ^longs [f]
  (when (or (instance? IFn$LOOL (root f)) (instance? IFn$LOO (root f)))
    (long-array 1)))

(defn- not-raw [kind found expected]
  (problem/ex :incorrect :stage/not-a-stage
              (str "raw-stage " kind ": found " (problem/printed found) "; expected " expected)
              {:kind kind}))

(defn- hinted [kind f]
  (if (or (instance? IFn$OOL (root f)) (instance? IFn$LOOL (root f)))
    f
    (throw (not-raw kind (root f) (str "a function of two buffers that returns a primitive long: "
                                       "(fn ^long [^DirectBuffer in ^MutableDirectBuffer out] …), "
                                       "or one of ^long sequence and them")))))

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

(defn- stage-of
  "The stage of this kind for f; for a kind with state, of what f returned."
  [kind f]
  (let [at (place f)]
    (case kind
      :map-ok    (sequenced/stage at MapOkStage (apply [_ in out] (Math/toIntExact (call f at in out))))
      :map       (sequenced/stage at MapStage (apply [_ in out] (Math/toIntExact (call f at in out))))
      :filter    (sequenced/stage at FilterStage (test [_ in] (boolean (call-with f at in))))
      :inspect   (sequenced/stage at InspectStage (accept [_ in] (call-with f at in) nil))
      :route     (sequenced/stage at RouteStage (route [_ in] (value-stage/output (call-with f at in))))
      :stateful  (sequenced/stage at StatefulStage (apply [_ in out] (Math/toIntExact (call f at in out))))
      :transform (sequenced/stage at StatefulTransformStage
                   (apply [_ in out] (Math/toIntExact (call f at in out)))))))

(defn of
  "The stage for `f`, a function or the var of one, which is followed. Kinds, with what the function returns:
    :map-ok    in, out → length of what it wrote into out; cannot fail
    :map       the same; what it throws goes by the role's :on-error
    :filter    in → keep the message?
    :inspect   in → anything
    :route     in → the output of a router: its name as a keyword, nil for none; of two also true or false
    :stateful  args → a function as for :map, one per role
    :transform args → a function in, out → length, drop or forward-input, one per role
  A function hinted with one more parameter in front, ^long sequence, is told the sequence of the message in the
  lane that the role reads; such a stage is for one role.
  `read-args` makes data from the text of the role's :args, or from nil. Error: :stage/not-a-stage."
  [kind f read-args]
  (case kind
    (:map-ok :map)            (stage-of kind (hinted kind f))
    (:filter :inspect :route) (stage-of kind (function kind f))
    (:stateful :transform)    (factory kind f read-args (partial stage-of kind))
    (throw (not-raw kind kind ":map-ok, :map, :filter, :inspect, :route, :stateful or :transform"))))

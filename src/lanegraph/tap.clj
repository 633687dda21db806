(ns lanegraph.tap
  "Taps: messages of a lane handed to a function as they are written."
  (:require [clojure.core.protocols :as protocols]
            [lanegraph.argument :as argument]
            [lanegraph.error :as error :refer [in-clojure]]
            [lanegraph.options :as options]
            [lanegraph.problem :as problem])
  (:import (java.io Writer)
           (java.util.function Consumer)
           (lanegraph.runtime GraphAccess Tap Tap$Counts)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private end-within-ms 1000)

(defn- data [^Tap$Counts c]
  (cond-> {:lane   (keyword (.lane c))
           :state  (keyword (.state c))
           :seen   (.seen c)
           :missed (.missed c)}
    (.error c) (assoc :error (error/java->data (.error c)))))

(defn tap!
  "As lanegraph.core/tap!."
  ^Tap [^GraphAccess rt lane f opts]
  (let [{:keys [every first]} (options/checked :tap opts)]
    (when-not (ifn? f)
      (throw (problem/ex :incorrect :options/invalid
                         (str "found " (problem/printed f) "; expected a function of one message, such as tap>") {:f f})))
    (in-clojure
     (.tap rt (argument/name-of :lane lane) (long every) (long (or first Long/MAX_VALUE))
           (reify Consumer (accept [_ v] (f v)))))))

(defn untap!
  "As lanegraph.core/untap!."
  [^Tap tap]
  (data (.close tap (long end-within-ms))))

(defmethod print-method Tap [^Tap tap ^Writer out]
  (let [{:keys [lane state seen missed]} (data (.counts tap))]
    (.write out (str "#lanegraph[tap " lane " " (name state) ", seen " seen ", missed " missed "]"))))

(extend-protocol protocols/Datafiable
  Tap
  (datafy [tap] (data (.counts tap))))

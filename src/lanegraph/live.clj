(ns lanegraph.live
  "Work on a graph while it runs, as Clojure data: what lanegraph.core tells of pause! and its like is done here."
  (:require [lanegraph.argument :refer [here how-many name-of]]
            [lanegraph.error :as error :refer [in-clojure]]
            [lanegraph.options :as options]
            [lanegraph.report :as report]
            [lanegraph.resolver :as resolver])
  (:import (java.util.function UnaryOperator)
           (lanegraph.runtime GraphAccess Parked RoleControl RoleTurn StageVersion)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- control ^RoleControl [rt role call]
  (.role (here rt call) (name-of :role role)))

(defn- deadline ^long [opts]
  (:deadline-ms (options/checked :control opts)))

(defn- at [lane position]
  (when lane {:lane (keyword lane) :position position}))

(defn- parked->data [^Parked p]
  {:role      (keyword (.role p))
   :at        (at (.lane p) (.position p))
   :message   (.message p)
   :exception (error/java->data (.error p))
   :since-ms  (.millis p)})

(defn- turn->data [^RoleTurn t]
  (cond-> {:role (keyword (.role t)) :state (keyword (.state t)) :at (at (.lane t) (.position t))}
    (.parked t) (assoc :parked (parked->data (.parked t)))))

(defn- moved->data [^RoleTurn t]
  (assoc (turn->data t)
         :moved      (.moved t)
         :processed  (.processed t)
         :filtered   (.filtered t)
         :dropped    (.dropped t)
         :errors     (.errors t)
         :blocked-on (some-> (.blockedOn t) keyword)))

(defn- version->data [^StageVersion v]
  (cond-> {:role    (keyword (.role v))
           :version (long (.version v))
           :how     (keyword (.how v))
           :stage   (.stage v)
           :at      (at (.lane v) (.position v))
           :time-ms (.millis v)}
    (not= (.version v) (.of v)) (assoc :of (long (.of v)))
    (.state v)                  (assoc :state (keyword (.state v)))
    (.closeError v)             (assoc :close-error (error/java->data (.closeError v)))))

(defn- migration ^UnaryOperator [migrate]
  (when migrate
    (reify UnaryOperator (apply [_ state] (migrate state)))))

(defn swap-stage! [rt role stage opts]
  (let [{:keys [migrate deadline-ms]} (options/checked :swap opts)]
    (in-clojure
     (let [[stage-name next] (resolver/candidate stage)]
       (version->data (.swap (control rt role "swap-stage!") stage-name next (migration migrate) (long deadline-ms)))))))

(defn rollback-stage! [rt role opts]
  (let [{:keys [migrate deadline-ms]} (options/checked :swap opts)]
    (in-clojure (version->data (.rollback (control rt role "rollback-stage!") (migration migrate) (long deadline-ms))))))

(defn stage-history [rt role]
  (in-clojure (mapv version->data (.history (control rt role "stage-history")))))

(defn pause! [rt role opts]
  (in-clojure (turn->data (.pause (control rt role "pause!") (deadline opts)))))

(defn resume! [rt role opts]
  (in-clojure (turn->data (.resume (control rt role "resume!") (deadline opts)))))

(defn step! [rt role n opts]
  (in-clojure (moved->data (.step (control rt role "step!") (how-many n) (deadline opts)))))

(defn retry! [rt role opts]
  (in-clojure (moved->data (.retry (control rt role "retry!") (deadline opts)))))

(defn skip! [rt role opts]
  (in-clojure (moved->data (.skip (control rt role "skip!") (deadline opts)))))

(defn errors [^GraphAccess rt]
  (into (mapv #(assoc (parked->data %) :parked true) (.parked rt))
        (:errors (report/status->data (.status rt)))))

(defn inject! [rt lane v opts]
  (in-clojure (.inject (here rt "inject!") (name-of :lane lane) v (deadline opts))))

(ns bench.trial.roles
  "One trial of bench.roles, in a JVM of its own."
  (:import
   (bench RoleCost)))

(set! *warn-on-reflection* true)

(defn trial
  "Nanoseconds a message, in each round; by the loop of a :role or by :hand."
  [how kind mixed]
  (vec (RoleCost/measure (name how) (name kind) mixed)))

(defn watched
  "Nanoseconds a message, in rounds without a watcher and with it in turns, one more without."
  [watcher rounds]
  (vec (RoleCost/watched (name watcher) rounds)))

(ns bench.trial.roles
  "One trial of bench.roles, in a JVM of its own."
  (:import
   (bench RoleCost)))

(set! *warn-on-reflection* true)

(defn trial
  "Nanoseconds a message, of each round {:none in a lane alone, :hand brought by a loop over bare handles, :role by a role}."
  [kind mixed]
  (mapv #(zipmap [:none :hand :role] %) (partition 3 (RoleCost/measure (name kind) mixed))))

(defn watched
  "Nanoseconds a message, in rounds without a watcher and with it in turns, one more without."
  [watcher rounds]
  (vec (RoleCost/watched (name watcher) rounds)))

(ns tools.skip
  "A test that cannot run on this machine says so aloud."
  (:require
   [clojure.test :as t]))

(set! *warn-on-reflection* true)

(defmethod t/report ::skip [{:keys [message]}]
  (t/with-test-out (println "skipped:" message)))

(defn skip!
  "Marks the running test as skipped because of `why`, a text for people; return from the test right after it."
  [why]
  (t/do-report {:type ::skip :message why}))

(defn ctrl-c-is-ignored?
  "True where this JVM was started with SIGINT ignored, as a shell does with jobs in the background: then neither it nor its
  children can handle Ctrl-C."
  []
  (let [int    (sun.misc.Signal. "INT")
        before (sun.misc.Signal/handle int sun.misc.SignalHandler/SIG_DFL)]
    (sun.misc.Signal/handle int before)
    (identical? sun.misc.SignalHandler/SIG_IGN before)))

(defmacro where-ctrl-c-works
  "Runs `body`, or skips the running test where Ctrl-C reaches nobody."
  [& body]
  `(if (ctrl-c-is-ignored?)
     (skip! "this was started with SIGINT ignored, so that Ctrl-C reaches nobody")
     (do ~@body)))

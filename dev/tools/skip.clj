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

(ns app
  "What a first user of the library would write: simulate a graph, then run it."
  (:require
   [lanegraph.core :as lg]))

(def ^:private spec
  {:name      :shout
   :lanes     {:words {:kind :events :codec :string}
               :loud  {:kind :events :codec :string}}
   :roles     {:shout {:kind :stage :stage 'clojure.string/upper-case :rx :words :tx :loud}}
   :endpoints {:in  {:kind :ingress :lane :words}
               :out {:kind :egress :lane :loud}}})

(defn -main [& _]
  (prn (lg/simulate spec {:in ["simulated"]}))
  (with-open [rt (lg/spawn! spec {})]
    (lg/offer! rt :in "spawned")
    (prn (lg/take! rt :out 1 {:timeout-ms 5000}))))

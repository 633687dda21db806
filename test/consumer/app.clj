(ns app
  "What a first user of the library would write."
  (:import
   (lanegraph.graph GraphSpec Validator)))

(defn -main [& _]
  (println "problems" (count (Validator/validate (.build (GraphSpec/builder "empty"))))))

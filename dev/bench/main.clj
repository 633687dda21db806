(ns bench.main
  "bin/clojure -M:bench NAME [options]; doc/05-benchmarks.md says what the numbers mean."
  (:require
   [bench.spsc :as spsc]
   [clojure.string :as str]))

(def ^:private benchmarks
  {"spsc" ["one producer, one consumer, 64-byte messages, beside Agrona and the Disruptor" spsc/run]})

(defn -main [& [name & args]]
  (if-let [[_ run] (benchmarks name)]
    (System/exit (run args))
    (do (println "usage: bin/clojure -M:bench NAME [--help]")
        (doseq [[n [what]] benchmarks] (println " " n "-" what))
        (System/exit (if (or (nil? name) (str/starts-with? name "-")) 0 2)))))

(ns bench.main
  "bin/clojure -M:bench NAME [options]; doc/05-benchmarks.md says what the numbers mean."
  (:require
   [bench.fanout :as fanout]
   [bench.journal :as journal]
   [bench.merge :as merge]
   [bench.spsc :as spsc]
   [bench.start :as start]
   [bench.trials :as trials]
   [clojure.string :as str]))

(def ^:private benchmarks
  [["spsc" spsc/benchmark] ["fanout" fanout/benchmark] ["merge" merge/benchmark] ["journal" journal/benchmark]
   ["start" {:title "the command line, from its start to its first line" :run start/run}]])

(defn -main [& [name & args]]
  (if-let [benchmark (get (into {} benchmarks) name)]
    (System/exit (if-let [run (:run benchmark)] (run args) (trials/run benchmark args)))
    (do (println "usage: bin/clojure -M:bench NAME [--help]")
        (doseq [[n {:keys [title]}] benchmarks] (println " " n "-" title))
        (System/exit (if (or (nil? name) (str/starts-with? name "-")) 0 2)))))

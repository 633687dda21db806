(ns bench.main
  "bin/clojure -M:bench [NAME…] [options]; doc/05-benchmarks.md says what the numbers mean. A benchmark is what
  bench.trials knows, or has :measure, a function of the options that gives {:set-up lines :groups groups}."
  (:require
   [bench.calls :as calls]
   [bench.fanout :as fanout]
   [bench.journal :as journal]
   [bench.jvm :as jvm]
   [bench.live :as live]
   [bench.merge :as merge]
   [bench.pipeline :as pipeline]
   [bench.report :as report]
   [bench.resume :as resume]
   [bench.roles :as roles]
   [bench.spsc :as spsc]
   [bench.start :as start]
   [bench.trials :as trials]
   [bench.trip :as trip]
   [bench.twelve :as twelve]
   [bench.two-processes :as two-processes]
   [bench.values :as values]
   [bench.watch :as watch]
   [clojure.string :as str]
   [clojure.tools.cli :as cli]))

(set! *warn-on-reflection* true)

(def ^:private benchmarks
  [["spsc" spsc/benchmark] ["trip" trip/benchmark] ["fanout" fanout/benchmark] ["merge" merge/benchmark]
   ["pipeline" pipeline/benchmark] ["values" values/benchmark] ["twelve" twelve/benchmark] ["calls" calls/benchmark]
   ["journal" journal/benchmark] ["resume" resume/benchmark] ["roles" roles/benchmark] ["watch" watch/benchmark]
   ["live" live/benchmark] ["two-processes" two-processes/benchmark] ["start" start/benchmark]])

(def ^:private option-specs
  [[nil "--trials N" "JVMs for each contender" :default 5 :parse-fn parse-long :validate [#(and % (pos? %)) "1 or more"]]
   [nil "--rounds N" "rounds in each" :default 5 :parse-fn parse-long :validate [#(and % (pos? %)) "1 or more"]]
   [nil "--slots N" "size of every ring in messages, a power of two" :default 4096 :parse-fn parse-long
    :validate [#(and % (<= 64 % 1048576) (= 1 (Long/bitCount %))) "a power of two from 64 to 1048576"]]
   [nil "--case NAME" "this case alone"]
   [nil "--quick" "one trial of short rounds of the first case: for a first look, two minutes for all benchmarks"]
   [nil "--out DIR" "where the EDN and the SVG go" :default "target/bench"]
   [nil "--help"]])

(defn- usage [options]
  (println "usage: bin/clojure -M:bench [NAME…] [options]; without a name all of:")
  (doseq [[n {:keys [title cases]}] benchmarks]
    (println (str "  " n " - " title (when (< 1 (count cases)) (str "; cases " (str/join " " (map name (keys cases))))))))
  (println options))

(defn- unknown
  "What is wrong with the names and the case."
  [names case]
  (let [known (map first benchmarks)
        cases (set (mapcat #(map name (keys (:cases %))) (vals (select-keys (into {} benchmarks) names))))]
    (concat (for [n names :when (not (some #{n} known))]
              (str "no benchmark of this name: " n "; expected some of " (str/join " " known)))
            (when (and case (not (cases case)))
              [(str "no case of this name: " case "; expected one of " (str/join " " (sort cases)))]))))

(defn- run-one! [[name {:keys [cases] :as benchmark}] options]
  (when (or (nil? (:case options)) (contains? cases (keyword (:case options))))
    (let [machine (jvm/machine)
          measure (:measure benchmark (partial trials/measure benchmark))]
      (report/report! name benchmark (measure options) machine (:out options)))))

(defn -main [& args]
  (let [{:keys [options errors summary arguments]} (cli/parse-opts args option-specs)
        names  (or (seq arguments) (map first benchmarks))
        errors (concat errors (unknown names (:case options)))]
    (cond
      (:help options) (usage summary)
      (seq errors)    (do (run! println errors) (usage summary) (System/exit 2))
      :else           (let [options (cond-> options (:quick options) (assoc :trials 1))]
                        (jvm/prepare!)
                        (doseq [n names]
                          (run-one! [n (get (into {} benchmarks) n)] options))))
    (System/exit 0)))

(ns bench.trials
  "What the benchmarks share: options, trials in turns, tables. A benchmark is a map:

  :title       for the usage
  :contenders  maps of :id (what bench.Trial knows) :title :case (contenders of one case make one table, the first of it is
               the one that the others are compared with) :properties :flags
  :cases       case -> the table's title
  :set-up      (fn [options]) -> lines that say how it was measured"
  (:require
   [bench.jvm :as jvm]
   [clojure.string :as str]
   [clojure.tools.cli :as cli]))

(def unchecked "Agrona's bounds checks off: the peers' best, and ours." {"agrona.disable.bounds.checks" true})

(def ^:private option-specs
  [[nil "--trials N" "JVMs for each contender" :default 5 :parse-fn parse-long :validate [#(and % (pos? %)) "1 or more"]]
   [nil "--slots N" "size of every ring in messages, a power of two" :default 4096 :parse-fn parse-long
    :validate [#(and % (<= 64 % 1048576) (= 1 (Long/bitCount %))) "a power of two from 64 to 1048576"]]
   [nil "--case NAME" "this case alone"]
   [nil "--quick" "one trial of short rounds of the first case: for a first look"]
   [nil "--help"]])

(defn- distance
  "How far apart the two cores were in a round, as the time of a word from one to the other and back."
  [{:keys [trip]}]
  (cond (< trip 45) 0, (< trip 150) 1, :else 2))

(def ^:private distances
  ["cores that share their caches (round trip below 45 ns)"
   "neighbouring cores (round trip of 45 to 150 ns)"
   "distant cores (round trip beyond 150 ns)"])

(defn- median [xs] (let [s (vec (sort xs))] (nth s (quot (count s) 2))))

(defn- run-trials
  "Adds :rounds to each contender. One trial of each in turn, then again: what disturbs the machine disturbs all."
  [{:keys [trials slots quick]} contenders]
  (let [pin (jvm/pinning?)]
    (reduce (fn [cs [trial i]]
              (let [{:keys [title id case] :as contender} (nth cs i)
                    rounds (jvm/trial (assoc contender :args [id slots (if quick 3 5) (if quick 0.1 0.2) pin]))]
                (binding [*out* *err*]
                  (println (format "trial %d of %d  %-10s %-42s %s" (inc trial) trials (name case) title
                                   (str/join " " (map #(format "%.1f@%.0fns" (:rate %) (:trip %)) rounds)))))
                (update-in cs [i :rounds] (fnil into []) (map #(assoc % :trial trial) rounds))))
            (vec contenders)
            (for [t (range trials), i (range (count contenders))] [t i]))))

(defn- summary
  "A contender's figures at a distance: {:median :min :max :n :bytes}, over the medians of its trials; nil without a round."
  [contender d]
  (when-let [rounds (seq (filter #(= d (distance %)) (:rounds contender)))]
    (let [trials (map #(median (map :rate %)) (vals (group-by :trial rounds)))]
      {:median (median trials) :min (apply min trials) :max (apply max trials)
       :rounds (count rounds) :bytes (apply max (map :bytes rounds))})))

(defn- table
  "Prints nothing where the first contender has no rounds at this distance."
  [title contenders d]
  (when-let [lane (summary (first contenders) d)]
    (println (str "\n| " title " | M messages/s, median [min–max] | rounds | bytes/message | the first is × faster |"))
    (println "| --- | --- | --- | --- | --- |")
    (doseq [c contenders :let [{:keys [bytes rounds] :as s} (summary c d)]]
      (println (if s
                 (format "| %s | %.1f [%.1f–%.1f] | %d | %.2f | %.1f |" (:title c) (:median s) (:min s) (:max s) rounds bytes
                         (/ (:median lane) (:median s)))
                 (str "| " (:title c) " | - | 0 | - | - |"))))))

(defn- report [{:keys [set-up cases]} options contenders]
  (let [rounds (mapcat :rounds contenders)]
    (println "\nMachine:" (jvm/machine))
    (println (cond (every? :pinned rounds) "Threads bound to a core each;"
                   (some :pinned rounds) "Threads bound to a core each where there are no more of them than cores;"
                   :else "Threads NOT bound to cores;")
             (long (reduce + (map :disturbed rounds))) "rounds run again because something else took a core.")
    (run! println (set-up options))
    (println "JVM flags:" (str/join " " jvm/common-flags))
    (doseq [d (sort (distinct (map distance rounds)))]
      (println (str "\nWhile the threads ran on " (nth distances d) ":"))
      (doseq [case (distinct (map :case contenders))]
        (table (cases case) (filter #(= case (:case %)) contenders) d)))))

(defn- chosen
  "The contenders that the options ask for."
  [{:keys [contenders]} {:keys [case quick]}]
  (let [case (cond case (keyword case), quick (:case (first contenders)))]
    (cond->> contenders case (filter #(= case (:case %))))))

(defn run
  "Runs the benchmark by these command line arguments and prints a report; the exit code."
  [{:keys [title cases] :as benchmark} args]
  (let [{:keys [options errors summary arguments]} (cli/parse-opts args option-specs)
        errors (cond-> (concat errors (map #(str "unknown argument " %) arguments))
                 (not (contains? (conj (set (map name (keys cases))) nil) (:case options)))
                 (concat [(str "no case of this name: " (:case options) "; expected one of "
                               (str/join " " (map name (keys cases))))]))]
    (cond
      (:help options) (do (println (str "bin/clojure -M:bench NAME [options]: " title)) (println summary) 0)
      (seq errors) (do (run! println (concat errors ["options:" summary])) 2)
      :else
      (let [options (cond-> options (:quick options) (assoc :trials 1))]
        (jvm/prepare!)
        (report benchmark options (run-trials options (chosen benchmark options)))
        0))))

(ns bench.spsc
  "One producer, one consumer, 64-byte messages: an events lane beside Agrona's OneToOneRingBuffer and the Disruptor."
  (:require
   [bench.jvm :as jvm]
   [clojure.string :as str]
   [clojure.tools.cli :as cli]))

(def ^:private option-specs
  [[nil "--trials N" "JVMs for each contender" :default 5 :parse-fn parse-long :validate [#(and % (pos? %)) "1 or more"]]
   [nil "--slots N" "size of every ring in messages, a power of two" :default 4096 :parse-fn parse-long
    :validate [#(and % (<= 64 % 1048576) (= 1 (Long/bitCount %))) "a power of two from 64 to 1048576"]]
   [nil "--quick" "one trial of short rounds, in place only: under two minutes"]
   [nil "--help"]])

(def ^:private unchecked {"agrona.disable.bounds.checks" true})

;; Every peer at its best reasonable set-up at this ring size; the checks of Agrona's buffers are off for all but one row.
(def ^:private contenders
  [{:id "lane" :title "lanegraph events lane" :case :in-place :properties unchecked}
   {:id "agrona" :title "Agrona OneToOneRingBuffer" :case :in-place :properties unchecked}
   {:id "disruptor-arrays" :title "Disruptor, events with an array of bytes" :case :in-place :properties unchecked}
   {:id "disruptor-heap" :title "Disruptor, events of eight fields" :case :in-place}
   {:id "disruptor-off-heap" :title "Disruptor, off-heap events" :case :in-place :properties unchecked}
   {:id "disruptor-off-heap" :title "Disruptor, off-heap events, claims of 16" :case :in-place
    :properties (assoc unchecked "bench.batch" 16)}
   {:id "lane" :title "lanegraph, buffers' bounds checked" :case :in-place}
   {:id "lane-copy" :title "lanegraph events lane" :case :copy :properties unchecked}
   {:id "agrona-copy" :title "Agrona OneToOneRingBuffer" :case :copy :properties unchecked}
   {:id "disruptor-heap-copy" :title "Disruptor, events with an array of bytes" :case :copy :properties unchecked}
   {:id "disruptor-off-heap-copy" :title "Disruptor, off-heap events" :case :copy :properties unchecked}])

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
  (let [cores (if (jvm/pinning?) [0 1] [-1 -1])]
    (reduce (fn [cs [trial i]]
              (let [{:keys [title id properties]} (nth cs i)
                    rounds (jvm/trial {:properties properties
                                       :args (into [id slots (if quick 3 5) (if quick 0.1 0.2)] cores)})]
                (binding [*out* *err*]
                  (println (format "trial %d of %d  %-42s %s" (inc trial) trials title
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

(defn- table [contenders d case]
  (let [of-case (filter #(= case (:case %)) contenders)
        lane (summary (first of-case) d)]
    (println (str "\n| " (if (= :copy case) "copied in and out" "in place")
                  " | M messages/s, median [min–max] | rounds | bytes/message | lane is × faster |"))
    (println "| --- | --- | --- | --- | --- |")
    (doseq [c of-case :let [{:keys [bytes rounds] :as s} (summary c d)]]
      (println (if s
                 (format "| %s | %.1f [%.1f–%.1f] | %d | %.2f | %s |" (:title c) (:median s) (:min s) (:max s) rounds bytes
                         (if lane (format "%.1f" (/ (:median lane) (:median s))) "-"))
                 (str "| " (:title c) " | - | 0 | - | - |"))))))

(defn- report [{:keys [slots]} contenders]
  (let [rounds (mapcat :rounds contenders)]
    (println "\nMachine:" (jvm/machine))
    (println "Set-up: one producer, one consumer," (if (every? :pinned rounds) "pinned to a core each" "NOT pinned")
             (str "(" (long (reduce + (map :disturbed rounds))) " rounds run again because another process took a core);"))
    (println (str "  ring of " slots " messages of 64 bytes, lane in memory with slots of 64 bytes, Agrona with the power of two"))
    (println "  of bytes that holds 3/4 of it; both sides spin (Disruptor: BusySpinWaitStrategy, BatchEventProcessor;")
    (println "  on empty 16 × onSpinWait); every word written and checked.")
    (println "JVM flags:" (str/join " " jvm/flags) "-Dagrona.disable.bounds.checks=true except where said")
    (doseq [d (sort (distinct (map distance rounds)))]
      (println (str "\nWhile the two ran on " (nth distances d) ":"))
      (run! #(table contenders d %) (distinct (map :case contenders))))))

(defn run
  "Runs the benchmark by these command line arguments and prints a report; the exit code."
  [args]
  (let [{:keys [options errors summary arguments]} (cli/parse-opts args option-specs)]
    (cond
      (:help options) (do (println "bin/clojure -M:bench spsc [options]") (println summary) 0)
      (or errors (seq arguments))
      (do (run! println (concat errors (map #(str "unknown argument " %) arguments) ["options:" summary])) 2)
      :else
      (let [options (cond-> options (:quick options) (assoc :trials 1))]
        (jvm/prepare!)
        (report options (run-trials options (cond->> contenders
                                              (:quick options) (filter #(= :in-place (:case %))))))
        0))))

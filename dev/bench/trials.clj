(ns bench.trials
  "Runs the contenders of a benchmark in trials, in turns. Such a benchmark is a map:

  :title       for the usage
  :contenders  maps of :id (what bench.Trial knows) :title :case (contenders of one case make one table, the first of it is
               the one that the others are compared with) :properties :flags :slots (if not those of the options)
  :cases       case -> the table's title
  :metrics     what is told of a round, see bench.figures; its rate unless given
  :set-up      (fn [options]) -> lines that say how it was measured"
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]
   [clojure.string :as str]))

(def unchecked "Agrona's bounds checks off: the peers' best, and ours." {"agrona.disable.bounds.checks" true})

(def with-driver
  "Of Aeron: its driver's thread is one more, and where that makes them more than the cores all of them yield."
  {"bench.background" true "bench.yield" true})

(defn- shown [{:keys [rate trip p50]}]
  (if p50 (format "%.0fns@%.0fns" p50 trip) (format "%.1f@%.0fns" rate trip)))

(defn- run-trials
  "Adds :rounds to each contender. One trial of each in turn, then again: what disturbs the machine disturbs all."
  [{:keys [trials rounds slots quick]} contenders]
  (let [pin (jvm/pinning?)]
    (reduce (fn [cs [trial i]]
              (let [{:keys [title id case] :as contender} (nth cs i)
                    [n seconds warm] (if quick [2 0.05 0.2] [rounds 0.2 1.0])
                    found (jvm/trial (assoc contender :args [id (:slots contender slots) n seconds warm pin]))]
                (binding [*out* *err*]
                  (println (format "trial %d of %d  %-12s %-42s %s" (inc trial) trials (name case) title
                                   (str/join " " (map shown found)))))
                (update-in cs [i :rounds] (fnil into []) (map #(assoc % :trial trial) found))))
            (vec contenders)
            (for [t (range trials), i (range (count contenders))] [t i]))))

(defn- chosen
  "The contenders that the options ask for."
  [{:keys [contenders]} {:keys [case quick]}]
  (let [case (cond case (keyword case), quick (:case (first contenders)))]
    (cond->> contenders case (filter #(= case (:case %))))))

(defn- binding-of [rounds]
  (str (cond (every? :pinned rounds) "Threads bound to a core each; "
             (some :pinned rounds) "Threads bound to a core each where there are no more of them than cores; "
             :else "Threads NOT bound to cores; ")
       (long (reduce + (map :disturbed rounds))) " rounds run again because something else took a core."))

(defn measure
  "Runs the benchmark; {:set-up :groups :options :contenders}, the contenders with their :rounds."
  [{:keys [set-up cases metrics] :as benchmark} options]
  (let [contenders (run-trials options (chosen benchmark options))]
    {:set-up     (concat [(binding-of (mapcat :rounds contenders))]
                         (set-up options)
                         [(str "JVM flags: " (str/join " " jvm/common-flags))])
     :groups     (figures/groups contenders cases (or metrics [figures/rate]))
     :options    options
     :contenders contenders}))

(ns bench.watch
  "What it costs a graph to be looked at, in throughput: with a watcher and without in turns, in one JVM."
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]))

(set! *warn-on-reflection* true)

(def ^:private cases
  [[:nothing "nothing: what this measurement is worth"]
   [:top "top at 10 Hz"]
   [:tap-every "tap! of one message in 1,000"]
   [:tap-first "tap! of the first 100, 10 times a second"]
   [:latency "latency"]])

(def ^:private round-ms 300)
(def ^:private rounds-a-round "Rounds with the watcher, for each that the options ask for." 8)

(defn- ratios
  "Of each round with the watcher to the mean of the two beside it."
  [{:keys [off on]}]
  (map (fn [a x b] (/ x (/ (+ a b) 2.0))) off on (rest off)))

(defn- slower
  "In percent, by the median of the ratios: [so much, twice the standard error of that]."
  [ratios]
  (let [s (vec (sort ratios))
        n (count s)
        quartile #(double (s (quot (* % n) 4)))]
    [(* 100.0 (- 1.0 (quartile 2)))
     (* 200.0 1.25 0.7413 (/ (- (quartile 3) (quartile 1)) (Math/sqrt n)))]))

(defn- row [title trials]
  (let [medians (map figures/median trials)]
    {:title title :median (figures/median medians) :min (apply min medians) :max (apply max medians)
     :rounds (count (flatten trials)) :slow 0}))

(defn- group [[case title] {:keys [trials rounds quick]}]
  (let [found (vec (repeatedly trials #(jvm/call 'bench.trial.watch/trial case (* rounds (if quick 2 rounds-a-round)) round-ms)))
        [percent error] (slower (mapcat ratios found))]
    {:case case :title (format "watched by %s: slower by %.2f %% ± %.2f" title percent error)
     :unit "M messages/s" :better :more :slower-percent percent :error-percent error
     :rows (figures/with-ratios [(row "without" (map :off found)) (row "with" (map :on found))])}))

(defn- measure [{:keys [case quick] :as options}]
  (let [chosen (cond case  (filter #(= case (name (first %))) cases)
                     quick (take 2 cases)
                     :else cases)]
    {:set-up ["Set-up: one thread at both ends of a graph, another one for its two roles, a bridge and a stage that copies: both cores are"
              (str "  busy, and a watcher takes its time from them. Messages of 64 bytes, in memory; rounds of " round-ms " ms with and without it in")
              "  turns. Slower by: the median of the ratios of each round with it to the two beside it, ± twice its standard error."]
     :groups (mapv #(group % options) chosen)}))

(def benchmark
  {:title   "what it costs a graph to be looked at: top, tap!, latency"
   :cases   (into {} cases)
   :measure measure})

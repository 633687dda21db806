(ns bench.watch
  "What it costs a graph to be looked at: the throughput of one whose threads have all cores, so that whoever looks takes his
  time from them; and the time that one role needs for a message. With a watcher and without in turns, in one JVM."
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]))

(set! *warn-on-reflection* true)

(def ^:private cases
  [[:nothing "nothing: what this measurement is worth"]
   [:top "top at 10 Hz"]
   [:tap-every "tap! of one message in 1,000"]
   [:tap-first "tap! of the first 100, 10 times a second"]
   [:latency "latency"]
   [:beside-nothing "nothing: what this measurement is worth, beside a free core"]
   [:beside-top "top at 10 Hz, beside a free core"]
   [:beside-tap "tap! of one message in 1,000, beside a free core"]
   [:role-nothing "nothing: what this measurement is worth, one thread"]
   [:role-tap "tap! of one message in 1,000, one thread"]
   [:role-latency "latency, one thread"]])

(def ^:private beside-watchers {:beside-nothing :nothing :beside-top :top :beside-tap :tap-every})
(def ^:private role-watchers {:role-nothing :nothing :role-tap :tap :role-latency :latency})

(def ^:private round-ms 300)
(def ^:private rounds-a-round "Rounds with the watcher, for each that the options ask for." 8)

(defn- trial
  "{:off [x …] :on [x …]}; there is one more of :off, so that each round with the watcher lies between two without."
  [case rounds]
  (if-let [watcher (role-watchers case)]
    (let [found (jvm/call 'bench.trial.roles/watched watcher rounds)]
      {:off (take-nth 2 found) :on (take-nth 2 (rest found))})
    (if-let [watcher (beside-watchers case)]
      (jvm/call 'bench.trial.watch/trial-beside watcher rounds round-ms)
      (jvm/call 'bench.trial.watch/trial case rounds round-ms))))

(defn- ratios
  "Of each round with the watcher to the mean of the two beside it."
  [{:keys [off on]}]
  (map (fn [a x b] (/ x (/ (+ a b) 2.0))) off on (rest off)))

(defn- median-and-error
  "The median of some ratios, and twice the standard error of that."
  [ratios]
  (let [s        (vec (sort ratios))
        n        (count s)
        quartile #(double (s (quot (* % n) 4)))]
    [(quartile 2) (* 2 1.25 0.7413 (/ (- (quartile 3) (quartile 1)) (Math/sqrt n)))]))

(defn- row [title trials]
  (let [medians (map figures/median trials)]
    {:title title :median (figures/median medians) :min (apply min medians) :max (apply max medians)
     :rounds (reduce + (map count trials)) :slow 0}))

(defn- group [[case title] {:keys [trials rounds quick]}]
  (let [role?          (role-watchers case)
        found          (vec (repeatedly trials #(trial case (if quick 4 (* rounds rounds-a-round)))))
        [median error] (median-and-error (mapcat ratios found))
        percent        (* 100.0 (if role? (- median 1.0) (- 1.0 median)))
        own            (when-not role? (* 100.0 (figures/median (map :own found))))]
    {:case case
     :title (str (format "watched by %s: slower by %.2f %% ± %.2f" title percent (* 100.0 error))
                 (when own (format ", its own time %.2f %%" own)))
     :own-percent own
     :unit (if role? "ns a message" "M messages/s") :better (if role? :less :more)
     :slower-percent percent :error-percent (* 100.0 error)
     :rows (figures/with-ratios [(row "without" (map :off found)) (row "with" (map :on found))])}))

(defn- measure [{:keys [case quick] :as options}]
  (let [chosen (cond case  (filter #(= case (name (first %))) cases)
                     quick (filter #(= :top (first %)) cases)
                     :else cases)]
    {:set-up ["Set-up: one thread at both ends of a graph, another one for its two roles, a bridge and a stage that copies: both cores are"
              (str "  busy, and a watcher takes its time from them. Messages of 64 bytes, in memory; rounds of " round-ms " ms with and without it in")
              "  turns. One thread: that writes, runs the loop of a bridge, and reads; by the time that its core gave it, so without what the"
              "  watcher does on his own. Slower by: the median of the ratios of each round with it to the two beside it, ± twice its standard error."
              "  Its own time: of the watcher's thread, as a share of all cores. Beside a free core: a graph on one thread, whose messages"
              "  go round for ever; the watcher has the other core."]
     :groups (mapv #(group % options) chosen)}))

(def benchmark
  {:title   "what it costs a graph to be looked at: top, tap!, latency"
   :cases   (into {} cases)
   :measure measure})

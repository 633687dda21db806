(ns bench.live
  "From evaluating a `defn` to the first message under the new code, while messages run."
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]))

(set! *warn-on-reflection* true)

(def ^:private cases
  {:busy "a message each 50 µs" :quiet "a message each ms"})

(def ^:private pauses-us {:busy 50 :quiet 1000})

(defn- percentile [sorted p]
  (nth sorted (min (dec (count sorted)) (long (* p (count sorted))))))

(defn- row [title nanos]
  (let [ms (vec (sort (map #(/ % 1e6) nanos)))]
    {:title  (format "%s: p99 %.2f" title (percentile ms 0.99))
     :median (percentile ms 0.5) :min (first ms) :max (peek ms) :p99 (percentile ms 0.99) :p999 (percentile ms 0.999)
     :rounds (count ms) :slow 0}))

(defn- group [[case title] redefinitions trials]
  (let [found (vec (repeatedly trials #(jvm/call 'bench.trial.live/trial redefinitions (pauses-us case))))]
    {:case case :title title :unit "ms" :better :less
     :rows (figures/with-ratios [(row "from before the defn is evaluated" (mapcat :from-eval found))
                                 (row "from its end" (mapcat :from-end found))])}))

(defn- measure [{:keys [trials rounds case quick]}]
  (let [chosen (cond case  (select-keys cases [(keyword case)])
                     quick (take 1 cases)
                     :else cases)
        redefinitions (* 100 (if quick 1 rounds))]
    {:set-up [(str "Set-up: a stage of seven lines, named by its symbol, is evaluated anew " redefinitions " times in each of " trials " JVMs, after 200 times to")
              "  warm up, while a thread sends it maps; the new function itself notes its first message. Rounds: redefinitions."]
     :groups (mapv #(group % redefinitions trials) chosen)}))

(def benchmark
  {:title   "from evaluating a defn to the first message under the new code"
   :cases   cases
   :measure measure})

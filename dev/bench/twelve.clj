(ns bench.twelve
  "Twelve different roles in one JVM: what each costs a message there, beside the same role alone in its JVM."
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]))

(set! *warn-on-reflection* true)

(def ^:private roles
  (array-map
   :copy "a stage that copies" :stamp "a stage that copies and changes a word" :swap "another such stage"
   :checked "a stage that may throw" :filter "a filter" :inspect "an inspect" :last "a stage with state that forwards"
   :numbered "a stage that is told the sequence" :bridge "a bridge" :router "a router to all" :turns "a router in turns"
   :merge "a merge"))

(defn- trial [{:keys [rounds quick]} names]
  (jvm/trial {:id "lane" :main "bench.Twelve" :properties {"agrona.disable.bounds.checks" true}
              :args (concat [(if quick 2 (* 2 rounds)) (if quick 400 1000)] (map name names))}))

(defn- contenders
  "Of each role, and of all: alone, and beside the others; the trials in turns."
  [{:keys [trials quick] :as options}]
  (let [names  (if quick (take 3 (keys roles)) (keys roles))
        mean   (fn [round] (/ (reduce + (map round names)) (double (count names))))
        found  (for [t (range trials)
                     :let [alone (apply map merge (map #(trial options [%]) names))
                           mixed (trial options (keys roles))]]
                 (for [[title rounds] [["alone in its JVM" alone] ["beside eleven others" mixed]]
                       round rounds]
                   (assoc round :title title :all (mean round) :trial t)))
        rounds (group-by :title (apply concat (doall (map doall found))))]
    (for [case (cons :all names), title ["alone in its JVM" "beside eleven others"]]
      {:case case :title title :rounds (map #(assoc % :ns (case %)) (rounds title))})))

(defn- measure [options]
  {:set-up ["One thread, batches of 256 messages of 64 bytes, lanes of 4,096 in memory, each role in a graph of its own; the time of the"
            "  role's pass alone, the median of the batches of a round. -Dagrona.disable.bounds.checks=true."]
   :groups (figures/groups (contenders options) (assoc roles :all "the mean of these")
                           [{:key :ns :unit "ns a message" :better :less}])
   :options options})

(def benchmark
  {:title "twelve different roles in one JVM, each beside the same role alone" :measure measure})

(ns bench.roles
  "What the loop of a role costs a message, over the shortest loop that does the same with the bare handles of its lanes."
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]))

(set! *warn-on-reflection* true)

(def ^:private cases
  [{:case :moved :title "brought unchanged into a second lane" :kinds [:bridge :filter :inspect]}
   {:case :mapped :title "copied by a stage into a second lane" :kinds [:stage]}])

(defn- row
  "Of what was found in each JVM."
  [title of trials]
  (let [ns (map #(figures/median (map of %)) trials)]
    {:title title :median (figures/median ns) :min (apply min ns) :max (apply max ns)
     :rounds (reduce + (map count trials)) :slow 0}))

(defn- over
  "By how many nanoseconds a role is slower than the loop beside it."
  [trials]
  (figures/median (map #(- (:role %) (:hand %)) (apply concat trials))))

(defn- rows [kinds trials mixed?s]
  (let [found (for [kind kinds, mixed mixed?s]
                {:kind kind :mixed mixed :trials (vec (repeatedly trials #(jvm/call 'bench.trial.roles/trial kind mixed)))})
        all   (mapcat :trials (doall found))]
    (concat
     [(row "a loop over bare handles" :hand all)]
     (for [{:keys [kind mixed trials]} found]
       (row (format "%s%s: %.1f ns over the loop beside it" (name kind)
                    (if mixed ", in a JVM that had roles of other kinds" "") (over trials))
            :role trials))
     [(row "written into one lane and read there" :none all)])))

(defn- measure [{:keys [trials quick case]}]
  {:set-up ["Set-up: one thread writes 256 messages of 64 bytes into a lane, lets them be brought into a second one, and reads them there;"
            "  lanes of 4,096 slots in memory, every word checked, -Dagrona.disable.bounds.checks=true. Time of the core, not of the"
            "  clock, for all that a message goes through; the role, the loop over bare handles and the lane alone in turns in one JVM."]
   :groups (vec (for [{:keys [kinds] :as group} cases
                      :when (or (nil? case) (= case (name (:case group))))
                      :when (or (not quick) (= :moved (:case group)))]
                  (-> (select-keys group [:case :title])
                      (assoc :unit "ns a message" :better :less
                             :rows (figures/with-ratios
                                    (rows (if quick (take 1 kinds) kinds) trials (if quick [false] [false true])))))))})

(def benchmark
  {:title   "what a role costs a message, over the bare handles of its lanes"
   :cases   (into {} (map (juxt :case :title)) cases)
   :measure measure})

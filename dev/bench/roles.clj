(ns bench.roles
  "What the loop of a role costs a message, over the shortest loop that does the same with the bare handles of its lanes."
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]))

(set! *warn-on-reflection* true)

(defn- rows [kind others]
  (cons {:title "a loop over bare handles" :how :hand :kind kind}
        (for [k (cons kind others), mixed [false true]]
          {:title (str (name k) (when mixed ", in a JVM with roles of other kinds")) :how :role :kind k :mixed mixed})))

(def ^:private cases
  [{:case :moved :title "brought unchanged into a second lane" :rows (rows :bridge [:filter :inspect])}
   {:case :mapped :title "copied by a stage into a second lane" :rows (rows :stage nil)}
   {:case :ring :title "written into a lane and read there, as all of the above do twice" :rows [{:title "bare handles" :how :hand :kind :none}]}])

(defn- measured [{:keys [how kind mixed] :as row} trials]
  (let [ns (vec (repeatedly trials #(figures/median (jvm/call 'bench.trial.roles/trial how kind (boolean mixed)))))]
    (assoc (select-keys row [:title])
           :median (figures/median ns) :min (apply min ns) :max (apply max ns) :rounds trials :slow 0)))

(defn- measure [{:keys [trials quick case]}]
  (let [chosen (cond case  (filter #(= case (name (:case %))) cases)
                     quick (take 1 cases)
                     :else cases)]
    {:set-up ["Set-up: one thread writes 256 messages of 64 bytes into a lane, lets them be brought into a second one, and reads them there;"
              "  lanes of 4,096 slots in memory, every word checked, -Dagrona.disable.bounds.checks=true. Time of the core, not of the"
              "  clock, for all that a message goes through; what a role costs is the difference to the first row."]
     :groups (vec (for [{:keys [rows] :as group} chosen]
                    (-> (select-keys group [:case :title])
                        (assoc :unit "ns a message" :better :less
                               :rows (figures/with-ratios (mapv #(measured % trials) (if quick (take 2 rows) rows)))))))}))

(def benchmark
  {:title   "what a role costs a message, over the bare handles of its lanes"
   :cases   (into {} (map (juxt :case :title)) cases)
   :measure measure})

(ns bench.two-processes
  "A round trip through a role in a process of its own, beside the same graph with the role in a thread."
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]))

(set! *warn-on-reflection* true)

(def ^:private trips 500000)

(defn- contenders [{:keys [trials rounds quick]}]
  (let [found (for [t (range trials)
                    [way rounds] (jvm/call 'bench.trial.two-processes/trial (if quick 1 rounds) (if quick 100000 trips))]
                {way (map #(assoc % :trial t) rounds)})
        found (apply merge-with into {:threads [] :processes []} (doall found))]
    [{:case :trip :title "two threads" :rounds (:threads found)}
     {:case :trip :title "two processes" :rounds (:processes found)}]))

(defn- measure [options]
  {:set-up ["Set-up: one message of 64 bytes at a time, in by one mapped lane, through a bridge, out by another; client and role"
            (str "  spin, bound to no core. Rounds of " trips " trips, role in a thread of the client's process and in a process of its")
            "  own, in turns, after a million trips to warm up; the process is stopped by a signal while the other has its turn."]
   :groups (figures/groups (contenders options) {:trip "there and back"}
                           [{:key :p50 :unit "ns, p50" :better :less} {:key :p99 :unit "ns, p99" :better :less}])
   :options options})

(def benchmark
  {:title "a round trip through a role in another process, beside one in another thread" :measure measure})

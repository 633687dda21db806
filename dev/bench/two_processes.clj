(ns bench.two-processes
  "A round trip through a role in a process of its own, beside the same graph with the role in a thread."
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]))

(set! *warn-on-reflection* true)

(def ^:private trips 200000)

(defn- row [title xs]
  {:title title :median (figures/median xs) :min (apply min xs) :max (apply max xs) :rounds (count xs) :slow 0})

(defn- measure [{:keys [trials rounds quick]}]
  (let [found (repeatedly trials #(jvm/call 'bench.trial.two-processes/trial (if quick 1 rounds) trips))
        all   (apply merge-with into found)]
    {:set-up ["Set-up: one message of 64 bytes at a time, in by one mapped lane, through a bridge, out by another; client and role"
              (str "  spin. " trips " trips a round, role in a thread of the client's process and in a process of its own, in turns;")
              "  each process is new in its round, and warms up in it, which the 99th percentile tells."]
     :groups (for [[k title] [[:p50 "median trip"] [:p99 "99th percentile"]]]
               {:case k :title title :unit "ns" :better :less
                :rows (figures/with-ratios [(row "two threads" (map k (:threads all)))
                                            (row "two processes" (map k (:processes all)))])})}))

(def benchmark
  {:title "a round trip through a role in another process, beside one in another thread" :measure measure})

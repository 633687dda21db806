(ns bench.resume
  "What exact resumption costs: a bridge between mapped lanes that notes where each message comes from, beside the same without."
  (:require
   [bench.trials :refer [unchecked]]))

(def ^:private mapped (assoc unchecked "bench.dir" "/dev/shm"))

(def ^:private producers (assoc unchecked "bench.producers" 2))

(def ^:private contenders
  [{:case :bridge :id "lane-bridged" :title "mapped, without notes" :properties mapped}
   {:case :bridge :id "lane-bridged" :title "mapped, with notes" :properties (assoc mapped "bench.notes" true)}
   {:case :bridge :id "lane-bridged" :title "in memory" :properties unchecked}
   {:case :many :id "lane" :title "two producers, in memory, without intents" :properties producers}
   {:case :many :id "lane" :title "two producers, mapped, with intents" :properties (assoc producers "bench.dir" "/dev/shm")}])

(def benchmark
  {:title "what exact resumption costs, mapped with and without"
   :contenders contenders
   :cases {:bridge "a bridge" :many "2 → 1"}
   :set-up
   (fn [{:keys [slots]}]
     [(str "Set-up: rings of " slots " messages of 64 bytes. A bridge: the producer writes each message into a lane of its own and copies it")
      "  from there into the consumer's, all in one thread. Mapped files in /dev/shm. -Dagrona.disable.bounds.checks=true for all."])})

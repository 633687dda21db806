(ns lanegraph.graph-validator-test
  "Every rule of the Java validator by a graph that keeps it and one that breaks it; random graphs, good and damaged."
  (:require
   [clojure.set :as set]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [clojure.test.check.clojure-test :refer [defspec]]
   [clojure.test.check.properties :as prop]
   [lanegraph.graph-kit :as kit]
   [tools.seed :as seed])
  (:import
   (java.util List)
   (lanegraph LaneGraphException LaneGraphException$Category)
   (lanegraph.graph Codes Validator)))

(set! *warn-on-reflection* true)

(def ^:private base
  {:name      "weather"
   :lanes     {"lines" {:kind :events :codec "string"}
               "obs"   {:kind :events :codec "edn"}
               "both"  {:kind :fanout-broadcast :consumers 2 :codec "edn"}
               "log"   {:kind :journal :codec "edn"}
               "ticks" {:kind :sequenced-slots :gating 2 :codec "edn"}
               "hot"   {:kind :events :codec "edn" :on-full :drop}}
   :roles     {"parse" {:kind :stage :rx "lines" :tx "obs" :on-error :skip}
               "split" {:kind :bridge :rx "obs" :tx "both"}
               "keep"  {:kind :bridge :rx ["both" 0] :tx "log"}
               "mark"  {:kind :bridge :rx "log" :tx "ticks"}
               "alarm" {:kind :stage :rx ["both" 1] :tx "hot"}}
   :endpoints {"in"  {:kind :ingress :lane "lines"}
               "out" {:kind :egress :lane "hot"}
               "t0"  {:kind :egress :lane ["ticks" 0]}
               "t1"  {:kind :egress :lane ["ticks" 1]}}})

(defn- put [& kvs] (fn [g] (reduce (fn [g [path v]] (assoc-in g path v)) g (partition 2 kvs))))
(defn- move [section from to] (fn [g] (update g section #(-> % (dissoc from) (assoc to (% from))))))
(defn- drop-in [path k] (fn [g] (update-in g path dissoc k)))
(defn- pass [g] g)

(defn- writers [n]
  (fn [g] (reduce (fn [g i] (assoc-in g [:endpoints (str "w" i)] {:kind :ingress :lane "lines"})) g (range n))))

(def ^:private with-router
  "The bridge split feeds a router that reads all of the fanout."
  (comp (put [:lanes "a"] {:kind :events :codec "edn"}
             [:lanes "b"] {:kind :events :codec "edn"}
             [:roles "route"] {:kind :router :rx "both" :tx ["a" "b"]}
             [:endpoints "a"] {:kind :egress :lane "a"}
             [:endpoints "b"] {:kind :egress :lane "b"})
        (put [:roles] {"parse" {:kind :stage :rx "lines" :tx "obs"} "split" {:kind :bridge :rx "obs" :tx "both"}
                       "mark"  {:kind :bridge :rx "log" :tx "ticks"} "alarm" {:kind :stage :rx "x" :tx "hot"}}
             [:lanes "x"] {:kind :events} [:endpoints "x"] {:kind :ingress :lane "x"}
             [:endpoints "l"] {:kind :ingress :lane "log"})))

(def ^:private with-merge
  (comp (put [:lanes "more"] {:kind :events :codec "edn"}
             [:lanes "all"] {:kind :events :codec "edn"}
             [:endpoints "more"] {:kind :ingress :lane "more"}
             [:endpoints "all"] {:kind :egress :lane "all"}
             [:roles "join"] {:kind :merge :rx ["hot" "more"] :tx "all"})
        (drop-in [:endpoints] "out")))

(def ^:private with-letters
  (put [:lanes "dead"] {:kind :events :codec "string"}
       [:endpoints "dead"] {:kind :egress :lane "dead"}
       [:roles "parse" :on-error] {:to "dead"}))

(def ^:private with-way-back
  (comp (put [:lanes "back"] {:kind :events :codec "edn" :on-full :drop}
             [:roles "again"] {:kind :stage :rx "back" :tx "obs"}
             [:roles "alarm" :tx] "back"
             [:roles "heat"] {:kind :bridge :rx "hots" :tx "hot"}
             [:lanes "hots"] {:kind :events :codec "edn"}
             [:endpoints "hots"] {:kind :ingress :lane "hots"})))

(defn- recovering [journal from]
  (put [:roles "mark"] {:kind :stage :rx "log" :tx "ticks" :recover [journal from]}))

(def ^:private rules
  "[code, what makes a good graph of base, what makes a bad one of the good one, path of the only problem]"
  [[Codes/BAD_NAME pass (put [:name] "") ["name"]]
   [Codes/BAD_NAME pass (put [:name] "..") ["name"]]
   [Codes/BAD_NAME pass (put [:name] "9a") ["name"]]
   [Codes/BAD_NAME (put [:name] (str/join (repeat 63 "a"))) (put [:name] (str/join (repeat 64 "a"))) ["name"]]
   [Codes/BAD_NAME (move :roles "keep" "a-1-") (move :roles "a-1-" "a/b") ["roles" "a/b"]]
   [Codes/BAD_NAME (put [:roles "keep" :thread] "slow") (put [:roles "keep" :thread] "a\u0000")
    ["roles" "keep" "thread"]]
   [Codes/BAD_NAME pass (move :endpoints "out" "ö") ["endpoints" "ö"]]
   [Codes/BAD_NAME pass (put [:lanes "_x"] {:kind :events} [:endpoints "i"] {:kind :ingress :lane "_x"}
                             [:endpoints "o"] {:kind :egress :lane "_x"}) ["lanes" "_x"]]
   [Codes/NO_ROLES pass (put [:roles] {} [:lanes] {} [:endpoints] {}) ["roles"]]
   [Codes/UNKNOWN_LANE pass (put [:roles "r"] {:kind :bridge :rx "nope" :tx "lines"}) ["roles" "r" "rx"]]
   [Codes/UNKNOWN_LANE pass (put [:roles "parse" :on-error] {:to "nope"}) ["roles" "parse" "on-error" "to"]]
   [Codes/UNKNOWN_LANE pass (put [:endpoints "e"] {:kind :egress :lane "nope"}) ["endpoints" "e" "lane"]]
   [Codes/UNKNOWN_LANE with-router (put [:roles "route" :rx] "lines2" [:roles "r"] {:kind :router :rx "both" :tx ["a" "b"]})
    ["roles" "route" "rx"]]
   [Codes/UNKNOWN_LANE with-merge (put [:roles "join" :rx] ["hot" "more" "lost"]) ["roles" "join" "rx" 2]]
   [Codes/TWO_READERS pass (put [:endpoints "e"] {:kind :egress :lane "lines"}) ["lanes" "lines"]]
   [Codes/TWO_READERS pass (put [:endpoints "e"] {:kind :egress :lane ["both" 1]}) ["lanes" "both"]]
   [Codes/TWO_READERS pass (put [:endpoints "e"] {:kind :egress :lane ["ticks" 1]}) ["lanes" "ticks"]]
   [Codes/TWO_READERS with-router (put [:endpoints "e"] {:kind :egress :lane ["both" 1]}) ["lanes" "both"]]
   [Codes/TWO_WRITERS (put [:roles "r"] {:kind :stage :rx "log" :tx "hot"})
    (put [:roles "r"] {:kind :stage :rx "log" :tx "log"} [:allow-cycles] true) ["lanes" "log"]]
   [Codes/TWO_WRITERS pass (put [:endpoints "e"] {:kind :ingress :lane "ticks"}) ["lanes" "ticks"]]
   [Codes/TWO_WRITERS pass (put [:roles "keep" :on-error] {:to "log"}) ["lanes" "log"]]
   [Codes/TOO_MANY_WRITERS (writers 63) (writers 64) ["lanes" "lines"]]
   [Codes/CONSUMER_MISSING (put [:lanes "ticks" :gating] 2) (put [:endpoints "t1" :lane] "ticks")
    ["endpoints" "t1" "lane"]]
   [Codes/CONSUMER_MISSING pass (put [:roles "keep" :rx] "both") ["roles" "keep" "rx"]]
   [Codes/CONSUMER_RANGE (put [:lanes "both" :consumers] 3 [:endpoints "e"] {:kind :egress :lane ["both" 2]})
    (put [:lanes "both" :consumers] 2) ["endpoints" "e" "lane"]]
   [Codes/CONSUMER_RANGE pass (put [:endpoints "e"] {:kind :egress :lane ["ticks" -2]}) ["endpoints" "e" "lane"]]
   [Codes/CONSUMER_MISPLACED pass (put [:roles "parse" :rx] ["lines" 0]) ["roles" "parse" "rx"]]
   [Codes/CONSUMER_MISPLACED pass (put [:roles "mark" :rx] ["log" 0]) ["roles" "mark" "rx"]]
   [Codes/CONSUMER_MISPLACED pass (put [:endpoints "in" :lane] ["lines" 0]) ["endpoints" "in" "lane"]]
   [Codes/CONSUMER_UNREAD pass (put [:lanes "both" :consumers] 3) ["lanes" "both" "consumers"]]
   [Codes/CONSUMER_UNREAD pass (drop-in [:endpoints] "t1") ["lanes" "ticks" "gating"]]
   [Codes/BAD_CONSUMERS pass (put [:lanes "both" :consumers] 0) ["lanes" "both" "consumers"]]
   [Codes/BAD_CONSUMERS pass (put [:lanes "both" :consumers] 65) ["lanes" "both" "consumers"]]
   [Codes/BAD_CONSUMERS pass (put [:lanes "ticks" :gating] Integer/MAX_VALUE) ["lanes" "ticks" "gating"]]
   [Codes/BAD_SLOTS (put [:lanes "obs" :slots] 2) (put [:lanes "obs" :slots] 1) ["lanes" "obs" "slots"]]
   [Codes/BAD_SLOTS (put [:lanes "obs" :slots] 1024) (put [:lanes "obs" :slots] 1000) ["lanes" "obs" "slots"]]
   [Codes/BAD_SLOTS (put [:lanes "obs" :slots] 1048576) (put [:lanes "obs" :slots] 2097152) ["lanes" "obs" "slots"]]
   [Codes/BAD_SLOTS pass (put [:lanes "obs" :slots] Integer/MIN_VALUE) ["lanes" "obs" "slots"]]
   [Codes/BAD_SLOT_BYTES (put [:lanes "hot" :slot-bytes] 8) (put [:lanes "hot" :slot-bytes] 0)
    ["lanes" "hot" "slot-bytes"]]
   [Codes/BAD_SLOT_BYTES pass (put [:lanes "hot" :slot-bytes] 9) ["lanes" "hot" "slot-bytes"]]
   [Codes/BAD_SLOT_BYTES (put [:lanes "hot" :slot-bytes] 65528) (put [:lanes "hot" :slot-bytes] 65536)
    ["lanes" "hot" "slot-bytes"]]
   [Codes/REGION_TOO_LARGE (put [:lanes "hot" :slot-bytes] 65528 [:lanes "hot" :slots] 16384)
    (put [:lanes "hot" :slots] 32768) ["lanes" "hot" "slots"]]
   [Codes/BAD_SEGMENT_BYTES (put [:lanes "log" :segment-bytes] 4096) (put [:lanes "log" :segment-bytes] 4088)
    ["lanes" "log" "segment-bytes"]]
   [Codes/BAD_SEGMENT_BYTES pass (put [:lanes "log" :segment-bytes] Long/MAX_VALUE) ["lanes" "log" "segment-bytes"]]
   [Codes/BAD_RETAIN_BYTES (put [:lanes "log" :retain-bytes] 33554432) (put [:lanes "log" :retain-bytes] 33554431)
    ["lanes" "log" "retain-bytes"]]
   [Codes/BAD_RETAIN_BYTES pass (put [:lanes "log" :retain-bytes] -1) ["lanes" "log" "retain-bytes"]]
   [Codes/BAD_RETAIN_MS (put [:lanes "log" :retain-ms] 1) (put [:lanes "log" :retain-ms] -1)
    ["lanes" "log" "retain-ms"]]
   [Codes/BAD_FROM (put [:roles "mark" :from] "4096") (put [:roles "mark" :from] "end") ["roles" "mark" "from"]]
   [Codes/BAD_FROM (put [:roles "mark" :from] "tail") (put [:roles "mark" :from] "-1") ["roles" "mark" "from"]]
   [Codes/NO_JOURNAL (put [:roles "mark" :from] "start") (put [:roles "parse" :from] "start") ["roles" "parse" "from"]]
   [Codes/NO_JOURNAL pass (put [:endpoints "out" :from] "tail") ["endpoints" "out" "from"]]
   [Codes/NO_JOURNAL pass (put [:endpoints "in" :from] "tail") ["endpoints" "in" "from"]]
   [Codes/BAD_FROM (recovering "log" "4096") (recovering "log" "tail")
    ["roles" "mark" "recover" "from"]]
   [Codes/BAD_RECOVER (recovering "log" "start") (put [:roles "parse" :recover] ["log" "start"])
    ["roles" "parse" "recover" "journal"]]
   [Codes/BAD_RECOVER pass (recovering "ticks" "start") ["roles" "mark" "recover" "journal"]]
   [Codes/BAD_RECOVER pass (put [:roles "parse" :recover] ["lines" "start"]) ["roles" "parse" "recover" "journal"]]
   [Codes/UNKNOWN_LANE pass (recovering "x" "start") ["roles" "mark" "recover" "journal"]]
   [Codes/BAD_RECOVER (comp (put [:roles "mark" :as] "stateful") (recovering "log" "start"))
    (comp (put [:roles "mark" :as] "inspect") (recovering "log" "start"))
    ["roles" "mark" "recover"]]
   [Codes/RECOVER_RETENTION (recovering "log" "start")
    (comp (put [:lanes "log" :retain-ms] 1000) (recovering "log" "start")) ["roles" "mark" "recover"]]
   [Codes/BAD_SYNC (put [:lanes "log" :sync] "interval:50") (put [:lanes "log" :sync] "interval:0")
    ["lanes" "log" "sync"]]
   [Codes/BAD_SYNC (put [:lanes "log" :sync] "each") (put [:lanes "log" :sync] "never") ["lanes" "log" "sync"]]
   [Codes/BAD_SYNC (put [:lanes "log" :sync] "interval:3600000") (put [:lanes "log" :sync] "interval:3600001")
    ["lanes" "log" "sync"]]
   [Codes/BAD_CODEC (put [:lanes "lines" :codec] "my.app/codec") (put [:lanes "lines" :codec] "")
    ["lanes" "lines" "codec"]]
   [Codes/BAD_CODEC pass (put [:lanes "lines" :codec] "a b") ["lanes" "lines" "codec"]]
   [Codes/CODEC_MISMATCH pass (put [:roles "parse" :as] "filter") ["roles" "parse" "tx"]]
   [Codes/CODEC_MISMATCH pass (put [:roles "parse" :as] "inspect") ["roles" "parse" "tx"]]
   [Codes/CODEC_MISMATCH pass (put [:lanes "log" :codec] "json" [:roles "mark"] {:kind :stage :rx "log" :tx "ticks"})
    ["roles" "keep" "tx"]]
   [Codes/CODEC_MISMATCH with-router (put [:lanes "b" :codec] "json") ["roles" "route" "tx" 1]]
   [Codes/CODEC_MISMATCH with-merge (put [:lanes "more" :codec] "json") ["roles" "join" "rx" 1]]
   [Codes/CODEC_MISMATCH with-letters (put [:lanes "dead" :codec] "edn") ["roles" "parse" "on-error" "to"]]
   [Codes/SMALLER_SLOTS (put [:lanes "both" :slot-bytes] 512) (put [:lanes "both" :slot-bytes] 248)
    ["roles" "split" "tx"]]
   [Codes/SMALLER_SLOTS with-letters (put [:lanes "dead" :slot-bytes] 8) ["roles" "parse" "on-error" "to"]]
   [Codes/EMPTY_STAGE (put [:roles "parse" :stage] ":upper") (put [:roles "parse" :stage] " ")
    ["roles" "parse" "stage"]]
   [Codes/UNKNOWN_AS (put [:roles "parse" :as] "stateful") (put [:roles "parse" :as] "stateless")
    ["roles" "parse" "as"]]
   [Codes/EMPTY_STAGE (comp (put [:roles "route" :policy] {:by "app/f"}) with-router)
    (put [:roles "route" :policy] {:by ""}) ["roles" "route" "policy" "by"]]
   [Codes/NO_RX with-merge (put [:roles "join" :rx] [] [:roles "r"] {:kind :merge :rx ["hot" "more"] :tx "all"})
    ["roles" "join" "rx"]]
   [Codes/NO_TX pass (put [:roles "r"] {:kind :router :rx "log" :tx []}) ["roles" "r" "tx"]]
   [Codes/DUPLICATE_RX with-merge (put [:roles "join" :rx] ["hot" "more" "hot"]) ["roles" "join" "rx" 2]]
   [Codes/DUPLICATE_TX with-router (put [:roles "r"] {:kind :router :rx "log" :tx ["a" "a"]}) ["roles" "r" "tx" 1]]
   [Codes/ROUTER_OUTPUTS with-router (put [:lanes "both" :consumers] 3) ["roles" "route" "tx"]]
   [Codes/ROUTER_OUTPUTS (comp (put [:roles "route" :policy] :round-robin) with-router)
    (put [:lanes "both" :consumers] 3) ["roles" "route" "tx"]]
   [Codes/DEAD_LETTER_LOOP with-letters (put [:roles "parse" :on-error] {:to "lines"} [:endpoints "d"]
                                             {:kind :ingress :lane "dead"}) ["roles" "parse" "on-error" "to"]]
   [Codes/BLOCKING_CYCLE with-way-back (put [:lanes "back" :on-full] :block) ["lanes" "back"]]
   [Codes/BLOCKING_CYCLE (comp (put [:allow-cycles] true) with-way-back (put [:lanes "back" :on-full] :block))
    (put [:allow-cycles] false [:lanes "back" :on-full] nil) ["lanes" "back"]]
   [Codes/UNREAD_LANE pass (put [:lanes "x"] {:kind :events} [:endpoints "x"] {:kind :ingress :lane "x"})
    ["lanes" "x"]]
   [Codes/UNREAD_LANE pass (comp (drop-in [:endpoints] "t1") (drop-in [:endpoints] "t0")) ["lanes" "ticks"]]
   [Codes/UNWRITTEN_LANE pass (drop-in [:endpoints] "in") ["lanes" "lines"]]
   [Codes/UNUSED_LANE pass (put [:lanes "x"] {:kind :events}) ["lanes" "x"]]
   [Codes/UNREACHABLE_ROLE pass (put [:lanes "x"] {:kind :events :on-full :drop}
                                     [:roles "r"] {:kind :bridge :rx "x" :tx "x"}) ["roles" "r"]]])

(def ^:private warnings
  #{Codes/SMALLER_SLOTS Codes/RECOVER_RETENTION Codes/UNREAD_LANE Codes/UNWRITTEN_LANE Codes/UNUSED_LANE Codes/UNREACHABLE_ROLE})

(deftest each-rule-has-a-good-and-a-bad-graph
  (doseq [[code good bad path] rules
          :let [g (good base)]]
    (testing (str code " " path)
      (is (not-any? #{code} (map :code (kit/problems g))))
      (let [found (kit/problems (bad g))]
        (is (= [[code path]] (map (juxt :code :path) found)) (pr-str found))
        (is (= (if (warnings code) :warning :error) (:severity (first found))))
        (is (re-find #"; expected: \S" (str (:message (first found)))))))))

(deftest every-code-has-a-rule-here
  (let [exceptions #{Codes/INVALID Codes/BAD_TEXT Codes/DUPLICATE_NAME Codes/INCOMPLETE}]
    (is (= (set (keys (Codes/all)))
           (set/union exceptions (into #{Codes/NAME_CLASH} (map first) rules))))
    (doseq [[code doc] (Codes/all)]
      (is (re-matches #"graph/[a-z-]+" code))
      (is (re-matches #"(?s)[A-Z].*\." doc)))))

(deftest names-that-differ-by-case-alone-clash
  (let [g ((put [:lanes "Lines"] {:kind :events} [:endpoints "OUT"] {:kind :ingress :lane "Lines"}
                [:endpoints "o"] {:kind :egress :lane "Lines"}) base)]
    (is (= [[Codes/BAD_NAME ["endpoints" "OUT"]] [Codes/BAD_NAME ["lanes" "Lines"]]
            [Codes/NAME_CLASH ["endpoints" "out"]] [Codes/NAME_CLASH ["lanes" "lines"]]]
           (sort (map (juxt :code :path) (kit/problems g)))))))

(deftest hints-guess-what-was-meant
  (let [hint (fn [& edits] (:hint (first (kit/problems ((apply put edits) base)))))]
    (is (= "did you mean lines?" (hint [:endpoints "e"] {:kind :ingress :lane "linse"})))
    (is (nil? (hint [:endpoints "e"] {:kind :ingress :lane "zzzzzz"})))
    (is (= "for example 1024" (hint [:lanes "hot" :slots] 1000)))
    (is (= "for example 1048576" (hint [:lanes "hot" :slots] Integer/MAX_VALUE)))
    (is (= "for example 16" (hint [:lanes "hot" :slot-bytes] 9)))
    (is (= "for example my-graph" (hint [:name] "My Graph")))
    (is (= "did you mean stateful?" (hint [:roles "parse" :as] "statefull")))))

(deftest a-cycle-is-named-with-its-roles
  (let [g     ((comp (put [:lanes "back" :on-full] :block) with-way-back) base)
        found (first (kit/problems g))]
    (is (= ["back" "obs" "both"] (:value found)))
    (is (str/includes? (:message found) "back -> (again) -> obs -> (split) -> both -> (alarm) -> back"))))

(deftest a-dead-letter-lane-can-close-a-cycle
  (let [g {:lanes     {"a" {:kind :events} "b" {:kind :events} "c" {:kind :events}}
           :roles     {"r" {:kind :stage :rx "a" :tx "b" :on-error {:to "c"}}
                       "s" {:kind :bridge :rx "c" :tx "a"}}
           :endpoints {"in" {:kind :ingress :lane "a"} "out" {:kind :egress :lane "b"}}}]
    (is (= [[Codes/BLOCKING_CYCLE ["a" "c"]]] (map (juxt :code :value) (kit/problems g))))))

(deftest every-lane-on-a-cycle-is-in-a-message
  (let [lanes ["a" "b" "c" "d"]
        g     {:lanes (into {} (for [l lanes] [l {:kind :events}]))
               :roles (into {"x" {:kind :router :rx "a" :tx ["b" "c" "d"]}}
                            (for [l (rest lanes)] [l {:kind :bridge :rx l :tx "a"}]))}]
    (is (= (set lanes) (set (mapcat :value (filter #(= Codes/BLOCKING_CYCLE (:code %)) (kit/problems g))))))))

(deftest s7-every-problem-at-once
  (let [g     ((put [:name] "No" [:lanes "obs" :slots] 3 [:lanes "hot" :slot-bytes] 1 [:roles "parse" :rx] "linez"
                    [:roles "keep" :on-error] {:to "gone"} [:endpoints "e"] {:kind :egress :lane ["both" 7]}) base)
        found (kit/problems g)]
    (is (= [[["endpoints" "e" "lane"] Codes/CONSUMER_RANGE]
            [["lanes" "hot" "slot-bytes"] Codes/BAD_SLOT_BYTES]
            [["lanes" "lines"] Codes/UNREAD_LANE]
            [["lanes" "obs" "slots"] Codes/BAD_SLOTS]
            [["name"] Codes/BAD_NAME]
            [["roles" "keep" "on-error" "to"] Codes/UNKNOWN_LANE]
            [["roles" "parse" "rx"] Codes/UNKNOWN_LANE]]
           (map (juxt :path :code) found)))))

(deftest s7-a-graph-with-errors-is-refused-as-a-whole
  (is (= 1 (count (Validator/requireValid (kit/spec ((put [:lanes "x"] {:kind :events}) base))))) "the warning")
  (let [e (is (thrown? LaneGraphException (Validator/requireValid (kit/spec {}))))]
    (is (= Codes/INVALID (.code ^LaneGraphException e)))
    (is (= LaneGraphException$Category/INCORRECT (.category ^LaneGraphException e)))
    (is (= (Validator/validate (kit/spec {})) (get (.details ^LaneGraphException e) "problems")))
    (is (str/includes? (ex-message e) "has no roles"))))

(deftest a-long-chain-is-no-deep-stack
  (let [n 3000
        g {:lanes     (into {} (for [i (range (inc n))] [(str "l" i) {:kind :events}]))
           :roles     (into {} (for [i (range n)] [(str "r" i) {:kind :bridge :rx (str "l" i) :tx (str "l" (inc i))}]))
           :endpoints {"in" {:kind :ingress :lane "l0"} "out" {:kind :egress :lane (str "l" n)}}}]
    (is (empty? (kit/problems g)))
    (let [[found :as all] (kit/problems ((put [:roles "b"] {:kind :bridge :rx (str "l" n) :tx "l0"}
                                              [:endpoints] {"in" {:kind :ingress :lane "l0"}}) g))]
      (is (= [Codes/BLOCKING_CYCLE] (map :code all)))
      (is (= (inc n) (count (:value found))))
      (is (< (count (:message found)) 400)))))

(defspec a-random-graph-has-no-problem {:num-tests 200 :seed (seed/of ::a-random-graph-has-no-problem)}
  (prop/for-all [g kit/valid-graph]
    (empty? (kit/problems g))))

(defspec a-damaged-graph-gives-problems-as-data {:num-tests 250 :seed (seed/of ::a-damaged-graph-gives-problems-as-data)}
  (prop/for-all [g kit/damaged-graph]
    (let [found (kit/problems g)]
      (and (= found (kit/problems g))
           (every? #(contains? (Codes/all) (:code %)) found)
           (every? #(contains? #{"name" "lanes" "roles" "endpoints"} (first (:path %))) found)
           (every? #(every? (some-fn string? int?) (:path %)) found)
           (every? (fn [{:keys [value]}] (or (nil? value) (string? value) (number? value)
                                             (instance? List value))) found)
           (every? #(not (re-find #"\p{Cntrl}" (:message %))) found)))))

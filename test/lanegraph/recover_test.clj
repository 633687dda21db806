(ns lanegraph.recover-test
  "A stage with a state that is killed anywhere and started again goes on as if it had never ended: its state is rebuilt by the
  journal that it reads, exactly up to where it goes on."
  (:require [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.lane-kit :as lane-kit]
            [lanegraph.options :as options]
            [lanegraph.run-kit :refer [code-of refusal taken]]
            [lanegraph.scratch :as scratch]
            [tools.seed :as seed])
  (:import (java.io File)
           (java.util Random)
           (java.util.concurrent TimeUnit)
           (java.util.concurrent.locks LockSupport)
           (lanegraph.graph GraphSpec)
           (lanegraph.lane SteppingMemory)
           (lanegraph.runtime GraphProbe)
           (lanegraph.stage StatefulTransformStage)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(def sums
  "Adds up all that comes; tells the sum never, once or twice. Fails for every thirteenth, and has not counted it then."
  {:init (fn [_] 0)
   :step (fn [sum v]
           (when (= 12 (mod (long v) 13)) (throw (ex-info "a thirteenth" {})))
           (let [sum (+ (long sum) (long v))]
             [sum (apply lg/emit (repeat (mod (long v) 3) sum))]))})

(defn raw-sums
  "The same on buffers, with a single result; it has counted what it fails for."
  []
  (let [sum (long-array 1)]
    (reify StatefulTransformStage
      (^int apply [_ ^DirectBuffer in ^MutableDirectBuffer out]
        (aset sum 0 (+ (aget sum 0) (.getLong in 0)))
        (when (= 12 (mod (.getLong in 0) 13)) (throw (ex-info "a thirteenth" {})))
        (if (zero? (mod (.getLong in 0) 3))
          StatefulTransformStage/DROP
          (do (.putLong out 0 (aget sum 0)) 8))))))

(def ^:private good? #(not= 12 (mod (long %) 13)))

(defn- expected [as vs]
  (if (= :stateful as)
    (mapcat #(repeat (mod (long %1) 3) %2) (filter good? vs) (reductions + (filter good? vs)))
    (keep (fn [[v sum]] (when (and (good? v) (pos? (mod (long v) 3))) sum)) (map vector vs (reductions + vs)))))

(defn- graph
  "in -> log (a journal) -> sum -> b -> out; what fails goes to bad."
  ([] (graph :stateful))
  ([as]
   {:name      :summing
    :lanes     {:log {:kind :journal :codec :long :segment-bytes 4096}
                :b   {:kind :events :codec :long :slots 8 :slot-bytes 8}
                :bad {:kind :events :codec :long :slots 8 :slot-bytes 8}}
    :roles     {:sum (merge {:kind :stage :rx :log :tx :b :on-error {:to :bad} :recover {:journal :log}}
                            (if (= :stateful as) {:stage `sums :as :stateful} {:stage :raw}))}
    :endpoints {:in {:kind :ingress :lane :log} :out {:kind :egress :lane :b} :bad {:kind :egress :lane :bad}}}))

;; ------------------------------------------------------------------ cut off at every store

(defn- open ^GraphProbe [spec ^File dir memory]
  (GraphProbe. (convert/spec->java spec)
               (options/->java (options/checked :spawn {:dir (str dir) :stages {:raw (reify lanegraph.stage.StageFactory
                                                                                      (create [_ _] (raw-sums)))}}))
               memory))

(defn- life
  "One life, until nothing moves or the role has made `budget` stores: [done? taken stores]."
  [spec dir budget taken]
  (let [memory (SteppingMemory.)]
    (with-open [g (open spec dir memory)]
      (loop [taken taken, made 0]
        (.haltAfter memory (- (long budget) made))
        (try (.step g "sum") (catch Throwable e (when-not (.isHalted memory) (throw e))))
        (let [halted? (.isHalted memory)
              made    (+ made (.stores memory))
              _       (when-not halted? (.run memory))
              more    (if halted? [] (vec (.take g "out" 100)))]
          (when-not halted? (.take g "bad" 100))
          (if (or halted? (empty? more))
            [(not halted?) (into taken more) made]
            (recur (into taken more) made)))))))

(defn- run [spec vs budgets]
  (lane-kit/with-dir [dir true]
    (with-open [g (open spec dir (SteppingMemory.))]
      (doseq [v vs] (assert (.offer g "in" v))))
    (loop [taken [], [budget & more] budgets]
      (let [[done? taken stores] (life spec dir (or budget Long/MAX_VALUE) taken)]
        (if done? [taken stores] (recur taken more))))))

(deftest a-state-cut-off-at-one-store-in-three-is-what-it-was
  (let [s (seed/of ::cut), random (Random. s), vs (range 1 15)]
    (doseq [as [:stateful :raw]
            :let [wanted         (vec (expected as vs))
                  [taken stores] (run (graph as) vs [])]]
      (is (= wanted taken) (str as))
      (doseq [n (range (.nextInt random 3) (long stores) 3)
              :let [budgets [n (.nextInt random (int stores))]
                    [taken] (run (graph as) vs budgets)]]
        (when-not (is (= wanted taken) (str as " cut off after " budgets " stores"))
          (throw (ex-info "the first is enough" {:as as :budgets budgets})))))))

;; ------------------------------------------------------------------ in a running graph

(defn- lives
  "What a graph takes out of so many messages in so many lives."
  [spec dir n]
  (vec (mapcat (fn [life]
                 (let [events (atom [])]
                   (with-open [rt (lg/spawn! spec {:dir dir :on-event #(swap! events conj %)})]
                     (lg/offer-all! rt :in (range (* n (long life)) (* n (inc (long life)))) {:timeout-ms 10000})
                     (lg/await-idle! rt)
                     (lg/take! rt :out 10000))))
               (range 3))))

(def ^:private plain
  (-> (graph) (update :lanes dissoc :bad) (update :endpoints dissoc :bad) (assoc-in [:roles :sum :on-error] :skip)
      (assoc-in [:lanes :b :slots] 512)))

(deftest a-mapped-directory-that-is-gone-on-with-goes-on-with-the-state
  (lane-kit/with-dir [dir true]
    (is (= (expected :stateful (range 300)) (lives plain dir 100))))
  (testing "but not with :fresh"
    (lane-kit/with-dir [dir true]
      (is (= (mapcat #(expected :stateful (range (* 100 (long %)) (* 100 (inc (long %))))) (range 3))
             (lives (assoc-in plain [:roles :sum :recover] :fresh) dir 100)))))
  (testing "it is told how many messages the state comes from, and status is as ever"
    (lane-kit/with-dir [dir true]
      (lives plain dir 5)
      (let [told (promise)]
        (with-open [rt (lg/spawn! plain {:dir dir :on-event #(when (= :recovered (:type %)) (deliver told %))})]
          (is (= {:type :recovered :graph :summing :role :sum :messages 15} (deref told 10000 nil)))
          (is (= [15 0] ((juxt :read :depth) (get-in (lg/status rt) [:lanes :log])))))))))

(deftest one-that-is-new-can-begin-at-the-tail-with-the-state-of-what-was
  (lane-kit/with-dir [dir true]
    (with-open [rt (lg/spawn! (assoc-in plain [:roles :sum :recover] :fresh) {:dir dir})]
      (lg/offer-all! rt :in (range 12)))
    (let [late (-> plain (assoc-in [:roles :late] (assoc (get-in plain [:roles :sum]) :from :tail :tx :c))
                   (assoc-in [:lanes :c] (get-in plain [:lanes :b]))
                   (assoc-in [:endpoints :late] {:kind :egress :lane :c}))]
      (with-open [rt (lg/spawn! late {:dir dir})]
        (lg/offer! rt :in 14)
        (is (= [80 80] (lg/take! rt :late 2 {:timeout-ms 10000})) "0 + 1 + … + 11 + 14")))))

(defn- refused [spec opts] (refusal #(.close ^java.lang.AutoCloseable (lg/spawn! spec opts))))

(deftest a-state-that-cannot-be-rebuilt-is-refused
  (let [from (fn [p] (assoc-in plain [:roles :sum :recover :from] p))
        what (fn [e] [(:lanegraph/code e) (:lanegraph/code (ex-data (first (vals (:roles e)))))])]
    (lane-kit/with-dir [dir true]
      (lives plain dir 100)
      (let [second-position (-> (lg/journal dir :log {:records true :to 10000}) (->> (into [])) second :position)]
        (testing "from a position that is there"
          (with-open [rt (lg/spawn! (from second-position) {:dir dir})]
            (lg/offer! rt :in 301)
            (is (= [(+ 301 (long (reduce + (filter good? (range 300)))))] (taken rt 1)))))
        (testing "from one that is none"
          (is (= [:role/init-failed :role/not-recovered] (what (refused (from (+ 3 (long second-position))) {:dir dir})))))
        (testing "from one that the role has not reached"
          (let [e (refused (from 1000000) {:dir dir})]
            (is (= [:role/init-failed :role/not-recovered] (what e)))
            (is (re-find #"the role goes on at position \d+, before from=1000000; expected from=start" (:message e)))))
        (testing "with a function that throws now"
          (let [e (refused (assoc-in plain [:roles :sum :on-error] :stop) {:dir dir})]
            (is (re-find #"its stage throws at position \d+, a message that it had before: .*a thirteenth" (:message e)))))
        (testing "and it starts once that is mended, where it would have gone on"
          (with-open [rt (lg/spawn! plain {:dir dir})]
            (is (= 301 (:read (:log (:lanes (lg/status rt))))))))))
    (testing "when the journal has let go what it needs"
      (lane-kit/with-dir [dir true]
        (let [short-lived (assoc-in plain [:lanes :log :retain-bytes] 8192)]
          (is (= [:graph/recover-retention] (map :code (lg/check short-lived))))
          (with-open [rt (lg/spawn! short-lived {:dir dir})]
            (dotimes [i 4]
              (lg/offer-all! rt :in (range (* i 300) (* 300 (inc i))) {:timeout-ms 10000})
              (lg/await-idle! rt)
              (lg/take! rt :out 1000)))
          (let [e (refused short-lived {:dir dir})
                there (re-find #"its first \d+ messages are gone, and from=start needs them; .* say from=(\d+)" (:message e))]
            (is (= [:role/init-failed :role/not-recovered] (what e)))
            (is (some? there))
            (with-open [rt (lg/spawn! (assoc-in short-lived [:roles :sum :recover :from] (parse-long (second there))) {:dir dir})]
              (is (= :running (:state (lg/status rt)))))))))))

(deftest rules
  (let [problem (fn [spec] (map (juxt :code :path) (lg/check spec)))]
    (is (= [] (problem (graph))))
    (is (= [[:graph/unknown-lane [:roles :sum :recover :journal]]]
           (problem (assoc-in (graph) [:roles :sum :recover :journal] :lgo))))
    (testing "a lane that is no journal, and a journal that it does not read"
      (is (= [[:graph/bad-recover [:roles :sum :recover :journal]]]
             (problem (assoc-in (graph) [:roles :sum :recover :journal] :b))))
      (let [two (-> (graph) (assoc-in [:lanes :other] {:kind :journal :codec :long})
                    (assoc-in [:endpoints :in-2] {:kind :ingress :lane :other})
                    (assoc-in [:endpoints :out-2] {:kind :egress :lane :other})
                    (assoc-in [:roles :sum :recover :journal] :other))]
        (is (= [[:graph/bad-recover [:roles :sum :recover :journal]]] (problem two)))
        (is (str/includes? (:message (first (lg/check two))) "name that one"))))
    (is (= [[:graph/bad-recover [:roles :sum :recover]]] (problem (assoc-in (graph) [:roles :sum :as] :filter))))
    (is (= [:spec/bad-value] (map :code (lg/check (assoc-in (graph) [:roles :sum :recover] {:journal :log :from :tail})))))
    (is (= [:spec/bad-value] (map :code (lg/check (assoc-in (graph) [:roles :sum :recover] {:from :start})))))
    (testing "a function without state has none to rebuild"
      (let [spec (update-in (graph) [:roles :sum] assoc :stage 'clojure.core/inc :as :map)]
        (is (= :graph/invalid (code-of #(lg/simulate spec {:in [1]}))))
        (is (str/includes? (:message (refusal #(lg/simulate spec {:in [1]}))) "which keeps no state, yet the role says recover"))))
    (is (= {:journal :log :from :start} (get-in (lg/normalise (graph)) [:roles :sum :recover])))
    (is (str/includes? (lg/describe (graph)) "when it starts, its state comes from :log, from :start on"))
    (is (= (expected :stateful (range 30)) (:out (lg/simulate (graph) {:in (range 30)}))) "in memory it has no life before")))

;; ------------------------------------------------------------------ processes

(def ^:private mortal
  (let [lane {:kind :events :codec :string :slots 64 :slot-bytes 128}]
    {:name      :mortal-sum
     :lanes     {:log {:kind :journal :codec :string :segment-bytes 65536} :b lane}
     :roles     {:sum {:kind :stage :stage "lanegraph.crash.Weather$Sum" :rx :log :tx :b :recover {:journal :log}}}
     :endpoints {:in {:kind :ingress :lane :log} :out {:kind :egress :lane :b}}}))

(defn- start-sum! ^Process [file dir stores]
  (scratch/start! (if stores
                    (scratch/java-command ["-Xmx64m" "-Xshare:auto"] "lanegraph.runtime.MortalRole" file "sum" dir stores)
                    (scratch/java-command ["-Xmx64m" "-Xshare:auto"] "lanegraph.runtime.RoleProcess" file "sum" dir))))

(defn- kill-sums!
  "Kills the role so often, every second time at a store of its own; what it sent of the messages."
  [file dir messages kills ^Random random]
  (let [p (volatile! (start-sum! file dir nil))]
    (try
      (is (= "ready sum" (scratch/line! @p)))
      (with-open [rt (lg/attach dir)]
        (let [feeder (future (doseq [m messages] (while (not (lg/offer! rt :in m {:timeout-ms 100})))))
              wanted (reduce + (map #(mod (long %) 3) (range (count messages))))
              taker  (future (loop [taken []]
                               (if (<= (long wanted) (count taken))
                                 (into taken (lg/take! rt :out 100 {:timeout-ms 100}))
                                 (recur (into taken (lg/take! rt :out 64 {:timeout-ms 100}))))))]
          (dotimes [i kills]
            (LockSupport/parkNanos (* 1000000 (.nextInt random 150)))
            (scratch/kill! @p)
            (when (odd? i)
              (let [mortal (start-sum! file dir (+ 100 (.nextInt random 20000)))]
                (.waitFor mortal 1 TimeUnit/SECONDS)
                (scratch/kill! mortal)))
            (vreset! p (start-sum! file dir nil))
            (is (= "ready sum" (scratch/line! @p))))
          @feeder
          (deref taker 120000 :late)))
      (finally (scratch/kill! @p)))))

(defn- survives [kills lines]
  (let [random   (Random. (seed/of ::kill))
        messages (mapv #(str % ",2012-01-01,drizzle") (range lines))
        wanted   (mapcat (fn [n sum] (map #(str n ",2012-01-01,drizzle;" sum ";" %) (range (mod (long n) 3))))
                         (range lines) (reductions + (range lines)))]
    (lane-kit/with-dir [dir true]
      (let [file (str (scratch/path dir "spec.kv"))]
        (spit file (.canonical ^GraphSpec (convert/spec->java mortal)))
        (is (= wanted (kill-sums! file (str (scratch/path dir "run")) messages kills random)))))))

(deftest a-running-sum-killed-again-and-again-is-that-of-a-run-that-never-ended
  (survives 3 40000))

(deftest ^:long a-running-sum-survives-a-hundred-kills
  (survives 100 2000000))

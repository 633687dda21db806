(ns lanegraph.generative-test
  "Random graphs of every kind of lane and role, simulated and on threads, beside a plain model."
  (:require [clojure.test :refer [are deftest is]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [clojure.test.check.results :as results]
            [lanegraph.core :as lg]
            [lanegraph.run-gen :as run-gen]
            [lanegraph.run-kit :as kit]
            [lanegraph.scratch :as scratch]
            [tools.seed :as seed])
  (:import (java.util.concurrent.locks LockSupport)
           (lanegraph.runtime LaneGraph)))

(set! *warn-on-reflection* true)

(deftest the-model-knows-an-interleaving
  (are [answer streams messages] (= answer (run-gen/interleaved? streams messages))
    true  [[1 2] [3 4]]     [1 3 2 4]
    false [[1 2] [3 4]]     [2 1 3 4]
    false [[1 2] [3 4]]     [1 3 2]
    false [[1 2] [3 4]]     [1 3 2 4 4]
    true  [[1 2] [1 2]]     [1 1 2 2]
    true  [[1 2 3] [2 3]]   [2 1 3 2 3]
    false [[1 2 3] [2 3]]   [3 1 2 2 3]
    true  [[] []]           []))

(defn- wrong
  "What a run sent that the model does not: {egress {:expected streams :found messages}}."
  [run found]
  (into {} (for [[out streams] (run-gen/answer run) :when (not (run-gen/interleaved? streams (found out)))]
             [out {:expected streams :found (found out)}])))

(defn- nothing
  "A property made of f, which answers what is wrong with a run, {} if nothing is: that is told with the smallest run.
  Once something was, f is asked for half a minute more, and then nothing is: so shrinking ends, though each run may be
  waited for."
  [f]
  (let [since (atom nil)]
    (fn [run opts]
      (let [late?  (some-> @since (- (System/nanoTime)) (< -30e9))
            answer (if late? {} (try (f run opts) (catch Throwable e {:thrown (Throwable->map e)})))]
        (when (seq answer) (swap! since #(or % (System/nanoTime))))
        (reify results/Result
          (pass? [_] (empty? answer))
          (result-data [_] answer))))))

(def ^:private wires (gen/elements [:auto :always]))

(defn- simulated [{:keys [spec inputs] :as run} opts]
  (let [simulate #(lg/simulate spec inputs (assoc opts :stages run-gen/stages))
        problems (lg/check spec {:stages run-gen/stages})
        found    (simulate)]
    (cond-> (wrong run found)
      (seq problems)             (assoc :problems problems)
      (not= found (simulate))    (assoc :another-time "something else"))))

(defspec simulated-graphs-send-what-the-model-sends {:num-tests 100 :seed (seed/of ::simulate)}
  (let [nothing-wrong (nothing simulated)]
    (prop/for-all [run run-gen/run, opts (gen/hash-map :wire wires)]
      (nothing-wrong run opts))))

(defn- take-all
  "What comes out until each egress has sent as many as `wanted`, {egress n}, or nothing has come for 20 seconds."
  [rt wanted]
  (loop [found (update-vals wanted (constantly [])), since (System/nanoTime)]
    (let [more (reduce (fn [found out] (update found out into (lg/take! rt out 1000))) found (keys wanted))]
      (cond
        (every? (fn [[out n]] (<= n (count (more out)))) wanted) more
        (not= more found)                                    (recur more (System/nanoTime))
        (< 20e9 (- (System/nanoTime) since))                 more
        :else (do (LockSupport/parkNanos 50000) (recur more since))))))

(defn- on-threads
  "What is wrong with a run on threads."
  [{:keys [spec inputs] :as run} opts]
  (scratch/with-dir [dir]
    (with-open [^LaneGraph rt (lg/spawn! spec (cond-> (assoc (dissoc opts :mapped) :stages run-gen/stages)
                                                (:mapped opts) (assoc :dir dir)))]
      (let [senders (into {} (for [[in vs] inputs] [in (future (lg/offer-all! rt in vs {:timeout-ms 20000}))]))
            found   (take-all rt (update-vals (run-gen/answer run) #(count (mapcat seq %))))
            sent    (update-vals senders deref)
            end     (select-keys (lg/stop! rt {:mode :drain :deadline-ms 20000}) [:state :drained])
            found   (reduce (fn [found out] (update found out into (lg/take! rt out 10))) found (keys found))]
        (cond-> (wrong run found)
          (not= sent (update-vals inputs count))       (assoc :accepted sent)
          (not= {:state :stopped :drained true} end)   (assoc :end end)
          :then (into (for [[l {:keys [written read dropped]}] (:lanes (lg/status rt))
                            :when (not (and (= written read) (= 0 dropped)))]
                        [l [written read dropped]])))))))

(defspec graphs-on-threads-send-what-the-model-sends {:num-tests 60 :seed (seed/of ::threads)}
  (let [nothing-wrong (nothing on-threads)]
    (prop/for-all [run run-gen/run
                   opts (gen/hash-map :wire wires :mapped gen/boolean :threads (gen/elements [:dedicated :shared])
                                      :idle (gen/elements [:yield :backoff :park]))]
      (nothing-wrong run opts))))

;; ------------------------------------------------------------------ counts

(defn- dropping
  "The graph with lanes that drop, and without a stage that sends several, whose parts are counted by their lane alone."
  [spec]
  (-> (assoc spec :on-full :drop)
      (update :roles update-vals #(cond-> % (= :twice (:stage %)) (assoc :stage :tag)))))

(defn- lane-of [ref] (if (vector? ref) (first ref) ref))

(defn- sent-to
  "[[lanes n] …]: how many messages a role with these counts has sent to some lanes together."
  [{:keys [tx policy on-error]} {:keys [processed dropped errors] :or {processed 0 dropped 0 errors 0}}]
  (let [n (+ (long processed) (long dropped))]
    (concat (cond
              (= :broadcast policy) (for [l tx] [[l] n])
              (vector? tx)          [[tx n]]
              :else                 [[[tx] n]])
            (when (map? on-error) [[[(:to on-error)] errors]]))))

(defn- unaccounted
  "What a graph at rest has counted wrongly. `offered` is {ingress n}."
  [{:keys [roles endpoints]} lanes counts offered]
  (let [written #(first (lanes %))
        sent    (concat (for [[in n] offered] [[(:lane (endpoints in))] n])
                        (mapcat (fn [[r role]] (sent-to role (counts r))) roles))
        groups  (for [[ls _] sent
                      :let [of (filter #(some (set ls) (first %)) sent)]
                      :when (every? #(= ls (first %)) of)] ; else some lane of these is fed by a chosen share of others
                  [ls (reduce + (map second of))])]
    (concat
     (for [[r {:keys [rx kind]}] roles
           :let [in  (reduce + (map (comp written lane-of) (if (= :merge kind) rx [rx])))
                 out (reduce + (vals (counts r)))]
           :when (not= in out)]
       [r :read in :counted (counts r)])
     (for [[ls n] groups
           :let [found (reduce + (map (fn [l] (let [[written _ dropped] (lanes l)] (+ written dropped))) ls))]
           :when (not= n found)]
       [ls :sent n :written-and-dropped (select-keys lanes ls)]))))

(defn- counted [{:keys [spec inputs]} {:keys [turns wire]}]
  (let [spec  (dropping spec)
        roles (vec (sort (keys (:roles spec))))]
    (with-open [g (kit/by-hand spec {:wire wire :stages run-gen/stages})]
      (let [[early late] (map (fn [half] (update-vals inputs half)) [#(take 10 %) #(drop 10 %)])
            offer  (fn [inputs] (doseq [[in vs] inputs] (kit/offered g in vs)))
            _      (offer early)
            _      (doseq [turn turns] (kit/step g (roles (mod turn (count roles)))))
            _      (offer late)
            _      (kit/settle #(some pos? (apply kit/step g roles)))
            counts (into {} (for [r roles] [r (kit/counts g r)]))
            lanes  (kit/lanes g)
            wrong  (unaccounted spec lanes counts (update-vals inputs count))
            out    (into {} (for [out (run-gen/endpoints spec :egress)]
                              [out [(count (kit/out g out 100000))
                                    (first (lanes (lane-of (get-in spec [:endpoints out :lane]))))]]))]
        (cond-> {}
          (seq wrong)                           (assoc :unaccounted wrong)
          (not-every? #(apply = %) (vals out))  (assoc :taken-and-written out))))))

(defspec s6-random-graphs-that-drop-account-for-every-message {:num-tests 100 :seed (seed/of ::drop)}
  (let [nothing-wrong (nothing counted)]
    (prop/for-all [run run-gen/run, opts (gen/hash-map :wire wires :turns (gen/vector gen/nat 0 30))]
      (nothing-wrong run opts))))

(deftest the-graphs-are-of-every-kind
  (let [specs (map :spec (gen/sample run-gen/run 200))
        seen  (fn [f] (set (mapcat f specs)))]
    (is (= #{:events :fanout-broadcast :sequenced-slots :journal} (seen #(map :kind (vals (:lanes %))))))
    (is (= #{:stage :bridge :router :merge} (seen #(map :kind (vals (:roles %))))))
    (is (= (set (keys (dissoc run-gen/stages :third))) (seen #(keep :stage (vals (:roles %))))))
    (is (= #{:broadcast :round-robin :priority {:by :third}} (seen #(keep :policy (vals (:roles %))))))
    (is (some #(= 12 (count (:roles %))) specs))
    (is (some #(not (apply distinct? (mapcat (fn [{:keys [tx]}] (if (vector? tx) tx [tx])) (vals (:roles %))))) specs)
        "several writers of one lane")))

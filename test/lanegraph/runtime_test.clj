(ns lanegraph.runtime-test
  "The life of a graph: spawn, threads, idle, drain, stop, join, close."
  (:require [clojure.set :as set]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually in-time pipe refusal taken]]
            [lanegraph.scratch :as scratch])
  (:import (java.util.concurrent CountDownLatch)
           (lanegraph.runtime LaneGraph)))

(set! *warn-on-reflection* true)

(defn- chain
  "in -> a -> r1 -> b -> r2 -> c -> out, both roles with the stage :f."
  [graph & {:keys [r1 r2]}]
  (let [lane {:kind :events :codec :edn :slots 8}]
    {:name graph
     :lanes {:a lane :b lane :c lane}
     :roles {:r1 (merge {:kind :stage :stage :f :rx :a :tx :b} r1)
             :r2 (merge {:kind :stage :stage :f :rx :b :tx :c} r2)}
     :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}}))

(deftest s29-stop-with-a-full-lane-and-no-consumer-ends-at-once
  (doseq [threads [:dedicated :shared], wire [:auto :always]]
    (with-open [rt (lg/spawn! (chain :full) {:stages {:f identity} :threads threads :wire wire})]
      (is (= 24 (lg/offer-all! rt :in (range 24) {:timeout-ms 20000})) "as many as the lanes hold")
      (is (= [8 8 8] (map :depth (vals (:lanes (lg/status rt))))))
      (is (= {:state :stopped :drained false :remaining {:a 8 :b 8} :stuck [] :halted []}
             (dissoc (in-time (lg/stop! rt {:deadline-ms 3600000})) :failures)))
      (is (empty? (kit/threads "full:"))))))

(deftest s32-threads-bear-the-names-of-graph-and-role
  (with-open [_ (lg/spawn! (chain :names) {:stages {:f identity}})]
    (is (= #{"lanegraph:names:r1" "lanegraph:names:r2"} (kit/threads "names:"))))
  (testing "several roles on one thread"
    (with-open [rt (lg/spawn! (chain :names) {:stages {:f inc} :threads :shared})]
      (is (= #{"lanegraph:names:*"} (kit/threads "names:")))
      (lg/offer-all! rt :in [1 2])
      (is (= [3 4] (taken rt 2)))))
  (testing "groups by name"
    (with-open [rt (lg/spawn! (chain :names :r1 {:thread :x} :r2 {:thread :x}) {:stages {:f inc}})]
      (is (= #{"lanegraph:names:group/x"} (kit/threads "names:")))
      (lg/offer-all! rt :in [1 2])
      (is (= [3 4] (taken rt 2))))))

(deftest s33-a-stage-that-does-not-resolve-leaves-nothing-behind
  (scratch/with-dir [dir]
    (let [inited (atom [])
          made   (atom [])
          spec   (chain :unresolved :r1 {:stage :known :as :stateful} :r2 {:stage 'no.such/stage})
          opts   {:dir dir :thread-init #(swap! inited conj %&)
                  :stages {:known {:init #(swap! made conj %) :step (fn [s v] [s v])}}}]
      (is (= :graph/invalid (code-of #(lg/spawn! spec opts))))
      (testing "also when the stage is there, but cannot be made"
        (let [spec (assoc-in spec [:roles :r2] {:kind :stage :stage 'lanegraph.fixture.good/number
                                                :rx :b :tx :c})]
          (is (= [:stage/not-a-stage] (map :code (:problems (refusal #(lg/spawn! spec opts))))))))
      (is (= [] @inited))
      (is (= {} (scratch/tree dir)) "no file, no lock")
      (is (empty? (kit/threads "unresolved:"))))))

(deftest s34-spawn-returns-when-every-role-is-ready
  (let [inited (atom #{})]
    (with-open [rt (lg/spawn! (chain :ready) {:stages {:f identity}
                                               :thread-init (fn [role _] (swap! inited conj role))})]
      (is (= #{:r1 :r2} @inited))
      (is (= :running (:state (lg/status rt)))))))

(deftest s35-thread-init-comes-first-and-its-error-fails-the-spawn
  (let [calls (atom [])
        note  #(swap! calls conj %)]
    (with-open [rt (lg/spawn! (chain :init)
                              {:thread-init (fn [role kind] (note [role kind (.getName (Thread/currentThread))]))
                               :consumers   {:out (fn [_] (note :out))}
                               :stages      {:f (fn [v] (note :message) v)}})]
      (is (= #{[:r1 :stage "lanegraph:init:r1"] [:r2 :stage "lanegraph:init:r2"]
               [:endpoint/out :consumer "lanegraph:init:endpoint/out"]}
             (set @calls)))
      (lg/offer! rt :in 1)
      (lg/await-idle! rt)
      (is (= [:message :message :out] (drop 3 @calls)))))
  (scratch/with-dir [dir]
    (doseq [opts [{} {:dir dir}]]
      (let [error (ex-info "no such core" {})
            init (fn [role _] (when (= :r2 role) (throw error)))
            {:lanegraph/keys [code] :keys [roles cause]}
            (refusal #(lg/spawn! (chain :init) (assoc opts :stages {:f identity} :thread-init init)))]
        (is (= :role/init-failed code))
        (is (= [:r2] (keys roles)))
        (is (identical? error (ex-cause cause)))
        (is (eventually (empty? (kit/threads "init:"))))))
    (is (= {} (scratch/tree dir)))
    (with-open [rt (lg/spawn! (chain :init) {:dir dir :stages {:f identity}})]
      (is (= :running (:state (lg/status rt)))))))

(deftest s36-each-idle-strategy-moves-messages
  (doseq [idle [:busy-spin :yield :backoff :park]
          [spec opts] [[(assoc (chain :idle) :idle idle) {}]
                       [(chain :idle) {:idle idle}]
                       [(chain :idle :r1 {:idle idle} :r2 {:idle idle}) {:idle :park}]]]
    (with-open [rt (lg/spawn! spec (assoc opts :stages {:f inc}))]
      (lg/offer-all! rt :in [1 2 3])
      (is (= [3 4 5] (taken rt 3)) (str idle)))))

(deftest s37-each-role-tells-what-it-does
  (let [{:keys [open! pass!]} (kit/gate)
        f #(case % :left-out nil :fails (throw (ex-info "no" {})) :waits (do (pass!) %) %)]
    (with-open [rt (lg/spawn! (pipe {:stage :f :on-error :skip}) {:wire :always :stages {:f f}})]
      (lg/offer-all! rt :in [:fine :left-out :fails :fine])
      (lg/await-idle! rt)
      (let [r (get-in (lg/status rt) [:roles :r])]
        (is (= {:kind :stage :thread "lanegraph:pipe:r" :state :running :active false
                :processed 2 :filtered 1 :dropped 0 :errors 1 :bytes (+ 5 9 6 5) :version 1 :blocked-for-ns 0}
               (dissoc r :epoch :blocked-ns :blocked-on)))
        (lg/offer! rt :in :waits)
        (is (eventually (get-in (lg/status rt) [:roles :r :active])))
        (open!)
        (lg/await-idle! rt)
        (is (< (long (:epoch r)) (long (get-in (lg/status rt) [:roles :r :epoch])))
            "the epoch moves with progress"))
      (testing "time before full lanes"
        (is (= 13 (lg/offer-all! rt :in (repeat 13 :fine) {:timeout-ms 20000})) "three of before are in the lane behind it")
        (is (eventually (= :b (get-in (lg/status rt) [:roles :r :blocked-on]))))
        (is (eventually (get-in (lg/status rt) [:roles :r :active])) "a role that waits for room is active")
        (taken rt 10)
        (is (eventually (pos? (long (get-in (lg/status rt) [:roles :r :blocked-ns])))))))))

(deftest s38-await-idle
  (let [{:keys [open! pass!]} (kit/gate)]
    (with-open [rt (lg/spawn! (chain :idle) {:stages {:f #(case % :fails (throw (ex-info "no" {}))
                                                            (do (pass!) %))}})]
      (is (nil? (lg/await-idle! rt {:timeout-ms 20000})) "nothing to do is idle")
      (lg/offer-all! rt :in [1 2 3])
      (is (eventually (get-in (lg/status rt) [:roles :r1 :active])))
      (let [{:lanegraph/keys [code] :keys [timeout-ms active-roles progress-epoch remaining]}
            (refusal #(lg/await-idle! rt {:timeout-ms 60}))]
        (is (= [:graph/not-idle 60 [:r1] {:a 3}] [code timeout-ms active-roles remaining]))
        (is (int? progress-epoch)))
      (open!)
      (is (nil? (lg/await-idle! rt {:timeout-ms 20000})))
      (is (= [1 2 3] (lg/take! rt :out 3)) "all is there when it is idle")
      (testing "a lane that still holds messages for a role is not idle"
        (is (= 24 (lg/offer-all! rt :in (range 24) {:timeout-ms 20000})))
        (let [{:lanegraph/keys [code] :keys [remaining]} (refusal #(lg/await-idle! rt {:timeout-ms 60}))]
          (is (= [:graph/not-idle {:a 8 :b 8}] [code remaining])))
        (is (= 24 (count (taken rt 24)))))
      (testing "an error at once when a role has ended"
        (lg/offer! rt :in :fails)
        (is (= :graph/failed (in-time (code-of #(lg/await-idle! rt {:timeout-ms 3600000}))))))
      (lg/stop! rt)
      (is (= :graph/failed (code-of #(lg/await-idle! rt))))))
  (with-open [rt (lg/spawn! (chain :idle) {:stages {:f identity}})]
    (lg/stop! rt)
    (is (= :graph/stopped (code-of #(lg/await-idle! rt))))))

(deftest s39-stop-join-and-drain
  (testing "join waits for a stop"
    (with-open [rt (lg/spawn! (chain :life) {:stages {:f identity}})]
      (is (false? (lg/join! rt {:timeout-ms 1})))
      (let [joined (future (lg/join! rt))]
        (is (= :stopped (:state (lg/stop! rt))))
        (is (true? (deref joined 20000 :not-yet))))
      (is (= :stopped (:state (lg/stop! rt))) "again")
      (is (= :graph/stopped (code-of #(lg/offer! rt :in 1))))))
  (testing "a drain lets out what is inside, and takes nothing in"
    (with-open [rt (lg/spawn! (chain :life) {:stages {:f inc}})]
      (lg/offer-all! rt :in (range 8))
      (is (= {:state :stopped :drained true :remaining {} :stuck [] :halted [] :failures {}}
             (lg/stop! rt {:mode :drain :deadline-ms 20000})))
      (is (= (range 2 10) (lg/take! rt :out 100 {:timeout-ms 20000})))))
  (testing "a drain that nobody helps ends by its deadline"
    (with-open [rt (lg/spawn! (chain :life) {:stages {:f inc}})]
      (is (= 24 (lg/offer-all! rt :in (range 24) {:timeout-ms 20000})))
      (is (= [:stopped false {:a 8 :b 8}]
             ((juxt :state :drained :remaining) (lg/stop! rt {:mode :drain :deadline-ms 200}))))))
  (testing "messages that were left inside are there for the next life"
    (scratch/with-dir [dir]
      (with-open [rt (lg/spawn! (chain :life) {:dir dir :stages {:f inc}})]
        (is (= 24 (lg/offer-all! rt :in (range 24) {:timeout-ms 20000})))
        (lg/stop! rt))
      (let [events (atom [])]
        (with-open [rt (lg/spawn! (chain :life) {:dir dir :stages {:f inc} :on-event #(swap! events conj %)})]
          (is (= (range 2 26) (taken rt 24)))
          (is (eventually (= #{{:type :continued :graph :life :lane :a :depth 8}
                               {:type :continued :graph :life :lane :b :depth 8}
                               {:type :continued :graph :life :lane :c :depth 8}}
                             (set (filter #(= :continued (:type %)) @events))))))))))

(deftest existing-lanes-are-continued-refused-or-replaced
  (scratch/with-dir [dir]
    (with-open [rt (lg/spawn! (chain :again) {:dir dir :stages {:f identity}})]
      (lg/offer! rt :in 1)
      (lg/await-idle! rt))
    (is (= :lane/exists (code-of #(lg/spawn! (chain :again) {:dir dir :existing :refuse
                                                                       :stages {:f identity}}))))
    (with-open [rt (lg/spawn! (chain :again) {:dir dir :stages {:f identity}})]
      (is (= [1] (lg/peek rt :c 5))))
    (with-open [rt (lg/spawn! (chain :again) {:dir dir :existing :replace :stages {:f identity}})]
      (is (= [] (lg/peek rt :c 5))))))

(deftest s40-any-throwable-becomes-an-error-at-join
  (letfn [(deep [n] (inc (long (deep n))))]
    (doseq [[what f on-error] [["error" #(throw (Error. "an error")) :stop]
                               ["stack" #(deep 1) :stop]
                               ["memory" #(throw (OutOfMemoryError. "made by hand")) :stop]
                               ["memory, also under :skip" #(throw (OutOfMemoryError. "made by hand")) :skip]
                               ["internal, also under :skip" #(throw (InternalError. "a lane's file was cut short")) :skip]
                               ["linkage, also under :skip" #(throw (NoClassDefFoundError. "x")) :skip]
                               ["sneaky" #(throw (InterruptedException. "by itself")) :stop]]]
      (testing what
        (let [failure (promise)]
          (with-open [rt (lg/spawn! (pipe {:stage :f :on-error on-error})
                                    {:stages {:f (fn [_] (f))} :on-failure #(deliver failure %)})]
            (lg/offer! rt :in 1)
            (is (= :graph/failed (code-of #(lg/join! rt {:timeout-ms 20000}))))
            (is (= :failed (:state (lg/status rt))))
            (is (= :graph/failed (:lanegraph/code (ex-data (deref failure 20000 nil)))))
            (is (eventually (empty? (kit/threads "pipe:"))))))))))

;; ------------------------------------------------------------------ stages that do not return

(deftest a-stage-that-never-returns-is-named-and-cut-off
  (let [release (CountDownLatch. 1)
        stubborn (fn [v]
                   (while (pos? (.getCount release))
                     (try (.await release) (catch InterruptedException _ nil)))
                   v)]
    (with-open [rt (lg/spawn! (chain :stuck :r2 {:stage :g}) {:stages {:f stubborn :g identity}})]
      (lg/offer-all! rt :in [1 2])
      (is (eventually (get-in (lg/status rt) [:roles :r1 :active])))
      (let [{:keys [state stuck]} (in-time (lg/stop! rt {:deadline-ms 300}))]
        (is (= [:stopped true] [state (contains? (set stuck) :r1)])))
      ;; r2 ends by itself; whether within the deadline is the machine's affair
      (is (eventually (= {:r1 :stuck :r2 :ended} (update-vals (:roles (lg/status rt)) :state))))
      (is (true? (lg/join! rt {:timeout-ms 20000})))
      (.countDown release)
      (is (eventually (empty? (kit/threads "stuck:"))))
      (is (= [] (lg/take! rt :out 5)) "it could publish nothing more")
      (is (= {:a 2 :b 0 :c 0} (update-vals (:lanes (lg/status rt)) :depth))))))

(deftest a-stuck-role-keeps-its-ownership-until-it-ends
  (scratch/with-dir [dir]
    (let [release (CountDownLatch. 1)
          stubborn (fn [v]
                     (while (pos? (.getCount release))
                       (try (.await release) (catch InterruptedException _ nil)))
                     v)
          spawn (fn [f] (lg/spawn! (chain :owner) {:dir dir :stages {:f f}}))
          ^LaneGraph rt (spawn stubborn)]
      (lg/offer! rt :in 1)
      (is (eventually (get-in (lg/status rt) [:roles :r1 :active])))
      (lg/stop! rt {:deadline-ms 200})
      (.close rt)
      (is (= :role/owned (code-of #(spawn identity))))
      (.countDown release)
      (is (eventually (try (.close ^LaneGraph (spawn identity)) true
                           (catch clojure.lang.ExceptionInfo _ false)))))))

(deftest a-stage-that-waits-is-interrupted-by-a-stop
  (let [waiting     (CountDownLatch. 1)
        interrupted (promise)
        wait        (fn [_]
                      (try (.await waiting)
                           (catch InterruptedException e
                             (deliver interrupted true)
                             (throw e))))]
    (with-open [rt (lg/spawn! (pipe {:stage :f}) {:stages {:f wait}})]
      (lg/offer! rt :in 1)
      (is (eventually (get-in (lg/status rt) [:roles :r :active])))
      ;; whether its end is still within the deadline is the machine's affair: so not what :stuck says
      (is (= {:state :stopped :failures {}} (select-keys (lg/stop! rt {:deadline-ms 400}) [:state :failures])))
      (is (true? (deref interrupted 20000 false)))
      (is (eventually (false? (get-in (lg/status rt) [:roles :r :active]))))
      (is (= [1] (lg/peek rt :a)) "the message was not at fault, and stays")
      (is (true? (lg/join! rt))))))

(deftest no-thread-of-a-role-is-left-when-a-stop-answers
  (dotimes [_ 100]
    (with-open [rt (lg/spawn! (assoc (pipe {:stage :f}) :name :gone) {:stages {:f identity}})]
      (is (= [] (:stuck (lg/stop! rt {:deadline-ms 20000}))))
      (is (empty? (kit/threads "gone:"))))))

(deftest a-message-whose-function-a-stop-interrupts-stays-whatever-on-error-says
  (doseq [on-error [:stop :skip]]
    (let [waiting (CountDownLatch. 1)]
      (with-open [rt (lg/spawn! (pipe {:stage :f :on-error on-error}) {:stages {:f (fn [_] (.await waiting))}})]
        (lg/offer! rt :in 1)
        (is (eventually (get-in (lg/status rt) [:roles :r :active])))
        (is (= {:state :stopped :remaining {:a 1}} (select-keys (lg/stop! rt {:deadline-ms 400}) [:state :remaining])))
        (is (= [1] (lg/peek rt :a)) on-error)
        (is (= 0 (get-in (lg/status rt) [:roles :r :errors])))))))

;; ------------------------------------------------------------------ after the end, twice, from everywhere

(deftest two-spawns-on-one-directory-are-refused-by-name
  (scratch/with-dir [dir]
    (let [spawn (fn [] (lg/spawn! (chain :twice) {:dir dir :stages {:f identity}}))]
      (with-open [^LaneGraph rt (spawn)]
        (let [before (scratch/tree dir)
              {:lanegraph/keys [code] :keys [message]} (refusal spawn)]
          (is (= :role/owned code))
          (is (str/includes? message "twice"))
          (is (= before (scratch/tree dir))))
        (lg/offer! rt :in 1)
        (is (= [1] (taken rt 1)) "the first is not hurt"))
      (.close ^LaneGraph (spawn)))))

(deftest status-take-and-peek-answer-after-stop-and-after-close
  (doseq [opts [{} {:wire :always} {:dir true}]]
    (scratch/with-dir [dir]
      (let [^LaneGraph rt (lg/spawn! (chain :after) (assoc (cond-> opts (:dir opts) (assoc :dir dir))
                                                           :stages {:f identity}))
            tx (lg/writer rt :in)
            rx (lg/reader rt :out)]
        (dotimes [i 3] (.offer tx (Integer/valueOf i)))
        (.close tx)
        (.close rx)
        (lg/await-idle! rt)
        (lg/stop! rt)
        (is (= :stopped (:state (lg/status rt))))
        (is (= [0 1 2] (lg/peek rt :c 9)))
        (is (= [0] (lg/take! rt :out 1)))
        (is (= 1 (lg/poll! rt :out)))
        (is (= [2] (lg/take! rt :out 9 {:timeout-ms 20000})) "at once: no more can come")
        (.close rt)
        (.close rt)
        (is (= :stopped (:state (lg/status rt))))
        (is (= {:depth 0 :written 3} (select-keys (get-in (lg/status rt) [:lanes :c]) [:depth :written])))
        (is (= [] (lg/peek rt :c 9)))
        (doseq [f [#(lg/take! rt :out) #(lg/poll! rt :out) #(lg/offer! rt :in 1) #(lg/writer rt :in)
                   #(lg/reader rt :out)]]
          (is (= :graph/stopped (code-of f))))
        (is (= :stopped (:state (lg/stop! rt))))
        (is (true? (lg/join! rt)))
        (testing "bare handles too"
          (is (thrown? lanegraph.LaneGraphException (.offer tx "x")))
          (is (thrown? lanegraph.LaneGraphException (.peek rx))))
        (is (empty? (kit/threads "after:")))))))

(deftest a-stage-and-a-consumer-may-stop-their-graph
  (let [rt-of (promise)
        ^LaneGraph rt (lg/spawn! (pipe {:stage :f})
                      {:stages {:f (fn [v] (lg/stop! @rt-of {:mode :drain}) v)}})]
    (deliver rt-of rt)
    (lg/offer-all! rt :in [1 2 3])
    (is (true? (lg/join! rt {:timeout-ms 20000})))
    (is (= :stopped (:state (lg/status rt))))
    (.close rt)))

(deftest stops-from-many-threads-agree
  (with-open [rt (lg/spawn! (chain :many) {:stages {:f identity}})]
    (lg/offer-all! rt :in (range 8))
    (let [stops (doall (for [i (range 6)]
                         (future (:state (if (even? i) (lg/stop! rt {:mode :drain}) (lg/stop! rt))))))]
      (is (= #{:stopped} (set (map deref stops)))))))

(deftest redefining-a-stage-takes-effect-with-the-next-message
  (let [v (intern (create-ns 'lanegraph.redefined) 'f inc)]
    (with-open [rt (lg/spawn! (pipe {:stage 'lanegraph.redefined/f}))]
      (lg/offer! rt :in 1)
      (is (= [2] (taken rt 1)))
      (alter-var-root v (constantly dec))
      (lg/offer! rt :in 1)
      (is (= [0] (taken rt 1))))))

(deftest spawn-after-spawn-leaves-no-thread-behind
  (let [before (set (keys (Thread/getAllStackTraces)))]
    (dotimes [i 100]
      (with-open [rt (lg/spawn! (chain :hundred) {:stages {:f identity}
                                                :threads (if (even? i) :shared :dedicated)})]
        (lg/offer! rt :in 1)
        (taken rt 1)))
    (is (eventually (empty? (filter #(str/starts-with? (.getName ^Thread %) "lanegraph:hundred")
                                    (set/difference (set (keys (Thread/getAllStackTraces))) before)))))))

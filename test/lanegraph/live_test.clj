(ns lanegraph.live-test
  "Work on a graph while it runs: pause, resume, step, inject."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe refusal taken]]
            [lanegraph.scratch :as scratch]))

(set! *warn-on-reflection* true)

(defn- state [rt role] (get-in (lg/status rt) [:roles role :state]))

(defn- everywhere
  "Calls (f opts) with the options of each memory and each way to share threads."
  [f]
  (doseq [threads [:dedicated :shared], mapped? [false true]]
    (testing (str threads " mapped " mapped?)
      (if mapped?
        (scratch/with-dir [dir] (f {:threads threads :dir dir}))
        (f {:threads threads})))))

(deftest a-paused-role-moves-nothing-until-it-is-resumed
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) opts)]
       (is (= 2 (lg/offer-all! rt :in [1 2])))
       (is (= [2 3] (taken rt 2)))
       (let [paused {:role :r :state :paused :at {:lane :a :position 2}}]
         (is (= paused (lg/pause! rt :r)))
         (is (= paused (lg/pause! rt :r)) "pausing twice is pausing"))
       (lg/offer-all! rt :in [3 4 5])
       (is (= :paused (state rt :r)))
       (is (= {:written 5 :read 2} (select-keys (get-in (lg/status rt) [:lanes :a]) [:written :read])))
       (is (= {:role :r :state :running :at {:lane :a :position 2}} (lg/resume! rt :r)))
       (is (= [4 5 6] (taken rt 3)))
       (is (= :running (state rt :r)))
       (is (= :running (:state (lg/resume! rt :r))) "resuming a role that runs changes nothing")))))

(deftest a-paused-role-is-stepped
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/odd? :as :filter} {:slots 4}) opts)]
       (lg/pause! rt :r)
       (lg/offer-all! rt :in [1 2 3 5])
       (is (= {:role :r :state :paused :at {:lane :a :position 2} :moved 2 :processed 1 :filtered 1 :dropped 0
               :errors 0 :blocked-on nil}
              (lg/step! rt :r 2)))
       (is (= [1] (lg/take! rt :out 9)))
       (is (= 1 (:moved (lg/step! rt :r))))
       (is (= [3] (lg/take! rt :out 9)))
       (is (= 1 (:moved (lg/step! rt :r 9))) "only what is there")
       (lg/offer-all! rt :in [7 9 11 13])
       (is (= {:moved 3 :blocked-on :b} (select-keys (lg/step! rt :r 9) [:moved :blocked-on])))
       (is (= 0 (:moved (lg/step! rt :r 9))))
       (is (= [5 7 9 11] (taken rt 4)))
       (is (= {:moved 1 :blocked-on nil} (select-keys (lg/step! rt :r 9) [:moved :blocked-on])))
       (is (= [13] (taken rt 1)))
       (is (= 0 (:moved (lg/step! rt :r 0))))))))

(deftest every-kind-of-role-pauses-and-steps
  (let [lane {:kind :events :codec :edn}
        spec {:name :kinds
              :lanes {:a {:kind :fanout-broadcast :consumers 2 :codec :edn} :b lane :c lane :d lane :e lane}
              :roles {:split {:kind :router :rx :a :tx [:b :c]}
                      :join  {:kind :merge :rx [:b :c] :tx :d}
                      :copy  {:kind :bridge :rx :d :tx :e}}
              :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :e}}}
        seen (atom [])]
    (with-open [rt (lg/spawn! spec {:consumers {:out #(swap! seen conj %)}})]
      (doseq [role [:split :join :copy :endpoint/out]] (lg/pause! rt role))
      (lg/offer-all! rt :in [1 2])
      (is (= {:state :paused :moved 1 :at {:lane :a :position 1}} (select-keys (lg/step! rt :split) [:state :moved :at])))
      (is (= {:moved 2 :at nil} (select-keys (lg/step! rt :join 5) [:moved :at])))
      (is (= 1 (:moved (lg/step! rt :copy))))
      (is (= {:role :endpoint/out :moved 1} (select-keys (lg/step! rt :endpoint/out 5) [:role :moved])))
      (is (= [1] @seen))
      (is (= #{:copy :endpoint/out :join :split} (set (:halted (refusal #(lg/await-idle! rt))))))
      (doseq [role [:split :join :copy :endpoint/out]] (lg/resume! rt role))
      (lg/await-idle! rt)
      (is (= [1 1 2 2] @seen)))))

(deftest who-is-paused-is-told-by-those-who-wait
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (lg/pause! rt :r)
    (is (nil? (lg/await-idle! rt)) "a paused role with nothing before it is in nobody's way")
    (lg/offer! rt :in 1)
    (let [began (System/nanoTime)
          {:lanegraph/keys [code] :keys [halted remaining message]} (refusal #(lg/await-idle! rt {:timeout-ms 3600000}))]
      (is (= [:graph/not-idle [:r] {:a 1}] [code halted remaining]))
      (is (re-find #"halted=\[r\]: resume" message))
      (is (< (- (System/nanoTime) began) 20e9) "not only when the time is over"))
    (is (= {:state :stopped :drained false :halted [:r] :remaining {:a 1}}
           (select-keys (lg/stop! rt {:mode :drain :deadline-ms 100}) [:state :drained :halted :remaining])))))

(deftest a-role-blocked-by-a-paused-one-is-not-taken-for-a-working-one
  (let [lane {:kind :events :codec :edn :slots 2}]
    (with-open [rt (lg/spawn! {:name :chain :lanes {:a lane :b lane :c lane}
                               :roles {:first {:kind :bridge :rx :a :tx :b} :second {:kind :bridge :rx :b :tx :c}}
                               :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}})]
      (lg/pause! rt :second)
      (lg/offer-all! rt :in (range 4) {:timeout-ms 20000})
      (is (= [:second] (:halted (refusal #(lg/await-idle! rt {:timeout-ms 3600000})))))
      (lg/resume! rt :second)
      (is (= [0 1 2 3] (taken rt 4))))))

(deftest misuse-has-a-clear-answer
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (is (= :role/not-paused (code-of #(lg/step! rt :r))))
    (is (= :graph/unknown-role (code-of #(lg/pause! rt :x))))
    (is (= :graph/unknown-role (code-of #(lg/pause! rt "r"))))
    (is (= :options/invalid (code-of #(lg/step! rt :r -1))))
    (is (= :options/invalid (code-of #(lg/pause! rt :r {:deadline 1}))))
    (is (= :graph/unknown-lane (code-of #(lg/inject! rt :x 1))))
    (lg/stop! rt)
    (is (= :graph/stopped (code-of #(lg/pause! rt :r))))
    (is (= :graph/stopped (code-of #(lg/inject! rt :b 1))))
    (is (= :graph/stopped (code-of #(lg/inject! rt :a 1))))))

(deftest a-command-from-the-roles-own-thread-is-refused
  (let [rt (promise)
        spec (-> (pipe {:stage :self})
                 (assoc-in [:roles :other] {:kind :bridge :rx :b :tx :c})
                 (assoc-in [:lanes :c] {:kind :events :codec :edn})
                 (assoc-in [:endpoints :out :lane] :c))
        call (fn [role] (code-of #(lg/pause! @rt role)))]
    (with-open [g (lg/spawn! spec {:stages {:self call}})]
      (deliver rt g)
      (lg/offer-all! g :in [:r])
      (is (= [:role/own-thread] (taken g 1))))
    (testing "that of another role on the same thread too"
      (let [rt (promise)]
        (with-open [g (lg/spawn! spec {:stages {:self (fn [role] (code-of #(lg/pause! @rt role)))} :threads :shared})]
          (deliver rt g)
          (lg/offer! g :in :other)
          (is (= [:role/own-thread] (taken g 1))))))))

(deftest a-role-that-does-not-come-to-it-is-told-and-nothing-changes
  (let [{:keys [open! pass!]} (kit/gate), begun (promise)]
    (with-open [rt (lg/spawn! (pipe {:stage :wait}) {:stages {:wait (fn [v] (deliver begun v) (pass!) v)}})]
      (lg/offer-all! rt :in [1 2])
      @begun
      (let [{:lanegraph/keys [code] :keys [begun message]} (refusal #(lg/pause! rt :r {:deadline-ms 20}))]
        (is (= [:role/busy false] [code begun]))
        (is (re-find #"its function has not returned; it was withdrawn" message)))
      (open!)
      (is (= [1 2] (taken rt 2)) "the withdrawn pause paused nothing"))))

(deftest an-interrupted-caller-gets-out
  (let [{:keys [open! pass!]} (kit/gate), begun (promise)]
    (with-open [rt (lg/spawn! (pipe {:stage :wait}) {:stages {:wait (fn [v] (deliver begun v) (pass!) v)}})]
      (lg/offer-all! rt :in [1 2])
      @begun
      (let [answer (promise)
            caller (Thread. #(deliver answer [(code-of (fn [] (lg/pause! rt :r {:deadline-ms 3600000})))
                                              (Thread/interrupted)]))]
        (.start caller)
        (.interrupt caller)
        (is (= [:call/interrupted true] (deref answer 20000 :hangs))))
      (open!)
      (is (= [1 2] (taken rt 2))))))

(deftest a-stop-frees-those-who-wait-for-a-command
  (let [{:keys [open! pass!]} (kit/gate), begun (promise)]
    (with-open [rt (lg/spawn! (pipe {:stage :wait}) {:stages {:wait (fn [v]
                                                                      (deliver begun v)
                                                                      (while (not (try (pass!) true
                                                                                       (catch InterruptedException _ false))))
                                                                      v)}})]
      (lg/offer! rt :in 1)
      @begun
      (let [answer (future (code-of #(lg/pause! rt :r {:deadline-ms 3600000})))]
        (is (= [:r] (:stuck (lg/stop! rt {:deadline-ms 50}))))
        (is (= :graph/stopped (deref answer 20000 :hangs)) "while its function still runs"))
      (open!))))

(deftest a-failure-of-a-step-is-told-and-ends-the-graph
  (with-open [rt (lg/spawn! (pipe {:stage :f}) {:stages {:f (fn [_] (throw (ex-info "no" {})))}})]
    (lg/pause! rt :r)
    (lg/offer! rt :in 1)
    (is (= :role/failed (code-of #(lg/step! rt :r))))
    (is (eventually (= :failed (:state (lg/status rt)))))
    (is (= :graph/failed (code-of #(lg/join! rt))))))

(deftest a-message-is-injected-by-the-role-that-writes-the-lane
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc} {:slots 4}) opts)]
       (is (true? (lg/inject! rt :a 1)) "an offer")
       (is (= [2] (taken rt 1)))
       (is (true? (lg/inject! rt :b :x)))
       (is (= [:x] (taken rt 1)))
       (lg/pause! rt :r)
       (lg/offer-all! rt :in [10 20])
       (is (true? (lg/inject! rt :b :y)) "also while it is paused")
       (lg/step! rt :r)
       (is (true? (lg/inject! rt :b :z)))
       (lg/resume! rt :r)
       (is (= [:y 11 :z 21] (taken rt 4)) "in order")
       (is (= :lane/no-value (code-of #(lg/inject! rt :b nil))))))))

(defn thrice [v] (lg/emit v v v))

(deftest an-injected-message-never-overtakes-one-that-waits-for-room
  (doseq [wire [:auto :always], producers [1 2]]
    (testing (str wire producers)
      (with-open [rt (lg/spawn! (cond-> (pipe {:stage 'lanegraph.live-test/thrice} {:slots 4})
                                  (= 2 producers) (assoc-in [:endpoints :more] {:kind :ingress :lane :b}))
                                {:wire wire})]
        (lg/offer-all! rt :in (range 4) {:timeout-ms 20000})
        (is (eventually (= :b (get-in (lg/status rt) [:roles :r :blocked-on]))))
        (is (false? (lg/inject! rt :b :x)) "the lane is full")
        (is (= {:lane :a :position 2} (:at (lg/pause! rt :r))) "the first that it has not taken up")
        (is (= [0 0 0 1] (taken rt 4)))
        (is (false? (lg/inject! rt :b :x)) "there is room, and results that wait for it")
        (is (= {:moved 1 :blocked-on :b} (select-keys (lg/step! rt :r 2) [:moved :blocked-on])) "the rest of one")
        (is (= [1 1 2 2] (into (taken rt 2) (taken rt 2))))
        (lg/resume! rt :r)
        (is (= [2 3 3 3] (taken rt 4)))
        (is (true? (lg/inject! rt :b :x)))
        (is (= [:x] (taken rt 1)))))))

(deftest a-dead-letter-lane-and-the-outputs-of-a-router-can-be-injected-into
  (let [lane {:kind :events :codec :edn}]
    (with-open [rt (lg/spawn! {:name :letters :lanes {:a lane :b lane :c lane :bad lane}
                               :roles {:split {:kind :router :rx :a :tx [:b :c] :on-error {:to :bad}}}
                               :endpoints {:in {:kind :ingress :lane :a} :b {:kind :egress :lane :b}
                                           :c {:kind :egress :lane :c} :bad {:kind :egress :lane :bad}}})]
      (doseq [l [:b :c :bad]]
        (is (true? (lg/inject! rt l l)))
        (is (= [l] (lg/take! rt l 1 {:timeout-ms 20000})))))))

(ns lanegraph.swap-state-test
  "What becomes of a stage's state in a swap, rolling back, and swaps that are refused."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually fresh-var pipe taken]])
  (:import (java.util.concurrent.locks LockSupport)
           (lanegraph.stage StageFactory StatefulStage ValueFilter ValueStage)))

(set! *warn-on-reflection* true)

;; ------------------------------------------------------------------ state, closing, rolling back

(defn- counter [closed tag]
  {:init (fn [_] 0) :step (fn [n _] [(inc (long n)) [tag n]]) :close #(swap! closed conj [tag %])})

(deftest state-is-carried-over-or-starts-fresh
  (let [closed (atom [])]
    (with-open [rt (lg/spawn! (pipe {:stage :s :as :stateful}) {:stages {:s (counter closed :a)}})]
      (lg/offer-all! rt :in [0 0])
      (is (= [[:a 0] [:a 1]] (taken rt 2)))
      (is (= :carried (:state (lg/swap-stage! rt :r (counter closed :b) {:migrate #(+ 100 %)}))))
      (is (= [] @closed) "its state lives on")
      (lg/offer! rt :in 0)
      (is (= [[:b 102]] (taken rt 1)))
      (is (= :fresh (:state (lg/swap-stage! rt :r (counter closed :c)))))
      (is (= [[:b 103]] @closed))
      (lg/offer! rt :in 0)
      (is (= [[:c 0]] (taken rt 1)))
      (testing "a migration that throws changes nothing"
        (is (thrown? ArithmeticException (lg/swap-stage! rt :r (counter closed :d) {:migrate #(quot % 0)})))
        (lg/offer! rt :in 0)
        (is (= [[:c 1]] (taken rt 1)))
        (is (= 3 (count (lg/stage-history rt :r)))))
      (testing "a roll-back makes the function anew"
        (is (= {:version 4 :of 2 :how :rollback :state :fresh}
               (select-keys (lg/rollback-stage! rt :r) [:version :of :how :state])))
        (is (= [[:b 103] [:c 2]] @closed))
        (lg/offer! rt :in 0)
        (is (= [[:b 0]] (taken rt 1)))
        (is (= {:of 1 :state :carried} (select-keys (lg/rollback-stage! rt :r {:migrate identity}) [:of :state])))
        (lg/offer! rt :in 0)
        (is (= [[:a 1]] (taken rt 1)))
        (is (= :role/no-version (code-of #(lg/rollback-stage! rt :r))))))
    (is (= [[:b 103] [:c 2] [:a 2]] @closed) "the last is closed with its role")))

(deftest an-error-of-closing-is-told-and-changes-nothing
  (let [bad {:step (fn [n v] [n v]) :close (fn [_] (throw (ex-info "stays open" {})))}]
    (with-open [rt (lg/spawn! (pipe {:stage :s :as :stateful}) {:stages {:s bad}})]
      (is (= "stays open" (ex-message (:close-error (lg/swap-stage! rt :r {:step (fn [n v] [n (inc v)])})))))
      (lg/offer! rt :in 1)
      (is (= [2] (taken rt 1)))
      (is (= 1 (count (:errors (lg/status rt))))))))

(deftest a-roll-back-pins-a-function-until-its-var-changes
  (let [v (fresh-var inc)]
    (with-open [rt (lg/spawn! (pipe {:stage (symbol v)}))]
      (alter-var-root v (constantly dec))
      (is (eventually (= 2 (get-in (lg/status rt) [:roles :r :version]))))
      (is (= 1 (:of (lg/rollback-stage! rt :r))))
      (lg/offer! rt :in 1)
      (is (= [2] (taken rt 1)))
      (alter-var-root v (constantly str))
      (lg/offer! rt :in 1)
      (is (= ["1"] (taken rt 1)))
      (is (= 2 (:of (lg/rollback-stage! rt :r))) "the one before"))))

(deftest an-object-that-was-closed-is-not-used-again
  (let [object (fn [] (reify ValueStage (apply [_ v] v) java.lang.AutoCloseable (close [_])))]
    (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
      (lg/swap-stage! rt :r (object))
      (lg/swap-stage! rt :r (object))
      (is (= :stage/closed (code-of #(lg/rollback-stage! rt :r))))
      (is (= 3 (get-in (lg/status rt) [:roles :r :version]))))))

(deftest history-has-a-limit
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (dotimes [_ 100] (lg/swap-stage! rt :r dec))
    (is (= (range 38 102) (map :version (lg/stage-history rt :r))))))

;; ------------------------------------------------------------------ what is refused

(deftest what-is-no-stage-is-refused-and-changes-nothing
  (with-open [rt (lg/spawn! (-> (pipe {:stage 'clojure.core/inc})
                                (assoc-in [:roles :copy] {:kind :bridge :rx :b :tx :c})
                                (assoc-in [:lanes :c] {:kind :events :codec :edn})
                                (assoc-in [:endpoints :out :lane] :c))
                            {:consumers {:out (fn [_])}})]
    (doseq [[stage code] {5 :stage/not-a-stage, nil :stage/not-a-stage, :key :stage/not-a-stage, 'simple :stage/not-a-stage
                          {:step +} :stage/not-a-stage, "no.such.Class" :stage/class-not-found
                          "java.lang.StringBuilder" :stage/not-a-stage
                          'no.such/thing :stage/namespace-not-found, 'clojure.core/incc :stage/var-not-found
                          (lg/raw-stage :filter (fn [_] true)) :lane/by-reference
                          (lg/raw-stage :route (fn [_] true)) :stage/not-a-stage
                          (reify lanegraph.stage.StageFactory (create [_ _] nil)) :stage/not-a-stage
                          (reify lanegraph.stage.StageFactory (create [_ _] (throw (ex-info "no" {})))) :stage/init-failed}]
      (is (= code (code-of #(lg/swap-stage! rt :r stage))) (pr-str stage)))
    (is (= :stage/no-state (code-of #(lg/swap-stage! rt :r dec {:migrate identity}))))
    (is (= :options/invalid (code-of #(lg/swap-stage! rt :r dec {:migrte identity}))))
    (is (= :role/no-stage (code-of #(lg/swap-stage! rt :copy dec))))
    (is (= :role/no-stage (code-of #(lg/swap-stage! rt :endpoint/out dec))))
    (is (= :graph/unknown-role (code-of #(lg/swap-stage! rt :x dec))))
    (is (= :role/no-version (code-of #(lg/rollback-stage! rt :r))))
    (is (= 1 (get-in (lg/status rt) [:roles :r :version])))
    (lg/stop! rt)
    (is (= :graph/stopped (code-of #(lg/swap-stage! rt :r dec))))
    (is (= :graph/stopped (code-of #(lg/rollback-stage! rt :r))))
    (is (= 1 (count (lg/stage-history rt :r))) "can be read after the end")))

(deftest codecs-must-be-equal-for-a-stage-that-forwards
  (with-open [rt (lg/spawn! (assoc-in (pipe {:stage 'clojure.core/inc}) [:lanes :b :codec] :json))]
    (is (= :graph/codec-mismatch (code-of #(lg/swap-stage! rt :r (reify ValueFilter (test [_ _] true))))))))

(deftest a-stage-of-two-roles-is-refused-if-it-has-state
  (let [s (reify StatefulStage (apply [_ _ _] (int 0)))
        spec {:name :two :lanes (zipmap [:a :b :c] (repeat {:kind :events :codec :long :slot-bytes 8}))
              :roles {:one {:kind :stage :stage :s :rx :a :tx :b} :two {:kind :stage :stage :t :rx :b :tx :c}}
              :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}}]
    (with-open [rt (lg/spawn! spec {:stages {:s s :t inc} :wire :always})]
      (is (= :stage/shared-state (code-of #(lg/swap-stage! rt :two s)))))))

(deftest a-refused-stage-is-closed-if-it-was-made-for-the-swap
  (let [closed (atom [])]
    (with-open [rt (lg/spawn! (pipe {:stage :s :as :stateful}) {:stages {:s (counter closed :a)}})]
      (lg/stop! rt)
      (reset! closed [])
      (is (= :graph/stopped (code-of #(lg/swap-stage! rt :r (counter closed :b)))))
      (is (= [[:b 0]] @closed)))))

(deftest a-refused-stage-that-is-at-work-stays-open
  (let [{:keys [open! pass!]} (kit/gate), begun (promise), closed (atom 0)
        stage (reify
                ValueStage (apply [_ v] (deliver begun v) (pass!) v)
                java.lang.AutoCloseable (close [_] (swap! closed inc)))]
    (with-open [rt (lg/spawn! (pipe {:stage :s}) {:stages {:s stage}})]
      (lg/offer! rt :in 1)
      @begun
      (is (= :role/busy (code-of #(lg/swap-stage! rt :r (reify StageFactory (create [_ _] stage)) {:deadline-ms 20}))))
      (is (= 0 @closed))
      (open!))))

(deftest a-swap-in-a-stage-is-refused-and-the-role-goes-on
  (let [rt (promise)]
    (with-open [g (lg/spawn! (pipe {:stage :self}) {:stages {:self (fn [_] (code-of #(lg/swap-stage! @rt :r dec)))}})]
      (deliver rt g)
      (lg/offer! g :in 1)
      (is (= [:role/own-thread] (taken g 1)))
      (is (= 1 (get-in (lg/status g) [:roles :r :version]))))))

(deftest a-swap-that-the-role-does-not-come-to-is-withdrawn
  (let [{:keys [open! pass!]} (kit/gate), begun (promise)]
    (with-open [rt (lg/spawn! (pipe {:stage :wait}) {:stages {:wait (fn [v] (deliver begun v) (pass!) v)}})]
      (lg/offer! rt :in 1)
      @begun
      (is (= :role/busy (code-of #(lg/swap-stage! rt :r dec {:deadline-ms 20}))))
      (open!)
      (lg/offer! rt :in 5)
      (is (= [1 5] (taken rt 2)))
      (is (= 1 (count (lg/stage-history rt :r)))))))

(deftest an-interrupted-swap-is-done-or-not
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (dotimes [_ 200]
      (let [before (get-in (lg/status rt) [:roles :r :version])
            answer (promise)
            caller (Thread. #(deliver answer (try {:version (:version (lg/swap-stage! rt :r dec))}
                                                  (catch clojure.lang.ExceptionInfo e (ex-data e)))))]
        (.start caller)
        (LockSupport/parkNanos (rand-int 100000))
        (.interrupt caller)
        (let [{:lanegraph/keys [code] :keys [version begun]} (deref answer 20000 {:version :hangs})
              version! #(get-in (lg/status rt) [:roles :r :version])]
          (cond
            version (is (= version (version!)))
            begun   (is (eventually (= (inc before) (version!))) "the role's thread was held up in the midst of it")
            :else   (is (= [:call/interrupted before] [code (version!)]))))))))

(ns lanegraph.rehearse-state-test
  "Rehearsals that are refused, interrupted, or made while the role, or its stage, is in no plain state."
  (:require [clojure.test :refer [deftest is]]
            [lanegraph.core :as lg]
            [lanegraph.rehearse-kit :refer [counter differences plus through]]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe taken]])
  (:import (lanegraph.stage StageFactory StatefulStage ValueStage)))

(set! *warn-on-reflection* true)

(deftest what-cannot-be-rehearsed-is-refused
  (with-open [rt (lg/spawn! (-> (pipe {:stage 'clojure.core/inc})
                                (assoc-in [:roles :copy] {:kind :bridge :rx :b :tx :c})
                                (assoc-in [:lanes :c] {:kind :events :codec :edn})
                                (assoc-in [:endpoints :out :lane] :c))
                            {:consumers {:out (fn [_])}})]
    (doseq [[stage code] {5 :stage/not-a-stage, nil :stage/not-a-stage, :key :stage/not-a-stage
                          {:step +} :stage/not-a-stage, "no.such.Class" :stage/class-not-found
                          'no.such/thing :stage/namespace-not-found, 'clojure.core/incc :stage/var-not-found
                          (lg/raw-stage :filter (fn [_] true)) :lane/by-reference
                          (reify StageFactory (create [_ _] nil)) :stage/not-a-stage}]
      (is (= code (code-of #(lg/rehearse rt :r stage))) (pr-str stage)))
    (is (= [:role/no-stage :role/no-stage :graph/unknown-role :graph/unknown-role]
           (map (fn [role] (code-of #(lg/rehearse rt role dec))) [:copy :endpoint/out :x "r"])))
    (doseq [opts [{:lst 5} {:last 0} {:last 1.5} {:next 1 :last 1} {:next 1 :journal ["/tmp" :a]} {:from 3} {:since 3}
                  {:journal :a} {:journal ["/tmp" "a"]} {:migrate 5}]]
      (is (= :options/invalid (code-of #(lg/rehearse rt :r dec opts))) (pr-str opts)))))

(deftest an-object-with-state-that-is-at-work-is-not-touched
  (let [calls (atom 0)
        stage (reify StatefulStage
                (apply [_ in out] (swap! calls inc) (.putLong out 0 (.getLong in 0)) (int 8)))]
    (through (pipe {:stage :s} {:codec :long :slot-bytes 8}) {:stages {:s stage}} [1] 1
             (fn [rt]
               (is (= :stage/shared-state (code-of #(lg/rehearse rt :r inc)) (code-of #(lg/rehearse rt :r stage))))
               (is (= 1 @calls))
               (lg/swap-stage! rt :r (plus :map 1))
               (is (= 1 (:different (lg/rehearse rt :r stage))) "it may be the candidate when it is at work no more")))))

(deftest a-factory-that-answers-the-stage-at-work-does-not-get-it-closed
  (let [closed (atom 0)
        stage  (reify
                 ValueStage (apply [_ v] v)
                 java.lang.AutoCloseable (close [_] (swap! closed inc)))]
    (through (pipe {:stage :s}) {:stages {:s stage}} [1] 1
             (fn [rt]
               (is (= :stage/shared-state (code-of #(lg/rehearse rt :r (reify StageFactory (create [_ _] stage))))))
               (is (= 0 @closed))))))

(deftest a-candidate-of-a-symbol-or-a-var-or-a-factory
  (through (pipe {:stage 'clojure.core/inc}) {} [1] 1
           (fn [rt]
             (doseq [stage ['clojure.core/dec #'clojure.core/dec
                            (reify StageFactory (create [_ _] (reify ValueStage (apply [_ v] (dec (long v))))))]]
               (is (= [[0 1 2 0]] (differences (lg/rehearse rt :r stage))))))))

(deftest the-present-function-is-the-one-in-use
  (let [v (intern (create-ns 'lanegraph.rehearsed) (gensym "v") inc)]
    (through (pipe {:stage (symbol v)}) {} [1] 1
             (fn [rt]
               (is (= [1 [[0 1 2 0]]] ((juxt :version differences) (lg/rehearse rt :r dec))))
               (alter-var-root v (constantly dec))
               (is (eventually (= 2 (get-in (lg/status rt) [:roles :r :version]))))
               (is (= [2 1] ((juxt :version :equal) (lg/rehearse rt :r dec))))
               (lg/rollback-stage! rt :r)
               (is (= [3 1] ((juxt :version :equal) (lg/rehearse rt :r inc))))
               (is (= "clojure.core/str" (:candidate (lg/rehearse rt :r 'clojure.core/str))))))))

(deftest a-rehearsal-can-be-interrupted
  (through (pipe {:stage :s}) {:stages {:s identity}} [1 2] 2
           (fn [rt]
             (let [begun (promise), answer (promise), {:keys [pass!]} (kit/gate)
                   caller (Thread. #(deliver answer [(code-of (fn [] (lg/rehearse rt :r (fn [v] (deliver begun v) (pass!) v))))
                                                     (Thread/interrupted)]))]
               (.start caller)
               (deref begun 20000 nil)
               (.interrupt caller)
               (is (= [:call/interrupted true] (deref answer 20000 :hangs))))
             (let [answer (promise)
                   caller (Thread. #(deliver answer (code-of (fn [] (lg/rehearse rt :r inc {:next 5 :timeout-ms 3600000})))))]
               (.start caller)
               (.interrupt caller)
               (is (= :call/interrupted (deref answer 20000 :hangs))))
             (is (= 2 (:messages (lg/rehearse rt :r inc))) "and nothing stays behind"))))

(deftest a-role-that-is-paused-parked-or-stuck-is-rehearsed
  (let [{:keys [open! pass!]} (kit/gate), begun (promise)]
    (with-open [rt (lg/spawn! (pipe {:stage :s :as :stateful})
                              {:stages {:s {:step (fn [n v] (when (and (= v :wait) (deliver begun v)) (pass!)) [n v])}}})]
      (lg/offer-all! rt :in [1 :wait])
      (is (= :wait (deref begun 20000 nil)))
      (is (= 1 (:equal (lg/rehearse rt :r {:step (fn [n v] [n v])} {:last 1}))) "while its function has not returned")
      (is (= :role/busy (code-of #(lg/rehearse rt :r counter {:migrate identity :deadline-ms 20}))))
      (open!)
      (is (= [1 :wait] (taken rt 2)))))
  (with-open [rt (lg/spawn! (pipe {:stage :s}) {:dev true :stages {:s #(/ 1 %)}})]
    (lg/offer! rt :in 0)
    (is (eventually (= :parked (get-in (lg/status rt) [:roles :r :state]))))
    (is (= [[0 0 #{:now} :mended]] (map (juxt :position :input :threw :then) (:errors (lg/rehearse rt :r (constantly :mended))))))
    (is (= :parked (get-in (lg/status rt) [:roles :r :state])))))

(deftest a-stage-may-rehearse-on-its-own-thread
  (let [rt    (promise), first? (atom true)
        stage (fn [v]
                (if (compare-and-set! first? true false)
                  (select-keys (lg/rehearse @rt :r (constantly 1)) [:messages :differences])
                  v))]
    (with-open [g (lg/spawn! (pipe {:stage :self}) {:stages {:self stage}})]
      (deliver rt g)
      (lg/offer! g :in :x)
      (is (= [{:messages 1 :differences [{:position 0 :input :x :now :x :then 1}]}] (taken g 1)))
      (is (= :x (do (lg/offer! g :in :x) (first (taken g 1)))) "and goes on"))))

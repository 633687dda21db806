(ns lanegraph.dev-mode-test
  "Broken code costs no message: {:dev true}."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe refusal taken]]
            [lanegraph.scratch :as scratch]))

(set! *warn-on-reflection* true)

(defn- state [rt role] (get-in (lg/status rt) [:roles role :state]))

(defn- fresh-var [value]
  (intern (create-ns 'lanegraph.dev-mode) (gensym "v") value))

(defn- parked? [rt role] (eventually (= :parked (state rt role))))

(deftest a-message-that-breaks-a-stage-waits-for-its-mending
  (doseq [threads [:dedicated :shared], mapped? [false true], on-error [:stop :skip]]
    (testing (str threads mapped? on-error)
      (scratch/with-dir [dir]
        (let [v (fresh-var (fn [x] (if (= x 2) (throw (ex-info "two!" {})) (* 10 x))))]
          (with-open [rt (lg/spawn! (pipe {:stage (symbol v) :on-error on-error})
                                    (cond-> {:dev true :threads threads} mapped? (assoc :dir dir)))]
            (lg/offer-all! rt :in [1 2 3])
            (is (= [10] (taken rt 1)))
            (is (parked? rt :r))
            (let [[{:keys [exception] :as parked} logged] (lg/errors rt)]
              (is (= {:parked true :role :r :at {:lane :a :position 1} :message 2}
                     (select-keys parked [:parked :role :at :message])))
              (is (= "two!" (ex-message exception)))
              (is (= 1 (:count logged))))
            (is (= {:state :parked :moved 0} (select-keys (lg/retry! rt :r) [:state :moved])) "nothing was mended yet")
            (is (= [:role/parked :role/parked] [(code-of #(lg/resume! rt :r)) (code-of #(lg/step! rt :r))]))
            (is (= [:r] (:halted (refusal #(lg/await-idle! rt {:timeout-ms 3600000})))))
            (alter-var-root v (constantly (fn [x] (* 100 x))))
            (is (= {:state :running :moved 1 :processed 1} (select-keys (lg/retry! rt :r) [:state :moved :processed])))
            (is (= [200 300] (taken rt 2)) "nothing lost, in order")
            (lg/await-idle! rt) ; a role counts what it did after it was published
            (is (= {:version 2 :at {:lane :a :position 1}}
                   (select-keys (peek (lg/stage-history rt :r)) [:version :at])))
            (is (and (seq (lg/errors rt)) (not-any? :parked (lg/errors rt))) "the log of distinct errors stays")
            (is (= {:processed 3 :errors 0} (select-keys (get-in (lg/status rt) [:roles :r]) [:processed :errors])))
            (is (= :role/not-parked (code-of #(lg/retry! rt :r)) (code-of #(lg/skip! rt :r))))))))))

(deftest a-message-can-be-skipped
  (with-open [rt (lg/spawn! (pipe {:stage :f}) {:dev true :stages {:f #(if (odd? %) (throw (ex-info "odd" {})) %)}})]
    (lg/offer-all! rt :in [1 2 3 4])
    (is (parked? rt :r))
    (is (= {:state :running :moved 1 :errors 1} (select-keys (lg/skip! rt :r) [:state :moved :errors])))
    (is (= [2] (taken rt 1)))
    (is (parked? rt :r))
    (lg/skip! rt :r)
    (is (= [4] (taken rt 1)))
    (lg/await-idle! rt)
    (is (= {:processed 2 :errors 2} (select-keys (get-in (lg/status rt) [:roles :r]) [:processed :errors]))))
  (testing "to the dead letters, if there are any"
    (with-open [rt (lg/spawn! (-> (pipe {:stage :f :on-error {:to :bad}})
                                  (assoc-in [:lanes :bad] {:kind :events :codec :edn})
                                  (assoc-in [:endpoints :bad] {:kind :egress :lane :bad}))
                              {:dev true :stages {:f #(/ 1 %)}})]
      (lg/offer-all! rt :in [0 1])
      (is (parked? rt :r))
      (is (= [] (lg/take! rt :bad 1)))
      (lg/skip! rt :r)
      (is (= [0] (lg/take! rt :bad 1 {:timeout-ms 20000})))
      (is (= [1] (taken rt 1))))))

(deftest a-wrong-arity-parks-and-a-swap-mends
  (let [v (fresh-var inc)]
    (with-open [rt (lg/spawn! (pipe {:stage (symbol v)}) {:dev true})]
      (alter-var-root v (constantly (fn [_ _] :never)))
      (lg/offer-all! rt :in [1 2])
      (is (parked? rt :r))
      (is (instance? clojure.lang.ArityException (:exception (first (lg/errors rt)))))
      (is (= {:lane :a :position 0} (:at (lg/swap-stage! rt :r dec))) "the one that waits is its first")
      (is (= :parked (state rt :r)) "a swap alone retries nothing")
      (lg/retry! rt :r)
      (is (= [0 1] (taken rt 2))))
    (testing "so does a redefinition that is no function"
      (with-open [rt (lg/spawn! (pipe {:stage (symbol v)}) {:dev true})]
        (alter-var-root v (constantly 5))
        (lg/offer! rt :in 1)
        (is (parked? rt :r))
        (is (= :stage/not-a-stage (:lanegraph/code (ex-data (:exception (first (lg/errors rt)))))))
        (alter-var-root v (constantly inc))
        (lg/retry! rt :r)
        (is (= [2] (taken rt 1)))))))

(deftest results-that-were-published-are-not-published-again
  (doseq [threads [:dedicated :shared]]
    (let [v (fresh-var (fn [x] (lg/emit [x 1] [x 2] (apply str (repeat 500 "x")) [x 4])))]
      (with-open [rt (lg/spawn! (pipe {:stage (symbol v)} {:slot-bytes 64}) {:dev true :wire :always :threads threads})]
        (lg/offer-all! rt :in [0])
        (is (= [[0 1] [0 2]] (taken rt 2)))
        (is (parked? rt :r))
        (alter-var-root v (constantly (fn [x] (lg/emit [x 1] [x 2] [x 3] [x 4]))))
        (lg/retry! rt :r)
        (lg/offer! rt :in 1)
        (is (= [[0 3] [0 4] [1 1] [1 2] [1 3] [1 4]] (reduce (fn [all _] (into all (taken rt 1))) [] (range 6))))))))

(deftest a-state-has-each-message-once-however-often-it-is-done-again
  (let [long-text (apply str (repeat 500 "x"))
        adding    (fn [result] {:init (fn [_] 0) :step (fn [sum x] (let [sum (+ sum x)] [sum (result x sum)]))})]
    (doseq [[label broken mended] [["its result does not fit" (fn [x sum] (if (= x 2) long-text sum)) (fn [_ sum] sum)]
                                   ["one of several does not fit"
                                    (fn [x sum] (if (= x 2) (lg/emit sum long-text) sum))
                                    (fn [x sum] (if (= x 2) (lg/emit sum :two) sum))]]]
      (testing label
        (let [several? (= label "one of several does not fit"), v (fresh-var (adding broken))
              run      (fn [f] (with-open [rt (lg/spawn! (pipe {:stage (symbol v) :as :stateful} {:slot-bytes 64}) {:dev true :wire :always})]
                                 (alter-var-root v (constantly (adding broken)))
                                 (lg/offer-all! rt :in [1 2 3])
                                 (is (parked? rt :r))
                                 (is (= :parked (:state (lg/retry! rt :r))) "not mended yet")
                                 (f rt)
                                 (lg/await-idle! rt {:timeout-ms 20000})
                                 (lg/take! rt :out 9)))]
          (testing "redefined, and done again"
            (is (= (if several? [1 3 :two 6] [1 3 6])
                   (run (fn [rt] (alter-var-root v (constantly (adding mended))) (lg/retry! rt :r))))))
          (testing "swapped with its state, and done again"
            (is (= (if several? [1 3 :two 6] [1 3 6])
                   (run (fn [rt] (lg/swap-stage! rt :r (adding mended) {:migrate identity}) (lg/retry! rt :r))))))
          (testing "passed over, as on-error would"
            (is (= (if several? [1 3 6] [1 6]) (run #(lg/skip! % :r))))))))))

(deftest a-parked-role-that-was-paused-stays-paused
  (with-open [rt (lg/spawn! (pipe {:stage :f}) {:dev true :stages {:f #(/ 1 %)}})]
    (lg/pause! rt :r)
    (lg/offer-all! rt :in [0 1])
    (is (= {:state :parked :moved 0} (select-keys (lg/step! rt :r 2) [:state :moved])))
    (is (= {:state :paused :moved 1} (select-keys (lg/skip! rt :r) [:state :moved])))
    (is (= [] (lg/take! rt :out 1)))
    (is (= 1 (:moved (lg/step! rt :r 2))))
    (is (= [1] (taken rt 1)))))

(deftest a-router-and-a-consumer-park-too
  (let [lane {:kind :events :codec :edn}, v (fresh-var (fn [_] :nowhere)), broken (atom true)]
    (with-open [rt (lg/spawn! {:name :split :lanes {:a lane :b lane}
                               :roles {:r {:kind :router :policy {:by (symbol v)} :rx :a :tx [:b]}}
                               :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}}
                              {:dev true :consumers {:out (fn [_] (when @broken (throw (ex-info "broken" {}))))}})]
      (lg/offer! rt :in 1)
      (is (parked? rt :r))
      (alter-var-root v (constantly (fn [_] :b)))
      (lg/retry! rt :r)
      (is (parked? rt :endpoint/out))
      (reset! broken false)
      (is (= 1 (:moved (lg/retry! rt :endpoint/out))))
      (is (nil? (lg/await-idle! rt))))))

(deftest a-parked-graph-stops-and-the-message-stays-in-its-file
  (scratch/with-dir [dir]
    (let [v (fresh-var #(/ 1 %)), spec (pipe {:stage (symbol v)})]
      (with-open [rt (lg/spawn! spec {:dev true :dir dir})]
        (lg/offer-all! rt :in [0 1])
        (is (parked? rt :r))
        (is (= {:drained false :halted [:r] :remaining {:a 2}}
               (select-keys (lg/stop! rt {:mode :drain :deadline-ms 100}) [:drained :halted :remaining])))
        (is (= [] (:stuck (lg/stop! rt {:deadline-ms 20000})))))
      (alter-var-root v (constantly inc))
      (with-open [rt (lg/spawn! spec {:dir dir})]
        (is (= [1 2] (taken rt 2)))))))

(deftest without-dev-on-error-decides
  (with-open [rt (lg/spawn! (pipe {:stage :f :on-error :skip}) {:stages {:f #(/ 1 %)}})]
    (lg/offer-all! rt :in [0 1])
    (is (= [1] (taken rt 1)))
    (lg/await-idle! rt)
    (is (= 1 (get-in (lg/status rt) [:roles :r :errors])))))

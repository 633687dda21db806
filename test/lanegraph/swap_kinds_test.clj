(ns lanegraph.swap-kinds-test
  "What a stage can be swapped for, and vars that are followed."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :refer [eventually fresh-var pipe taken]])
  (:import (lanegraph.stage FilterStage InspectStage MapOkStage MapStage StatefulStage StatefulTransformStage
                            ValueFilter ValueInspect ValueStage)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

;; ------------------------------------------------------------------ following a var

(deftest a-stage-named-by-symbol-follows-its-var
  (doseq [opts [{} {:threads :shared} {:wire :always}]]
    (let [v (fresh-var inc)]
      (with-open [rt (lg/spawn! (pipe {:stage (symbol v)}) opts)]
        (doseq [[k f] (map-indexed vector [dec - str vector])]
          (lg/offer! rt :in k)
          (taken rt 1)
          (alter-var-root v (constantly f))
          (lg/offer! rt :in (inc (* 10 k)))
          (is (= [(f (inc (* 10 k)))] (taken rt 1)) "the next message"))
        (is (= [[1 :spawn 0] [2 :redefined 1] [3 :redefined 3] [4 :redefined 5] [5 :redefined 7]]
               (map (juxt :version :how (comp :position :at)) (lg/stage-history rt :r))))
        (alter-var-root v (constantly inc))
        (is (eventually (= 6 (get-in (lg/status rt) [:roles :r :version]))) "without a message too")
        (is (= {:lane :a :position 8} (:at (peek (lg/stage-history rt :r)))))))))

(deftest what-is-redefined-keeps-its-state
  (let [v (fresh-var {:init (constantly 10) :step (fn [n x] [(inc n) [n x]])})]
    (with-open [rt (lg/spawn! (pipe {:stage (symbol v) :as :stateful}))]
      (lg/offer! rt :in :a)
      (is (= [[10 :a]] (taken rt 1)))
      (alter-var-root v (constantly {:init (constantly 0) :step (fn [n x] [(inc n) [:new n x]])}))
      (lg/offer! rt :in :b)
      (is (= [[:new 11 :b]] (taken rt 1)))
      (is (= [:fresh :carried] (map :state (lg/stage-history rt :r)))))))

(deftest a-var-may-hold-any-stage
  (let [v (fresh-var (lg/raw-stage :filter (fn [^DirectBuffer b] (odd? (.getLong b 0)))))]
    (with-open [rt (lg/spawn! (pipe {:stage (symbol v)} {:codec :long :slot-bytes 8}))]
      (lg/offer-all! rt :in [1 2])
      (is (= [1] (taken rt 1)))
      (lg/await-idle! rt)
      (alter-var-root v (constantly (lg/raw-stage :filter (fn [^DirectBuffer b] (even? (.getLong b 0))))))
      (lg/offer-all! rt :in [3 4])
      (is (= [4] (taken rt 1)))
      (is (= 2 (get-in (lg/status rt) [:roles :r :version]))))))

(deftest a-redefinition-amid-a-burst-begins-with-the-next-message
  (let [v    (fresh-var nil)
        keep (fn [test at next]
               (lg/raw-stage :filter (fn [^DirectBuffer b]
                                       (let [n (.getLong b 0)]
                                         (when (= n at) (alter-var-root v (constantly next)))
                                         (test n)))))]
    (alter-var-root v (constantly (keep odd? 3 (keep even? 6 (keep odd? -1 nil)))))
    (with-open [rt (lg/spawn! (pipe {:stage (symbol v)} {:codec :long :slot-bytes 8 :slots 64}))]
      (lg/pause! rt :r)
      (lg/offer-all! rt :in (range 10))
      (lg/resume! rt :r)
      (is (= [1 3 4 6 7 9] (taken rt 6)))
      (is (= [[1 0] [2 4] [3 7]] (map (juxt :version (comp :position :at)) (lg/stage-history rt :r)))))))

(deftest a-redefinition-that-is-no-stage-is-an-error-of-the-message
  (let [v (fresh-var inc)]
    (with-open [rt (lg/spawn! (pipe {:stage (symbol v) :on-error :skip}))]
      (alter-var-root v (constantly 5))
      (lg/offer! rt :in 1)
      (is (eventually (= 1 (get-in (lg/status rt) [:roles :r :errors]))))
      (is (= 1 (get-in (lg/status rt) [:roles :r :version])))
      (alter-var-root v (constantly dec))
      (lg/offer! rt :in 1)
      (is (= [0] (taken rt 1))))))

;; ------------------------------------------------------------------ kinds

(deftest every-kind-of-value-stage-is-swapped
  (doseq [[as from to] [[:map inc dec] [:filter even? odd?]]]
    (with-open [rt (lg/spawn! (pipe {:stage :s :as as}) {:stages {:s from}})]
      (lg/swap-stage! rt :r to)
      (lg/offer-all! rt :in [1 2 3])
      (is (= (if (= as :map) [0 1 2] [1 3]) (taken rt (if (= as :map) 3 2))))))
  (let [seen (atom [])]
    (with-open [rt (lg/spawn! (pipe {:stage :s :as :inspect}) {:stages {:s identity}})]
      (lg/swap-stage! rt :r #(swap! seen conj %))
      (lg/offer! rt :in 1)
      (is (= [1] (taken rt 1) @seen))))
  (testing "with args and sequence"
    (with-open [rt (lg/spawn! (pipe {:stage :s :sequence true :args 7}) {:stages {:s vector}})]
      (lg/swap-stage! rt :r list)
      (lg/offer-all! rt :in [:a :b])
      (is (= '[(0 :a 7) (1 :b 7)] (taken rt 2)))))
  (testing "by a var, a symbol, an object"
    (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
      (lg/swap-stage! rt :r #'clojure.core/dec)
      (lg/offer! rt :in 1)
      (is (= [0] (taken rt 1)))
      (is (= "clojure.core/str" (:stage (lg/swap-stage! rt :r 'clojure.core/str))))
      (lg/offer! rt :in 1)
      (is (= ["1"] (taken rt 1)))
      (lg/swap-stage! rt :r (reify ValueFilter (test [_ v] (= v 5))))
      (lg/offer-all! rt :in [4 5])
      (is (= [5] (taken rt 1))))))

(deftest every-java-interface-is-swapped-in
  (let [number (fn [^DirectBuffer b] (.getLong b 0))
        copy   (fn [^DirectBuffer in ^MutableDirectBuffer out add] (.putLong out 0 (+ (long add) (.getLong in 0))) 8)
        stages [[(reify MapOkStage (apply [_ in out] (int (copy in out 1)))) [2 3]]
                [(reify MapStage (apply [_ in out] (int (copy in out 2)))) [3 4]]
                [(reify FilterStage (test [_ in] (= 2 (number in)))) [2]]
                [(reify InspectStage (accept [_ in] nil)) [1 2]]
                [(reify StatefulStage (apply [_ in out] (int (copy in out 3)))) [4 5]]
                [(reify StatefulTransformStage
                   (apply [_ in _] (int (if (= 1 (number in)) StatefulTransformStage/DROP StatefulTransformStage/FORWARD_INPUT))))
                 [2]]
                [(reify ValueStage (apply [_ v] (- (long v)))) [-1 -2]]
                [(reify ValueInspect (accept [_ _] nil)) [1 2]]]]
    (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:codec :long :slot-bytes 8}) {:wire :always})]
      (doseq [[stage out] stages]
        (lg/swap-stage! rt :r stage)
        (lg/offer-all! rt :in [1 2])
        (is (= out (taken rt (count out))) (str (class stage)))
        (lg/await-idle! rt)))))

(deftest the-function-of-a-router-is-swapped
  (let [lane {:kind :events :codec :long :slot-bytes 8}
        spec {:name :split :lanes {:a lane :b lane :c lane}
              :roles {:r {:kind :router :policy {:by :by} :rx :a :tx [:b :c]}}
              :endpoints {:in {:kind :ingress :lane :a} :b {:kind :egress :lane :b} :c {:kind :egress :lane :c}}}
        one  (fn [rt egress] (first (lg/take! rt egress 1 {:timeout-ms 20000})))]
    (doseq [wire [:auto :always]]
      (with-open [rt (lg/spawn! spec {:stages {:by even?} :wire wire})]
        (lg/offer-all! rt :in [1 2])
        (is (= [2 1] [(one rt :b) (one rt :c)]))
        (is (= {:lane :a :position 2} (:at (lg/swap-stage! rt :r (fn [_] :c)))))
        (lg/offer-all! rt :in [3 4])
        (is (= [3 4] [(one rt :c) (one rt :c)]))
        (when (= :always wire)
          (lg/swap-stage! rt :r (lg/raw-stage :route (fn [_] :b)))
          (lg/offer! rt :in 5)
          (is (= 5 (one rt :b))))))
    (let [v (fresh-var even?)]
      (with-open [rt (lg/spawn! (assoc-in spec [:roles :r :policy :by] (symbol v)))]
        (alter-var-root v (constantly odd?))
        (lg/offer! rt :in 1)
        (is (= 1 (one rt :b)))
        (is (= [:spawn :redefined] (map :how (lg/stage-history rt :r))))))))

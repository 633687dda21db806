(ns ^:matrix lanegraph.router-test
  "Routers: who gets which message, once, whatever is full."
  (:require [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [blocked-on by-hand counts eventually lanes offered out step]]
            [lanegraph.scratch :as scratch])
  (:import (lanegraph.lane Codec)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(defn- routed
  "in -> a -> router r -> x, y, z -> egress each. `role` goes into the router, the rest into lanes by name."
  [role & {:as lane-options}]
  (let [lane {:kind :events :codec :edn :slots 4}]
    {:name      :routed
     :lanes     (merge-with merge {:a (assoc lane :slots 64) :x lane :y lane :z lane} lane-options)
     :roles     {:r (merge {:kind :router :rx :a :tx [:x :y :z]} role)}
     :endpoints {:in {:kind :ingress :lane :a} :x {:kind :egress :lane :x}
                 :y {:kind :egress :lane :y} :z {:kind :egress :lane :z}}}))

(def ^:private memories
  "Every memory that lanes can have: by reference, as bytes, in files."
  [{} {:wire :always} {:dir true}])

(defmacro ^:private in-every-memory
  "Runs the body with `opts` bound to the options of spawn! for each memory."
  [[opts] & body]
  `(scratch/with-dir [dir#]
     (doseq [m# memories]
       (let [~opts (cond-> m# (:dir m#) (assoc :dir dir# :existing :replace))]
         (testing (pr-str m#) ~@body)))))

;; ------------------------------------------------------------------ broadcast

(deftest s27-a-broadcast-gives-each-output-each-message-once
  (in-every-memory [opts]
    (with-open [g (by-hand (routed {} :y {:slots 2}) opts)]
      (offered g :in (range 5))
      (is (= [2] (step g :r)))
      (is (= {:a [5 2 0] :x [3 0 0] :y [2 0 0] :z [3 0 0]} (lanes g))
          "a full output in the middle keeps nothing from the others")
      (is (= :y (blocked-on g :r)))
      (is (= [0 0] (step g :r :r)))
      (is (= {:a [5 2 0] :x [3 0 0] :y [2 0 0] :z [3 0 0]} (lanes g)) "and a retry doubles nothing")
      (is (= [0 1] (out g :y)))
      (is (= [2] (step g :r)))
      (is (= [:x {:a [5 4 0] :x [4 0 0] :y [4 2 0] :z [4 0 0]}] [(blocked-on g :r) (lanes g)])
          "the first in the list that is full is named")
      (is (= [[0 1 2 3] [2 3] [0 1 2 3]] (map #(out g %) [:x :y :z])))
      (is (= [1] (step g :r)))
      (is (nil? (blocked-on g :r)))
      (is (= [[4] [4] [4]] (map #(out g %) [:x :y :z])))
      (is (= {:processed 5} (counts g :r))))))

(deftest s27-each-output-blocks-or-drops-by-its-own-policy
  (in-every-memory [opts]
    (with-open [g (by-hand (routed {} :y {:slots 2 :on-full :drop} :z {:slots 64}) opts)]
      (offered g :in (range 6))
      (is (= [4] (step g :r)))
      (is (= {:a [6 4 0] :x [4 0 0] :y [2 0 3] :z [5 0 0]} (lanes g))
          "y has counted the message that x holds up, and will not count it again")
      (is (= :x (blocked-on g :r)))
      (is (= [0] (step g :r)))
      (is (= [0 1 2 3] (out g :x)))
      (is (= [2] (step g :r)))
      (is (= {:a [6 6 0] :x [6 4 0] :y [2 0 4] :z [6 0 0]} (lanes g)))
      (is (= {:processed 6} (counts g :r)) "what at least one output got is processed"))
    (with-open [g (by-hand (assoc (routed {:tx [:x :y]} :y {:slots 2}) :on-full :drop) opts)]
      (offered g :in (range 6))
      (step g :r)
      (is (= {:a [6 6 0] :x [4 0 2] :y [2 0 4] :z [0 0 0]} (lanes g)))
      (is (= {:processed 4 :dropped 2} (counts g :r)) "what no output got is dropped"))))

(deftest s27-a-message-too-large-for-one-output-is-one-error-and-reaches-the-others
  (in-every-memory [opts]
    (when (seq opts) ; bytes
      (let [small {:slot-bytes 16}
            large (apply str (repeat 40 \a))
            route (fn [role] (-> (routed role :y small :z (assoc small :on-full :drop))
                                 (assoc-in [:lanes :dead] {:kind :events :codec :edn})
                                 (assoc-in [:endpoints :dead] {:kind :egress :lane :dead})))]
        (with-open [g (by-hand (update (route {:on-error :skip}) :endpoints dissoc :dead) opts)]
          (offered g :in [1 large 2])
          (is (= [3] (step g :r)))
          (is (= [[1 large 2] [1 2] [1 2]] (map #(out g %) [:x :y :z])))
          (is (= {:processed 2 :errors 1} (counts g :r)) "one error, though two outputs cannot carry it"))
        (testing "the dead letters have it once, also when an output is full meanwhile"
          (with-open [g (by-hand (assoc-in (route {:on-error {:to :dead}}) [:lanes :x :slots] 2) opts)]
            (offered g :in [1 2 large 3])
            (is (= [2] (step g :r)))
            (is (= [:x []] [(blocked-on g :r) (out g :dead)]))
            (is (= [1 2] (out g :x)))
            (is (= [2] (step g :r)))
            (is (= [[large 3] [1 2 3] [1 2 3] [large]] (map #(out g %) [:x :y :z :dead])))
            (is (= {:processed 3 :errors 1} (counts g :r)))))
        (testing "a full lane of dead letters holds the role up, and the others have it once"
          (with-open [g (by-hand (assoc-in (route {:on-error {:to :dead}}) [:lanes :dead :slots] 2) opts)]
            (offered g :in [large large large 1])
            (is (= [2] (step g :r)))
            (is (= :dead (blocked-on g :r)))
            (is (= [large large large] (out g :x)))
            (is (= [large large] (out g :dead)))
            (is (= [2] (step g :r)))
            (is (= [[1] [1] [1] [large]] (map #(out g %) [:x :y :z :dead])))))
        (testing "where an error stops the role, none gets it: the message stays"
          (with-open [g (by-hand (update (route {}) :endpoints dissoc :dead) opts)]
            (offered g :in [1 large 2])
            (is (= "role/failed" (kit/java-code #(step g :r))))
            (is (= [[1] [1] [1]] (map #(out g %) [:x :y :z])))
            (is (= [3 1 0] (:a (lanes g))))))))))

(deftest a-router-that-stops-before-a-full-output-leaves-the-message
  (scratch/with-dir [dir]
    (let [spec (routed {:tx [:x :y]} :y {:slots 2})]
      (with-open [g (by-hand spec {:dir dir})]
        (offered g :in (range 4))
        (step g :r)
        (is (= [0 1] (out g :y)))
        (.end g "r")
        (is (= {:a [4 3 0] :x [3 0 0] :y [3 2 0] :z [0 0 0]} (lanes g))
            "what was on its way is sent on, since there is room")
        (is (nil? (blocked-on g :r))))
      (with-open [g (by-hand spec {:dir dir})]
        (step g :r)
        (is (= [[0 1 2 3] [2 3]] (map #(out g %) [:x :y])))))))

(deftest s27-a-router-reads-all-cursors-of-a-fanout
  (let [spec (-> (routed {:tx [:x :y]} :a {:kind :fanout-broadcast :consumers 2 :slots 4})
                 (update :lanes dissoc :z)
                 (update :endpoints dissoc :z))]
    (in-every-memory [opts]
      (with-open [g (by-hand spec opts)]
        (is (= 4 (offered g :in (range 9))) "full")
        (is (= [1 1] (step g :r :r)) "a drain is a quarter of the slots")
        (is (= {:a [4 2 0] :x [2 0 0] :y [2 0 0]} (lanes g)) "the cursors are moved together")
        (is (= 2 (offered g :in [4 5 6])))
        (dotimes [_ 2] (step g :r))
        (is (= [[0 1 2 3] [0 1 2 3]] (map #(out g %) [:x :y])))))
    (is (= {:x (range 100) :y (range 100)} (lg/simulate spec {:in (range 100)})))))

(deftest s14-s27-a-fanout-is-read-by-a-router-and-by-others
  (let [lane {:kind :events :codec :edn :slots 8}
        spec {:name  :mixed
              :lanes {:a lane :d lane :e lane :f lane :g lane :h lane
                      :both {:kind :fanout-broadcast :consumers 3 :codec :edn :slots 4}
                      :all  {:kind :fanout-broadcast :consumers 2 :codec :edn :slots 4}}
              :roles {:fill  {:kind :bridge :rx :a :tx :both}
                      :inc   {:kind :stage :stage 'clojure.core/inc :rx [:both 0] :tx :d}
                      :one   {:kind :router :rx [:both 1] :tx [:e :all :f]}
                      :whole {:kind :router :rx :all :tx [:g :h]}}
              :endpoints (into {:in {:kind :ingress :lane :a} :tap {:kind :egress :lane [:both 2]}}
                               (for [k [:d :e :f :g :h]] [k {:kind :egress :lane k}]))}]
    (is (= [] (lg/check spec)))
    (is (= (assoc (zipmap [:tap :e :f :g :h] (repeat (range 100))) :d (range 1 101))
           (lg/simulate spec {:in (range 100)})))))

(deftest s27-a-broadcast-on-threads
  (in-every-memory [opts]
    (with-open [rt (lg/spawn! (routed {} :y {:slots 2}) opts)]
      (let [takers (doall (for [k [:x :y :z]] (future (lg/take! rt k 2000 {:timeout-ms 120000}))))]
        (is (= 2000 (lg/offer-all! rt :in (range 2000) {:timeout-ms 20000})))
        (is (every? #(= (range 2000) %) (map deref takers)))
        (lg/await-idle! rt)
        (is (= {:kind :router :processed 2000 :blocked-on nil}
               (select-keys (get-in (lg/status rt) [:roles :r]) [:kind :processed :blocked-on])))))))

(deftest what-a-codec-throws-is-what-a-broadcast-tells
  (let [codec (reify Codec
                (encode [_ v buffer]
                  (when (= 13 v) (throw (Throwable. "neither an Exception nor an Error")))
                  (.putLong ^MutableDirectBuffer buffer 0 (long v))
                  8)
                (decode [_ buffer] (.getLong ^DirectBuffer buffer 0)))
        lane  {:kind :events :codec :mine :slots 8}
        spec  {:name      :thrown
               :lanes     {:a lane :x lane :y lane :z lane}
               :roles     {:r {:kind :router :rx :a :tx [:x :y] :on-error :skip}
                           :s {:kind :stage :stage :copy :rx :y :tx :z}}
               :endpoints {:in {:kind :ingress :lane :a} :x {:kind :egress :lane :x} :z {:kind :egress :lane :z}}}
        copy  (lg/raw-stage :map-ok (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                                      (.putLong out 0 (.getLong in 0))
                                      8))]
    (with-open [g (by-hand spec {:stages {:copy copy} :codecs {:mine codec}})]
      (offered g :in [13 1])
      (is (= [2 1] (step g :r :s)))
      (is (= [[13 1] [1]] [(out g :x) (out g :z)]) "only the lane that has bytes goes without it")
      (is (= {:processed 1 :errors 1} (counts g :r)))
      (is (str/starts-with? (first (kit/errors g)) "java.lang.Throwable: neither an Exception nor an Error")))))

;; ------------------------------------------------------------------ one output for each message

(deftest a-round-robin-gives-each-message-to-one-output-in-turn
  (in-every-memory [opts]
    (with-open [g (by-hand (routed {:policy :round-robin}) opts)]
      (is (= 10 (offered g :in (range 10))))
      (is (= [10] (step g :r)))
      (is (= [[0 3 6 9] [1 4 7] [2 5 8]] (map #(out g %) [:x :y :z])))
      (offered g :in (range 10 13))
      (step g :r)
      (is (= [[12] [10] [11]] (map #(out g %) [:x :y :z])) "it goes on where it was"))))

(deftest a-round-robin-waits-for-the-output-whose-turn-it-is
  (in-every-memory [opts]
    (with-open [g (by-hand (routed {:policy :round-robin} :y {:slots 2}) opts)]
      (offered g :in (range 12))
      (is (= [7] (step g :r)))
      (is (= :y (blocked-on g :r)))
      (is (= [0] (step g :r)))
      (is (= [[0 3 6] [1 4] [2 5]] (map #(out g %) [:x :y :z])))
      (is (= [5] (step g :r)))
      (is (= [[9] [7 10] [8 11]] (map #(out g %) [:x :y :z])))
      (is (= {:processed 12} (counts g :r))))))

(deftest a-round-robin-s-full-output-that-drops-drops-its-turn
  (in-every-memory [opts]
    (with-open [g (by-hand (routed {:policy :round-robin} :y {:slots 2 :on-full :drop}) opts)]
      (offered g :in (range 12))
      (is (= [12] (step g :r)))
      (is (= [[0 3 6 9] [1 4] [2 5 8 11]] (map #(out g %) [:x :y :z])))
      (is (= {:a [12 12 0] :x [4 4 0] :y [2 2 2] :z [4 4 0]} (lanes g)))
      (is (= {:processed 10 :dropped 2} (counts g :r))))))

(deftest a-round-robin-s-message-that-fails-has-had-its-turn
  (with-open [g (by-hand (routed {:policy :round-robin :on-error :skip} :y {:slot-bytes 16}) {:wire :always})]
    (let [large (apply str (repeat 40 \a))]
      (offered g :in [0 large 2 3 large 5 6 7])
      (is (= [8] (step g :r)))
      (is (= [[0 3 6] [7] [2 5]] (map #(out g %) [:x :y :z])))
      (is (= {:processed 6 :errors 2} (counts g :r))))))

(defn kind-of
  "The output of a message, for a router."
  [v]
  (cond (neg? (long v)) nil (zero? (long v)) :y (even? (long v)) :x :else :z))

(deftest a-router-by-a-function-sends-where-it-says
  (in-every-memory [opts]
    (with-open [g (by-hand (routed {:policy {:by 'lanegraph.router-test/kind-of}}) opts)]
      (offered g :in [1 2 0 -1 4 3 -7])
      (is (= [7] (step g :r)))
      (is (= [[2 4] [0] [1 3]] (map #(out g %) [:x :y :z])))
      (is (= {:processed 5 :filtered 2} (counts g :r)) "nil sends nothing"))))

(deftest a-predicate-chooses-between-two-outputs
  (is (= {:x [1 3] :y [0 2] :z []}
         (lg/simulate (routed {:tx [:x :y] :policy {:by 'clojure.core/odd?}}) {:in (range 4)})))
  (is (= :role/failed
         (kit/code-of #(lg/simulate (routed {:policy {:by 'clojure.core/odd?}}) {:in (range 4)})))
      "of three, true is none"))

(deftest an-answer-that-is-no-output-is-an-error-that-says-so
  (doseq [[answer found] [[:w "w (java.lang.String)"] ["w" "w (java.lang.String)"] [:a/x ":a/x (clojure.lang.Keyword)"]
                          [42 "42 (java.lang.Long)"] [true "true (java.lang.Boolean)"]]]
    (with-open [g (by-hand (routed {:on-error :skip :policy {:by :f}})
                           {:stages {:f #(if (= 1 %) answer :x)}})]
      (offered g :in [0 1 2])
      (is (= [3] (step g :r)))
      (is (= [[0 2] [] []] (map #(out g %) [:x :y :z])))
      (is (= {:processed 2 :errors 1} (counts g :r)))
      (let [[text] (kit/errors g)]
        (is (str/includes? text (str "role r: its function answered " found
                                     "; expected the name of one of its outputs [x, y, z]")))))))

(deftest s30-a-router-s-function-runs-once-per-message-under-back-pressure
  (in-every-memory [opts]
    (let [calls (atom [])]
      (with-open [g (by-hand (routed {:policy {:by :f}} :x {:slots 2})
                             (assoc opts :stages {:f #(do (swap! calls conj %) :x)}))]
        (offered g :in (range 5))
        (is (= [2 0 0] (step g :r :r :r)))
        (is (= :x (blocked-on g :r)))
        (is (= [0 1 2] @calls))
        (out g :x 1)
        (is (= [1 0] (step g :r :r)))
        (is (= [0 1 2 3] @calls))))))

(deftest a-router-s-function-that-throws-goes-by-on-error
  (let [f #(/ 1 (long %))
        spec (routed {:policy {:by :f} :on-error {:to :dead}})
        spec (-> spec (assoc-in [:lanes :dead] {:kind :events :codec :edn})
                 (assoc-in [:endpoints :dead] {:kind :egress :lane :dead}))
        f    (fn [v] (f v) :y)]
    (is (= {:x [] :y [1 2] :z [] :dead [0]} (lg/simulate spec {:in [1 0 2]} {:stages {:f f}})))
    (is (= {:x [] :y [1 2] :z []}
           (lg/simulate (routed {:policy {:by :f} :on-error :skip}) {:in [1 0 2]} {:stages {:f f}})))
    (is (= :role/failed (kit/code-of #(lg/simulate (routed {:policy {:by :f}}) {:in [1 0 2]} {:stages {:f f}}))))))

(deftest a-router-s-function-on-buffers
  (let [long-lane {:codec :long :slot-bytes 8}
        spec (fn [f] (routed {:tx [:x :y] :policy {:by f}} :a long-lane :x long-lane :y long-lane :z long-lane))
        low? (lg/raw-stage :route (fn [^DirectBuffer in] (if (< (.getLong in 0) 3) :x :y)))
        even (lg/raw-stage :route (fn [^long sequence _] (even? sequence)))]
    (is (= {:x [0 1 2] :y [3 4] :z []} (lg/simulate (spec :f) {:in (range 5)} {:stages {:f low?}})))
    (is (= {:x [9 7] :y [8] :z []} (lg/simulate (spec :f) {:in [9 8 7]} {:stages {:f even}}))
        "which may be told the sequence")
    (with-open [rt (lg/spawn! (spec :f) {:stages {:f low?}})]
      (is (= {:a :in-memory :x :by-reference}
             (update-vals (select-keys (:lanes (lg/status rt)) [:a :x]) :memory))))
    (testing "of Java"
      (is (= {:x [7 8] :y [9] :z []} (lg/simulate (spec "example.Parity") {:in [7 8 9]}))))))

(deftest what-is-no-router-s-function-is-refused
  (doseq [[f code] [['no.such/f :stage/namespace-not-found] [:f :stage/not-registered]
                    ['lanegraph.fixture.good/raw-copy :stage/not-a-stage]
                    ['lanegraph.fixture.good/counter :stage/not-a-stage]
                    ['lanegraph.fixture.good/number :stage/not-a-stage]]]
    (is (= [[code [:roles :r :policy :by]]]
           (map (juxt :code :path) (:problems (kit/refusal #(lg/spawn! (routed {:policy {:by f}}))))))))
  (is (= [[:stage/not-a-stage [:roles :r :stage]]]
         (map (juxt :code :path)
              (:problems (kit/refusal #(lg/spawn! (kit/pipe {:stage :f})
                                                  {:stages {:f (lg/raw-stage :route (fn [_] :b))}})))))
      "nor is such a function a stage"))

(deftest one-output-for-each-on-threads
  (in-every-memory [opts]
    (doseq [[policy expected] [[:round-robin #(mod % 3)] [{:by :f} #(mod (quot % 5) 3)]]]
      (with-open [rt (lg/spawn! (routed {:policy policy} :y {:slots 2})
                                (assoc opts :stages {:f #(nth [:x :y :z] (mod (quot % 5) 3))}))]
        (let [shares (map #(filter (fn [v] (= % (expected v))) (range 3000)) (range 3))
              takers (doall (for [[k share] (map vector [:x :y :z] shares)]
                              (future (lg/take! rt k (count share) {:timeout-ms 120000}))))]
          (is (= 3000 (lg/offer-all! rt :in (range 3000) {:timeout-ms 20000})))
          (is (= shares (map deref takers))))))))

;; ------------------------------------------------------------------ what holds a role up

(deftest status-names-the-lane-that-holds-a-role-up
  (with-open [rt (lg/spawn! (routed {} :y {:slots 2}))]
    (lg/offer-all! rt :in (range 4))
    (is (eventually (= :y (get-in (lg/status rt) [:roles :r :blocked-on]))))
    (testing "and a stop ends it all the same"
      (is (= {:state :stopped :drained false :remaining {:a 2}}
             (select-keys (lg/stop! rt {:mode :drain :deadline-ms 100}) [:state :drained :remaining]))))
    (is (eventually (nil? (get-in (lg/status rt) [:roles :r :blocked-on]))) "its thread ends a little later, if need be")))

(deftest stages-bridges-and-dead-letters-name-it-too
  (doseq [[role lane] [[{:kind :stage :stage 'clojure.core/identity :tx :x} :x]
                       [{:kind :bridge :tx :x} :x]
                       [{:kind :stage :stage 'clojure.core/inc :tx :x :on-error {:to :y}} :y]]]
    (with-open [g (by-hand (-> (routed {} :x {:slots 2} :y {:slots 2})
                               (assoc-in [:roles :r] (assoc role :rx :a))))]
      (offered g :in ["a" "b" "c"])
      (step g :r)
      (is (= lane (blocked-on g :r)))
      (out g lane)
      (step g :r)
      (is (nil? (blocked-on g :r))))))

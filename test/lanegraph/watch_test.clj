(ns lanegraph.watch-test
  "Looking at a graph that runs: status, its rates and shares."
  (:require [clojure.datafy :as datafy]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe]]
            [lanegraph.scratch :as scratch]
            [lanegraph.watch :as watch]))

(set! *warn-on-reflection* true)

(defn- lane [rt k] (get-in (lg/status rt) [:lanes k]))
(defn- role [rt k] (get-in (lg/status rt) [:roles k]))

(deftest a-lane-tells-how-full-it-is-and-was
  (doseq [opts [{} {:wire :always}], producers [1 2]]
    (testing (str opts producers)
      (with-open [rt (lg/spawn! (cond-> (pipe {:stage 'clojure.core/inc})
                                  (= 2 producers) (assoc-in [:endpoints :more] {:kind :ingress :lane :b}))
                                opts)]
        (is (= {:depth 0 :high-water 0 :capacity 8 :fill 0.0 :readers {"endpoint/out" 0}}
               (select-keys (lane rt :b) [:depth :high-water :capacity :fill :readers])))
        (lg/offer-all! rt :in (range 10) {:timeout-ms 20000})
        (is (eventually (= :b (:blocked-on (role rt :r)))))
        (is (= [2 {"role/r" 2}] ((juxt :depth :readers) (lane rt :a))))
        (is (= 10 (count (kit/taken rt 10))))
        (is (= {:depth 0 :high-water 8 :fill 0.0 :written 10 :read 10}
               (select-keys (lane rt :b) [:depth :high-water :fill :written :read]))
            "the writer has found it full, though nobody looked")))))

(deftest a-role-tells-how-long-it-is-blocked
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc} {:slots 2}))]
    (is (= [0 0] ((juxt :blocked-ns :blocked-for-ns) (role rt :r))))
    (lg/offer-all! rt :in (range 4) {:timeout-ms 20000})
    (is (eventually (< 1000000 (:blocked-for-ns (role rt :r)))))
    (let [{:keys [blocked-ns blocked-for-ns]} (role rt :r)]
      (is (<= blocked-for-ns blocked-ns) "the present time is part of the whole"))
    (let [before (:blocked-ns (role rt :r))]
      (is (= 4 (count (kit/taken rt 4))))
      (is (eventually (= [nil 0] ((juxt :blocked-on :blocked-for-ns) (role rt :r)))))
      (is (<= before (:blocked-ns (role rt :r))) "what was counted stays"))
    (lg/offer-all! rt :in (range 4) {:timeout-ms 20000})
    (is (eventually (< 0 (:blocked-for-ns (role rt :r)))))
    (lg/stop! rt)
    (is (= 0 (:blocked-for-ns (role rt :r))) "who has ended waits for nothing")))

(deftest a-journal-tells-the-age-of-what-is-not-read
  (doseq [mapped? [false true]]
    (scratch/with-dir [dir]
      (with-open [rt (lg/spawn! {:name :aged
                                 :lanes {:log {:kind :journal :codec :edn} :b {:kind :events :codec :edn}}
                                 :roles {:copy {:kind :bridge :rx :log :tx :b}}
                                 :endpoints {:in {:kind :ingress :lane :log} :out {:kind :egress :lane :b}}}
                                (if mapped? {:dir dir} {}))]
        (is (nil? (:oldest-ms (lane rt :log))) "nothing is there")
        (lg/pause! rt :copy)
        (lg/offer-all! rt :in [1 2])
        (is (eventually (< 20 (:oldest-ms (lane rt :log) 0))))
        (is (> 60000 (:oldest-ms (lane rt :log))))
        (is (= {:depth 2 :high-water 2 :readers {"role/copy" 2}}
               (select-keys (lane rt :log) [:depth :high-water :readers])))
        (is (not (contains? (lane rt :log) :fill)) "it has no capacity in messages")
        (lg/step! rt :copy)
        (is (<= 0 (:oldest-ms (lane rt :log))) "the second one")
        (lg/step! rt :copy)
        (is (nil? (:oldest-ms (lane rt :log))))
        (is (<= 0 (:oldest-ms (lane rt :b))))))))

(deftest a-lane-of-slots-tells-since-when-its-oldest-message-was-seen
  (doseq [mapped? [false true]]
    (scratch/with-dir [dir]
      (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity}) (if mapped? {:dir dir} {}))]
        (is (nil? (:oldest-ms (lane rt :a))))
        (lg/pause! rt :r)
        (lg/offer! rt :in 1)
        (is (> 20000 (:oldest-ms (lane rt :a))) "seen just now")
        (is (eventually (< 20 (:oldest-ms (lane rt :a)))))
        (lg/offer! rt :in 2)
        (is (< 20 (:oldest-ms (lane rt :a))) "the first one still")
        (lg/step! rt :r)
        (let [age (:oldest-ms (lane rt :a))]
          (is (<= 0 age))
          (is (eventually (< (+ 20 age) (:oldest-ms (lane rt :a)))) "the second one, which grows old too"))
        (lg/step! rt :r)
        (is (nil? (:oldest-ms (lane rt :a))))))))

(deftest rates-are-differences-over-a-time
  (let [before {:lanes {:a {:written 10 :read 4 :dropped 1}}
                :roles {:r {:processed 4 :filtered 1 :dropped 0 :errors 0 :blocked-ns 100}}}
        now    {:name :x
                :lanes {:a {:written 30 :read 4 :dropped 2}}
                :roles {:r {:processed 10 :filtered 2 :dropped 2 :errors 1 :blocked-ns 250000100}}}]
    (is (= {:name :x :over-ms 500
            :lanes {:a {:written 30 :read 4 :dropped 2 :in-rate 40.0 :out-rate 0.0 :drop-rate 2.0}}
            :roles {:r {:processed 10 :filtered 2 :dropped 2 :errors 1 :blocked-ns 250000100
                        :rate 20.0 :busy 0.25 :blocked-share 0.5}}}
           (watch/over before now {:r 0.25} 500000000)))))

(deftest shares-tell-working-waiting-and-blocked-roles-apart
  (let [{:keys [open! pass!]} (kit/gate), begun (promise)]
    (with-open [rt (lg/spawn! (pipe {:stage :wait}) {:stages {:wait (fn [v] (deliver begun v) (pass!) v)}})]
      (is (= [0.0 0.0 0.0] ((juxt :rate :busy :blocked-share) (get-in (lg/status rt {:over-ms 5}) [:roles :r]))) "idle")
      (lg/offer-all! rt :in (range 8))
      @begun
      (is (= [0.0 1.0 0.0] ((juxt :rate :busy :blocked-share) (get-in (lg/status rt {:over-ms 20}) [:roles :r])))
          "its function does not return")
      (open!)
      (lg/offer-all! rt :in (range 8) {:timeout-ms 20000})
      (is (eventually (= :b (:blocked-on (role rt :r)))))
      (let [{:keys [over-ms lanes roles]} (lg/status rt {:over-ms 20})]
        (is (<= 20 over-ms))
        (is (= [0.0 0.0] ((juxt :rate :busy) (:r roles))))
        (is (<= 19 (* (:blocked-share (:r roles)) over-ms)) "before a full lane, all the time that was looked at")
        (is (= [0.0 0.0 0.0] ((juxt :in-rate :out-rate :drop-rate) (:a lanes))))))))

(deftest nav-leads-from-the-runtime-to-the-messages-of-a-lane
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc} {:slots 16}))]
    (lg/offer-all! rt :in (range 12))
    (lg/await-idle! rt)
    (let [status (datafy/datafy rt)
          lanes  (datafy/datafy (datafy/nav status :lanes (:lanes status)))
          b      (datafy/datafy (datafy/nav lanes :b (:b lanes)))]
      (is (= (range 1 11) (:messages b)))
      (is (= 12 (:depth b)))
      (is (= :pipe (datafy/nav status :name (:name status)))))))

(deftest looking-takes-the-callers-time-alone
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (is (= :options/invalid (code-of #(lg/status rt {:over 1}))))
    (.interrupt (Thread/currentThread))
    (is (= [:call/interrupted true] [(code-of #(lg/status rt {:over-ms 100000})) (Thread/interrupted)])
        "at once, and the mark stays")
    (lg/stop! rt)
    (is (= :stopped (:state (lg/status rt {:over-ms 1}))))))

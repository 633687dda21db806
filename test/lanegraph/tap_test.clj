(ns lanegraph.tap-test
  "Messages of a lane are handed to a function as they are written, and no role is slowed."
  (:require [clojure.datafy :as datafy]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe]]
            [lanegraph.scratch :as scratch]))

(set! *warn-on-reflection* true)

(def ^:private copy (pipe {:stage 'clojure.core/identity}))

(deftest a-tap-sees-what-is-written-from-then-on
  (doseq [mapped? [false true], producers [1 2]]
    (testing (str "mapped " mapped? " producers " producers)
      (scratch/with-dir [dir]
        (with-open [rt (lg/spawn! (cond-> copy (= 2 producers) (assoc-in [:endpoints :more] {:kind :ingress :lane :b}))
                                  (if mapped? {:dir dir} {}))]
          (lg/offer! rt :in :before)
          (lg/await-idle! rt)
          (let [seen (atom []), tap (lg/tap! rt :b #(swap! seen conj %))]
            (lg/offer-all! rt :in (range 7))
            (is (eventually (= (range 7) @seen)))
            (is (= {:lane :b :seen 7 :missed 0} (dissoc (lg/untap! tap) :state)))
            (is (eventually (= :ended (:state (datafy/datafy tap)))))
            (is (= "#lanegraph[tap :b ended, seen 7, missed 0]" (pr-str tap)))
            (is (= :before (first (kit/taken rt 8))) "it took nothing away")
            (lg/offer! rt :in 7)
            (is (= [7] (kit/taken rt 1)))
            (is (= (range 7) @seen))))))))

(deftest one-in-n-and-the-first-n
  (with-open [rt (lg/spawn! copy)]
    (let [third (atom []), first-two (atom [])
          a (lg/tap! rt :b #(swap! third conj %) {:every 3})
          b (lg/tap! rt :b #(swap! first-two conj %) {:first 2})]
      (lg/offer-all! rt :in (range 8))
      (is (eventually (= [0 3 6] @third)))
      (is (eventually (= :ended (:state (datafy/datafy b)))) "by itself")
      (is (= [0 1] @first-two))
      (is (= :running (:state (datafy/datafy a))))
      (is (= :options/invalid (code-of #(lg/tap! rt :b println {:every 0}))))
      (is (= :options/invalid (code-of #(lg/tap! rt :b "f"))))
      (is (= :graph/unknown-lane (code-of #(lg/tap! rt :x println)))))))

(deftest what-it-is-too-slow-for-is-missed-and-counted
  (let [{:keys [open! pass!]} (kit/gate), begun (promise)]
    (with-open [rt (lg/spawn! copy {:consumers {:out (fn [_])}})]
      (let [tap (lg/tap! rt :b (fn [v] (deliver begun v) (pass!)))]
        (lg/offer! rt :in 0)
        @begun
        (is (= 1000 (lg/offer-all! rt :in (range 1 1001) {:timeout-ms 20000})) "nobody waits for the tap")
        (lg/await-idle! rt)
        (open!)
        (is (eventually (= 1001 (let [{:keys [seen missed]} (datafy/datafy tap)] (+ seen missed)))))
        (let [{:keys [seen missed]} (lg/untap! tap)]
          (is (<= 8 seen 9))
          (is (<= 992 missed 993)))))))

(deftest a-function-that-throws-ends-its-tap-alone
  (let [events (atom [])]
    (with-open [rt (lg/spawn! copy {:on-event #(swap! events conj %)})]
      (let [tap (lg/tap! rt :b (fn [v] (when (= 1 v) (throw (ex-info "no" {})))))]
        (lg/offer-all! rt :in (range 4))
        (is (= (range 4) (kit/taken rt 4)))
        (is (eventually (some #(= :tap-failed (:type %)) @events)))
        (is (= {:type :tap-failed :graph :pipe :lane :b :seen 2 :missed 0}
               (dissoc (first (filter #(= :tap-failed (:type %)) @events)) :error)))
        (is (= [:failed "no"] ((juxt :state (comp ex-message :error)) (lg/untap! tap))))
        (is (= :running (:state (lg/status rt))))))))

(deftest taps-end-with-their-graph
  (let [seen (atom []), rt (lg/spawn! (assoc copy :name :tapped))]
    (try
      (let [tap (lg/tap! rt :b #(swap! seen conj %))]
        (lg/offer-all! rt :in (range 8))
        (lg/await-idle! rt)
        (lg/stop! rt)
        (is (eventually (= :ended (:state (datafy/datafy tap)))))
        (is (= (range 8) @seen) "it has looked at all that is there")
        (is (= :graph/stopped (code-of #(lg/tap! rt :b println)))))
      (finally (.close rt)))
    (is (eventually (= #{} (kit/threads "tapped:"))))))

(ns ^:matrix lanegraph.merge-test
  "Merges: whose turn it is."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.journal-kit :as jk]
            [lanegraph.lane-kit :as lane-kit]
            [lanegraph.run-kit :as kit :refer [blocked-on by-hand counts eventually lanes offered out step]]
            [lanegraph.scratch :as scratch])
  (:import (java.util.concurrent.atomic AtomicLong)
           (lanegraph.lane LaneTx MergeRx)
           (lanegraph.region Memory)))

(set! *warn-on-reflection* true)

(defn- merged [role & {:as lane-options}]
  (let [lane {:kind :events :codec :edn :slots 64}]
    {:name      :merged
     :lanes     (merge-with merge {:a lane :b lane :c lane :z lane} lane-options)
     :roles     {:m (merge {:kind :merge :rx [:a :b :c] :tx :z} role)}
     :endpoints {:a {:kind :ingress :lane :a} :b {:kind :ingress :lane :b} :c {:kind :ingress :lane :c}
                 :z {:kind :egress :lane :z}}}))

(deftest s28-round-robin-goes-on-behind-the-lane-that-was-read-last
  (let [g (by-hand (merged {}))]
    (offered g :a [:a0 :a1 :a2 :a3])
    (offered g :b [:b0])
    (offered g :c [:c0 :c1])
    (is (= [7] (step g :m)))
    (is (= [:a0 :b0 :c0 :a1 :c1 :a2 :a3] (out g :z)))))

(deftest s28-an-empty-pass-moves-the-cursor-one-on
  (let [g (by-hand (merged {}))
        all! #(do (offered g :a [:a]) (offered g :b [:b]) (offered g :c [:c]))]
    (doseq [expected [[:a :b :c] [:b :c :a] [:c :a :b] [:a :b :c]]]
      (all!)
      (is (= [3] (step g :m)) "which ends with an empty pass")
      (is (= expected (out g :z))))
    (is (= [0] (step g :m)))
    (all!)
    (step g :m)
    (is (= [:c :a :b] (out g :z)) "two empty passes")))

(deftest a-merge-holds-for-a-producer-only-when-no-lane-has-a-message
  (let [loads (AtomicLong.)
        memory (proxy [Memory] []
                 (getLongAcquire [address]
                   (.incrementAndGet loads)
                   (.getLongAcquire Memory/DIRECT (long address))))
        ring #(let [lane {:slots 256}] (lane-kit/attach lane (lane-kit/region lane) memory))
        log  #(let [{:keys [tx rxs]} (jk/open {:memory memory})] {:txs [tx] :rxs rxs})
        fill (fn [lane n ^long size]
               (dotimes [i n] (.offer ^LaneTx (first (:txs lane)) ^Object (lane-kit/payload i size))))
        loads-of (fn [f] (.set loads 0) (f) (.get loads))]
    (doseq [[what a size] [["ring" (ring) 8] ["journal" (log) 100]]
            :let [b  (ring)
                  rx (MergeRx. (map (comp first :rxs) [a b]) false)]]
      (testing what
        (fill a 3 size)
        (fill b 20 8)
        (is (> 60 (long (loads-of #(dotimes [_ 23] (is (some? (.take rx))))))) "a was empty after three of its own")
        (is (< 15 (long (loads-of #(is (false? (.peek rx)))))) "now there is time to let a producer get ahead")
        (is (> 10 (long (loads-of #(is (false? (.peek rx)))))) "once")
        (fill a 1 size)
        (is (some? (.take rx)))))))

(deftest s28-a-message-that-waits-for-room-stays-the-next
  (let [g (by-hand (merged {} :z {:slots 2}))]
    (offered g :b [:b0 :b1 :b2])
    (is (= [2] (step g :m)))
    (is (= :z (blocked-on g :m)))
    (offered g :a [:a0])
    (offered g :c [:c0])
    (is (= [:b0 :b1] (out g :z)))
    (is (= [2] (step g :m)))
    (is (= [:b2 :c0] (out g :z)) "b2 was found before a0 and c0 came")
    (is (= [1] (step g :m)))
    (is (= [:a0] (out g :z)))))

(deftest a-merge-by-priority-reads-a-lane-only-while-those-before-it-are-empty
  (let [g (by-hand (merged {:policy :priority} :a {:slots 64} :z {:slots 4}))]
    (offered g :c [:c0 :c1 :c2 :c3 :c4])
    (offered g :b [:b0 :b1 :b2])
    (offered g :a [:a0 :a1])
    (is (= [4] (step g :m)))
    (offered g :a [:a2])
    (is (= [:a0 :a1 :b0 :b1] (out g :z)))
    (is (= [4] (step g :m)))
    (is (= [:b2 :a2 :c0 :c1] (out g :z)) "b2 was found while z was full, before a2 came")
    (offered g :b [:b3])
    (is (= [4] (step g :m)))
    (is (= [:c2 :b3 :c3 :c4] (out g :z)))
    (is (= {:processed 12} (counts g :m)))))

(deftest s28-a-merge-reads-lanes-of-every-kind
  (let [lane {:codec :edn :slots 8}
        spec {:name  :kinds
              :lanes {:in  (assoc lane :kind :fanout-broadcast :consumers 2)
                      :seq (assoc lane :kind :sequenced-slots :gating 1)
                      :ev  (assoc lane :kind :events)
                      :one (assoc lane :kind :events)
                      :out (assoc lane :kind :fanout-broadcast :consumers 1)}
              :roles {:r1 {:kind :bridge :rx [:in 0] :tx :seq}
                      :m  {:kind :merge :rx [:one [:in 1] [:seq 0]] :tx :ev}
                      :r2 {:kind :bridge :rx :ev :tx :out}}
              :endpoints {:in {:kind :ingress :lane :in} :one {:kind :ingress :lane :one}
                          :out {:kind :egress :lane [:out 0]}}}]
    (is (= [] (lg/check spec)))
    (doseq [opts [{} {:wire :always}]]
      (let [{:keys [out]} (lg/simulate spec {:in (range 100) :one (range 100 200)} opts)]
        (is (= (frequencies (concat (range 100) (range 200))) (frequencies out)))
        (is (= (range 100 200) (filter #(<= 100 (long %)) out)))))))

(deftest s28-a-merge-on-threads
  (doseq [opts [{} {:wire :always}]]
    (with-open [rt (lg/spawn! (merged {} :a {:slots 4} :z {:slots 8}) opts)]
      (let [senders (doall (for [k [:a :b :c]]
                             (future (lg/offer-all! rt k (map #(vector k %) (range 1000)) {:timeout-ms 20000}))))
            found   (lg/take! rt :z 3000 {:timeout-ms 120000})]
        (is (= [1000 1000 1000] (map deref senders)))
        (is (= {:a (range 1000) :b (range 1000) :c (range 1000)}
               (update-vals (group-by first found) #(map second %)))
            "nothing lost or doubled, and in its lane's order")))))

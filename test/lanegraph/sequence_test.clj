(ns lanegraph.sequence-test
  "The sequence of a message: told to stages that ask for it, and what a lane still holds is looked at by it."
  (:require [clojure.test :refer [are deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe refusal taken]]
            [lanegraph.scratch :as scratch])
  (:import (lanegraph.runtime LaneGraph)
           (lanegraph.stage MapStage SequenceAware ValueStage)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(def ^:private kinds
  "Lane, and how its last reader names it."
  [[{:kind :events} :a]
   [{:kind :fanout-broadcast :consumers 1} [:a 0]]
   [{:kind :sequenced-slots} :a]
   [{:kind :sequenced-slots :gating 1} [:a 0]]
   [{:kind :journal} :a]])

(defn- small
  "A lane with these options, and few slots where it has any."
  [slots lane]
  (merge {:kind :events :codec :edn} (when-not (= :journal (:kind lane)) {:slots slots}) lane))

(defn- told
  "What comes out of one stage role on a lane of this kind for the messages :x :y :z."
  [[lane rx] role f opts]
  (-> (pipe (merge {:stage :f :sequence true} role) {:slots 2})
      (assoc-in [:lanes :a] (small 2 lane))
      (assoc-in [:roles :r :rx] rx)
      (lg/simulate {:in [:x :y :z]} (assoc opts :stages {:f f}))
      :out))

(deftest s16-a-stage-that-asks-is-told-the-sequence
  (doseq [kind kinds, opts [{} {:wire :always}]]
    (testing (pr-str kind opts)
      (are [out role f] (= out (told kind role f opts))
        [[0 :x] [1 :y] [2 :z]]    {}                           vector
        [[0 :x 7] [1 :y 7] [2 :z 7]] {:args 7}                 vector
        [:x :z]                   {:as :filter}                (fn [sequence _] (even? sequence))
        [:y]                      {:as :filter :args 2}        (fn [sequence v by] (and (= :y v) (odd? sequence) (= 2 by)))
        [[0 :x] [1 :y] [3 :z]]    {:as :stateful :args 0}      {:init identity
                                                               :step (fn [sum sequence v]
                                                                       [(+ sum sequence) [(+ sum sequence) v]])}))
    (let [seen (atom [])]
      (is (= [:x :y :z] (told kind {:as :inspect} (fn [sequence v] (swap! seen conj [sequence v])) opts)))
      (is (= [[0 :x] [1 :y] [2 :z]] @seen)))))

(deftest s16-several-readers-are-each-told-the-same
  (let [lane {:kind :events :codec :edn}
        spec {:name  :gates
              :lanes {:a {:kind :sequenced-slots :gating 2 :codec :edn :slots 2} :left lane :right lane}
              :roles {:left  {:kind :stage :stage :f :sequence true :rx [:a 0] :tx :left}
                      :right {:kind :stage :stage :f :sequence true :rx [:a 1] :tx :right}}
              :endpoints {:in    {:kind :ingress :lane :a}
                          :left  {:kind :egress :lane :left}
                          :right {:kind :egress :lane :right}}}
        in   (vec "several")
        out  (map vector (range) in)]
    (is (= {:left out :right out} (lg/simulate spec {:in in} {:stages {:f vector}})))))

(def ^:private long-lanes {:codec :long :slot-bytes 8})

(defn- raw-out
  "What a stage on buffers sends for the messages 10 20 30."
  [stage]
  (:out (lg/simulate (pipe {:stage :f} long-lanes) {:in [10 20 30]} {:stages {:f stage}})))

(deftest s16-a-stage-on-buffers-is-told-the-sequence
  (let [f    (fn ^long [^long sequence ^DirectBuffer in ^MutableDirectBuffer out]
               (.putLong out 0 (+ sequence (.getLong in 0)))
               8)
        seen (atom [])]
    (are [out stage] (= out (raw-out stage))
      [10 21 32] (lg/raw-stage :map-ok f)
      [10 21 32] (lg/raw-stage :map f)
      [20]       (lg/raw-stage :filter (fn [^long sequence _] (odd? sequence)))
      [10 20 30] (lg/raw-stage :inspect (fn [^long sequence ^DirectBuffer in]
                                          (swap! seen conj [sequence (.getLong in 0)])))
      [10 21 32] (lg/raw-stage :stateful (fn [_] f))
      [10 21 30] (lg/raw-stage :transform (fn [_] (fn ^long [^long sequence in out]
                                                    (if (= 1 sequence)
                                                      (long (f sequence in out))
                                                      (long lg/FORWARD-INPUT))))))
    (is (= [[0 10] [1 20] [2 30]] @seen))))

(deftest s16-a-router-s-function-is-told-the-sequence
  (doseq [kind [:events :journal]]
    (let [lane {:kind :events :codec :long}
          spec {:name :routed
                :lanes {:a {:kind kind :codec :long} :even lane :odd lane}
                :roles {:r {:kind :router :policy {:by :f} :rx :a :tx [:even :odd]}}
                :endpoints {:in {:kind :ingress :lane :a} :even {:kind :egress :lane :even} :odd {:kind :egress :lane :odd}}}]
      (is (= {:even [7 5] :odd [6 4]}
             (lg/simulate spec {:in [7 6 5 4]}
                          {:stages {:f (lg/raw-stage :route (fn [^long sequence _] (even? sequence)))}}))))))

(deftest s16-a-consumer-on-buffers-is-told-the-sequence
  (let [seen (atom [])]
    (with-open [rt (lg/spawn! (pipe {:kind :bridge} long-lanes)
                              {:consumers {:out (lg/raw-stage :inspect (fn [^long sequence ^DirectBuffer in]
                                                                         (swap! seen conj [sequence (.getLong in 0)])))}})]
      (lg/offer-all! rt :in [10 20])
      (is (eventually (= [[0 10] [1 20]] @seen))))))

(defn- numbered
  "A stage as Java writes it, which is told the sequence."
  []
  (let [at (long-array 1)]
    (reify
      MapStage (apply [_ in out]
                 (.putLong out 0 (+ (aget at 0) (.getLong in 0)))
                 8)
      SequenceAware (sequence [_ sequence] (aset at 0 sequence)))))

(deftest s16-an-object-is-told-the-sequence-if-it-can-be
  (is (= [10 21 32] (raw-out (numbered))))
  (let [spec (pipe {:stage :f :sequence true} long-lanes)]
    (is (= {:out [10 21 32]} (lg/simulate spec {:in [10 20 30]} {:stages {:f (numbered)}})))
    (let [{:keys [problems]} (refusal #(lg/simulate spec {} {:stages {:f (reify ValueStage (apply [_ v] v))}}))]
      (is (= [[:stage/no-sequence [:roles :r :stage]]] (map (juxt :code :path) problems)))))
  (testing "one object in two roles would mix their sequences"
    (let [lane {:kind :events :codec :long}
          spec {:name :two :lanes {:a lane :b lane :c lane}
                :roles {:r {:kind :stage :stage :f :rx :a :tx :b} :s {:kind :stage :stage :f :rx :b :tx :c}}
                :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}}]
      (is (= [:stage/shared-state] (map :code (:problems (refusal #(lg/simulate spec {} {:stages {:f (numbered)}})))))))))

(deftest s16-a-kept-result-is-not-told-again
  (let [calls (atom [])
        f     (fn [sequence v] (swap! calls conj sequence) (lg/emit v v v))
        spec  (pipe {:stage :f :sequence true} {:slots 2})]
    (is (= {:out [:x :x :x :y :y :y]} (lg/simulate spec {:in [:x :y]} {:stages {:f f}})))
    (is (= [0 1] @calls) "once for each message, though its results had to wait for room")))

(deftest s16-the-sequence-goes-on-over-restarts
  (scratch/with-dir [dir]
    (doseq [kind [:sequenced-slots :journal]]
      (let [spec (assoc-in (pipe {:stage :f :sequence true} {:slots 4}) [:lanes :a] (small 4 {:kind kind}))
            run  (fn [messages]
                   (with-open [rt (lg/spawn! spec {:dir (scratch/path dir kind) :stages {:f vector}})]
                     (lg/offer-all! rt :in messages {:timeout-ms 20000})
                     (taken rt (count messages))))]
        (is (= [[0 :a] [1 :b] [2 :c]] (run [:a :b :c])))
        (is (= [[3 :d] [4 :e]] (run [:d :e])))))))

(deftest s16-a-reader-by-handle-knows-the-sequence
  (doseq [kind [:sequenced-slots :journal]]
    (with-open [rt (lg/spawn! (assoc-in (pipe {:stage 'clojure.core/identity}) [:lanes :b] (small 8 {:kind kind})))
                rx (lg/reader rt :out)]
      (lg/offer-all! rt :in [:x :y])
      (is (= [[0 :x] [1 :y]] (vec (for [_ (range 2)]
                                    (do (eventually (.peek rx))
                                        [(.sequence rx) (.take rx)]))))))))

;; ------------------------------------------------------------------ peek by sequence

(defn- window
  "[:first :next] of the refusal."
  [f]
  (let [{:lanegraph/keys [code] :keys [first next]} (refusal f)]
    (when (= :lane/no-such-sequence code) [first next])))

(defn- filled
  "A runtime whose lane :b of 4 slots carried `written` messages, of which `read` were read. Messages are their sequences."
  ^LaneGraph [lane opts written read]
  (let [rt (lg/spawn! (-> (pipe {:kind :bridge} {:slots 4}) (assoc-in [:lanes :b] (small 4 lane))) opts)]
    (loop [taken 0, n 0]
      (if (< n (long written))
        (let [over (max 0 (- (inc n) taken 4))]
          (lg/take! rt :out over)
          (lg/offer! rt :in n {:timeout-ms 20000})
          (eventually (= (inc n) (get-in (lg/status rt) [:lanes :b :written])))
          (recur (+ taken over) (inc n)))
        (lg/take! rt :out (- (long read) taken))))
    rt))

(deftest s16-peek-by-sequence-inside-the-window
  (doseq [lane [{} {:kind :sequenced-slots} {:kind :fanout-broadcast :consumers 1}]
          opts [{} {:wire :always} {:dir true}]]
    (testing (pr-str lane opts)
      (scratch/with-dir [dir]
        (with-open [rt (filled lane (cond-> opts (:dir opts) (assoc :dir dir)) 9 6)]
          (is (= [6 7 8] (lg/peek rt :b 10) (lg/peek rt :b {:n 10}) (lg/peek rt :b {:at 6 :n 10})) "what is unread")
          (is (= [7] (lg/peek rt :b {:at 7})))
          (is (= [7 8] (lg/peek rt :b {:at 7 :n 2}) (vec (.peek rt "b" 7 2))))
          (is (= [] (lg/peek rt :b {:at 7 :n 0})))
          (is (= [8] (lg/peek rt :b {:at 8 :n 5})))
          (let [[first next] (window #(lg/peek rt :b {:at 9}))]
            (is (= 9 next) "the next one that will be written")
            (is (= 6 first) "of 4 slots the producer may be writing one, 8 7 6 are there")
            (is (= [6 7 8] (lg/peek rt :b {:at first :n 10})))
            (doseq [outside [0 4 5 9 10 1000000 Long/MAX_VALUE]]
              (is (= [first next] (window #(lg/peek rt :b {:at outside}))) (str outside))))
          (is (= [6 7 8] (lg/take! rt :out 3)))
          (is (= [6 7 8] (lg/peek rt :b {:at 6 :n 3})) "read, and still there")
          (is (= [] (lg/peek rt :b 3))))))))

(deftest s16-a-full-lane-holds-as-many-as-it-has-slots
  (with-open [rt (filled {} {} 9 5)]
    (is (= [5 6 7 8] (lg/peek rt :b {:at 5 :n 10})))
    (is (= [5 9] (window #(lg/peek rt :b {:at 4}))))))

(deftest s16-peek-by-sequence-in-a-journal
  (scratch/with-dir [dir]
    (doseq [opts [{} {:dir dir}]]
      (with-open [rt (filled {:kind :journal} opts 9 6)]
        (is (= [0 1 2] (lg/peek rt :b {:at 0 :n 3})) "read long ago")
        (is (= [7 8] (lg/peek rt :b {:at 7 :n 10})))
        (is (= [0 9] (window #(lg/peek rt :b {:at 9}))))))))

(deftest s16-peek-knows-what-is-forgotten
  (with-open [rt (filled {:retain false} {} 3 2)]
    (is (= [2] (lg/peek rt :b {:at 2})))
    (is (= [2 3] (window #(lg/peek rt :b {:at 1}))))
    (lg/take! rt :out)
    (is (= [3 3] (window #(lg/peek rt :b {:at 2}))) "nothing is held")))

(deftest peek-refuses-what-it-cannot-answer
  (with-open [rt (filled {} {} 1 0)]
    (are [code f] (= code (code-of f))
      :options/invalid    #(lg/peek rt :b {:at -1})
      :options/invalid    #(lg/peek rt :b {:at :first})
      :options/invalid    #(lg/peek rt :b {:from 0})
      :options/invalid    #(lg/peek rt :b {:n -1})
      :options/invalid    #(lg/peek rt :b nil)
      :graph/unknown-lane #(lg/peek rt :c {:at 0}))
    (let [{:keys [message]} (refusal #(lg/peek rt :b {:at 5}))]
      (is (re-find #"b.*sequence=5.*first=0.*next=1.*not written yet" message)))))

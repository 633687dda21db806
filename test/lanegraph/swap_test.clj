(ns ^:matrix lanegraph.swap-test
  "Stages that change while messages run."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe refusal taken]]
            [lanegraph.scratch :as scratch])
  (:import (java.util.concurrent.locks LockSupport)
           (lanegraph.lane LaneRx LaneTx)
           (lanegraph.stage FilterStage InspectStage MapOkStage MapStage StatefulStage StatefulTransformStage
                            ValueFilter ValueInspect ValueStage)
           (org.agrona DirectBuffer MutableDirectBuffer)
           (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(defn- tagged
  "A stage on buffers that adds a tag to the number in the message."
  [^long tag]
  (lg/raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                       (.putLong out 0 (.getLong in 0))
                       (.putLong out 8 tag)
                       16)))

;; ------------------------------------------------------------------ the boundary

(defn- produce
  "Writes 0, 1, 2 … until at least n are written and (over?); returns how many."
  [^LaneTx tx ^long n over?]
  (let [message (UnsafeBuffer. (byte-array 8))]
    (loop [i 0]
      (if (and (<= n i) (over?))
        i
        (do (.putLong message 0 i)
            (if (.offer tx message 0 8)
              (recur (inc i))
              (do (Thread/yield) (recur i))))))))

(defn- consume
  "Reads until `total` holds how many there are. Message i must bear the number i; calls (changed position tag) whenever
  the tag is another. `seen` is where it is."
  [^LaneRx rx total ^longs seen changed]
  (loop [i 0, tag -1]
    (if (.peek rx)
      (let [^DirectBuffer m (.payload rx)
            number (.getLong m 0)
            now    (.getLong m 8)]
        (when-not (= i number)
          (throw (ex-info "lost, doubled or out of order" {:expected i :found number})))
        (when-not (= tag now) (changed i now))
        (.advance rx)
        (when (zero? (bit-and i 63)) (.release rx) (aset seen 0 i))
        (recur (inc i) now))
      (do (.release rx)
          (aset seen 0 i)
          (when-not (and (realized? total) (= i (long @total)))
            (Thread/yield)
            (recur i tag))))))

(defn- swapped-under-load
  "{:told [[position tag]] :seen [[position tag]]} of that many swaps, spread over at least n messages."
  [n swaps opts]
  (let [spec {:name :load
              :lanes {:a {:kind :events :codec :bytes :slot-bytes 8 :slots 1024}
                      :b {:kind :events :codec :bytes :slot-bytes 16 :slots 1024}}
              :roles {:r {:kind :stage :stage :first :rx :a :tx :b}}
              :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}}]
    (with-open [rt (lg/spawn! spec (assoc opts :stages {:first (tagged 1)}))]
      (let [tx (lg/writer rt :in), rx (lg/reader rt :out)
            changes (java.util.ArrayList.), seen (long-array 1), over (promise), total (promise)
            producer (future (try (deliver total (produce tx n #(realized? over)))
                                  (catch Throwable e (deliver total 0) (throw e))))
            consumer (future (consume rx total seen #(.add changes [%1 %2])))
            told (try
                   (vec (for [k (range 1 (inc swaps))]
                          (do (while (and (< (aget seen 0) (quot (* k n) (inc swaps))) (not (realized? consumer)))
                                (Thread/yield))
                              (let [{:keys [version at]} (lg/swap-stage! rt :r (tagged (inc k)) {:deadline-ms 60000})]
                                (is (= [(inc k) :a] [version (:lane at)]))
                                [(:position at) version]))))
                   (finally (deliver over true)))]
        @producer
        @consumer
        {:told told :seen (vec changes) :total @total}))))

(defn- as-seen
  "What an observer of the messages sees of swaps that were told: of several before the same message the last, and none
  behind the last message."
  [told total]
  (->> (cons [0 1] told)
       (partition-by first)
       (map last)
       (filterv #(< (long (first %)) (long total)))))

(deftest a-swap-takes-place-exactly-where-it-was-told
  (let [{:keys [told seen total]} (swapped-under-load 1000000 1000 {})]
    (is (= 1000 (count told)))
    (is (<= 1000000 total))
    (is (< 100 (count seen)) "spread over the messages")
    (is (= (as-seen told total) seen)))
  (scratch/with-dir [dir]
    (let [{:keys [told seen total]} (swapped-under-load 20000 50 {:dir dir})]
      (is (= (as-seen told total) seen)))))

(deftest ^:long ten-thousand-swaps-over-ten-million-messages
  (let [{:keys [told seen total]} (swapped-under-load 10000000 10000 {})]
    (is (= 10000 (count told)))
    (is (= (as-seen told total) seen))))

(deftest two-swappers-at-once-both-take-effect-in-order
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:slots 64}))]
    (let [swappers (mapv (fn [who] (future (mapv (fn [k] (assoc (lg/swap-stage! rt :r (fn [_] [who k])) :what [who k]))
                                                 (range 30))))
                         [:x :y])
          all      (sort-by :version (mapcat deref swappers))]
      (is (= (range 2 62) (map :version all)))
      (is (apply <= (map (comp :position :at) all)))
      (lg/offer! rt :in 1)
      (is (= [(:what (last all))] (taken rt 1)))
      (is (= 61 (get-in (lg/status rt) [:roles :r :version]) (:version (peek (lg/stage-history rt :r))))))))

(deftest a-result-that-waits-for-room-belongs-to-the-old-version
  (let [calls (atom [])
        f     (fn [tag] (fn [v] (swap! calls conj [tag v]) (lg/emit [tag v] [tag v] [tag v])))]
    (doseq [opts [{} {:wire :always} {:threads :shared}]]
      (reset! calls [])
      (with-open [rt (lg/spawn! (pipe {:stage :s} {:slots 4}) (assoc opts :stages {:s (f :old)}))]
        (lg/offer-all! rt :in [0 1 2] {:timeout-ms 20000})
        (is (eventually (= [:b 2] [(get-in (lg/status rt) [:roles :r :blocked-on]) (count @calls)])))
        (is (= {:version 2 :at {:lane :a :position 2}}
               (select-keys (lg/swap-stage! rt :r (f :new)) [:version :at])) "at once, behind the message that waits")
        (is (= [[:old 0] [:old 0] [:old 0] [:old 1] [:old 1] [:old 1] [:new 2] [:new 2] [:new 2]]
               (reduce (fn [all _] (into all (taken rt 1))) [] (range 9))))
        (is (= [[:old 0] [:old 1] [:new 2]] @calls) "each once")))))

;; ------------------------------------------------------------------ following a var

(defn- fresh-var [value]
  (intern (create-ns 'lanegraph.swapped) (gensym "v") value))

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
            caller (Thread. #(deliver answer (try (:version (lg/swap-stage! rt :r dec))
                                                  (catch clojure.lang.ExceptionInfo e (:lanegraph/code (ex-data e))))))]
        (.start caller)
        (LockSupport/parkNanos (rand-int 100000))
        (.interrupt caller)
        (let [answer (deref answer 20000 :hangs)]
          (is (= (get-in (lg/status rt) [:roles :r :version])
                 (if (= :call/interrupted answer) before answer))))))))

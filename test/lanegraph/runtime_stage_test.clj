(ns lanegraph.runtime-stage-test
  "What roles do with messages: the stage kinds, errors, drops, lanes of every kind."
  (:require [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe refusal taken]]
            [lanegraph.scratch :as scratch])
  (:import (java.util.concurrent CyclicBarrier TimeUnit)
           (org.agrona DirectBuffer MutableDirectBuffer)
           (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(def ^:private bytes-lane {:codec :long :slot-bytes 16})

(defn- through
  "What comes out of a graph with this stage for these messages."
  ([stage messages] (through stage messages {}))
  ([stage messages lane]
   (with-open [rt (lg/spawn! (pipe {:stage :s} (merge bytes-lane lane)) {:stages {:s stage}})]
     (lg/offer-all! rt :in messages {:timeout-ms 20000})
     (lg/await-idle! rt)
     (lg/take! rt :out 1000))))

(defn- plus [^long n]
  (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
    (.putLong out 0 (+ n (.getLong in 0)))
    8))

(defn- long-at ^long [^DirectBuffer b] (.getLong b 0))

(deftest s6-drop-discards-the-new-message-and-reports-success
  (let [{:keys [open! pass!]} (kit/gate)
        spec (assoc (pipe {:stage :f} {:slots 4}) :on-full :drop)]
    (with-open [rt (lg/spawn! spec {:stages {:f (fn [v] (pass!) v)}})]
      (is (= 100 (lg/offer-all! rt :in (range 100))) "each is reported as accepted")
      (is (= {:written 4 :dropped 96} (select-keys (get-in (lg/status rt) [:lanes :a]) [:written :dropped])))
      (open!)
      (is (= [0 1 2 3] (taken rt 4)) "the new ones were discarded, not the old"))
    (testing "of a role: counted as dropped, not as processed"
      (with-open [rt (lg/spawn! (assoc-in spec [:lanes :a :on-full] :block) {:stages {:f identity}})]
        (is (= 10 (lg/offer-all! rt :in (range 10) {:timeout-ms 20000})))
        (lg/await-idle! rt)
        (is (= {:processed 4 :dropped 6 :filtered 0 :errors 0}
               (select-keys (get-in (lg/status rt) [:roles :r]) [:processed :dropped :filtered :errors])))
        (is (= 6 (get-in (lg/status rt) [:lanes :b :dropped])))
        (is (= [0 1 2 3] (taken rt 4)))))
    (testing "of a role that sends several"
      (with-open [rt (lg/spawn! (assoc-in spec [:lanes :a :on-full] :block)
                                {:stages {:f (fn [v] (lg/emit v v v))}})]
        (is (= 4 (lg/offer-all! rt :in (range 4) {:timeout-ms 20000})))
        (lg/await-idle! rt)
        (is (= {:written 4 :dropped 8} (select-keys (get-in (lg/status rt) [:lanes :b]) [:written :dropped])))
        (is (= 2 (:processed (get-in (lg/status rt) [:roles :r])))
            "those of which nothing was sent are not processed")
        (is (= [0 0 0 1] (taken rt 4)))))))

(deftest s13-map-stages-read-and-write-in-place
  (let [seen  (atom [])
        stage (lg/raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                                   (swap! seen conj [(.addressOffset in) (.capacity in) (.addressOffset out)
                                                     (or (.byteArray in) (.byteArray out))])
                                   (.putLong out 0 (.getLong in 0))
                                   8))]
    (is (= [1 2 3] (through stage [1 2 3])))
    (let [[[in1 capacity out1 array] [in2 _ out2] [in3 _ out3]] @seen]
      (is (= 8 capacity) "the message's own length")
      (is (nil? array) "off the heap")
      (is (= [24 24] [(- in2 in1) (- in3 in2)]) "slot after slot: 16 bytes and the commit word")
      (is (= [24 24] [(- out2 out1) (- out3 out2)])))))

(defn- allocated-by
  "Bytes that the threads of these names have allocated."
  [names]
  (let [^com.sun.management.ThreadMXBean bean (java.lang.management.ManagementFactory/getThreadMXBean)]
    (reduce + (for [^Thread t (keys (Thread/getAllStackTraces)) :when (names (.getName t))]
                (.getThreadAllocatedBytes bean (.getId t))))))

(defn- pump
  "Sends n longs and takes as many, through the bare handles, on this thread."
  [^lanegraph.lane.LaneTx tx ^lanegraph.lane.LaneRx rx ^long n]
  (let [message (UnsafeBuffer. (byte-array 8))]
    (loop [sent 0, received 0]
      (when (< received n)
        (let [sent (if (and (< sent n) (.offer tx message 0 8)) (inc sent) sent)]
          (if (.peek rx)
            (do (.advance rx) (.release rx) (recur sent (inc received)))
            (do (Thread/yield) (recur sent received))))))))

(deftest ^:matrix roles-on-buffers-allocate-nothing
  (let [lane  {:kind :events :codec :bytes :slot-bytes 8 :slots 64}
        names #{"lanegraph:quiet:map" "lanegraph:quiet:keep" "lanegraph:quiet:copy"
                "lanegraph:quiet:split" "lanegraph:quiet:join" "lanegraph:quiet:spread"}
        spec  {:name :quiet
               :lanes (zipmap [:a :b :c :d :e :f :g :h] (repeat lane))
               :roles {:map  {:kind :stage :stage :plus :rx :a :tx :b}
                       :keep {:kind :stage :stage :all :as :filter :rx :b :tx :c}
                       :copy {:kind :bridge :rx :c :tx :d}
                       :split {:kind :router :policy {:by :odd} :rx :d :tx [:e :f]}
                       :join {:kind :merge :rx [:e :f] :tx :g}
                       :spread {:kind :router :rx :g :tx [:h]}}
               :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :h}}}]
    (with-open [rt (lg/spawn! spec {:stages {:plus (lg/raw-stage :map (plus 1))
                                             :all  (lg/raw-stage :filter (fn [_] true)) ; constantly has rest arguments
                                             :odd  (lg/raw-stage :route (fn [^long sequence _] ; odd? would box it
                                                                          (if (zero? (bit-and sequence 1)) :f :e)))}})]
      (let [tx (lg/writer rt :in), rx (lg/reader rt :out)
            n  20000]
        (pump tx rx n)
        (is (eventually (let [before (long (allocated-by names))]
                          (pump tx rx n)
                          (= before (long (allocated-by names)))))
            "not one byte for 20,000 messages over six roles")))))

(deftest s18-map-ok
  (is (= [2 3] (through (lg/raw-stage :map-ok (plus 1)) [1 2]))))

(deftest s19-map-gives-a-length-or-an-error
  (is (= [2 3] (through (lg/raw-stage :map (plus 1)) [1 2])))
  (with-open [rt (lg/spawn! (pipe {:stage :s :on-error :skip} bytes-lane)
                            {:stages {:s (lg/raw-stage :map (fn ^long [^DirectBuffer in
                                                                               ^MutableDirectBuffer out]
                                                              (.putLong out 0 (quot 12 (.getLong in 0)))
                                                              8))}})]
    (lg/offer-all! rt :in [1 0 2])
    (is (= [12 6] (taken rt 2)))
    (lg/await-idle! rt) ; a role counts what it did after it was published
    (is (= 1 (get-in (lg/status rt) [:roles :r :errors])))))

(deftest s20-filter-forwards-unchanged-what-it-keeps
  (is (= [2 4] (through (lg/raw-stage :filter #(even? (long-at %))) [1 2 3 4])))
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/even? :as :filter}))]
    (lg/offer-all! rt :in [1 2 3 4])
    (is (= [2 4] (taken rt 2)))
    (lg/await-idle! rt)
    (is (= {:filtered 2 :processed 2}
           (select-keys (get-in (lg/status rt) [:roles :r]) [:filtered :processed])))))

(deftest s21-inspect-always-forwards
  (let [seen (atom [])]
    (is (= [1 2] (through (lg/raw-stage :inspect #(swap! seen conj (long-at %))) [1 2])))
    (is (= [1 2] @seen)))
  (let [seen (atom [])]
    (with-open [rt (lg/spawn! (pipe {:stage :look :as :inspect})
                            {:stages {:look #(do (swap! seen conj %) nil)}})]
      (lg/offer-all! rt :in [1 2])
      (is (= [1 2] (taken rt 2) @seen)))))

(def ^:private running-sum
  (lg/raw-stage :stateful
                (fn [start]
                  (let [sum (long-array 1 (or start 0))]
                    (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                      (aset sum 0 (+ (aget sum 0) (.getLong in 0)))
                      (.putLong out 0 (aget sum 0))
                      8)))))

(deftest s22-stateful-has-one-instance-per-role
  (let [lane (merge {:kind :events} bytes-lane)
        spec {:name :two
              :lanes {:a lane :b lane :c lane}
              :roles {:r1 {:kind :stage :stage :sum :rx :a :tx :b}
                      :r2 {:kind :stage :stage :sum :args 100 :rx :b :tx :c}}
              :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}}]
    (is (= {:out [101 104 110]} (lg/simulate spec {:in [1 2 3]} {:stages {:sum running-sum}})))
    (is (= {:out [101 104 110]}
           (lg/simulate (-> spec (assoc-in [:roles :r1 :as] :stateful) (assoc-in [:roles :r2 :as] :stateful))
                        {:in [1 2 3]}
                        {:stages {:sum {:init #(or % 0) :step (fn [s v] (let [s (+ s v)] [s s]))}}})))
    (let [shared (reduce (fn [spec role]
                           (update-in spec [:roles role] #(-> % (assoc :stage 'lanegraph.fixture.good/shared)
                                                              (dissoc :args))))
                         spec [:r1 :r2])]
      (is (= [:stage/shared-state] (map :code (:problems (refusal #(lg/spawn! shared)))))))))

(deftest s23-transform-drops-forwards-or-writes
  (let [stage (lg/raw-stage :transform
                            (fn [_]
                              (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                                (let [n (.getLong in 0)]
                                  (cond
                                    (zero? (mod n 3)) lg/DROP
                                    (odd? n)          lg/FORWARD-INPUT
                                    :else             (do (.putLong out 0 (- n)) 8))))))]
    (is (= [1 -2 -4 5] (through stage [0 1 2 3 4 5])))))

(deftest a-length-that-is-none-is-a-stage-error
  (doseq [[n kind] [[17 :map] [-1 :map] [-3 :transform]]]
    (let [f (fn ^long [_ _] n)
          stage (if (= :map kind) (lg/raw-stage :map f) (lg/raw-stage :transform (fn [_] f)))]
      (is (= :role/failed (code-of #(lg/simulate (pipe {:stage :s} bytes-lane)
                                           {:in [1]} {:stages {:s stage}})))))))

(deftest s24-a-stage-error-stops-is-skipped-or-becomes-a-dead-letter
  (let [reciprocal #(/ 1 (long %))]
    (testing "stop"
      (with-open [rt (lg/spawn! (pipe {:stage :f}) {:stages {:f reciprocal}})]
        (lg/offer-all! rt :in [1 0 2])
        (let [{:lanegraph/keys [code] :keys [message roles cause]}
              (refusal #(lg/join! rt {:timeout-ms 20000}))]
          (is (= :graph/failed code))
          (is (str/includes? message "stage error at position 1"))
          (is (= [:r] (keys roles)))
          (is (instance? ArithmeticException (last (take-while some? (iterate ex-cause cause))))))
        (is (= [1] (lg/take! rt :out 10)))
        (is (= 2 (get-in (lg/status rt) [:lanes :a :depth])) "the message stays in its lane")))
    (testing "skip"
      (with-open [rt (lg/spawn! (pipe {:stage :f :on-error :skip}) {:stages {:f reciprocal}})]
        (lg/offer-all! rt :in [1 0 0 2])
        (is (= [1 1/2] (taken rt 2)))
        (lg/await-idle! rt)
        (is (= {:processed 2 :errors 2}
               (select-keys (get-in (lg/status rt) [:roles :r]) [:processed :errors])))
        (let [[{:keys [text count first-ms last-ms]} :as errors] (:errors (lg/status rt))]
          (is (= [1 2] [(clojure.core/count errors) count]))
          (is (<= first-ms last-ms))
          (is (str/includes? text "Divide by zero")))))
    (testing "dead letter"
      (doseq [opts [{} {:wire :always}]]
        (with-open [rt (lg/spawn! (-> (pipe {:stage :f :on-error {:to :dead}})
                                      (assoc-in [:lanes :dead] {:kind :events :codec :edn :slots 2})
                                      (assoc-in [:endpoints :dead] {:kind :egress :lane :dead}))
                                  (assoc opts :stages {:f reciprocal}))]
          (lg/offer-all! rt :in [1 0 2])
          (is (= [1 1/2] (taken rt 2)))
          (is (= [0] (lg/take! rt :dead 1 {:timeout-ms 20000})))
          (lg/await-idle! rt)
          (is (= {:processed 2 :errors 1}
                 (select-keys (get-in (lg/status rt) [:roles :r]) [:processed :errors])))
          (testing "a full dead-letter lane blocks, and each is there once"
            (lg/offer-all! rt :in [0 0 0 4])
            (is (eventually (= 2 (get-in (lg/status rt) [:lanes :dead :depth]))))
            (is (= [0 0 0] (lg/take! rt :dead 3 {:timeout-ms 20000})))
            (is (= [1/4] (taken rt 1)))))))))

(deftest a-result-that-does-not-fit-goes-by-on-error
  (with-open [rt (lg/spawn! (-> (pipe {:stage :f :on-error {:to :dead}} {:slot-bytes 16})
                                (assoc-in [:lanes :dead] {:kind :events :codec :edn})
                                (assoc-in [:endpoints :dead] {:kind :egress :lane :dead}))
                            {:wire :always :stages {:f #(apply str (repeat % "x"))}})]
    (lg/offer-all! rt :in [1 20 2])
    (is (= ["x" "xx"] (taken rt 2)))
    (is (= [20] (lg/take! rt :dead 1 {:timeout-ms 20000})))))

(deftest several-results-of-which-one-fails
  (testing "what was sent stays sent; the message goes by on-error once"
    (with-open [rt (lg/spawn! (pipe {:stage :f :on-error :skip} {:slot-bytes 16})
                              {:wire :always :stages {:f #(lg/emit % (Object.) %)}})]
      (lg/offer-all! rt :in [1 2])
      (is (= [1 2] (taken rt 2)))
      (lg/await-idle! rt)
      (is (= {:errors 2 :processed 0} (select-keys (get-in (lg/status rt) [:roles :r]) [:errors :processed])))
      (is (= [] (lg/take! rt :out 9))))))

(deftest a-filter-between-two-codecs-is-refused
  (testing "its bytes would be read by another codec"
    (doseq [stage [(lg/raw-stage :filter (constantly true)) (lg/raw-stage :inspect identity)
                   (lg/raw-stage :transform (fn [_] (fn ^long [_ _] -2)))]]
      (is (= [:graph/codec-mismatch]
             (map :code (:problems (refusal #(.close (lg/spawn! (assoc-in (pipe {:stage :s} {:codec :string})
                                                                          [:lanes :b :codec] :long)
                                                                {:stages {:s stage}}))))))))))

;; ------------------------------------------------------------------ every mix of lanes

(def ^:private kinds
  [{:kind :events} {:kind :fanout-broadcast :consumers 1} {:kind :sequenced-slots :gating 1}])

(defn- mixed [role from to]
  (let [whole #(if (= :events (:kind %2)) %1 [%1 0])]
    {:name :mixed
     :lanes {:a (merge {:slots 4 :codec :edn} from) :b (merge {:slots 4 :codec :edn} to)}
     :roles {:r (assoc role :rx (whole :a from) :tx :b)}
     :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane (whole :b to)}}}))

(defn- all-pass? [role opts]
  (every? (fn [[from to]]
            (scratch/with-dir [dir]
              (with-open [rt (lg/spawn! (mixed role from to) (cond-> opts (:dir opts) (assoc :dir dir)))]
                (let [sender (future (lg/offer-all! rt :in (range 100) {:timeout-ms 20000}))]
                  (and (= (range 100) (taken rt 100)) (= 100 @sender))))))
          (for [from kinds, to kinds] [from to])))

(deftest s25-a-stage-moves-between-every-mix-of-lanes
  (doseq [opts [{} {:wire :always} {:dir true}]]
    (is (all-pass? {:kind :stage :stage 'clojure.core/identity} opts))))

(deftest s26-a-bridge-moves-between-every-mix-of-lanes
  (doseq [opts [{} {:wire :always} {:dir true}]]
    (is (all-pass? {:kind :bridge} opts))))

(deftest a-fanout-gives-every-consumer-every-message
  (let [lane {:kind :events :codec :edn :slots 4}
        spec {:name :fan
              :lanes {:a lane, :both {:kind :fanout-broadcast :consumers 2 :codec :edn :slots 4},
                     :x lane, :y lane}
              :roles {:split {:kind :bridge :rx :a :tx :both}
                      :inc {:kind :stage :stage 'clojure.core/inc :rx [:both 0] :tx :x}
                      :dec {:kind :stage :stage 'clojure.core/dec :rx [:both 1] :tx :y}}
              :endpoints {:in {:kind :ingress :lane :a} :x {:kind :egress :lane :x}
                          :y {:kind :egress :lane :y}}}]
    (is (= {:x (range 1 101) :y (range -1 99)} (lg/simulate spec {:in (range 100)})))
    (with-open [rt (lg/spawn! spec)]
      (let [sender (future (lg/offer-all! rt :in (range 100) {:timeout-ms 20000}))
            x      (future (lg/take! rt :x 100 {:timeout-ms 20000}))]
        (is (= (range -1 99) (lg/take! rt :y 100 {:timeout-ms 20000})))
        (is (= (range 1 101) @x))
        (is (= 100 @sender))))))

(deftest what-a-fanout-holds-for-an-egress-alone-does-not-count
  (let [lane {:kind :events :codec :edn :slots 4}
        spec {:name :beside
              :lanes {:a lane, :both {:kind :fanout-broadcast :consumers 2 :codec :edn :slots 4}, :x lane}
              :roles {:split {:kind :bridge :rx :a :tx :both}
                      :inc {:kind :stage :stage :f :rx [:both 0] :tx :x}}
              :endpoints {:in {:kind :ingress :lane :a} :x {:kind :egress :lane :x}
                          :as-it-is {:kind :egress :lane [:both 1]}}}
        {:keys [open! pass!]} (kit/gate)]
    (with-open [rt (lg/spawn! spec {:stages {:f #(do (pass!) (inc %))}})]
      (is (= 3 (lg/offer-all! rt :in [1 2 3])))
      (is (eventually (= 3 (get-in (lg/status rt) [:lanes :both :depth]))))
      (is (= {:both 3} (:remaining (refusal #(lg/await-idle! rt {:timeout-ms 60})))) "it holds them for the role")
      (open!)
      (is (nil? (lg/await-idle! rt {:timeout-ms 20000})))
      (is (= {:state :stopped :drained true :remaining {}}
             (select-keys (lg/stop! rt {:mode :drain :deadline-ms 20000}) [:state :drained :remaining])))
      (is (= [1 2 3] (lg/take! rt :as-it-is 9)))
      (is (= [2 3 4] (lg/take! rt :x 9))))))

(deftest s30-a-stage-function-runs-once-per-message-under-back-pressure
  (doseq [writers [1 2], opts [{} {:wire :always}]]
    (let [calls (atom {})
          lane  {:kind :events :codec :edn :slots 2}
          role  (fn [rx] {:kind :stage :stage :f :rx rx :tx :b})
          spec  {:name :once
                 :lanes (into {:b lane} (for [i (range writers)]
                                           [(keyword (str "a" i)) (assoc lane :slots 128)]))
                 :roles (into {} (for [i (range writers)] [(keyword (str "r" i))
                                                            (role (keyword (str "a" i)))]))
                 :endpoints (into {:out {:kind :egress :lane :b}}
                                  (for [i (range writers)]
                                    [(keyword (str "in" i)) {:kind :ingress :lane (keyword (str "a" i))}]))}]
      (with-open [rt (lg/spawn! spec (assoc opts :stages {:f #(do (swap! calls update % (fnil inc 0)) %)}))]
        (dotimes [i writers]
          (is (= 100 (lg/offer-all! rt (keyword (str "in" i)) (range (* i 100) (* (inc i) 100))))))
        (is (eventually (every? #(pos? (long (:blocked-ns %))) (vals (:roles (lg/status rt))))) "while nobody takes")
        (is (eventually (do (lg/take! rt :out 100)
                            (= (* writers 100) (reduce + (map :processed (vals (:roles (lg/status rt)))))))))
        (is (= (zipmap (range (* writers 100)) (repeat 1)) @calls))))))

(deftest s31-fail-stop-and-every-error-is-reported
  (let [lane {:kind :events :codec :edn}
        both (CyclicBarrier. 2)
        spec {:name :both
              :lanes {:a lane :b lane :c lane :d lane :e lane :f lane}
              :roles {:r1 {:kind :stage :stage :fail :rx :a :tx :b}
                      :r2 {:kind :stage :stage :fail :rx :c :tx :d}
                      :r3 {:kind :bridge :rx :e :tx :f}}
              :endpoints {:in1 {:kind :ingress :lane :a} :in2 {:kind :ingress :lane :c}
                           :in3 {:kind :ingress :lane :e}
                          :o1 {:kind :egress :lane :b} :o2 {:kind :egress :lane :d}
                           :o3 {:kind :egress :lane :f}}}]
    (with-open [rt (lg/spawn! spec {:stages {:fail (fn [v] (.await both 20 TimeUnit/SECONDS)
                                                          (throw (ex-info v {})))}})]
      (lg/offer! rt :in1 "one")
      (lg/offer! rt :in2 "two")
      (let [{:lanegraph/keys [code] :keys [roles cause message]} (refusal #(lg/join! rt {:timeout-ms 20000}))
            first-role (first (filter #(identical? (ex-cause cause) (ex-cause (roles %))) [:r1 :r2]))]
        (is (= :graph/failed code))
        (is (= #{:r1 :r2} (set (keys roles))))
        (is (some? first-role) "the first is the cause")
        (is (= 1 (count (.getSuppressed ^Throwable cause))))
        (is (str/includes? message "one"))
        (is (str/includes? message "two")))
      (is (= :failed (:state (lg/status rt))))
      (is (= {:r1 :failed :r2 :failed :r3 :ended} (update-vals (:roles (lg/status rt)) :state)))
      (is (= :graph/stopped (code-of #(lg/offer! rt :in3 1))))
      (is (= {:state :failed :failures #{:r1 :r2}}
             (-> (lg/stop! rt) (select-keys [:state :failures]) (update :failures (comp set keys)))))
      (is (eventually (empty? (kit/threads "both:")))))))

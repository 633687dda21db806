(ns lanegraph.races-test
  "Rare interleavings of a graph's life, each brought about on purpose."
  (:require [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually in-time pipe taken]]
            [lanegraph.scratch :as scratch])
  (:import (java.io IOException)
           (java.lang.reflect Field)
           (java.nio.channels FileChannel)
           (java.nio.file LinkOption)
           (java.util.concurrent CountDownLatch)
           (lanegraph.lane Codec LaneRx)
           (lanegraph.runtime EgressProbe LaneGraph)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(defn- chain [graph r1 r2]
  (let [lane {:kind :events :codec :edn :slots 8}]
    {:name graph
     :lanes {:a lane :b lane :c lane}
     :roles {:r1 (merge {:kind :stage :rx :a :tx :b} r1) :r2 (merge {:kind :stage :rx :b :tx :c} r2)}
     :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}}))

(defn- stubborn
  "A function that returns its message when the latch is open, whatever interrupts it."
  [^CountDownLatch latch]
  (fn [v]
    (while (pos? (.getCount latch))
      (try (.await latch) (catch InterruptedException _ nil)))
    v))

(defn- active? [rt role]
  (get-in (lg/status rt) [:roles role :active]))

;; ------------------------------------------------------------------ rest and drain

(deftest what-only-an-outsider-has-yet-to-take-is-not-inside
  (let [spec {:name :tapped
              :lanes {:both {:kind :fanout-broadcast :consumers 2 :codec :edn :slots 8}
                      :b {:kind :events :codec :edn :slots 8}}
              :roles {:r {:kind :stage :stage 'clojure.core/inc :rx [:both 0] :tx :b}}
              :endpoints {:in {:kind :ingress :lane :both} :out {:kind :egress :lane :b}
                          :tap {:kind :egress :lane [:both 1]}}}]
    (with-open [rt (lg/spawn! spec)]
      (lg/offer-all! rt :in [1 2 3])
      (is (nil? (lg/await-idle! rt {:timeout-ms 5000})))
      (is (= {:state :stopped :drained true :remaining {}}
             (select-keys (lg/stop! rt {:mode :drain :deadline-ms 5000}) [:state :drained :remaining])))
      (is (= [1 2 3] (lg/take! rt :tap 9)))
      (is (= [2 3 4] (lg/take! rt :out 9))))))

;; ------------------------------------------------------------------ egress

(deftest what-a-take-has-in-hand-reaches-its-caller
  (testing "when the graph is closed meanwhile"
    (is (= ["one"] (EgressProbe/takeWhileItIsRefused))))
  (testing "when the next message cannot be decoded, whatever is thrown"
    (doseq [thrown [(StackOverflowError.) (ex-info "bad" {})]]
      (let [codec (reify Codec
                    (encode [_ v buffer]
                      (.putLong ^MutableDirectBuffer buffer 0 (long v))
                      8)
                    (decode [_ buffer]
                      (let [v (.getLong ^DirectBuffer buffer 0)]
                        (if (= 13 v) (throw thrown) v))))]
        (with-open [rt (lg/spawn! (assoc-in (pipe {:stage 'clojure.core/long}) [:lanes :b :codec] :mine)
                                  {:wire :always :codecs {:mine codec}})]
          (lg/offer-all! rt :in [1 2 13 3])
          (lg/await-idle! rt)
          (is (= [1 2] (in-time (lg/take! rt :out 9 {:timeout-ms 3600000}))) "at once")
          (is (thrown? Throwable (lg/take! rt :out 9))))))))

(deftest a-value-that-was-passed-over-but-not-released-is-read-again
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:retain false}))]
    (lg/offer-all! rt :in [1 2])
    (lg/await-idle! rt)
    (let [^LaneRx rx (lg/reader rt :out)]
      (is (.peek rx))
      (.advance rx)
      (.close rx))
    (is (= [1 2] (lg/take! rt :out 9)))))

;; ------------------------------------------------------------------ stop and close against others

(deftest a-codec-that-hangs-in-an-offer-delays-no-stop
  (let [latch (CountDownLatch. 1)
        wait  (stubborn latch)
        codec (reify Codec
                (encode [_ v buffer] (.putLong ^MutableDirectBuffer buffer 0 (long (wait v))) 8)
                (decode [_ buffer] (.getLong ^DirectBuffer buffer 0)))
        spec  (pipe {:stage 'clojure.core/identity} {:codec :mine})]
    (with-open [rt (lg/spawn! spec {:wire :always :codecs {:mine codec}})]
      (let [inside (promise)
            offer  (future (deliver inside true) (code-of #(lg/offer! rt :in 1)))]
        @inside
        (is (not= :done (deref offer 200 :waits)))
        (is (= :stopped (in-time (:state (lg/stop! rt {:deadline-ms 300})))))
        (.countDown latch)
        (is (= :graph/stopped (deref offer 20000 :late)) "refused, since the stop did not wait for it")
        (is (= 0 (get-in (lg/status rt) [:lanes :a :written])))))))

(deftest who-locks-the-graph-object-delays-no-stop
  (with-open [^LaneGraph rt (lg/spawn! (pipe {:stage 'clojure.core/identity}))]
    (locking rt
      (is (= :stopped (in-time (:state (lg/stop! rt {:deadline-ms 1000}))))))))

(deftest a-stage-that-closes-its-graph-while-another-closes-it
  (let [rt-of (promise)
        ^LaneGraph rt (lg/spawn! (pipe {:stage :f})
                                 {:stages {:f (fn [v]
                                                (eventually (not= :running (:state (lg/status @rt-of))))
                                                (.close ^LaneGraph @rt-of)
                                                v)}})]
    (deliver rt-of rt)
    (lg/offer! rt :in 1)
    (is (eventually (active? rt :r)))
    (let [start (System/nanoTime)]
      (.close rt)
      (is (> 4e9 (- (System/nanoTime) start)) "neither waits for the other"))
    (is (= {:state :stopped :stuck []} (select-keys (lg/stop! rt) [:state :stuck])))))

(deftest who-closes-after-a-stage-did-finds-everything-given-back
  (scratch/with-dir [dir]
    (let [rt-of  (promise)
          closed (promise)
          latch  (CountDownLatch. 1)
          wait   (stubborn latch)
          spawn  (fn ^LaneGraph [f] (lg/spawn! (pipe {:stage :f}) {:dir dir :stages {:f f}}))
          rt     (spawn (fn [v] (.close ^LaneGraph @rt-of) (deliver closed true) (wait v)))]
      (deliver rt-of rt)
      (lg/offer! rt :in 1)
      (is (deref closed 20000 false))
      (let [second-close (future (.close ^LaneGraph rt))]
        (is (= :waits (deref second-close 100 :waits)))
        (.countDown latch)
        (is (nil? (deref second-close 20000 :late)))
        (.close ^LaneGraph (spawn identity)))
      (is (= :stopped (:state (lg/status rt))))
      (is (= [] (:errors (lg/status rt)))))))

(deftest a-consumer-that-closes-its-graph-has-had-its-message
  (scratch/with-dir [dir]
    (let [rt-of (promise)
          seen  (atom [])
          spec  (pipe {:stage 'clojure.core/identity})
          ^LaneGraph rt (lg/spawn! spec {:dir dir :consumers {:out (fn [v]
                                                                     (swap! seen conj v)
                                                                     (.close ^LaneGraph @rt-of))}})]
      (deliver rt-of rt)
      (lg/offer! rt :in 1)
      (is (eventually (= [1] @seen)))
      (.close rt)
      (with-open [rt (lg/spawn! spec {:dir dir})]
        (lg/await-idle! rt)
        (is (= [] (lg/take! rt :out 9)) "not twice")))))

(deftest a-role-that-is-cut-off-has-passed-what-it-has-sent
  (scratch/with-dir [dir]
    (let [offered (CountDownLatch. 1)
          latch   (CountDownLatch. 1)
          wait    (stubborn latch)
          spec    (pipe {:stage :s} {:codec :long :slot-bytes 16 :slots 64})
          stage   (lg/raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                                       (case (.getLong in 0)
                                         0 (.await offered)
                                         2 (wait nil)
                                         nil)
                                       (.putLong out 0 (.getLong in 0))
                                       8))
          ^LaneGraph rt (lg/spawn! spec {:dir dir :stages {:s stage}})]
      (lg/offer-all! rt :in [0 1 2])
      (.countDown offered)
      (is (eventually (= 2 (get-in (lg/status rt) [:lanes :b :written]))))
      (is (= [:r] (:stuck (lg/stop! rt {:deadline-ms 200}))))
      (.countDown latch)
      (is (eventually (= :ended (get-in (lg/status rt) [:roles :r :state]))))
      (is (= {:state :stopped :stuck []} (select-keys (lg/stop! rt) [:state :stuck])) "it is stuck no more")
      (.close rt)
      (with-open [rt (lg/spawn! spec {:dir dir :stages {:s stage}})]
        (lg/await-idle! rt)
        (is (= [0 1 2] (lg/take! rt :out 9)) "each once")))))

(deftest what-a-role-throws-after-it-was-cut-off-changes-no-answer
  (let [latch (CountDownLatch. 1)
        wait  (stubborn latch)]
    (with-open [rt (lg/spawn! (pipe {:stage :f}) {:stages {:f (fn [v] (wait v) (throw (ex-info "late" {})))}})]
      (lg/offer! rt :in 1)
      (is (eventually (active? rt :r)))
      (is (= :stopped (:state (lg/stop! rt {:deadline-ms 200}))))
      (.countDown latch)
      (is (eventually (= :ended (get-in (lg/status rt) [:roles :r :state]))))
      (is (= :stopped (:state (lg/status rt))))
      (is (true? (lg/join! rt)))
      (is (= 1 (count (:errors (lg/status rt)))) "told all the same"))))

(deftest a-stage-is-closed-on-a-thread-that-is-not-interrupted
  (let [latch  (CountDownLatch. 1)
        closed (promise)
        stage  {:step  (fn [s v]
                         (try (.await latch) (catch InterruptedException _ (.interrupt (Thread/currentThread))))
                         [s v])
                :close (fn [_] (deliver closed (.isInterrupted (Thread/currentThread))))}]
    (with-open [rt (lg/spawn! (pipe {:stage :s :as :stateful}) {:stages {:s stage}})]
      (lg/offer! rt :in 1)
      (is (eventually (active? rt :r)))
      (is (= :stopped (:state (lg/stop! rt {:deadline-ms 1000}))))
      (is (false? (deref closed 20000 :late)) "or what it writes would be lost"))))

(deftest an-error-whose-causes-go-round-in-a-circle-ends-its-role
  (let [a (RuntimeException. "a")
        b (RuntimeException. "b" a)
        rt-of (promise)]
    (.initCause ^Throwable a b)
    (with-open [rt (lg/spawn! (pipe {:stage :f})
                              {:stages {:f (fn [_]
                                             (eventually (not= :running (:state (lg/status @rt-of))))
                                             (throw a))}})]
      (deliver rt-of rt)
      (lg/offer! rt :in 1)
      (is (eventually (active? rt :r)))
      (is (= {:state :failed :stuck []} (select-keys (lg/stop! rt {:deadline-ms 20000}) [:state :stuck]))))))

;; ------------------------------------------------------------------ failing

(deftest s31-a-failed-graph-ends-though-another-role-waits-for-ever
  (let [latch (CountDownLatch. 1)]
    (with-open [rt (lg/spawn! (chain :waits {:stage :fail} {:stage :wait})
                              {:stages {:fail #(if (= 2 %) (throw (ex-info "no" {})) %)
                                        :wait (fn [_] (.await latch))}})]
      (lg/offer! rt :in 1)
      (is (eventually (active? rt :r2)))
      (lg/offer! rt :in 2)
      (is (= :graph/failed (code-of #(lg/join! rt {:timeout-ms 60000}))))
      (is (eventually (empty? (kit/threads "waits:"))))
      (is (= :failed (:state (lg/status rt)))))))

(deftest a-dead-letter-that-does-not-fit-fails-the-role-once
  (with-open [rt (lg/spawn! (-> (pipe {:stage :f :on-error {:to :dead}})
                                (assoc-in [:lanes :dead] {:kind :events :codec :edn :slot-bytes 8})
                                (assoc-in [:endpoints :dead] {:kind :egress :lane :dead}))
                            {:wire :always :stages {:f (fn [_] (throw (ex-info "no" {})))}})]
    (lg/offer! rt :in "longer than eight")
    (let [{:keys [roles]} (kit/refusal #(lg/join! rt {:timeout-ms 20000}))]
      (is (= [:r] (keys roles)))
      (is (= [] (mapcat #(.getSuppressed ^Throwable %) (take-while some? (iterate ex-cause (:r roles)))))
          "it is not tried again when the role closes"))
    (is (= ["longer than eight"] (lg/peek rt :a)) "the message stays")))

;; ------------------------------------------------------------------ spawns that fail

(deftest s35-a-failed-init-does-not-wait-for-one-that-hangs
  (let [latch (CountDownLatch. 1)
        init  (fn [role _] (if (= :r1 role) (throw (ex-info "no" {})) (.await latch)))]
    (is (= :role/init-failed
           (in-time (code-of #(lg/spawn! (chain :hangs {:stage :f} {:stage :f})
                                         {:stages {:f identity} :thread-init init})))))
    (is (eventually (empty? (kit/threads "hangs:"))))))

(deftest s33-an-interrupted-spawn-leaves-nothing
  (scratch/with-dir [dir]
    (let [latch   (CountDownLatch. 1)
          inside  (CountDownLatch. 1)
          init    (fn [_ _] (.countDown inside) (.await latch))
          outcome (promise)
          spawner (Thread. #(deliver outcome
                                     [(code-of (fn [] (lg/spawn! (chain :torn {:stage :f} {:stage :f})
                                                                 {:dir dir :stages {:f identity}
                                                                  :thread-init init})))
                                      (.isInterrupted (Thread/currentThread))]))]
      (.start spawner)
      (.await inside)
      (.interrupt spawner)
      (is (= [:call/interrupted true] (deref outcome 20000 :late)))
      (is (eventually (empty? (kit/threads "torn:"))))
      (is (= {} (scratch/tree dir))))))

(deftest s33-a-stage-that-cannot-be-closed-holds-no-lock
  (scratch/with-dir [dir]
    (let [stage {:step (fn [s v] [s v]) :close (fn [_] (throw (AssertionError. "close")))}
          spec  (pipe {:stage :s :as :stateful})
          spawn (fn [opts] (lg/spawn! spec (merge {:dir dir :stages {:s (dissoc stage :close)}} opts)))]
      (.close ^LaneGraph (spawn {}))
      (is (= :lane/exists (code-of #(spawn {:existing :refuse :stages {:s stage}}))))
      (.close ^LaneGraph (spawn {})))))

(defn- break-lock!
  "Lets the freeing of a lock of this process fail, when it is free."
  [dir file]
  (let [field   (fn [n] (doto (.getDeclaredField (Class/forName "lanegraph.region.LockFile") n) (.setAccessible true)))
        lock    (get (.get ^Field (field "HELD") nil) (.toRealPath (scratch/path dir "locks" file) (make-array LinkOption 0)))
        channel (.get ^Field (field "channel") lock)]
    (.set ^Field (field "channel") lock
          (proxy [FileChannel] []
            (implCloseChannel []
              (.close ^FileChannel channel)
              (throw (IOException. "the disk is gone")))))))

(deftest a-lock-that-fails-when-it-is-freed-is-told-and-holds-up-no-other
  (doseq [file ["role.r.lock" "endpoint.in.lock" "journal.a.lock"]]
    (scratch/with-dir [dir]
      (let [spec  (update (pipe {:stage 'clojure.core/inc}) :lanes update-vals #(-> % (dissoc :slots) (assoc :kind :journal)))
            spawn #(lg/spawn! spec {:dir dir})
            rt    (spawn)]
        (break-lock! dir file)
        (is (nil? (.close ^LaneGraph rt)) file)
        (is (str/includes? (str/join (map :text (:errors (lg/status rt)))) "the disk is gone") file)
        (.close ^LaneGraph (spawn))))))

(deftest s33-stages-are-closed-when-another-cannot-be-made
  (let [closed (atom 0)
        spec   (chain :made {:stage :s1 :as :stateful} {:stage :s2 :as :stateful})
        opts   {:stages {:s1 {:step (fn [s v] [s v]) :close (fn [_] (swap! closed inc))}
                         :s2 {:init (fn [_] (throw (StackOverflowError.))) :step (fn [s v] [s v])}}}]
    (is (thrown? Throwable (lg/spawn! spec opts)))
    (is (= 1 @closed))))

(deftest a-simulation-closes-every-stage
  (let [closed (atom [])
        stage  (fn [k] {:step (fn [s v] [s v]) :close (fn [_] (swap! closed conj k) (throw (AssertionError. "x")))})
        spec   (chain :sim {:stage :s1 :as :stateful} {:stage :s2 :as :stateful})
        opts   {:stages {:s1 (stage 1) :s2 (stage 2)}}]
    (testing "though the first cannot be"
      (is (thrown? Throwable (lg/simulate spec {:in [1]} opts)))
      (is (= [1 2] @closed)))
    (testing "also where an input is unknown"
      (reset! closed [])
      (is (= :graph/unknown-endpoint (code-of #(lg/simulate spec {:nowhere [1]} opts))))
      (is (= [1 2] @closed)))))

(ns lanegraph.latency-test
  "How long messages take, by hop and end to end."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe]]
            [lanegraph.scratch :as scratch])
  (:import (com.sun.management ThreadMXBean)
           (java.lang.management ManagementFactory)
           (lanegraph.lane LaneRx LaneTx)
           (lanegraph.stage MapOkStage)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(defn- in-latencies? [^Thread t]
  (and (= Thread$State/TIMED_WAITING (.getState t))
       (some #(= "lanegraph.runtime.Latencies" (.getClassName ^StackTraceElement %)) (.getStackTrace t))))

(def ^:private long-ms "Longer than any test." 60000)

(defn- measuring
  "Starts a measurement on a thread of its own; when this returns, messages are followed. With a promise of the :result."
  [rt]
  (let [result (promise)
        thread (doto (Thread. #(deliver result (try (lg/latency rt {:over-ms long-ms}) (catch Throwable e e)))) (.start))]
    (assert (eventually (or (realized? result) (in-latencies? thread))))
    {:result result :thread thread}))

(defn- ended [{:keys [result]}] (deref result 30000 :late))

(defn- measured
  "What a measurement finds of all that (f) does, after which the graph is stopped."
  [rt f]
  (let [m (measuring rt)]
    (f)
    (lg/stop! rt)
    (ended m)))

(defn- hop [found reader]
  (some #(when (= reader (or (:role %) (:endpoint %))) %) (:hops found)))

(defn- through
  "Offers the messages one by one, each when the one before has come out."
  [rt messages]
  (doseq [m messages]
    (lg/offer! rt :in m {:timeout-ms 20000})
    (kit/taken rt 1)))

(defn- beside?
  "Whether the first time, of a message, is none of the `ns` that each message spent elsewhere on its way, which took the
  second time in all. So the two are compared at the same percentile, however long the machine lets a thread wait; three
  digits are kept of each."
  [ns part whole]
  (<= (+ (long ns) (long part)) (* 1.002 (long whole))))

(defn- spin-ms [ms]
  (let [end (+ (System/nanoTime) (* 1000000 (long ms)))]
    (while (neg? (- (System/nanoTime) end)) (Thread/onSpinWait))))

(def ^:private two
  {:name      :two
   :lanes     {:a {:kind :events :codec :edn} :b {:kind :events :codec :edn} :c {:kind :events :codec :edn}}
   :roles     {:slow {:kind :stage :stage :slow :rx :a :tx :b}
               :fast {:kind :stage :stage 'clojure.core/inc :rx :b :tx :c}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}})

(deftest a-slow-stage-shows-in-its-hop-and-not-in-another
  (scratch/with-dir [dir]
    (doseq [opts [{} {:threads :shared} {:wire :always} {:dir dir}]]
      (testing (dissoc opts :dir)
        (with-open [rt (lg/spawn! two (assoc opts :stages {:slow (fn [x] (spin-ms 25) x)}))]
          (let [found (measured rt #(through rt (range 12)))
                slow  (hop found :slow)
                fast  (hop found :fast)
                whole (:p50 (:total-ns (first (:end-to-end found))))]
            (is (= [:slow :fast :out] (map #(or (:role %) (:endpoint %)) (:hops found))) "in the order of the way")
            (is (<= 25000000 (:p50 (:service-ns slow))))
            (is (<= 25000000 whole) "the whole has its part")
            (is (beside? 25000000 (:p50 (:service-ns fast)) whole))
            (is (beside? 25000000 (:p50 (:queue-ns fast)) whole))
            (is (= [[:in [:slow :fast] :out]] (map (juxt :from :path :to) (:end-to-end found))))
            (doseq [h (:hops found), {:keys [p50 p99 p999 max]} (keep h [:queue-ns :service-ns])]
              (is (<= 0 p50 p99 p999 max)))))))))

(deftest a-paused-role-shows-as-queueing
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (let [found (measured rt (fn []
                            (lg/pause! rt :r)
                            (lg/offer-all! rt :in (range 4))
                            (let [began (System/nanoTime)]
                              (is (eventually (< 50000000 (- (System/nanoTime) began)))))
                            (lg/resume! rt :r)
                            (kit/taken rt 4)))
          whole (:p50 (:total-ns (first (:end-to-end found))))]
      (is (= [4 4] ((juxt :samples :messages) (hop found :r))))
      (is (<= 50000000 (:p50 (:queue-ns (hop found :r))) whole))
      (is (beside? 50000000 (:p50 (:service-ns (hop found :r))) whole))
      (is (beside? 50000000 (:p50 (:queue-ns (hop found :out))) whole)))))

(deftest a-full-output-shows-as-queueing-before-the-role-and-in-the-lane-that-is-full
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc} {:slots 2}))]
    (let [found (measured rt (fn []
                            (lg/offer-all! rt :in (range 4) {:timeout-ms 20000})
                            (let [began (System/nanoTime)]
                              (is (eventually (< 50000000 (- (System/nanoTime) began)))))
                            (kit/taken rt 4)))]
      (is (= 4 (:messages (hop found :r)) (:messages (hop found :out))))
      (is (<= 50000000 (:max (:queue-ns (hop found :r)))))
      (is (<= 50000000 (:max (:queue-ns (hop found :out)))))
      (is (beside? 50000000 (:p50 (:service-ns (hop found :r))) (:p50 (:total-ns (first (:end-to-end found)))))))))

(deftest what-is-not-done-at-the-end-is-told
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (lg/offer! rt :in 0)
    (is (eventually (= 1 (get-in (lg/status rt) [:roles :r :processed]))))
    (lg/pause! rt :r)
    (let [found (measured rt #(lg/offer-all! rt :in (range 3)))]
      (is (= [0 0 nil 3] ((juxt :samples :messages :queue-ns (comp :messages :waiting)) (hop found :r))))
      (is (< 0 (get-in (hop found :r) [:waiting :longest-ns]) 30000000000))
      (is (nil? (hop found :out)) "what came in before is not followed")
      (is (= [] (:end-to-end found))))))

(deftest counts-agree-in-every-lane-and-memory
  (scratch/with-dir [dir]
    (doseq [lane [{:kind :events} {:kind :sequenced-slots} {:kind :journal} {:kind :fanout-broadcast :consumers 1}]
            opts [{} {:wire :always} {:dir (str dir "/" (name (:kind lane)))}]
            :let [at (fn [l] (if (= :fanout-broadcast (:kind lane)) [l 0] l))]]
      (testing (str (:kind lane) (keys opts))
        (with-open [rt (lg/spawn! {:name      :bridged
                                   :lanes     {:a (assoc lane :codec :edn) :b (assoc lane :codec :edn)}
                                   :roles     {:r {:kind :bridge :rx (at :a) :tx :b}}
                                   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane (at :b)}}}
                                  opts)]
          (let [found (measured rt #(through rt (range 40)))]
            (is (= [[40 40] [40 40]] (map (juxt :samples :messages) (:hops found))))
            (is (= [[40 40]] (map (juxt :samples :messages) (:end-to-end found))))
            (is (= 0 (:missed found)))
            (is (every? nil? (map :waiting (:hops found))))))))))

(def ^:private forked
  "Two ingress endpoints into one lane; a broadcast, a filter and a stage that emits on its branches, a merge."
  {:name      :forked
   :lanes     (into {} (for [l [:a :b :c :d :e :f]] [l {:kind :events :codec :edn}]))
   :roles     {:fork  {:kind :router :rx :a :tx [:b :c]}
               :evens {:kind :stage :stage 'clojure.core/even? :as :filter :rx :b :tx :d}
               :twice {:kind :stage :stage :twice :rx :c :tx :e}
               :join  {:kind :merge :rx [:d :e] :tx :f}}
   :endpoints {:in {:kind :ingress :lane :a} :in2 {:kind :ingress :lane :a} :out {:kind :egress :lane :f}}})

(deftest messages-are-followed-through-filters-emits-routers-and-merges
  (doseq [threads [:dedicated :shared]]
    (with-open [rt (lg/spawn! forked {:threads threads :stages {:twice (fn [x] (lg/emit x x))}})]
      (let [found (measured rt (fn []
                                 (doseq [n (range 20)]
                                   (lg/offer! rt (if (< n 10) :in :in2) n)
                                   (kit/taken rt (if (even? n) 3 2)))
                                 (lg/await-idle! rt)))]
        (is (= {[:a :fork] 20 [:b :evens] 20 [:c :twice] 20 [:d :join] 10 [:e :join] 40 [:f :out] 50}
               (into {} (map (juxt (juxt :lane #(or (:role %) (:endpoint %))) :messages)) (:hops found))))
        (is (= {[:in [:fork :evens :join]] 5 [:in [:fork :twice :join]] 20
                [:in2 [:fork :evens :join]] 5 [:in2 [:fork :twice :join]] 20}
               (into {} (map (juxt (juxt :from :path) :messages)) (:end-to-end found))))))))

(deftest of-many-messages-some-are-samples-and-stand-for-the-others
  (let [lane {:kind :events :codec :bytes :slot-bytes 64 :slots 65536} ; a role whose thread waits keeps them from coming for long
        n    400000
        copy (reify MapOkStage
               (apply [_ in out] (.putBytes ^MutableDirectBuffer out 0 ^DirectBuffer in 0 8) 8))]
    (doseq [more [nil :in2]]
      (testing (str "with another ingress: " more)
        (with-open [rt (lg/spawn! (-> (pipe {:stage :copy} lane)
                                      (assoc :lanes {:a lane :b lane})
                                      (cond-> more (assoc-in [:endpoints more] {:kind :ingress :lane :a})))
                                  {:stages {:copy copy}})]
          (let [^LaneTx tx (lg/writer rt :in)
                ^LaneRx rx (lg/reader rt :out)
                role   (some (fn [^Thread t] (when (= "lanegraph:pipe:r" (.getName t)) t)) (keys (Thread/getAllStackTraces)))
                alloc  #(.getThreadAllocatedBytes ^ThreadMXBean (ManagementFactory/getThreadMXBean)
                                                  (.getId ^Thread role))
                before (atom 0)
                carry  (fn [n]
                         (let [n (long n)]
                           (loop [sent 0, got 0]
                             (when (< got n)
                               (let [s (and (< sent n) (.room tx) (do (.claim tx) (.commit tx 8)))
                                     g (.peek rx)]
                                 (when g (.advance rx) (.release rx))
                                 (when-not (or s g) (Thread/yield))
                                 (recur (if s (inc sent) sent) (if g (inc got) got)))))))
                found  (measured rt (fn [] (carry 1000) (reset! before (alloc)) (carry n)))
                total  (+ n 1000)]
            (is (> 100000 (- (alloc) @before)) "the role's thread allocates nothing for it")
            (doseq [{:keys [samples messages] :as entry} (concat (:hops found) (:end-to-end found))]
              (is (< 100 samples (/ total 4)) (str entry))
              (is (< (* 0.7 total) messages (* 1.3 total)) (str entry)))
            (let [[first-hop last-hop] (map :samples (:hops found))]
              (is (<= (abs (- first-hop last-hop)) (:missed found)) "each is followed to the end, or counted as missed"))))))))

(deftest a-consumer-is-a-role-and-an-injected-message-is-not-followed
  (let [got (atom [])]
    (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) {:consumers {:out #(swap! got conj %)}})]
      (let [found (measured rt (fn []
                                 (lg/inject! rt :b 100)
                                 (lg/offer! rt :in 1)
                                 (is (eventually (= 2 (count @got))))
                                 (lg/await-idle! rt)))]
        (is (= [[:r 1] [:endpoint/out 1]] (map (juxt :role :messages) (:hops found))))
        (is (:service-ns (hop found :endpoint/out)))
        (is (= [[:in [:r] :out 1]] (map (juxt :from :path :to :messages) (:end-to-end found))))))))

(deftest an-injection-while-a-message-is-parked-is-no-result-of-it
  (let [broken? (atom true)]
    (with-open [rt (lg/spawn! (pipe {:stage :s}) {:dev true :stages {:s (fn [x] (if @broken? (throw (ex-info "no" {})) x))}})]
      (let [found (measured rt (fn []
                              (lg/offer! rt :in 1)
                              (is (eventually (= :parked (get-in (lg/status rt) [:roles :r :state]))))
                              (lg/inject! rt :b :injected)
                              (is (= [:injected] (kit/taken rt 1)))
                              (reset! broken? false)
                              (lg/retry! rt :r)
                              (is (= [1] (kit/taken rt 1)))))]
        (is (= [1 1] (map :messages (:hops found))))
        (is (= [1] (map :messages (:end-to-end found))))))))

(deftest several-may-measure-at-once-and-again
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (is (= [] (:hops (lg/latency rt {:over-ms 1}))))
    (through rt (range 5))
    (let [one (measuring rt)]
      (through rt (range 10))
      (.interrupt ^Thread (:thread one))
      (is (= :call/interrupted (:lanegraph/code (ex-data (ended one))))))
    (let [two   (measuring rt)
          three (measuring rt)]
      (through rt (range 3))
      (lg/stop! rt)
      (is (= [3 3] (map :messages (:hops (ended two)))) "nothing is left of those before")
      (is (= [3 3] (map :messages (:hops (ended three))))))
    (is (= :graph/stopped (code-of #(lg/latency rt))))
    (is (= :options/invalid (code-of #(lg/latency rt {:over-ms 0}))))))

(ns lanegraph.hostile-test
  "Whatever somebody does to a running graph at a REPL: a clear answer, nothing hangs, nothing is lost; in memory and on
  mapped files, on threads of their own and on shared ones."
  (:require [clojure.datafy :as datafy]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe taken]]
            [lanegraph.scratch :as scratch])
  (:import (clojure.lang ExceptionInfo)
           (java.lang AutoCloseable)
           (java.util.concurrent.locks LockSupport)
           (lanegraph.stage StageFactory ValueStage)))

(set! *warn-on-reflection* true)

(defn- everywhere
  "Calls (f opts) with the options of each memory and each way to share threads."
  [f]
  (doseq [threads [:dedicated :shared], memory [:reference :wire :mapped]]
    (testing (str threads memory)
      (scratch/with-dir [dir]
        (f (case memory
             :reference {:threads threads}
             :wire      {:threads threads :wire :always}
             :mapped    {:threads threads :dir dir}))))))

(defn- fresh-var [value]
  (intern (create-ns 'lanegraph.hostile) (gensym "v") value))

(defn- state [rt] (get-in (lg/status rt) [:roles :r :state]))

(defn- goes-on? [rt]
  (lg/offer! rt :in 1)
  (= 1 (count (taken rt 1))))

(deftest a-swap-from-inside-a-stage-is-refused
  (everywhere
   (fn [opts]
     (let [rt (promise)]
       (with-open [g (lg/spawn! (pipe {:stage :s}) (assoc opts :stages {:s (fn [_] (code-of #(lg/swap-stage! @rt :r dec)))}))]
         (deliver rt g)
         (lg/offer! g :in 1)
         (is (= [:role/own-thread] (taken g 1)))
         (is (= 1 (get-in (lg/status g) [:roles :r :version]))))))))

(deftest a-swap-that-hangs-in-the-close-of-the-old-stage-says-that-it-has-begun
  (let [{:keys [open! pass!]} (kit/gate)
        closing (promise)
        closed  (atom 0)
        hangs   (reify
                  ValueStage (apply [_ v] v)
                  AutoCloseable (close [_]
                                  (deliver closing :now)
                                  (while (not (try (pass!) true (catch InterruptedException _ false))))))]
    (with-open [rt (lg/spawn! (pipe {:stage :s}) {:stages {:s hangs}})]
      (let [swap (future (try
                           (lg/swap-stage! rt :r (reify StageFactory
                                                   (create [_ _]
                                                     (reify
                                                       ValueStage (apply [_ v] v)
                                                       AutoCloseable (close [_] (swap! closed inc)))))
                                            {:deadline-ms 3600000})
                           (catch ExceptionInfo e (ex-data e))))]
        @closing
        (is (= [:r] (:stuck (lg/stop! rt {:deadline-ms 100}))))
        (is (= {:lanegraph/code :graph/stopped :begun true} (select-keys (deref swap 20000 {}) [:lanegraph/code :begun])))
        (is (zero? @closed) "it is at work: closed with its role, not by who asked")
        (open!)))
    (is (eventually (= 1 @closed)))))

(deftest a-stage-may-swap-a-role-on-another-thread
  (let [rt (promise)
        spec (-> (pipe {:stage :s})
                 (assoc-in [:lanes :c] {:kind :events :codec :edn})
                 (assoc-in [:roles :next] {:kind :stage :stage 'clojure.core/identity :rx :b :tx :c})
                 (assoc-in [:endpoints :out :lane] :c))]
    (with-open [g (lg/spawn! spec {:stages {:s (fn [v] (:how (lg/swap-stage! @rt :next (fn [how] [v how]))))}})]
      (deliver rt g)
      (lg/offer! g :in 1)
      (is (= [[1 :swap]] (taken g 1)) "the position is that of the very message"))))

(deftest a-graph-that-has-stopped-is-told
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) opts)]
       (lg/stop! rt)
       (doseq [f [#(lg/swap-stage! rt :r dec) #(lg/rollback-stage! rt :r) #(lg/pause! rt :r) #(lg/resume! rt :r) #(lg/step! rt :r)
                  #(lg/retry! rt :r) #(lg/skip! rt :r) #(lg/inject! rt :b 1) #(lg/tap! rt :b) #(lg/offer! rt :in 1)
                  #(lg/await-idle! rt)]]
         (is (= :graph/stopped (code-of f))))
       (is (= 1 (count (lg/stage-history rt :r))))
       (is (= [] (lg/errors rt)))
       (is (= :stopped (:cause (lg/why rt))))
       (is (string? (with-out-str (lg/top rt {:every-ms 5}))))))))

(deftest two-swaps-at-once-are-done-one-after-the-other
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity}) opts)]
       (let [swap #(assoc (lg/swap-stage! rt :r (fn [_] %)) :what %)
             each (mapv (fn [who] (future (mapv #(swap [who %]) (range 10)))) [:x :y :z])
             all  (sort-by :version (mapcat deref each))]
         (is (= (range 2 32) (map :version all)))
         (lg/offer! rt :in 1)
         (is (= [(:what (last all))] (taken rt 1))))))))

(deftest a-role-that-is-not-paused-is-not-stepped
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) opts)]
       (is (= [:role/not-paused :role/not-parked :role/not-parked]
              (map code-of [#(lg/step! rt :r) #(lg/retry! rt :r) #(lg/skip! rt :r)])))
       (is (goes-on? rt))))))

(deftest a-tap-whose-function-throws-ends-alone
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) opts)]
       (let [tap (lg/tap! rt :b (fn [_] (throw (AssertionError. "no"))))]
         (is (goes-on? rt))
         (is (eventually (= :failed (:state (datafy/datafy tap)))))
         (is (goes-on? rt)))))))

(deftest a-redefinition-with-the-wrong-arity-costs-no-message
  (everywhere
   (fn [opts]
     (let [v (fresh-var inc)]
       (with-open [rt (lg/spawn! (pipe {:stage (symbol v)}) (assoc opts :dev true))]
         (alter-var-root v (constantly (fn [_ _] :never)))
         (lg/offer-all! rt :in [1 2 3])
         (is (eventually (= :parked (state rt))))
         (is (instance? clojure.lang.ArityException (:exception (first (lg/errors rt)))))
         (alter-var-root v (constantly dec))
         (lg/retry! rt :r)
         (is (= [0 1 2] (taken rt 3))))
       (testing "nor does an unbound var"
         (with-open [rt (lg/spawn! (pipe {:stage (symbol v)}) (assoc (dissoc opts :dir) :dev true))]
           (.unbindRoot ^clojure.lang.Var v)
           (lg/offer-all! rt :in [1])
           (is (eventually (= :parked (state rt))))
           (alter-var-root v (constantly inc))
           (lg/retry! rt :r)
           (is (= [2] (taken rt 1)))))))))

(deftest a-function-that-never-returns-is-named-by-who-waits-for-it
  (everywhere
   (fn [opts]
     (let [{:keys [open! pass!]} (kit/gate), begun (promise)
           never (fn [v]
                   (deliver begun v)
                   (while (not (try (pass!) true (catch InterruptedException _ false)))) ; whatever stop does to it
                   v)]
       (try
         (with-open [rt (lg/spawn! (pipe {:stage :never}) (assoc opts :stages {:never never}))]
           (lg/offer-all! rt :in [1 2])
           (deref begun 20000 nil)
           (doseq [f [#(lg/swap-stage! rt :r inc {:deadline-ms 20}) #(lg/pause! rt :r {:deadline-ms 20})
                      #(lg/inject! rt :b 1 {:deadline-ms 20})]]
             (is (= :role/busy (code-of f))))
           (is (= :in-function (:cause (lg/why rt))))
           (is (= [1 2] (lg/peek rt :a 2)) "looked at meanwhile")
           (let [began (System/nanoTime)
                 {:keys [state stuck remaining]} (lg/stop! rt {:mode :drain :deadline-ms 300})]
             (is (= [:stopped [:r]] [state stuck]))
             (is (= {:a 2} remaining) "nothing of what it has before it is gone")
             (is (< (/ (- (System/nanoTime) began) 1e6) 20000) "by its deadline"))
           (open!)) ; or close would wait for it
         (finally (open!)))))))

(deftest a-migration-that-does-not-return-changes-nothing
  (everywhere
   (fn [opts]
     (let [{:keys [open! pass!]} (kit/gate)
           counter {:init (constantly 0) :step (fn [n _] [(inc n) n])}]
       (with-open [rt (lg/spawn! (pipe {:stage :s :as :stateful}) (assoc opts :stages {:s counter}))]
         (lg/offer! rt :in :x)
         (is (= [0] (taken rt 1)))
         (is (= :role/busy (code-of #(lg/swap-stage! rt :r {:step (fn [n _] [n :other])}
                                                     {:deadline-ms 20 :migrate (fn [n] (pass!) n)}))))
         (open!)
         (lg/offer! rt :in :x)
         (is (= [1] (taken rt 1)) "withdrawn: the old one goes on with its state")
         (is (= 1 (count (lg/stage-history rt :r)))))))))

(deftest a-tap-whose-function-does-not-return-holds-nobody-up
  (everywhere
   (fn [opts]
     (let [{:keys [open! pass!]} (kit/gate), begun (promise)]
       (try
         (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) opts)]
           (let [tap (lg/tap! rt :b (fn [v] (deliver begun v) (pass!)))]
             (dotimes [_ 20] (is (goes-on? rt)))
             (deref begun 20000 nil)
             (is (= 1 (:seen (lg/untap! tap))) "it is not waited for without end")
             (is (= {:state :stopped :stuck []} (select-keys (lg/stop! rt) [:state :stuck])))))
         (finally (open!)))))))

(deftest the-function-of-a-tap-may-work-on-the-graph
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) opts)]
       (let [swapped (promise)]
         (lg/tap! rt :b (fn [_] (deliver swapped (lg/swap-stage! rt :r dec))) {:first 1})
         (lg/offer! rt :in 5)
         (is (= [6] (taken rt 1)))
         (is (= {:lane :a :position 1} (:at (deref swapped 20000 nil))))
         (lg/offer! rt :in 5)
         (is (= [4] (taken rt 1))))))))

(deftest what-cannot-be-sent-is-an-error-of-who-injects-it
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) opts)]
       (is (= :lane/no-value (code-of #(lg/inject! rt :b nil)) (code-of #(lg/inject! rt :a nil))))
       (when (or (:dir opts) (:wire opts))
         (is (= :codec/wrong-type (code-of #(lg/inject! rt :b (Object.)))))
         (is (= :lane/too-large (code-of #(lg/inject! rt :b (apply str (repeat 1000 "x")))))))
       (is (goes-on? rt))
       (is (= [0 :running] [(count (lg/errors rt)) (state rt)]))))))

;; ------------------------------------------------------------------ Ctrl-C

(defn- interrupted
  "What (f) answers, or the code of what it throws, on a thread that is interrupted after some microseconds; :hangs if it
  has not returned in 20 seconds. Second, whether the thread stayed interrupted."
  [f ^long micros]
  (let [answer (promise)
        caller (Thread. #(deliver answer (let [said (try (f) :done
                                                         (catch clojure.lang.ExceptionInfo e (:lanegraph/code (ex-data e)))
                                                         (catch Throwable e (class e)))]
                                           [said (Thread/interrupted)])))]
    (when (zero? micros) (.interrupt caller)) ; a thread that has not started forgets it on some JDKs
    (.start caller)
    (LockSupport/parkNanos (* 1000 micros))
    (.interrupt caller)
    (deref answer 20000 [:hangs false])))

(deftest every-call-survives-an-interrupt-and-so-does-the-graph
  (everywhere
   (fn [opts]
     (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:slots 64}) opts)]
       (doseq [[k f] {:status     #(lg/status rt {:over-ms 100})
                      :why        #(lg/why rt)
                      :top        #(with-out-str (lg/top rt {:refresh true :every-ms 5000}))
                      :graph      #(lg/graph rt)
                      :peek       #(lg/peek rt :a 5)
                      :errors     #(lg/errors rt)
                      :pause      #(do (lg/pause! rt :r) (lg/resume! rt :r))
                      :step       #(lg/step! rt :r)
                      :swap       #(lg/swap-stage! rt :r identity)
                      :inject     #(lg/inject! rt :a 0)
                      :rehearse   #(lg/rehearse rt :r identity {:next 50 :timeout-ms 60000})
                      :tap        #(lg/untap! (lg/tap! rt :a identity {:first 1}))
                      :offer-all  #(lg/offer-all! rt :in (range 200) {:timeout-ms 60000})
                      :take       #(lg/take! rt :out 1000 {:timeout-ms 60000})
                      :await-idle #(lg/await-idle! rt {:timeout-ms 60000})
                      :join       #(lg/join! rt)}
               micros [0 50 2000]]
         (let [[said stays?] (interrupted f micros)]
           (is (not= :hangs said) (str k))
           (is (#{:done :call/interrupted :role/not-paused} said) (str k))
           (is (or stays? (= :done said) (= :role/not-paused said)) (str k " " said)))
         (lg/resume! rt :r)
         (while (seq (lg/take! rt :out 1000))))
       (lg/await-idle! rt)
       (lg/take! rt :out 1000)
       (is (goes-on? rt))
       (is (= :running (state rt)))))))

(deftest an-interrupted-stop-has-stopped-the-graph
  (everywhere
   (fn [opts]
     (let [rt (lg/spawn! (pipe {:stage 'clojure.core/identity}) opts)]
       (try
         (is (not= :hangs (first (interrupted #(lg/stop! rt {:mode :drain}) 50))))
         (is (eventually (= :stopped (:state (lg/status rt)))))
         (finally (.close ^java.lang.AutoCloseable rt)))))))

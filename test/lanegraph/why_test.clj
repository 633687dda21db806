(ns lanegraph.why-test
  "Each cause of back-pressure is found, and told in one sentence."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [eventually pipe]]
            [lanegraph.why :as why]))

(set! *warn-on-reflection* true)

(defn- found
  "What `why` says, once it says this cause."
  [rt cause]
  (let [last-one (atom nil)]
    (eventually (= cause (:cause (reset! last-one (lg/why rt {:over-ms 20})))))
    @last-one))

(def ^:private lane {:kind :events :codec :edn :slots 4})

(def ^:private chain
  {:name :chain :lanes {:a lane :b lane :c lane}
   :roles {:first {:kind :stage :stage :f :rx :a :tx :b} :second {:kind :stage :stage :g :rx :b :tx :c}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}})

(defn- fill!
  "Offers as many messages as the lanes hold; returns when these roles wait for room."
  [rt n & waiting]
  (is (= n (lg/offer-all! rt :in (repeat n 1) {:timeout-ms 20000})))
  (is (eventually (every? :blocked-on (map (:roles (lg/status rt)) waiting)))))

(deftest nothing-is-wrong
  (with-open [rt (lg/spawn! chain {:stages {:f inc :g inc}})]
    (is (= {:cause :none :text "Nothing is wrong: no lane is full, no role waits for room."} (lg/why rt)))))

(deftest an-egress-that-nobody-takes-from
  (with-open [rt (lg/spawn! chain {:stages {:f inc :g inc}})]
    (fill! rt 12 :first :second)
    (is (= {:cause :egress :endpoint :out :lane :c :path [:first :second] :blocked [:first :second]
            :text (str "Nobody takes from egress :out: lane :c holds 4 of 4 messages; for room wait the roles "
                       ":first :second.")}
           (found rt :egress)))))

(deftest a-paused-role
  (with-open [rt (lg/spawn! chain {:stages {:f inc :g inc}})]
    (lg/pause! rt :second)
    (fill! rt 8 :first)
    (is (= {:cause :paused :role :second :lane :b :path [:first] :blocked [:first]
            :text (str "Role :second is paused: lane :b holds 4 of 4 messages; resume! or step! it; for room waits "
                       "the role :first.")}
           (found rt :paused))))
  (testing "before any lane is full"
    (with-open [rt (lg/spawn! chain {:stages {:f inc :g inc}})]
      (lg/pause! rt :second)
      (lg/offer-all! rt :in [1 2])
      (is (= {:cause :paused :role :second :lane :b} (select-keys (found rt :paused) [:cause :role :lane]))))))

(deftest a-function-that-does-not-return
  (doseq [[threads room] {:dedicated 7, :shared 4}] ; where they share a thread, :first moves nothing either
    (testing threads
      (let [{:keys [open! pass!]} (kit/gate), begun (promise)]
        (with-open [rt (lg/spawn! chain {:stages {:f inc :g (fn [v] (deliver begun v) (pass!) v)} :threads threads})]
          (lg/offer! rt :in 1)
          @begun
          (fill! rt room)
          (let [{:keys [role text]} (found rt :in-function)]
            (is (= :second role))
            (is (re-find #"^Role :second has been in its function for more than \d+ ms: " text)))
          (open!))))))

(deftest one-message-is-enough
  (let [{:keys [open! pass!]} (kit/gate)
        stuck  (fn [v] (when (= 1 v) (pass!)) v)
        broken (fn [_] (throw (ex-info "no" {})))]
    (doseq [[cause f spoil!] [[:in-function stuck (fn [_])] [:parked broken (fn [_])] [:paused inc #(lg/pause! % :first)]]]
      (with-open [rt (lg/spawn! chain {:stages {:f f :g inc} :dev true})]
        (spoil! rt)
        (lg/offer! rt :in 1)
        (is (= {:cause cause :role :first :lane :a} (select-keys (found rt cause) [:cause :role :lane])))
        (open!)))))

(deftest a-slow-role
  (let [spin (fn [v] (let [end (+ (System/nanoTime) 1000000)] (while (< (System/nanoTime) end)) v))]
    (with-open [rt (lg/spawn! chain {:stages {:f inc :g spin} :consumers {:out (fn [_])}})]
      (let [going  (atom true)
            feeder (future (while @going (lg/offer! rt :in 1 {:timeout-ms 10})))]
        (try
          (let [last-one (atom nil)]
            ;; for an instant it may be another, whose thread the machine did not run
            (is (eventually (= [:second :b] ((juxt :role :lane) (reset! last-one (lg/why rt))))))
            (is (re-find #"^Role :second is the slowest: it works \d+ % of the time, at [\d,]+ messages/s, and lane :b"
                         (:text @last-one))))
          (finally (reset! going false) @feeder))))))

(deftest an-ended-graph
  (with-open [rt (lg/spawn! chain {:stages {:f inc :g (fn [_] (throw (ex-info "no" {})))}})]
    (lg/offer! rt :in 1)
    (is (= {:cause :failed :roles [:second] :text "The graph is failed, because of :second."} (found rt :failed))))
  (with-open [rt (lg/spawn! chain {:stages {:f inc :g inc}})]
    (lg/stop! rt)
    (is (= {:cause :stopped :text "The graph is stopped."} (lg/why rt)))))

;; ------------------------------------------------------------------ on data

(defn- status [lanes roles]
  {:state :running :over-ms 100 :lanes lanes
   :roles (update-vals roles #(merge {:state :running :rate 10.0 :busy 0.5 :thread (str (gensym))} %))})

(defn- full [& readers]
  {:capacity 4 :depth 4 :out-rate 5.0 :readers (zipmap readers (repeat 4))})

(deftest the-one-that-most-roles-wait-for-comes-first
  (let [{:keys [role blocked also]}
        (why/why (status {:a (full "role/x") :b (full "role/y") :c (full "role/y")}
                         {:x {:busy 1.0} :y {:busy 1.0} :p {:blocked-on :a} :q {:blocked-on :b} :r {:blocked-on :c}}))]
    (is (= [:y [:q :r]] [role blocked]))
    (is (= [[:slow-role :x [:p]]] (map (juxt :cause :role :blocked) also)))))

(deftest the-slowest-reader-of-a-fanout-holds-it-up
  (is (= :slow (:role (why/why (status {:a {:capacity 4 :depth 4 :readers {"role/fast" 0 "role/slow" 4}}}
                                       {:fast {} :slow {:busy 1.0}})))))
  (is (= :split (:role (why/why (status {:a (full "role/split/0" "role/split/1")} {:split {:busy 1.0}})))) "a router"))

(deftest other-causes
  (is (re-find #"^Egress :out is taken from at 5 messages/s" (:text (why/why (status {:a (full "endpoint/out")} {})))))
  (is (= {:cause :slow-role :role :endpoint/out}
         (select-keys (why/why (status {:a (full "endpoint/out")} {:endpoint/out {}})) [:cause :role]))
      "a consumer is a role")
  (is (= [:nobody-reads nil] ((juxt :cause :owner) (why/why (status {:a (full "unread")} {})))))
  (is (= [:nobody-reads "role/gone"] ((juxt :cause :owner) (why/why (status {:log {:depth 9 :readers {"role/gone" 9}}}
                                                                           {:w {:blocked-on :log}})))))
  (is (= :cycle (:cause (why/why (status {:a (full "role/x") :b (full "role/y")}
                                         {:x {:blocked-on :b} :y {:blocked-on :a}})))))
  (is (= :parked (:cause (why/why (status {:a (full "role/x")} {:x {:state :parked}}))))))

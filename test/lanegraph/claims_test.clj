(ns lanegraph.claims-test
  "Two producers of one lane, each with its own life, stopped at every single store of each while the other is at any: what
  one leaves is repaired by whoever may, and what every one has sent comes out once and in its order."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.lane-kit :as lane-kit]
            [lanegraph.options :as options]
            [lanegraph.run-kit :as kit]
            [lanegraph.scratch :as scratch]
            [tools.seed :as seed])
  (:import (java.lang AutoCloseable)
           (java.nio.file Files)
           (java.nio.file.attribute FileAttribute)
           (java.util Random)
           (lanegraph.lane Codecs Ring SteppingMemory SteppingMemory$Halted)
           (lanegraph.region Existing Ownership Region RingShape)
           (lanegraph.runtime GraphProbe LaneGraph SpawnOptions)))

(set! *warn-on-reflection* true)

(def ^:private spec
  "in-p -> a -> p -> x <- q <- b <- in-q, and x -> r -> y -> out: each role has a life of its own, and x two producers."
  {:name      :claims
   :lanes     (zipmap [:a :b :x :y] (repeat {:kind :events :codec :long :slot-bytes 8 :slots 8}))
   :roles     {:p {:kind :bridge :rx :a :tx :x} :q {:kind :bridge :rx :b :tx :x} :r {:kind :bridge :rx :x :tx :y}}
   :endpoints {:in-p {:kind :ingress :lane :a} :in-q {:kind :ingress :lane :b} :out {:kind :egress :lane :y}}})

(defn- role
  "A life of one role: {:probe :memory :name}."
  [dir n]
  (let [memory (SteppingMemory.)]
    {:name n :memory memory
     :probe (GraphProbe. (convert/spec->java spec) (options/->java (options/checked :spawn {:dir (str dir)})) n memory)}))

(defn- step [{:keys [^GraphProbe probe ^SteppingMemory memory name]}]
  (try (.step probe name) (catch Throwable e (when-not (.isHalted memory) (throw e)))))

(defn- dead? [{:keys [^SteppingMemory memory]}] (.isHalted memory))

(defn- end [{:keys [^GraphProbe probe]}] (.close probe))

(defn- restarted [dir {:keys [name] :as r}]
  (if (dead? r) (role dir name) r))

(defn- both-step
  "Runs p until its store n; there q runs, until its store m; then the reader tries to repair what it finds; then p goes on,
  or dies there too."
  [{:keys [^SteppingMemory memory] :as p} q ^GraphProbe reader {:keys [n m p-dies?]}]
  (.run memory)
  (.meddleAfter memory n (fn []
                           (.haltAfter ^SteppingMemory (:memory q) m)
                           (step q)
                           (when (dead? q) (end q))
                           (dotimes [_ 5] (.step reader "r"))
                           (.repair reader "x")
                           (dotimes [_ 5] (.step reader "r")) ; what was wrongly given up would be passed here
                           (when p-dies? (.haltAfter memory 0))))
  (step p)
  (when (dead? p) (end p))
  (when-not (dead? q) (.run ^SteppingMemory (:memory q))))

(defn- taken-by
  "Lets the reader do what it can."
  [r]
  (dotimes [_ 5] (step r)))

(defn- taken
  "What comes out when the reader has done what it can."
  [rt r]
  (taken-by r)
  (lg/take! rt :out 100 {:timeout-ms 0}))

(defn- lap
  "One producer sends more than a ring of messages, which the reader passes on: [sent out]."
  [rt r producer values]
  [values (vec (mapcat (fn [v]
                         (lg/offer! rt (keyword (str "in-" (:name producer))) v)
                         (step producer)
                         (.repair ^GraphProbe (:probe r) "x") ; each of the two may have left a claim
                         (taken rt r))
                       values))])

(defn- go-on
  "Both alive again, in the order of the plan. With :reader that repairs the lane before, and finds nothing left to repair; with
  :lap it does, and one of the two then goes round the ring before the other is alive again. [p q sent out]"
  [dir rt p q {^GraphProbe reader :probe :as r} {:keys [how]} values]
  (when (#{:reader :lap} how)
    (taken-by r)
    (is (.repair reader "x")))
  (case how
    :q-first (let [q (restarted dir q)] [(restarted dir p) q [] []])
    :lap     (if (dead? q)
               (let [p (restarted dir p), [sent out] (lap rt r p (filter even? values))] [p (restarted dir q) sent out])
               (let [[sent out] (lap rt r q (filter odd? values))] [(restarted dir p) q sent out]))
    (let [p (restarted dir p)] [p (restarted dir q) [] []])))

(defn- run-one
  "One plan on what the runs before have left: [p q problem]."
  [dir rt p q r i plan]
  (let [values (map #(+ (* 100 (long i)) (long %)) (range 40))
        sent   (take 4 values)]
    (doseq [v sent] (lg/offer! rt (if (even? v) :in-p :in-q) v))
    (both-step p q (:probe r) plan)
    (let [[p q more out] (go-on dir rt p q r plan (drop 4 values))
          sent (concat sent more)
          out  (loop [out out]
                 (step p)
                 (step q)
                 (let [more (taken rt r)]
                   (if (seq more) (recur (into out more)) out)))]
      [p q (when-not (= (group-by even? sent) (group-by even? out)) {:plan plan :sent sent :out out})])))

(defn- run-all [plans]
  (lane-kit/with-dir [dir true]
    (let [r (role dir "r")]
      (with-open [rt ^AutoCloseable (lg/attach (str dir))]
        (loop [[plan & more] plans, i 0, p (role dir "p"), q (role dir "q")]
          (if-not plan
            (let [repaired (.repaired ^GraphProbe (:probe r) "x")]
              (run! end [p q r])
              repaired)
            (let [[p q problem] (run-one dir rt p q r i plan)]
              (when-not (is (nil? problem))
                (throw (ex-info "the first is enough" problem)))
              (recur more (inc i) p q))))))))

(def ^:private stores "More than a role makes for two messages." 46)

(defn- plans []
  (for [how [:p-first :q-first :reader :lap], p-dies? [true false], n (range stores), m (range stores)]
    {:n n :m m :p-dies? p-dies? :how how}))

(deftest two-producers-stopped-at-any-two-stores-lose-nothing
  (let [random (Random. (seed/of ::some))]
    (is (pos? (long (run-all (filter (fn [_] (zero? (.nextInt random 16))) (plans))))))))

(deftest ^:long two-producers-stopped-at-every-two-stores-lose-nothing
  (is (pos? (long (run-all (plans))))))

(defn- at-once
  "Lives of these roles that begin at the same time."
  [dir names]
  (mapv deref (mapv #(future (role dir %)) names)))

(deftest two-that-died-with-one-intent-start-again-at-once
  ;; q said that it would try for the slot, then p claimed it: both bear it, and neither can have the other's lock.
  (lane-kit/with-dir [dir true]
    (let [[p q r] (mapv #(role dir %) ["p" "q" "r"])]
      (with-open [rt ^AutoCloseable (lg/attach (str dir))]
        (lg/offer! rt :in-p 0)
        (lg/offer! rt :in-q 1)
        (doseq [[one stores] [[q 1] [p 2]]] ; the intent; the intent and the claim
          (.haltAfter ^SteppingMemory (:memory one) stores)
          (step one)
          (end one))
        (is (every? dead? [p q]))
        (let [again (at-once dir ["p" "q"])]
          (run! step again)
          (is (= [0 1] (sort (taken rt r))))
          (is (= 1 (.repaired ^GraphProbe (:probe r) "x")))
          (run! end (conj again r)))))))

(deftest one-starts-again-though-another-that-lives-may-own-its-slot
  ;; q is held up between its intent and its compare-and-set, which p wins.
  (lane-kit/with-dir [dir true]
    (let [[p q r] (mapv #(role dir %) ["p" "q" "r"])]
      (with-open [rt ^AutoCloseable (lg/attach (str dir))]
        (lg/offer! rt :in-p 0)
        (lg/offer! rt :in-q 1)
        (let [again (atom nil)]
          (.meddleAfter ^SteppingMemory (:memory q) 1
                        (fn []
                          (.haltAfter ^SteppingMemory (:memory p) 2)
                          (step p)
                          (end p)
                          (reset! again (role dir "p"))
                          (step @again)
                          (is (= [] (taken rt r)) "the slot may be q's")
                          (is (not (.repair ^GraphProbe (:probe r) "x")))))
          (step q)
          (is (.repair ^GraphProbe (:probe r) "x") "nobody bears it now")
          (is (= [0 1] (sort (taken rt r))))
          (is (= 1 (.repaired ^GraphProbe (:probe r) "x")))
          (run! end [@again q r]))))))

;; ------------------------------------------------------------------ a client that never returns

(def ^:private shared
  "Lane x is written by a role and by an endpoint, and read by a role."
  {:name      :shared
   :lanes     (zipmap [:a :x :y] (repeat {:kind :events :codec :long :slot-bytes 8 :slots 8}))
   :roles     {:p {:kind :bridge :rx :a :tx :x} :r {:kind :bridge :rx :x :tx :y}}
   :endpoints {:in-p {:kind :ingress :lane :a} :in {:kind :ingress :lane :x} :out {:kind :egress :lane :y}}})

(defn- run-role ^LaneGraph [spec dir role]
  (LaneGraph/runRole (convert/spec->java spec) role (SpawnOptions/mapped (scratch/path dir))))

(defn- producer-that-dies
  "Offers a message to lane x, as this owner does, and ends for good after so many stores: its intent, its claim."
  [dir owner stores & [reader]]
  (let [shape  (RingShape. "events" 8 8 "long" ["endpoint/in" "role/p"] [(or reader "role/r")])
        memory (SteppingMemory.)
        region (Region/mapped (scratch/path dir) "x" shape Existing/CONTINUE)
        tx     (.tx (Ring. "x" region Codecs/LONG false true memory) owner false)]
    (.haltAfter memory stores)
    (try (.offer tx 1) (catch SteppingMemory$Halted _ :dead))))

(deftest a-client-that-died-in-a-claim-and-never-returns-holds-nobody-up
  (lane-kit/with-dir [dir true]
    (with-open [^LaneGraph _ (run-role shared dir "p"), ^LaneGraph _ (run-role shared dir "r")]
      (is (= :dead (producer-that-dies dir "endpoint/in" 2)))
      (with-open [rt ^AutoCloseable (lg/attach (str dir))]
        (dotimes [i 20] (lg/offer! rt :in-p i {:timeout-ms 20000}))
        (is (= (range 20) (lg/take! rt :out 20 {:timeout-ms 20000})))
        (is (= 1 (get-in (lg/status rt) [:lanes :x :repaired])))))))

(deftest a-reader-that-does-not-acknowledge-is-not-held-up-either
  ;; It stands before the slot; its cursor, which it has not moved, stands before messages that are there.
  (lane-kit/with-dir [dir true]
    (let [spec (-> (update shared :roles dissoc :r)
                   (update :lanes dissoc :y)
                   (assoc-in [:endpoints :out :lane] :x))
          take #(lg/take! % :out 3 {:timeout-ms 20000 :ack :explicit})]
      (with-open [^LaneGraph _ (run-role spec dir "p")
                  rt ^AutoCloseable (lg/attach (str dir))]
        (lg/offer-all! rt :in-p [0 1 2])
        (is (= [0 1 2] (take rt)))
        (is (= :dead (producer-that-dies dir "endpoint/in" 2 "endpoint/out")))
        (lg/offer-all! rt :in-p [3 4 5])
        (is (= [3 4 5] (take rt)) "nothing was acknowledged")))))

(deftest clients-repair-their-lane-where-no-role-lives
  (lane-kit/with-dir [dir true]
    (let [spec (-> (update shared :roles dissoc :r)
                   (update :lanes dissoc :y)
                   (assoc-in [:endpoints :out :lane] :x))]
      (.close (run-role spec dir "p"))
      (is (= :dead (producer-that-dies dir "role/p" 2 "endpoint/out")))
      (with-open [writer ^AutoCloseable (lg/attach (str dir)), reader ^AutoCloseable (lg/attach (str dir))]
        (is (lg/offer! writer :in 7))
        (is (= [7] (lg/take! reader :out 1 {:timeout-ms 20000})))
        (is (= 1 (get-in (lg/status reader) [:lanes :x :repaired])))))))

(deftest an-endpoint-that-could-not-be-opened-is-not-used-without-its-lock
  (lane-kit/with-dir [dir true]
    (let [lock (scratch/path dir "locks" "role.p.lock")]
      (.close (run-role shared dir "p"))
      (producer-that-dies dir "role/p" 1) ; the same intent, so that its lock must be taken
      (producer-that-dies dir "endpoint/in" 2)
      (Files/delete lock)
      (Files/createDirectory lock (make-array FileAttribute 0))
      (with-open [rt ^AutoCloseable (lg/attach (str dir))]
        (is (= :region/not-a-file (kit/code-of #(lg/offer! rt :in 1))))
        (is (nil? (Ownership/holder (scratch/path dir) "endpoint/in")))
        (Files/delete lock)
        (is (lg/offer! rt :in 1))
        (is (some? (Ownership/holder (scratch/path dir) "endpoint/in")))))))

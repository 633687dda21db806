(ns lanegraph.resolver-test
  (:require [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.resolver :as resolver])
  (:import (lanegraph LaneGraphException)
           (lanegraph.stage Emit StageRequest StageSource ValueFilter ValueInspect ValueStage)
           (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(defn- stage
  "What the key resolves to for a role; options :as :args :registry :role."
  [k & {:keys [as args registry role resolver] :or {as "map" role "r"}}]
  (let [^lanegraph.stage.StageResolver found (or resolver (resolver/resolver registry))
        request (StageRequest. role (str k) as (when (some? args) (pr-str args)) false)
        stage   (.resolve found request)]
    (if (instance? StageSource stage)
      (.create ^StageSource stage request (.revision ^StageSource stage))
      stage)))

(defn- refusal [f]
  (try (f) nil
       (catch LaneGraphException e {:code (keyword (.code e)) :message (ex-message e)})
       (catch clojure.lang.ExceptionInfo e {:code (:lanegraph/code (ex-data e)) :message (ex-message e)})))

(defn- call [^ValueStage s v] (.apply s v))

(deftest a-symbol-loads-its-namespace
  (is (= "ABC" (call (stage 'lanegraph.fixture.good/upper) "abc"))))

(deftest what-cannot-be-found-is-told-apart
  (are [k code hint] (= [code hint] ((juxt :code :hint) ((resolver/lookup {:upper identity}) k)))
    'lanegraph.fixture.good/upper     nil                        nil
    :upper                            nil                        nil
    "java.lang.StringBuilder"         nil                        nil
    'lanegraph.fixture.goood/upper    :stage/namespace-not-found "did you mean lanegraph.fixture.good?"
    'no.such.place.at-all/x           :stage/namespace-not-found nil
    'lanegraph.fixture.good/uper      :stage/var-not-found       "did you mean lanegraph.fixture.good/upper?"
    'lanegraph.fixture.good/a-macro   :stage/not-a-stage         nil
    'lanegraph.fixture.good/without-value :stage/not-a-stage     nil
    'lanegraph.fixture.broken/f       :stage/load-failed         nil
    'lanegraph.fixture.needy/f        :stage/load-failed         nil
    :uper                             :stage/not-registered      "did you mean :upper?"
    "com.acme.NotThere"               :stage/class-not-found     nil))

(deftest a-namespace-that-failed-to-load-is-tried-again
  (dotimes [_ 2]
    (let [{:keys [code message]} ((resolver/lookup nil) 'lanegraph.fixture.broken/f)]
      (is (= :stage/load-failed code))
      (is (str/includes? message "this-does-not-exist"))
      (is (str/includes? message "broken.clj:4")))))

(deftest a-namespace-without-a-file-is-found
  (binding [*ns* (create-ns 'lanegraph.made-at-a-repl)]
    (intern *ns* 'f inc))
  (is (= 2 (call (stage 'lanegraph.made-at-a-repl/f) 1)))
  (is (= :stage/var-not-found (:code ((resolver/lookup nil) 'lanegraph.made-at-a-repl/g)))))

(deftest functions-are-used-as-the-role-says
  (testing "map"
    (is (= 2 (call (stage :f :registry {:f inc}) 1)))
    (is (= [1 {:a 1}] (call (stage :f :registry {:f vector} :args {:a 1}) 1)))
    (is (= false (call (stage :f :registry {:f (fn [v args] [v args] args)} :args false) 1))))
  (testing "filter"
    (is (true? (.test ^ValueFilter (stage :f :as "filter" :registry {:f identity}) 1)))
    (is (false? (.test ^ValueFilter (stage :f :as "filter" :registry {:f {:a nil}}) :a)))
    (is (false? (.test ^ValueFilter (stage :f :as "filter" :args 5 :registry {:f >}) 5))))
  (testing "inspect"
    (let [seen (atom [])]
      (.accept ^ValueInspect (stage :f :as "inspect" :registry {:f #(swap! seen conj %)}) 1)
      (.accept ^ValueInspect (stage :f :as "inspect" :args 2 :registry {:f #(swap! seen conj [%1 %2])}) 1)
      (is (= [1 [1 2]] @seen))))
  (testing "stateful"
    (let [s (stage 'lanegraph.fixture.good/counter :as "stateful" :args 7)]
      (is (= [[7 :a] [8 :b]] [(call s :a) (call s :b)])))))

(deftest a-stateful-stage-is-closed-with-its-last-state
  (let [closed (atom nil)
        s (stage :s :as "stateful" :registry {:s {:init (constantly 1)
                                                  :step (fn [n v] [(+ (long n) (long v)) nil])
                                                  :close #(reset! closed %)}})]
    (call s 41)
    (.close ^java.lang.AutoCloseable s)
    (is (= 42 @closed))))

(deftest a-step-must-return-state-and-result
  (let [s (stage :s :as "stateful" :registry {:s {:step (fn [_ v] v)}})]
    (is (= :stage/bad-result (:code (refusal #(call s 1)))))))

(deftest a-var-is-a-source-whose-revision-is-what-it-holds
  (let [v (intern (create-ns 'lanegraph.followed) 'f inc)
        request (StageRequest. "r" "lanegraph.followed/f" "map" nil false)
        ^StageSource s (.resolve (resolver/resolver nil) request)
        made #(.create s request %)]
    (is (identical? inc (.revision s)))
    (alter-var-root v (constantly dec))
    (is (identical? dec (.revision s)))
    (is (= [2 0] [(call (made inc) 1) (call (made dec) 1)]) "earlier revisions can be made again")
    (is (= :stage/not-a-stage (:code (refusal #(made 5)))))))

(deftest objects-are-used-as-they-are
  (is (= [1 1] (call (stage 'lanegraph.fixture.good/object) 1)))
  (is (= (Emit/of (object-array ["{:a 1}" 5])) (call (stage 'lanegraph.fixture.good/factory :args {:a 1}) 5)))
  (is (instance? lanegraph.stage.MapStage (stage 'lanegraph.fixture.good/raw-copy))))

(deftest misuse-is-refused
  (are [code k opts] (= code (:code (refusal #(apply stage k (mapcat identity opts)))))
    :stage/not-a-stage   'lanegraph.fixture.good/number      {}
    :stage/not-a-stage   'lanegraph.fixture.good/counter     {:as "map"}
    :stage/not-a-stage   'lanegraph.fixture.good/upper       {:as "stateful"}
    :stage/not-a-stage   :s                                  {:as "stateful"
                                                              :registry {:s {:int 1 :step conj}}}
    :stage/not-a-stage   'lanegraph.fixture.good/bad-factory {}
    :stage/not-a-stage   "java.lang.StringBuilder"           {}
    :stage/init-failed   :s                                  {:as "stateful"
                                                              :registry {:s {:init #(assert (nil? %))
                                                                              :step conj}}
                                                              :args 1}
    :stage/bad-args      'lanegraph.stages/head              {:as "stateful" :args :many}
    :stage/needless-args 'lanegraph.fixture.good/object      {:args 1}))

(deftest s22-one-instance-per-role
  (let [r (resolver/resolver nil)]
    (is (some? (stage 'lanegraph.fixture.good/shared :resolver r :role "a")))
    (let [{:keys [code message]} (refusal #(stage 'lanegraph.fixture.good/shared :resolver r :role "b"))]
      (is (= :stage/shared-state code))
      (is (str/includes? message "roles a and b")))))

(deftest emit-takes-no-nil
  (is (= (Emit/of (object-array [1 2])) (lg/emit 1 2)))
  (is (= [] (.values (lg/emit))))
  (is (= :stage/emit-nil (:code (refusal #(lg/emit 1 nil))))))

;; ------------------------------------------------------------------ stages on buffers

(defn- buffer ^UnsafeBuffer [& longs]
  (let [b (UnsafeBuffer. (byte-array (* 8 (count longs))))]
    (dorun (map-indexed (fn [i n] (.putLong b (* 8 (int i)) (long n))) longs))
    b))

(defn- plus [^long n]
  (fn ^long [^org.agrona.DirectBuffer in ^org.agrona.MutableDirectBuffer out]
    (.putLong out 0 (+ n (.getLong in 0)))
    8))

(deftest raw-stages-of-every-kind
  (let [in (buffer 41), out (buffer 0 0)
        request #(StageRequest. "r" ":k" "map" % false)]
    (is (= 8 (.apply ^lanegraph.stage.MapOkStage (lg/raw-stage :map-ok (plus 1)) in out)))
    (is (= 42 (.getLong out 0)))
    (is (= 8 (.apply ^lanegraph.stage.MapStage (lg/raw-stage :map (plus 2)) in out)))
    (is (= 43 (.getLong out 0)))
    (is (true? (.test ^lanegraph.stage.FilterStage (lg/raw-stage :filter #(= 41 (.getLong ^UnsafeBuffer % 0)))
                      in)))
    (is (nil? (.accept ^lanegraph.stage.InspectStage (lg/raw-stage :inspect identity) in)))
    (let [factory ^lanegraph.stage.StageFactory (lg/raw-stage :stateful (fn [{:keys [by]}] (plus by)))]
      (is (= 8 (.apply ^lanegraph.stage.StatefulStage (.create factory (request "{:by 9}")) in out)))
      (is (= 50 (.getLong out 0))))
    (let [factory ^lanegraph.stage.StageFactory
          (lg/raw-stage :transform (fn [_] (fn ^long [^org.agrona.DirectBuffer in _]
                                             (if (even? (.getLong in 0)) lg/DROP lg/FORWARD-INPUT))))
          s ^lanegraph.stage.StatefulTransformStage (.create factory (request nil))]
      (is (= lanegraph.stage.StatefulTransformStage/FORWARD_INPUT (.apply s in out)))
      (is (= lanegraph.stage.StatefulTransformStage/DROP (.apply s (buffer 2) out))))))

(deftest raw-stages-that-would-box-are-refused
  (are [kind f] (= :stage/not-a-stage (:code (refusal #(lg/raw-stage kind f))))
    :map    (fn [_in _out] 1)
    :map-ok #'clojure.core/inc
    :filter 1
    :nonsense (plus 1))
  (is (= :stage/not-a-stage
         (:code (refusal #(.create ^lanegraph.stage.StageFactory
                                                   (lg/raw-stage :stateful (fn [_] (fn [_ _] 1)))
                                   (StageRequest. "r" ":k" "map" nil false)))))))

(deftest a-length-beyond-an-int-is-no-length
  (is (thrown? ArithmeticException
               (.apply ^lanegraph.stage.MapStage (lg/raw-stage :map (fn ^long [_ _] 4294967304))
                        (buffer 1) (buffer 1)))))

(defn far
  "Returns a length that Java keeps no boxed copy of."
  ^long [^org.agrona.DirectBuffer in ^org.agrona.MutableDirectBuffer out]
  (.putLong out 0 (.getLong in 0))
  1000)

(defn far-told
  "As far, and told the sequence."
  ^long [^long sequence ^org.agrona.DirectBuffer in ^org.agrona.MutableDirectBuffer out]
  (.putLong out 0 (+ sequence (.getLong in 0)))
  1000)

(defn- allocated ^long []
  (.getThreadAllocatedBytes ^com.sun.management.ThreadMXBean
                            (java.lang.management.ManagementFactory/getThreadMXBean)
                            (.getId (Thread/currentThread))))

(deftest raw-stages-allocate-nothing
  (let [in (buffer 41), out (buffer 0)]
    (doseq [s [(lg/raw-stage :map far) (lg/raw-stage :map #'far)
               (lg/raw-stage :map far-told) (lg/raw-stage :map #'far-told)]]
      (let [run #(dotimes [_ 100000] (.apply ^lanegraph.stage.MapStage s in out))]
        (run)
        (let [least (long (apply min (for [_ (range 5)]
                                       (let [before (allocated)] (run) (- (allocated) before)))))]
          (is (< least 1000) "bytes for 100,000 messages"))))))

(ns lanegraph.test-run-test
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.normalise :as normalise]
            [lanegraph.run-kit :refer [code-of pipe]])
  (:import (java.io File)
           (java.util ArrayList)))

(set! *warn-on-reflection* true)

(defn- one-test
  "The result of one test of a graph :in -> f -> :out."
  [f in out]
  (let [found (lg/test (assoc (pipe {:stage :f}) :tests [{:name "t" :in {:in in} :out {:out out}}]) {:stages {:f f}})]
    (is (= (if (:pass? (first (:results found))) [1 0] [0 1]) ((juxt :passed :failed) found)))
    (first (:results found))))

(defn- difference [in out]
  (first (:differences (one-test identity in out))))

(deftest what-comes-out-as-expected-passes
  (is (= {:name "t" :pass? true :expected {:out [2 3]} :actual {:out [2 3]} :differences []}
         (one-test inc [1 2] [2 3])))
  (is (= {:passed 0 :failed 0 :results []} (lg/test (pipe {:stage 'clojure.core/inc})))))

(deftest a-difference-tells-the-first-the-missing-the-unexpected-and-the-order
  (are [in out answer] (= answer (select-keys (difference in out) [:first :missing :unexpected :reordered?]))
    [1 2 3] [1 2 4]   {:first {:index 2 :expected 4 :actual 3} :missing [4] :unexpected [3] :reordered? false}
    [1 2] [1 2 2]     {:first {:index 2 :expected 2} :missing [2] :unexpected [] :reordered? false}
    [1 1 2] [1 2]     {:first {:index 1 :expected 2 :actual 1} :missing [] :unexpected [1] :reordered? false}
    [1 2 2] [2 1 2]   {:first {:index 0 :expected 2 :actual 1} :missing [] :unexpected [] :reordered? true}
    [3 1 2 5] [1 3 9] {:first {:index 0 :expected 1 :actual 3} :missing [9] :unexpected [2 5] :reordered? true}
    [1] []            {:first {:index 0 :actual 1} :missing [] :unexpected [1] :reordered? false})
  (is (= {:endpoint :out :expected-count 3 :actual-count 2}
         (select-keys (difference [1 2] [1 2 2]) [:endpoint :expected-count :actual-count]))))

(deftest inside-maps-and-vectors-the-place-is-told
  (are [in out parts] (= parts (map (juxt :path :expected :actual) (:parts (:first (difference [in] [out])))))
    {:a {:b [1 2]} :c 3} {:a {:b [1 4]} :c 3} [[[:a :b 1] 4 2]]
    {:a 1 :b 2}          {:a 2 :b 3}          [[[:a] 2 1] [[:b] 3 2]]
    {:a {:x 1}}          {:a {:y 1}}          [[[:a] {:y 1} {:x 1}]]
    [1 2]                [1]                  [[[] [1] [1 2]]]))

(deftest an-egress-that-is-not-named-may-send-what-it-likes
  (is (= [{:name "t" :pass? true :expected {} :actual {} :differences []}]
         (:results (lg/test (assoc (pipe {:stage 'clojure.core/inc}) :tests [{:name "t" :in {:in [1]} :out {}}]))))))

(deftest java-collections-compare-as-ours
  (let [java #(doto (ArrayList.) (.add {:n %}))]
    (is (= [true {:out [[{:n 1}]]}] ((juxt :pass? :actual) (one-test java [1] [[{:n 1}]]))))
    (is (= [[[{:n 20}]] [] true] ; more than fit into a map that compares without hashes
           ((juxt :missing :unexpected :reordered?)
            (first (:differences (one-test java (vec (range 20)) (mapv (fn [n] [{:n n}]) (range 20 -1 -1))))))))))

(deftest every-test-begins-afresh
  (let [spec (assoc (pipe {:stage :n :as :stateful})
                    :tests [{:name "a" :in {:in [:x :x]} :out {:out [1 2]}} {:name "b" :in {:in [:x]} :out {:out [1]}}])
        n    (fn [] {:init (constantly 0) :step (fn [n _] (let [n (inc (long n))] [n n]))})]
    (is (= 2 (:passed (lg/test spec {:stages {:n (n)}}))))))

(deftest a-stage-that-throws-is-a-failed-test
  (let [no     (ex-info "no" {})
        result (one-test (fn [_] (throw (RuntimeException. "outer" no))) [1] [1])]
    (is (= [false {} []] ((juxt :pass? :actual :differences) result)))
    (is (= [:role/failed :r 0] ((juxt :code :role :position) (:error result))))
    (is (str/includes? (:message (:error result)) "outer"))
    (is (= ["no"] (:causes (:error result))) "what the message has told already is not told again")
    (is (identical? no (last (take-while some? (iterate ex-cause (:exception (:error result))))))))
  (testing "and the next test runs"
    (let [spec (assoc (pipe {:stage :f}) :tests [{:name "a" :in {:in [0]} :out {:out []}}
                                                 {:name "b" :in {:in [1]} :out {:out [1]}}])]
      (is (= [1 1] ((juxt :passed :failed) (lg/test spec {:stages {:f #(/ 1 (long %))}})))))))

(deftest an-interrupt-is-no-failed-test
  (let [spec (assoc (pipe {:stage 'clojure.core/inc}) :tests [{:name "t" :in {:in [1]} :out {:out [2]}}])]
    (is (= [:call/interrupted true]
           @(future (.interrupt (Thread/currentThread)) [(code-of #(lg/test spec)) (Thread/interrupted)])))))

(deftest bytes-are-written-as-numbers
  (let [spec (-> (pipe {:stage :f} {:codec :bytes})
                 (assoc :tests [{:name "t" :in {:in [[1 255]]} :out {:out [[255 1]]}}]))
        turn (fn [^bytes b] (byte-array (reverse (seq b))))]
    (is (= 1 (:passed (lg/test spec {:stages {:f turn}}))))
    (is (= [[:spec/bad-value [:tests 0 :in :in 0]]]
           (map (juxt :code :path) (lg/check (assoc-in spec [:tests 0 :in :in 0] "a") {:stages {:f turn}}))))))

(deftest a-bad-spec-or-option-is-refused
  (is (= :graph/invalid (code-of #(lg/test (assoc (pipe {:stage 'clojure.core/inc}) :tests [{:name "t"}])))))
  (is (= :options/invalid (code-of #(lg/test (pipe {:stage 'clojure.core/inc}) {:stagess {}})))))

(deftest tests-are-no-part-of-the-graph
  (let [spec  (pipe {:stage 'clojure.core/inc})
        tests [{:name "t" :in {:in [1]} :out {:out [2]}}]]
    (is (= (normalise/spec-hash spec) (normalise/spec-hash (assoc spec :tests tests))))
    (is (= tests (:tests (lg/normalise (assoc spec :tests tests)))))
    (with-open [rt (lg/spawn! (assoc spec :tests tests))]
      (is (some? rt)))))

(deftest the-examples-keep-what-their-tests-promise
  (let [specs (filter #(str/ends-with? (str %) ".edn") (.listFiles (io/file "resources/lanegraph/examples")))]
    (is (seq specs))
    (doseq [^File file specs
            :let [{:keys [passed failed results]} (lg/test (lg/read-spec file))]]
      (is (= 0 failed) (str file " " (pr-str (remove :pass? results))))
      (is (pos? passed) (str file " has no tests")))))

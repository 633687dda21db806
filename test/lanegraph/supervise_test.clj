(ns lanegraph.supervise-test
  "A process for each role, kept alive, given up and stopped in order. The processes are Java alone, so that they start
  fast."
  (:require [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :refer [eventually refusal]]
            [lanegraph.scratch :as scratch :refer [path with-dir]]
            [lanegraph.supervise :as supervise])
  (:import (java.lang ProcessHandle)
           (lanegraph.graph GraphSpec)))

(set! *warn-on-reflection* true)

(def ^:private lane {:kind :events :slots 256 :slot-bytes 64 :codec :string})

(def ^:private spec
  "in → a → first → b → second → c → out"
  {:name      :chain
   :lanes     {:a lane :b lane :c lane}
   :roles     {:second {:kind :bridge :rx :b :tx :c}
               :first  {:kind :bridge :rx :a :tx :b}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}})

(defn- java-role
  "The command lines of roles that are Java alone."
  [dir]
  (let [file (str (path dir "spec.kv"))]
    (spit file (.canonical ^GraphSpec (convert/spec->java spec)))
    #(scratch/java-command [] "lanegraph.runtime.RoleProcess" file (name %) (path dir "run"))))

(defn- supervise! [dir opts]
  (lg/supervise! spec (merge {:dir (str (path dir "run")) ::supervise/command (java-role dir)} opts)))

(defn- pid [dir role]
  (some-> (get-in (lg/postmortem (path dir "run")) [:owners (str "role/" (name role)) :holder :pid]) parse-long))

(defn- kill! [^long pid]
  (.destroyForcibly ^ProcessHandle (.get (ProcessHandle/of pid))))

(deftest roles-are-ordered-from-ingress-to-egress
  (is (= [:first :second] (supervise/order (convert/spec->java spec))))
  (testing "a cycle is no obstacle"
    (is (= #{:first :second} (set (supervise/order (convert/spec->java (assoc-in spec [:roles :second :tx] :a))))))))

(deftest a-role-that-dies-is-started-again-and-all-stop-in-order
  (with-dir [dir]
    (let [events (atom [])
          sup    (supervise! dir {:on-event #(swap! events conj %)})]
      (with-open [^java.lang.AutoCloseable g (lg/attach (path dir "run"))]
        (is (= 100 (lg/offer-all! g :in (map str (range 100)))))
        (let [before (pid dir :second)]
          (kill! before)
          (is (eventually (not (contains? #{nil before} (pid dir :second))))))
        (is (eventually (= :running (:state (lg/status g)))))
        (is (= 50 (lg/offer-all! g :in (map str (range 100 150)))))
        (let [{:keys [outcome drained killed restarts]} (lg/stop! sup {:mode :drain :deadline-ms 20000})]
          (is (= [:stopped true [] {:second 1}] [outcome drained killed restarts])))
        (is (= (mapv str (range 150)) (lg/take! g :out 150 {:timeout-ms 5000})))
        (is (= [:ended :ended] (map #(get-in (lg/status g) [:roles % :state]) [:first :second]))))
      (is (= [[:role-died :second 137]] (for [{:keys [type role exit]} @events :when (= :role-died type)] [type role exit]))))))

(deftest what-dies-again-and-again-is-given-up
  (with-dir [dir]
    (let [sup (supervise! dir {:max-restarts 0})]
      (kill! (pid dir :first))
      (let [{:keys [outcome role exit]} (deref sup 30000 nil)]
        (is (= [:gave-up :first 137] [outcome role exit])))
      (is (nil? (pid dir :second)) "and all others are stopped"))
    (testing "one that cannot start is not tried again"
      (with-open [_ (lg/run-role! spec :second {:dir (str (path dir "run"))})]
        (let [{:keys [role exit message]} (refusal #(supervise! dir {}))]
          (is (= [:second 1] [role exit]))
          (is (str/includes? message "owned by another already")))))))

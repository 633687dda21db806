(ns lanegraph.role-process-test
  "One role in a process: real processes, which are Java alone so that they start fast."
  (:require [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :refer [code-of java-code]]
            [lanegraph.scratch :as scratch :refer [path tree with-dir]])
  (:import (java.util.concurrent TimeUnit)
           (lanegraph.graph GraphSpec)
           (lanegraph.region Existing)
           (lanegraph.runtime LaneGraph SpawnOptions State)))

(set! *warn-on-reflection* true)

(def ^:private spec
  "in → a → copy → b → out, of bytes, and a second bridge from c to d."
  {:name      :two
   :lanes     (zipmap [:a :b :c :d] (repeat {:kind :events :slots 64 :slot-bytes 64 :codec :string}))
   :roles     {:copy {:kind :bridge :rx :a :tx :b}
               :also {:kind :bridge :rx :c :tx :d}}
   :endpoints {:in   {:kind :ingress :lane :a} :out  {:kind :egress :lane :b}
               :in-2 {:kind :ingress :lane :c} :out-2 {:kind :egress :lane :d}}})

(def ^:private java-spec ^GraphSpec (convert/spec->java spec))

(defn- kv [dir]
  (let [file (str (path dir "spec.kv"))]
    (spit file (.canonical ^GraphSpec java-spec))
    file))

(defn- role! ^Process [dir file role]
  (scratch/start! (scratch/java-command [] "lanegraph.runtime.RoleProcess" file role (path dir "run"))))

(defn- end! [^Process p]
  (.destroy p) ; SIGTERM
  (if (.waitFor p 20 TimeUnit/SECONDS)
    (.exitValue p)
    (do (.destroyForcibly p) :hangs)))

(defn- run-role ^LaneGraph [dir role]
  (LaneGraph/runRole java-spec role (SpawnOptions/mapped (path dir "run"))))

(deftest s41-one-role-runs-in-its-process-until-it-is-told-to-end
  (with-dir [dir]
    (let [p (role! dir (kv dir) "copy")]
      (is (= "ready copy" (scratch/line! p)))
      (testing "two owners are impossible, and the second is told who"
        (let [e (try (.close (run-role dir "copy")) (catch lanegraph.LaneGraphException e e))]
          (is (= "role/owned" (.code ^lanegraph.LaneGraphException e)))
          (is (= [(str (.pid p)) "role/copy"] (map #(get (.details ^lanegraph.LaneGraphException e) %) ["pid" "owner"])))
          (is (re-matches #"graph two [0-9a-f]{8}" (get (.details ^lanegraph.LaneGraphException e) "who")))))
      (testing "another role, and another process of it, are no other's"
        (with-open [also (run-role dir "also")]
          (is (= State/RUNNING (.state also)))
          (is (= :role/owned (code-of #(lg/spawn! spec {:dir (str (path dir "run"))}))) "nor the whole graph")))
      (is (= 0 (end! p)))
      (with-open [copy (run-role dir "copy")]
        (is (= ["copy"] (keys (.roles (.status copy)))))
        (is (= "graph/unknown-endpoint" (java-code #(.offer copy "in" "x"))))))))

(deftest s41-an-unknown-role-or-another-shape-is-refused
  (with-dir [dir]
    (is (= "graph/unknown-role" (java-code #(run-role dir "copi"))))
    (is (= "options/invalid" (java-code #(LaneGraph/runRole java-spec "copy" (SpawnOptions/inMemory)))))
    (is (= "options/invalid" (java-code #(LaneGraph/runRole java-spec "copy" (-> (SpawnOptions/mapped (path dir "run"))
                                                                               (.existing Existing/REPLACE))))))
    (is (= {} (tree dir)) "and nothing was made")
    (.close (run-role dir "copy"))
    (let [wider (convert/spec->java (assoc-in spec [:lanes :a :slot-bytes] 128))]
      (is (= "lane/incompatible"
             (java-code #(LaneGraph/runRole wider "also" (SpawnOptions/mapped (path dir "run")))))))
    (let [p (role! dir (kv dir) "copi")]
      (is (str/includes? (str/join (scratch/lines p)) "role copi: graph two has none of this name"))
      (is (= 1 (.exitValue p))))))

(deftest twenty-that-start-at-once-make-one-directory
  (with-dir [dir]
    (let [n     20
          names (mapv #(keyword (str "r" %)) (range n))
          spec  {:name      :many
                 :lanes     (into {:log {:kind :journal :codec :string :segment-bytes 4096}}
                                  (for [prefix ["l" "x"], i (range (inc n))]
                                    [(keyword (str prefix i)) {:kind :events :slots 8 :slot-bytes 64 :codec :string}]))
                 :roles     (into {:read {:kind :bridge :rx :log :tx :x20}}
                                  (for [i (range n)]
                                    [(names i) {:kind :bridge :rx (keyword (str "l" i))
                                                :tx   (if (zero? i) :log (keyword (str "x" i)))}]))
                 :endpoints {}}
          java  (convert/spec->java spec)
          start (promise)
          runs  (mapv (fn [role] (future @start (LaneGraph/runRole java (name role) (SpawnOptions/mapped (path dir "run")))))
                      (conj names :read))]
      (deliver start true)
      (try
        (is (= {State/RUNNING (inc n)} (frequencies (map #(.state ^LaneGraph (deref %)) runs))))
        (is (= [] (filter #(str/includes? % "start") (keys (tree dir)))) "and the lock of the start is gone")
        (is (= ["role/read"] (keys (.readers ^lanegraph.runtime.LaneStatus
                                    (get (.lanes (.status ^LaneGraph @(first runs))) "log")))) "registered once")
        (finally (run! #(.close ^LaneGraph (deref %)) runs))))))

(ns lanegraph.process-fault-test
  "What can go wrong around the processes of a graph, and what is promised then."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.attached :as attached]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :refer [code-of eventually java-code]]
            [lanegraph.scratch :as scratch :refer [path with-dir]]
            [tools.process :as process])
  (:import (java.io RandomAccessFile)
           (java.lang AutoCloseable ProcessHandle)
           (java.nio.file Files LinkOption)
           (java.nio.file.attribute PosixFilePermissions)
           (java.util.concurrent TimeUnit)
           (lanegraph.graph GraphSpec)
           (lanegraph.region Ownership)
           (lanegraph.runtime HeartbeatProbe LaneGraph OwnerStatus SpawnOptions)))

(set! *warn-on-reflection* true)

(def ^:private spec
  {:name      :one
   :lanes     (zipmap [:a :b] (repeat {:kind :events :slots 64 :slot-bytes 64 :codec :string}))
   :roles     {:copy {:kind :bridge :rx :a :tx :b}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}})

(def ^:private graph (convert/spec->java spec))

(defn- run-dir [dir] (path dir "run"))

(defn- role! ^Process [dir]
  (let [file (str (path dir "spec.kv"))]
    (spit file (.canonical ^GraphSpec graph))
    (let [p (scratch/start! (scratch/java-command [] "lanegraph.runtime.RoleProcess" file "copy" (run-dir dir)))]
      (is (= "ready copy" (scratch/line! p)))
      p)))

(defn- signal! [^Process p signal]
  (process/run {} "kill" (str "-" signal) (.pid p)))

(defn- exit! [^Process p]
  (if (.waitFor p 20 TimeUnit/SECONDS)
    (.exitValue p)
    (do (.destroyForcibly p) :hangs)))

(deftest s41-one-that-is-stopped-by-the-system-still-lives
  (with-dir [dir]
    (let [p (role! dir)]
      (with-open [g (lg/attach (run-dir dir))]
        (signal! p "STOP")
        (is (= 20 (lg/offer-all! g :in (map str (range 20)))))
        (is (= :role/owned (code-of #(lg/run-role! spec :copy {:dir (run-dir dir)}))) "nobody takes its place")
        (is (eventually (< 300 (long (get-in (lg/postmortem (run-dir dir)) [:owners "role/copy" :heartbeat-age-ms])))))
        (is (= [] (:died (lg/postmortem (run-dir dir)))))
        (signal! p "CONT")
        (is (= (mapv str (range 20)) (lg/take! g :out 20 {:timeout-ms 20000}))))
      (.destroy (.toHandle p))
      (is (= 0 (exit! p))))))

(deftest a-lane-file-cut-short-is-an-error-of-the-role-and-kills-no-jvm
  (with-dir [dir]
    (let [p (role! dir)]
      (with-open [f (RandomAccessFile. (io/file (str (run-dir dir)) "a.ring") "rw")]
        (.setLength f 0))
      (is (= 1 (exit! p)))
      (is (str/includes? (str/join "\n" (scratch/lines p)) "InternalError"))
      (is (= "lane/corrupt" (java-code #(LaneGraph/runRole graph "copy" (SpawnOptions/mapped (run-dir dir)))))))))

(deftest a-directory-that-is-deleted-ends-nobody-and-is-made-again
  (with-dir [dir]
    (let [p (role! dir)]
      (process/delete-tree! (str (run-dir dir)))
      (.destroy (.toHandle p))
      (is (= 0 (exit! p)))
      (is (= :graph/not-found (code-of #(lg/attach (run-dir dir)))))
      (with-open [_ (lg/run-role! spec :copy {:dir (run-dir dir)}), g (lg/attach (run-dir dir))]
        (is (lg/offer! g :in "again"))
        (is (= ["again"] (lg/take! g :out 1 {:timeout-ms 20000})))))))

(deftest an-endpoint-of-a-directory-that-is-deleted-is-refused-and-makes-none
  (with-dir [dir]
    (.close (lg/run-role! spec :copy {:dir (run-dir dir)}))
    (with-open [g (lg/attach (run-dir dir))]
      (process/delete-tree! (str (run-dir dir)))
      (is (= :graph/not-found (code-of #(lg/offer! g :in "x"))))
      (is (not (.exists (io/file (str (run-dir dir)))))))))

(deftest an-error-of-one-heartbeat-is-told-and-the-next-one-comes
  (let [e (InternalError. "a fault occurred in an unsafe memory access operation")]
    (is (= [e] (HeartbeatProbe/told e)))))

(deftest a-lock-that-is-held-for-an-instant-is-waited-for
  ;; One that repairs has the lock, and has not written yet that it has: the words of the dead one stand there.
  (with-dir [dir]
    (let [p (role! dir)]
      (spit (str (path (run-dir dir) "locks" "role.copy.lock")) "who=graph one\npid=999999999\n")
      (let [started (future (lg/run-role! spec :copy {:dir (run-dir dir)}))]
        (is (= :waits (try (deref started 100 :waits) (catch Throwable e (ex-message e)))) "it gives an instant some seconds")
        (scratch/kill! p)
        (.close ^AutoCloseable (deref started 20000 nil))))))

(deftest roles-of-a-changed-graph-that-start-at-once-are-not-in-each-others-way
  (with-dir [dir]
    (let [two     (assoc-in spec [:roles :back] {:kind :bridge :rx :b :tx :c})
          two     (-> two (assoc-in [:lanes :c] (get-in spec [:lanes :a])) (assoc-in [:endpoints :out :lane] :c))
          changed (assoc two :on-full :drop)
          roles   [:copy :back]
          start!  (fn [role] (future (try (lg/run-role! changed role {:dir (run-dir dir)}) (catch Throwable e e))))
          held?   #(Ownership/holder (run-dir dir) (str "role/" (name %)))]
      (.close (lg/run-role! two :copy {:dir (run-dir dir)}))
      (let [starting (with-open [_ (Ownership/take (run-dir dir) ["start"] "the test")]
                       (let [starting (mapv start! roles)]
                         (is (eventually (every? held? roles)))
                         starting))]
        (doseq [started (map #(deref % 20000 nil) starting)]
          (is (instance? LaneGraph started) (str started))
          (when (instance? AutoCloseable started) (.close ^AutoCloseable started)))))))

(deftest a-process-number-says-nothing
  (with-dir [dir]
    (.close (lg/run-role! spec :copy {:dir (run-dir dir)}))
    (testing "a lock file that names a process that lives, as one of another namespace may have the same number"
      (spit (str (path (run-dir dir) "locks" "role.copy.lock")) (str "who=another\npid=" (.pid (ProcessHandle/current)) "\n"))
      (is (nil? (get-in (lg/postmortem (run-dir dir)) [:owners "role/copy" :holder])))
      (.close (lg/run-role! spec :copy {:dir (run-dir dir)})))
    (testing "and one that names none, while its owner lives"
      (with-open [_ (lg/run-role! spec :copy {:dir (run-dir dir)})]
        (spit (str (path (run-dir dir) "locks" "role.copy.lock")) "pid=999999999\n")
        (is (= :role/owned (code-of #(lg/run-role! spec :copy {:dir (run-dir dir)}))))))))

(deftest a-clock-that-was-set-back-kills-nobody
  (let [future (+ (System/currentTimeMillis) 3600000)
        told   (#'attached/owner (OwnerStatus. "running" "running" (java.util.TreeMap. {"pid" "1"}) future future 1 0 false nil))]
    (is (= [:running 0] ((juxt :state :heartbeat-age-ms) told)))))

(deftest what-others-may-change-is-refused
  (with-dir [dir]
    (.close (lg/run-role! spec :copy {:dir (run-dir dir)}))
    (doseq [[file rights] [[(run-dir dir) "rwxrwx---"]
                           [(path (run-dir dir) "locks") "rwx----w-"]
                           [(path (run-dir dir) "a.ring") "rw-rw----"]
                           [(path (run-dir dir) "control.dat") "rw----rw-"]]
            :let [before (Files/getPosixFilePermissions file (make-array LinkOption 0))]]
      (Files/setPosixFilePermissions file (PosixFilePermissions/fromString rights))
      (is (= :region/not-private (code-of #(lg/run-role! spec :copy {:dir (run-dir dir)}))) (str file))
      (Files/setPosixFilePermissions file before))
    (testing "links in the way"
      (doseq [file ["a.ring" "control.dat" "locks/role.copy.lock"]
              :let [there (path (run-dir dir) file) away (path dir "away")]]
        (Files/move there away (make-array java.nio.file.CopyOption 0))
        (Files/createSymbolicLink there away (make-array java.nio.file.attribute.FileAttribute 0))
        (is (= :region/not-a-file (code-of #(lg/run-role! spec :copy {:dir (run-dir dir)}))) file)
        (Files/delete there)
        (Files/move away there (make-array java.nio.file.CopyOption 0))))
    (when (= "0" (str/trim (:out (process/run {} "id" "-u"))))
      (testing "files of another user"
        (process/run {} "chown" "12345" (path (run-dir dir) "a.ring"))
        (is (= :region/not-private (code-of #(lg/run-role! spec :copy {:dir (run-dir dir)}))))))))

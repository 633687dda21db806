(ns lanegraph.region-process-test
  "Regions and locks with a second process, a full disk, a directory that cannot be written."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is]]
   [lanegraph.convert :as convert]
   [lanegraph.scratch :as scratch :refer [path refusal tree with-dir]]
   [tools.skip :as skip])
  (:import
   (java.util.concurrent CyclicBarrier)
   (lanegraph.region Existing Ownership Region RegionProcess)))

(set! *warn-on-reflection* true)

(defn- command [jvm-opts & args]
  (apply scratch/java-command jvm-opts "lanegraph.region.RegionProcess" args))

(defn- answers
  "The lines that a second process prints, which need not wait for anything."
  [command]
  (let [p (scratch/start! command)]
    (scratch/tell! p)
    (scratch/lines p)))

(defn- in-shell
  "The command, run by sh after the script."
  [script command]
  (into ["sh" "-c" (str script "\nexec \"$@\"") "sh"] command))

(defn- in-own-mounts
  "The command, run by sh after the script, with mounts of its own that go away with it."
  [script command]
  (let [user (str/trim (slurp (.getInputStream (.start (ProcessBuilder. ["id" "-u"])))))]
    (into ["unshare" (if (= "0" user) "-m" "-rm")] (in-shell script command))))

(defn- unless-unmountable
  "Calls f with the lines; says aloud that the test was skipped when nothing could be mounted here."
  [lines f]
  (if (or (empty? lines) (some #(re-find #"^(unmountable|unshare:|mount:)" %) lines))
    (skip/skip! (str "mounting a small tmpfs is not possible here: " (first lines)))
    (f lines)))

(deftest twenty-threads-make-one-lane
  (with-dir [dir]
    (let [barrier (CyclicBarrier. 20)
          made    (mapv deref (mapv (fn [_] (future (.await barrier)
                                                    (.created (Region/mapped (path dir "new") "in"
                                                                             (RegionProcess/shape 8)
                                                                             Existing/CONTINUE))))
                                    (range 20)))]
      (is (= {true 1 false 19} (frequencies made)))
      (is (= ["new" "new/in.ring"] (keys (tree dir)))))))

(deftest processes-that-start-at-once-make-one-lane
  (with-dir [dir]
    (let [ps (mapv (fn [_] (scratch/start! (command [] "create" (path dir "new") "in" 1024))) (range 4))]
      (is (= (repeat 4 "ready") (map scratch/line! ps)))
      (run! scratch/tell! ps)
      (is (= {"created ok" 1 "attached ok" 3} (frequencies (map (comp first scratch/lines) ps))))
      (is (= ["new" "new/in.ring"] (keys (tree dir)))))))

(deftest another-process-is-refused-and-its-end-frees-the-lock
  (with-dir [dir]
    (let [p (scratch/start! (command [] "own" dir "role/parse"))]
      (is (= "ok" (scratch/line! p)))
      (let [{:keys [code category message details]} (refusal (Ownership/take dir ["role/parse"] "me"))]
        (is (= ["role/owned" "CONFLICT"] [code category]))
        (is (= {"owner" "role/parse" "who" "the other process" "pid" (str (.pid p)) "directory" (str dir)}
               (select-keys details ["owner" "who" "pid" "directory"])))
        (is (inst? (.toInstant (java.time.OffsetDateTime/parse (get details "since")))))
        (is (str/includes? message "the other process")))
      (is (nil? (:code (refusal (.close (Ownership/take dir ["role/other"] "me"))))) "another role is free")
      (is (= ["locks" "locks/role.other.lock" "locks/role.parse.lock"] (keys (tree dir))))
      (scratch/kill! p)
      (with-open [mine (Ownership/take dir ["role/parse"] "me")]
        (is (= #{"role/parse"} (.owners mine)))))))

(deftest a-refusal-in-this-process-does-not-free-the-lock
  (with-dir [dir]
    (with-open [_ (Ownership/take dir ["role/parse"] "me")]
      (is (= "role/owned" (:code (refusal (Ownership/take dir ["role/parse"] "me again")))))
      (is (str/starts-with? (first (answers (command [] "own" dir "role/parse"))) "role/owned")))
    (is (= "ok" (first (answers (command [] "own" dir "role/parse")))) "free once it is closed")))

(deftest lock-files-that-come-and-go-never-have-two-owners
  (with-dir [dir]
    (let [marker (path dir "marker")
          ps     (mapv (fn [_] (scratch/start! (command [] "contend" (path dir "new") marker 300))) (range 3))]
      (is (= (repeat 3 ["ok"]) (map scratch/lines ps))))))

(deftest a-full-disk-is-an-error-that-leaves-nothing
  (with-dir [dir]
    (let [small  (path dir "small")
          script (str "mkdir -p '" small "' && mount -t tmpfs -o size=1m,mode=700 tmpfs '" small "' || { echo unmountable; exit; }")
          lane   (answers (in-own-mounts script (command [] "create" (path small "new") "in" 65536)))]
      (unless-unmountable lane
        (fn [[ready answer left]]
          (is (= ["ready" "[]"] [ready left]))
          (is (str/starts-with? answer "region/no-space"))
          (is (re-find #"needed=4719360 bytes" answer))
          (let [fill (str script "; head -c 1m /dev/zero >'" small "/fill' 2>/dev/null")
                [answer left] (answers (in-own-mounts fill (command [] "own" small "role/parse")))]
            (is (str/starts-with? answer "region/no-space"))
            (is (= "[fill]" left) "a lock that cannot be written is gone as well")))))))

(deftest a-role-that-finds-no-room-for-what-it-tells-of-itself-does-not-start
  (with-dir [dir]
    (let [small  (path dir "small")
          file   (path dir "spec.kv")
          lane   {:kind :events :codec :string :slots 8 :slot-bytes 64}
          _      (spit (str file) (.canonical ^lanegraph.graph.GraphSpec
                                              (convert/spec->java {:name :small :lanes {:a lane :b lane} :endpoints {}
                                                                   :roles {:copy {:kind :bridge :rx :a :tx :b}}})))
          run    (fn [pages]
                   (answers (in-own-mounts (str "mkdir -p '" small "' && mount -t tmpfs -o size=" (* 4 (long pages))
                                                "k,mode=700 tmpfs '" small "' || { echo unmountable; exit; }")
                                           (scratch/java-command ["-Dlanegraph.supervised=true"] "lanegraph.runtime.RoleProcess" file "copy" (path small "run")))))]
      ;; its locks take a page each, what it tells of itself some pages, its lanes and notes the last ones
      (doseq [pages [4 8]]
        (unless-unmountable (run pages)
          (fn [lines]
            (is (re-find #"copy: no space for a file: .*needed=\d+ bytes" (str/join "\n" lines)) (str pages " pages")))))
      (unless-unmountable (run 200) (fn [[ready]] (is (= "ready copy" ready)))))))

(deftest a-limit-on-the-size-of-files-is-an-error-that-leaves-nothing
  (with-dir [dir]
    (let [[ready answer left] (answers (in-shell "ulimit -f 2048"
                                                 (command [] "create" (path dir "new" "er") "in" 65536)))]
      (is (= ["ready" "[]"] [ready left]))
      (is (str/starts-with? answer "region/no-space"))
      (is (= {} (tree dir))))))

(deftest a-directory-that-cannot-be-written-is-forbidden
  (with-dir [dir]
    (let [bare   (path dir "bare")
          script (str "mkdir -p '" bare "' && mount -t tmpfs -o ro,size=1m tmpfs '" bare "' || { echo unmountable; exit; }")]
      (unless-unmountable (answers (in-own-mounts script (command [] "create" bare "in" 8)))
        (fn [[_ answer left]]
          (is (str/starts-with? answer "region/no-directory"))
          (is (str/includes? answer (str bare)))
          (is (= "[]" left))
          (let [[answer] (answers (in-own-mounts script (command [] "own" bare "role/parse")))]
            (is (str/starts-with? answer "region/no-directory"))))))))

(deftest no-memory-is-an-error-that-says-how-much
  (let [[answer] (answers (command ["-XX:MaxDirectMemorySize=1m"] "memory" (io/file "unused")))]
    (is (str/starts-with? answer "region/no-memory"))
    (is (re-find #"bytes=4719360 .*MaxDirectMemorySize" answer))))

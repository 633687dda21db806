(ns lanegraph.ownership-test
  (:require
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [lanegraph.scratch :as scratch :refer [path refusal tree with-dir]])
  (:import
   (java.net URI URL URLClassLoader)
   (java.nio.channels FileChannel OverlappingFileLockException)
   (java.nio.file FileSystems Files OpenOption Path StandardOpenOption)
   (java.nio.file.attribute FileAttribute)
   (java.util Collection Map)
   (java.util.concurrent CountDownLatch)
   (lanegraph.region Existing Ownership Region RegionProcess SmallFile)))

(set! *warn-on-reflection* true)

(def ^:private owners ["role/parse" "endpoint/in" "role/parse/error"])

(def ^:private lock-files
  {"locks"                       "rwx------"
   "locks/endpoint.in.lock"      "rw-------"
   "locks/role.parse.error.lock" "rw-------"
   "locks/role.parse.lock"       "rw-------"})

(defn- owned? [dir owner]
  (case (:code (refusal (.close (Ownership/take (path dir) [owner] "probe"))))
    nil false
    "role/owned" true))

(deftest ^:matrix every-owner-has-a-private-lock-file
  (with-dir [dir]
    (with-open [o (Ownership/take dir owners "weather")]
      (is (= lock-files (tree dir)))
      (is (= (sort owners) (seq (.owners o))))
      (is (every? #(owned? dir %) owners))
      (let [text (slurp (str (path dir "locks" "role.parse.lock")))]
        (is (= ["who" "since" "pid" "host"] (map #(first (str/split % #"=")) (str/split-lines text))))
        (is (str/starts-with? text "who=weather\n"))))
    (is (= lock-files (tree dir)) "the files stay when the locks are free")
    (is (not-any? #(owned? dir %) owners))))

(deftest all-are-taken-or-none
  (with-dir [dir]
    (with-open [_ (Ownership/take dir ["role/parse"] "first")]
      (let [before (tree dir)
            r      (refusal (Ownership/take dir owners "second"))]
        (is (= ["role/owned" "role/parse" "first"] [(:code r) ((:details r) "owner") ((:details r) "who")]))
        (is (= before (tree dir)) "and what was made on the way is gone")
        (is (= [false true false] (map #(owned? dir %) ["endpoint/in" "role/parse" "role/parse/error"])))))))

(deftest one-can-be-released-before-the-others
  (with-dir [dir]
    (with-open [o (Ownership/take dir owners "weather")]
      (.release o "endpoint/in")
      (.release o "endpoint/in")
      (.release o "role/unknown")
      (is (= ["role/parse" "role/parse/error"] (seq (.owners o))))
      (is (= [false true] (map #(owned? dir %) ["endpoint/in" "role/parse"]))))
    (with-open [o (Ownership/take dir owners "again")]
      (.close o)
      (.close o)
      (is (empty? (.owners o))))))

(deftest ^:matrix what-is-abandoned-is-as-it-was-before
  (with-dir [dir]
    (.abandon ^Ownership (Ownership/take (path dir "a" "b") owners "weather"))
    (is (= {} (tree dir)))
    (.close (Ownership/take dir ["role/parse"] "earlier"))
    (let [before (tree dir)
          o      (Ownership/take dir owners "weather")]
      (spit (str dir "/graph.kv") "theirs")
      (.abandon o)
      (.abandon o)
      (is (= (set (keys before)) (disj (set (keys (tree dir))) "graph.kv")))
      (is (not-any? #(owned? dir %) owners)))))

(deftest a-directory-has-one-name-for-the-registry
  (with-dir [dir]
    (let [link (path dir "link")
          real (Files/createDirectory (path dir "real") (make-array FileAttribute 0))]
      (Files/createSymbolicLink link real (make-array FileAttribute 0))
      (with-open [_ (Ownership/take real ["role/parse"] "first")]
        (is (owned? link "role/parse"))
        (is (owned? (path dir "real" ".." "link" ".") "role/parse"))))))

(defn- loaded-again
  "Ownership.take of a second copy of the classes, as after a reload at the REPL: a function of its arguments."
  []
  (let [from   (fn [^Class c] (.. c getProtectionDomain getCodeSource getLocation))
        loader (URLClassLoader. (into-array URL [(from Ownership)]) (ClassLoader/getPlatformClassLoader))
        take   (.getMethod (.loadClass loader "lanegraph.region.Ownership") "take"
                           (into-array Class [Path Collection String]))]
    (fn [dir owners who]
      (try (.invoke take nil (object-array [dir owners who]))
           (catch java.lang.reflect.InvocationTargetException e
             (throw (.getCause e)))))))

(deftest classes-that-were-loaded-twice-know-of-each-others-locks
  (with-dir [dir]
    (let [take-again (loaded-again)
          second-process #(let [p (scratch/start! (scratch/java-command [] "lanegraph.region.RegionProcess" "own"
                                                                        dir "role/parse"))]
                            (scratch/tell! p)
                            (first (scratch/lines p)))]
      (with-open [_ (Ownership/take dir ["role/parse"] "first")]
        (is (thrown-with-msg? RuntimeException #"owned by another" (take-again dir ["role/parse"] "second")))
        (is (str/starts-with? (second-process) "role/owned") "the kernel still has the lock"))
      (with-open [_ ^java.lang.AutoCloseable (take-again dir ["role/parse"] "second")]
        (is (owned? dir "role/parse"))))))

(deftest a-lock-of-something-else-in-this-process-is-not-freed
  (with-dir [dir]
    (.close (Ownership/take dir ["role/parse"] "earlier"))
    (with-open [channel (FileChannel/open (path dir "locks" "role.parse.lock")
                                          (into-array OpenOption [StandardOpenOption/WRITE]))]
      (is (.tryLock channel))
      (is (owned? dir "role/parse"))
      (is (thrown? OverlappingFileLockException (.tryLock channel)))
      (let [p (scratch/start! (scratch/java-command [] "lanegraph.region.RegionProcess" "own" dir "role/parse"))]
        (scratch/tell! p)
        (is (str/starts-with? (scratch/line! p) "role/owned"))
        (scratch/lines p)))))

(deftest a-lock-file-may-be-removed-by-hand
  (with-dir [dir]
    (with-open [_ (Ownership/take dir ["role/parse"] "first")]
      (scratch/delete-tree! (path dir "locks"))
      (is (owned? dir "role/parse") "the registry still knows"))
    (is (not (owned? dir "role/parse")))))

(deftest names-of-owners-cannot-leave-the-directory
  (with-dir [dir]
    (doseq [bad ["" "." ".." "/" "role/" "role/../x" "role/a.b" "role//x" "a/b/c/d/e" "role/a\u0000" "Role/a" nil
                 (str "role/" (apply str (repeat 64 "a")))]]
      (is (= "region/bad-name" (:code (refusal (Ownership/take dir ["role/ok" bad] "x")))) (pr-str bad)))
    (is (= {} (tree dir)))
    (testing "and who has a name of many lines stays on one"
      (with-open [_ (Ownership/take dir ["role/a"] "x\npid=1\u0000")]
        (let [details (:details (refusal (Ownership/take dir ["role/a"] "y")))]
          (is (= "x pid=1 " (details "who")))
          (is (= (str (.pid (java.lang.ProcessHandle/current))) (details "pid"))))))))

(deftest what-stands-in-the-place-of-a-lock-file-is-refused
  (with-dir [dir]
    (let [locks (Files/createDirectory (path dir "locks") (make-array FileAttribute 0))]
      (Files/createSymbolicLink (path locks "role.a.lock") (path dir "target") (make-array FileAttribute 0))
      (Files/createDirectory (path locks "role.b.lock") (make-array FileAttribute 0))
      (doseq [owner ["role/a" "role/b"]]
        (is (= "region/not-a-file" (:code (refusal (Ownership/take dir [owner "endpoint/x"] "x"))))))
      (is (= ["locks" "locks/role.a.lock" "locks/role.b.lock"] (keys (tree dir)))))))

(deftest ^:matrix an-interrupt-waits-until-the-work-is-done
  (with-dir [dir]
    (let [region (volatile! nil)
          held   (volatile! nil)
          flags  (volatile! nil)
          worker (Thread. (fn []
                            (.interrupt (Thread/currentThread))
                            (vreset! held (Ownership/take dir owners "weather"))
                            (vreset! region (Region/mapped dir "in" (RegionProcess/shape 8) Existing/CONTINUE))
                            (vreset! flags [(Thread/interrupted) (Thread/interrupted)])))]
      (.start worker)
      (.join worker 30000)
      (is (= [true false] @flags) "the flag is there afterwards")
      (is (.created ^Region @region))
      (is (every? #(owned? dir %) owners))
      (.close ^Ownership @held)
      (is (not-any? #(owned? dir %) owners)))))

(deftest an-interrupt-in-the-middle-loses-no-lock
  (with-dir [dir]
    (let [started (CountDownLatch. 1)
          done    (volatile! nil)
          worker  (Thread. (fn []
                             (.countDown started)
                             (vreset! done (count (for [_ (range 100)]
                                                    (.close (Ownership/take dir owners "weather")))))))]
      (.start worker)
      (.await started)
      (while (.isAlive worker) (.interrupt worker) (Thread/onSpinWait))
      (is (= 100 @done))
      (is (not-any? #(owned? dir %) owners)))))

(deftest one-daemon-thread-does-it-all
  (with-dir [dir]
    (dotimes [_ 20] (.close (Ownership/take dir owners "weather")))
    (let [found (filter #(= "lanegraph:files" (.getName ^Thread %)) (keys (Thread/getAllStackTraces)))]
      (is (<= (count found) 2) "one, and one of the classes that a test here loads a second time")
      (is (every? #(.isDaemon ^Thread %) found)))))

(deftest a-file-system-without-hard-links-is-refused
  (with-dir [dir]
    (with-open [zip (FileSystems/newFileSystem (URI. (str "jar:file:" (path dir "fs.zip")))
                                               ^Map (hash-map "create" "true"
                                                              "enablePosixFileAttributes" "true"))]
      (let [inside (.getPath zip "/lanes" (make-array String 0))]
        (is (= ["region/no-links" "UNSUPPORTED"]
               ((juxt :code :category) (refusal (Ownership/take inside owners "weather")))))
        (is (not (Files/exists inside (make-array java.nio.file.LinkOption 0))))))))

(deftest ^:matrix small-files-are-whole-and-private
  (with-dir [dir]
    (let [below (path dir "a")
          text  #(some-> (SmallFile/read below "graph.kv") (String. "UTF-8"))]
      (is (nil? (text)))
      (SmallFile/write below "graph.kv" (.getBytes "one"))
      (is (= "one" (text)))
      (SmallFile/write below "graph.kv" (.getBytes "two, longer"))
      (is (= "two, longer" (text)))
      (is (= {"a" "rwx------" "a/graph.kv" "rw-------"} (tree dir)))
      (is (= [true false] [(SmallFile/delete below "graph.kv") (SmallFile/delete below "graph.kv")]))
      (doseq [bad ["" ".." "a" "../graph.kv" "a/b.kv" ".kv" "graph.kv\n" nil]]
        (is (= "region/bad-name" (:code (refusal (SmallFile/read below bad)))) (pr-str bad)))
      (Files/createDirectory (path below "graph.kv") (make-array FileAttribute 0))
      (is (= "region/not-a-file" (:code (refusal (SmallFile/write below "graph.kv" (.getBytes "x"))))))
      (is (= "region/not-a-file" (:code (refusal (SmallFile/read below "graph.kv")))))
      (is (= ["a" "a/graph.kv"] (keys (tree dir)))))))

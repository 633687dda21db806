(ns tools.process-test
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is]]
   [tools.process :as process])
  (:import
   (java.lang ProcessHandle)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (java.util.concurrent TimeUnit)))

(set! *warn-on-reflection* true)

(deftest deleting-a-tree-follows-no-link
  (let [dir  (process/temp-dir)
        kept (io/file dir "kept/file")
        tree (io/file dir "tree")]
    (io/make-parents kept)
    (spit kept "x")
    (io/make-parents (io/file tree "a/b/c"))
    (spit (io/file tree "a/b/c") "y")
    (Files/createSymbolicLink (.toPath (io/file tree "link")) (.toPath (.getParentFile kept))
                              (make-array FileAttribute 0))
    (process/delete-tree! tree)
    (is (not (.exists tree)))
    (is (= "x" (slurp kept)))))

(deftest a-command-that-does-not-end-is-killed-with-its-children
  (let [how-long (str "600." (System/nanoTime)) ; by which it is found, however late bash has started it
        theirs?  (fn [^ProcessHandle p] (str/includes? (.orElse (.commandLine (.info p)) "") how-long))
        {:keys [exit]} (process/run {:limit-s 1} "bash" "-c" (str "sleep " how-long " & wait"))]
    (is (= :timeout exit))
    (doseq [^ProcessHandle p (filter theirs? (iterator-seq (.iterator (ProcessHandle/allProcesses))))]
      (.get (.onExit p) 20 TimeUnit/SECONDS)))) ; throws when it lives on

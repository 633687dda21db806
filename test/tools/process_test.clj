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
  (let [marker (io/file (process/temp-dir) "pid")
        {:keys [exit]} (process/run {:limit-s 1} "bash" "-c" (str "sleep 600 & echo $! >" marker "; wait"))]
    (is (= :timeout exit))
    (when-let [^ProcessHandle child (.orElse (ProcessHandle/of (parse-long (str/trim (slurp marker)))) nil)]
      (.get (.onExit child) 10 TimeUnit/SECONDS)))) ; throws when it lives on

(ns lanegraph.role-file-test
  "The file in which a role notes from where its messages came."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.scratch :as scratch :refer [path with-dir]])
  (:import (java.io RandomAccessFile)
           (java.nio.file Files)
           (java.nio.file.attribute FileAttribute)
           (lanegraph.region Existing Memory RoleDescriptor RoleFile)))

(set! *warn-on-reflection* true)

(defn- open ^RoleFile [dir pairs existing]
  (RoleFile/open (path dir) "r" pairs existing))

(defn- note! [^RoleFile f ^String pair t] (.putLong Memory/DIRECT (.notes f pair) t))

(defn- note [^RoleFile f ^String pair] (.getLong Memory/DIRECT (.notes f pair)))

(defn- poke! [dir ^long at ^long b]
  (with-open [f (RandomAccessFile. (str (path dir "roles" "r.cell")) "rw")]
    (.seek f at)
    (.write f b)))

(deftest notes-are-there-again-and-those-of-pairs-that-stay-are-carried-over
  (with-dir [dir]
    (note! (open dir ["a > b" "a > bad (dead letters)"] Existing/CONTINUE) "a > b" 7)
    (is (= {"roles" "rwx------" "roles/r.cell" "rw-------"} (scratch/tree dir)))
    (is (= 7 (note (open dir ["a > b" "a > bad (dead letters)"] Existing/CONTINUE) "a > b")))
    (let [f (open dir ["a > c" "a > b"] Existing/CONTINUE)]
      (is (= [0 7] [(note f "a > c") (note f "a > b")])))
    (is (= 0 (note (open dir ["a > c" "a > b"] Existing/REPLACE) "a > b")))))

(deftest a-damaged-file-is-an-error-with-a-code
  (doseq [[what at code] [["magic" RoleDescriptor/MAGIC_OFFSET "lane/corrupt"]
                          ["version" RoleDescriptor/VERSION_OFFSET "lane/other-version"]
                          ["pairs" RoleDescriptor/PAIRS_OFFSET "lane/corrupt"]
                          ["length" RoleDescriptor/LENGTH_OFFSET "lane/corrupt"]]]
    (testing what
      (with-dir [dir]
        (open dir ["a > b"] Existing/CONTINUE)
        (poke! dir at 99)
        (is (= code (:code (scratch/refusal (open dir ["a > b"] Existing/CONTINUE))))))))
  (with-dir [dir]
    (open dir ["a > b"] Existing/CONTINUE)
    (with-open [f (RandomAccessFile. (str (path dir "roles" "r.cell")) "rw")] (.setLength f 300))
    (is (= "lane/corrupt" (:code (scratch/refusal (open dir ["a > b"] Existing/CONTINUE))))))
  (with-dir [dir]
    (Files/createDirectories (path dir "roles") (make-array FileAttribute 0))
    (Files/createSymbolicLink (path dir "roles" "r.cell") (path dir "elsewhere") (make-array FileAttribute 0))
    (is (= "region/not-a-file" (:code (scratch/refusal (open dir ["a > b"] Existing/CONTINUE)))))))

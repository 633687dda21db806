(ns lanegraph.pages-test
  "The pages of doc/ that are made from data are up to date, and the data tells of every code in the sources."
  (:require [clojure.java.io :as io]
            [clojure.set :as set]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [tools.pages :as pages])
  (:import (java.io File)))

(set! *warn-on-reflection* true)

(deftest pages-are-as-their-data-makes-them
  (doseq [[file make] pages/pages]
    (testing file
      (is (= (make) (slurp file)) "run: bin/clojure -M:dev -m tools.pages"))))

(defn- sources [dir suffix]
  (for [^File f (file-seq (io/file dir)) :when (str/ends-with? (.getName f) suffix)] f))

(def ^:private areas
     "call|cli|codec|control|csv|endpoint|graph|journal|json|lane|options|picture|read|region|role|spec|stage")

(def ^:private no-codes
  "Defaults.java names keys, and :endpoint/out is an example."
  #{:endpoint/out})

(defn- codes-in-sources []
  (set/difference
   (set (concat
         (for [^File f (sources "java-src" ".java")
               :when (not= "Defaults.java" (.getName f))
               [_ c]   (re-seq (re-pattern (str "\"((?:" areas ")/[a-z0-9-]+)\"")) (slurp f))]
           (keyword c))
         (for [f     (sources "src" ".clj")
               [_ c] (re-seq (re-pattern (str "[\\s(\\[{]:((?:" areas ")/[a-z0-9-]+)")) (slurp f))]
           (keyword c))))
   no-codes))

(deftest every-code-is-told-and-no-other
  (is (= #{} (set/difference (codes-in-sources) (set (keys (pages/codes))))) "not in codes.edn or Codes.java")
  (is (= #{} (set/difference (set (keys (pages/codes))) (codes-in-sources))) "nowhere in the sources"))

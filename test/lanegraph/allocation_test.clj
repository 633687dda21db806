(ns lanegraph.allocation-test
  "No role on bytes allocates for a message. Measured in a JVM of its own whose compiler never removes an allocation: so it
  needs no warming up, and holds also where a JVM has run so much else that its better compiler leaves one in."
  (:require
   [clojure.edn :as edn]
   [clojure.string :as str]
   [clojure.test :refer [deftest is]]
   [lanegraph.allocation-kit :as allocation]
   [lanegraph.scratch :as scratch]
   [tools.process :as process]))

(set! *warn-on-reflection* true)

(defn- measured
  "What the forms return, each in turn, in a JVM that compiles with C1 alone, as scratch/java-on asks for."
  [& forms]
  (let [process (scratch/start! (scratch/java-on (str @process/compiled-path ":test") [] "clojure.main" "-e"
                                                 (str "(require 'lanegraph.allocation-kit)"
                                                      "(in-ns 'lanegraph.allocation-kit)"
                                                      (apply str (map #(str "(prn " (pr-str %) ")") forms))
                                                      "(shutdown-agents)")))
        told    (scratch/lines process)]
    (is (= 0 (.exitValue ^Process process)) (str/join "\n" told))
    (mapv edn/read-string (take-last (count forms) told))))

(deftest roles-on-bytes-allocate-nothing-whatever-the-compiler-does
  (scratch/with-dir [dir]
    (let [[in-memory mapped] (measured '(measure {} 1000) (list 'measure {:dir (str dir)} 1000))
          nothing            (zipmap (keys (:roles allocation/spec)) (repeat 0))]
      (is (= nothing in-memory))
      (is (= nothing mapped) "with its notes"))))

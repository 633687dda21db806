(ns tools.run-tests-test
  "The runner that judges all other tests is judged on a folder of small ones."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [tools.process :as process])
  (:import
   (java.io File)
   (java.lang ProcessHandle)
   (java.util.concurrent TimeUnit)))

(set! *warn-on-reflection* true)

(defn- run
  "Writes {file-name text} into a folder and runs the tests in it; {:exit :last :out}."
  [files & arguments]
  (let [dir (process/temp-dir)]
    (doseq [[n text] files] (spit (io/file dir n) text))
    (let [{:keys [exit out]} (apply process/run {} process/java "-XX:TieredStopAtLevel=1" "-cp"
                                    (str dir File/pathSeparator (System/getProperty "java.class.path"))
                                    "clojure.main" "-m" "tools.run-tests" "--dir" dir arguments)]
      {:exit exit :last (last (str/split-lines out)) :out out})))

(def ^:private mixed
  {"one_test.clj"   "(ns one-test (:require [clojure.test :refer :all] [tools.skip :as skip]))
                     (deftest good (is true))
                     (deftest bad (is (= 1 2)))
                     (deftest thrower (throw (Exception. \"boom\")))
                     (deftest skipper (skip/skip! \"no moon\"))
                     (deftest ^:long slow (is true))
                     (deftest ^:matrix wide (is true))"
   "two_test.clj"   "(ns two-test (:require [clojure.test :refer :all]))
                     (use-fixtures :once (fn [f] (throw (Exception. \"fixture\"))))
                     (deftest a (is true))
                     (deftest b (is true))"
   "three_test.clj" "(ns three-test) (no-such-thing)"})

(deftest every-outcome-is-counted-and-told
  (let [{:keys [exit last out]} (run mixed)]
    (is (= 1 exit))
    (is (= "2 passed, 5 failed, 2 skipped" last))
    (is (re-find #"FAIL  one-test/bad\n" out))
    (is (re-find #"FAIL  one-test/thrower\n" out))
    (is (re-find #"FAIL  two-test a fixture threw" out))
    (is (re-find #"FAIL  three-test does not load" out))
    (is (re-find #"skip  one-test/skipper - no moon" out))
    (is (re-find #"skip  one-test/slow - long" out))))

(deftest tests-are-chosen-by-name-and-tag
  (let [[slow matrix none] (map (juxt :exit :last) (pmap #(apply run mixed %) [["--focus" "one-test/slow"]
                                                                               ["--matrix"] ; what has none is not loaded
                                                                               ["--focus" "one-test/none"]]))]
    (is (= [0 "1 passed, 0 failed"] slow))
    (is (= [0 "1 passed, 0 failed"] matrix))
    (is (= [2 "0 passed, 0 failed"] none) "nothing ran: not a success")))

(deftest a-seed-repeats-the-order
  (let [many  {"order_test.clj" (str "(ns order-test (:require [clojure.test :refer :all]))"
                                     (str/join (for [n (range 9)] (str "(deftest t" n " (println \"ran\" " n "))"))))}
        [first-time again other] (pmap #(re-seq #"ran \d" (:out (run many "--seed" %))) ["1" "1" "2"])]
    (is (= 9 (count first-time)))
    (is (= first-time again))
    (is (not= first-time other))))

(deftest a-test-that-hangs-is-ended-with-every-stack
  (let [{:keys [exit last out]}
        (run {"hang_test.clj" "(ns hang-test (:require [clojure.test :refer :all]))
                               (println \"child\" (.pid (.start (ProcessBuilder. [\"sleep\" \"600\"]))))
                               (deftest ^{:limit-s 1} hangs
                                 (deref (promise)))"}) ; its time begins when the child is there
        child (.orElse (ProcessHandle/of (parse-long (second (re-find #"child (\d+)" out)))) nil)]
    (when child (.get (.onExit ^ProcessHandle child) 30 TimeUnit/SECONDS)) ; throws when it lives on
    (is (= [1 "0 passed, 1 failed"] [exit last]))
    (is (re-find #"FAIL  hang-test/hangs ran longer than 1 s" out))
    (is (re-find #"hang_test\$fn" out))))

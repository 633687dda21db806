(ns lanegraph.cli.process-test
  "bin/lanegraph as a process: exit codes, pipes and signals as a shell sees them."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is]]
            [lanegraph.cli.fixture :refer [copy-graph file with-dir]]
            [tools.process :as process])
  (:import (java.io BufferedReader)
           (java.util.concurrent TimeUnit)))

(set! *warn-on-reflection* true)

(def ^:private command (str (io/file process/root "bin/lanegraph")))

(deftest ^:matrix the-demo-is-one-command
  (let [{:keys [exit out err]} (process/run {:dir "/"} command "demo")]
    (is (= [0 ""] [exit err]))
    (is (str/includes? out "2014-08-11   35.6 °C"))
    (is (str/includes? out "Try next:"))))

(deftest called-wrong-is-exit-2-and-one-line
  (let [{:keys [exit out err]} (process/run {} command "run" "/no/such.edn")]
    (is (= [2 ""] [exit out]))
    (is (= 1 (count (str/split-lines err))))))

(deftest a-reader-that-goes-away-is-no-noise
  (with-dir
    (fn [dir]
      (let [spec (file dir "g.edn" (copy-graph :string))
            {:keys [out err]} (process/run {} "bash" "-c"
                                           (str "seq 1 300000 | " command " run " spec
                                                " | head -1; echo ${PIPESTATUS[1]}"))]
        (is (= ["1\n141\n" ""] [out err]))))))

(defn- signalled
  "Starts `run` on an input that stays open, sends a signal when two lines have come out: {:exit :out :err}."
  [signal]
  (with-dir
    (fn [dir]
      (let [spec ^String (file dir "g.edn" (copy-graph :string))
            p    (.start (ProcessBuilder. ^"[Ljava.lang.String;" (into-array [command "run" spec])))
            err  (future (slurp (.getErrorStream p)))
            in   (.getOutputStream p)]
        (try
          (.write in (.getBytes "a\nb\n"))
          (.flush in)
          (with-open [^BufferedReader out (io/reader (.getInputStream p))]
            (let [lines  [(.readLine out) (.readLine out)]
                  _      (process/run {} "kill" (str "-" signal) (.pid p))
                  others (slurp out)]
              (is (.waitFor p 60 TimeUnit/SECONDS))
              {:exit (.exitValue p) :out (str (str/join "\n" lines) "\n" others) :err @err}))
          (finally (.destroyForcibly p)))))))

(deftest ctrl-c-lets-out-what-is-inside
  (let [{:keys [exit out err]} (signalled "INT")]
    (is (= [130 "a\nb\n"] [exit out]))
    (is (re-find #"(?m)^in 2, out 2" err)))
  (is (= [143 "a\nb\n"] ((juxt :exit :out) (signalled "TERM")))))

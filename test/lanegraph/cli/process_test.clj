(ns lanegraph.cli.process-test
  "bin/lanegraph as a process: exit codes, pipes and signals as a shell sees them."
  (:require [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is]]
            [lanegraph.cli.fixture :refer [copy-graph file with-dir]]
            [lanegraph.core :as lg]
            [tools.process :as process]
            [tools.skip :refer [where-ctrl-c-works]])
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
  "Starts a command whose input stays open, writes lines to that, sends a signal when as many have come out:
  {:exit :out :err}."
  [arguments lines signal]
  (let [p   (.start (ProcessBuilder. ^"[Ljava.lang.String;" (into-array (cons command arguments))))
        err (future (slurp (.getErrorStream p)))
        in  (.getOutputStream p)]
    (try
      (.write in (.getBytes (str/join (map #(str % "\n") lines))))
      (.flush in)
      (with-open [^BufferedReader out (io/reader (.getInputStream p))]
        (let [seen (mapv (fn [_] (.readLine out)) lines)]
          (process/run {} "kill" (str "-" signal) (.pid p))
          (when-not (is (.waitFor p 60 TimeUnit/SECONDS) "it ends")
            (.waitFor (.destroyForcibly p)))
          {:exit (.exitValue p) :out (str (str/join "\n" seen) "\n" (slurp out)) :err @err}))
      (finally (.destroyForcibly p)))))

(defn- run-signalled [signal]
  (with-dir (fn [dir] (signalled ["run" (file dir "g.edn" (copy-graph :string))] ["a" "b"] signal))))

(deftest ctrl-c-lets-out-what-is-inside
  (where-ctrl-c-works
   (let [{:keys [exit out err]} (run-signalled "INT")]
     (is (= [130 "a\nb\n"] [exit out]))
     (is (re-find #"(?m)^in 2, out 2" err)))))

(deftest an-order-to-end-lets-out-what-is-inside
  (is (= [143 "a\nb\n"] ((juxt :exit :out) (run-signalled "TERM")))))

(deftest a-journal-is-followed-from-another-process-until-ctrl-c
  (where-ctrl-c-works
   (with-dir
     (fn [dir]
       (let [spec (-> (copy-graph :long) (assoc-in [:lanes :b :kind] :journal) (update :endpoints dissoc :out))]
         (with-open [rt (lg/spawn! spec {:dir dir})]
           (is (= 3 (lg/offer-all! rt :in [7 8 9])))
           (lg/await-idle! rt)
           (let [{:keys [exit out err]} (signalled ["journal" "follow" (str dir) "b" "--last" "2"] ["" ""] "INT")]
             (is (= [130 ""] [exit err]))
             (is (= [8 9] (map (comp :value edn/read-string) (str/split-lines out))))))
         (is (str/starts-with? (:out (process/run {} command "journal" "verify" (str dir) "b")) "3 records, 24 bytes ")))))))

(deftest ^:matrix s42-a-process-for-each-role-gives-what-one-process-gives
  (with-dir
    (fn [dir]
      (let [lane  {:kind :events :codec :string}
            spec  {:name      :up
                   :lanes     {:a lane :b lane :c lane}
                   :roles     {:work {:kind :stage :stage 'clojure.string/upper-case :rx :a :tx :b}
                               :copy {:kind :bridge :rx :b :tx :c}}
                   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}}
            lines (mapv #(str "line " %) (range 5000))
            {:keys [exit out err]} (process/run {:in (str/join "\n" lines)} command "supervise" (file dir "up.edn" spec)
                                                "--dir" (str dir "/run") "--in" "in=-" "--out" "out=-")]
        (is (= 0 exit) err)
        (is (= (:out (lg/simulate spec {:in lines})) (str/split-lines out)))
        (is (= {:died [] :name :up} (select-keys (lg/postmortem (str dir "/run")) [:died :name])))))))

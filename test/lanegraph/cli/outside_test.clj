(ns lanegraph.cli.outside-test
  "The commands that run one role, and that look at a graph by its directory."
  (:require [clojure.edn :as edn]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.cli.fixture :refer [copy-graph file gate lanegraph stage-graph with-dir]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :refer [eventually]]))

(set! *warn-on-reflection* true)

(defn- edn-of [& arguments]
  (edn/read-string (:out (lanegraph (concat arguments ["--format" "edn"])))))

(deftest a-graph-is-looked-at-from-its-directory
  (with-dir
    (fn [dir]
      (let [lanes (str dir "/run")
            spec  (copy-graph :edn)]
        (is (= [2 true] ((juxt :exit #(str/includes? (:err %) "there is no such directory")) (lanegraph ["status" lanes]))))
        (with-open [rt (lg/run-role! spec :copy {:dir lanes}), g (lg/attach lanes)]
          (is (= 3 (lg/offer-all! g :in [{:n 1} {:n 2} {:n 3}])))
          (is (eventually (= 3 (get-in (lg/status g) [:roles :copy :processed])))) ; counted after it is in the lane
          (is (= 3 (:depth (:b (:lanes (lg/status g))))))
          (is (= [:running 3] ((juxt :state #(get-in % [:roles :copy :processed])) (edn-of "status" lanes))))
          (is (str/includes? (:out (lanegraph ["status" lanes])) "copy"))
          (is (= {:exit 0 :out "{:n 1}\n{:n 2}\n" :err ""} (lanegraph ["peek" lanes "b" "--count" "2"])))
          (is (= "{:n 3}\n" (:out (lanegraph ["peek" lanes ":b" "--at" "2"]))))
          (is (= "No errors.\n" (:out (lanegraph ["errors" lanes]))))
          (is (= :none (:cause (edn-of "why" lanes))))
          (is (str/includes? (:out (lanegraph ["top" lanes "--every-ms" "10"])) "running"))
          (is (= 2 (:exit (lanegraph ["peek" lanes "nope"]))))
          (testing "a tap prints what is written from now on"
            (let [out (future (lanegraph ["tap" lanes "a" "--count" "2"]))]
              (is (eventually (or (realized? out) (do (lg/offer! g :in {:n 4}) (lg/poll! g :out) false))))
              (is (= ["{:n 4}" "{:n 4}"] (str/split-lines (:out @out))))))
          (is (= 0 (:exit (lanegraph ["postmortem" lanes]))))
          (is (= [[] :running] ((juxt :died #(get-in % [:owners "role/copy" :state])) (edn-of "postmortem" lanes))))
          (is (= 0 (:exit (lanegraph ["postmortem" lanes "--format" "json"])))))
        (is (= :stopped (:state (edn-of "status" lanes))) "and after it has ended")))))

(deftest a-path-where-no-graph-was-is-told-for-what-it-is
  (with-dir
    (fn [dir]
      (doseq [[path found] {(file dir "plain" "hello")       "found a file, expected the directory of a graph"
                            (str (file dir "plain" "hello") "/x") "there is no such directory"
                            (str dir "/missing")             "there is no such directory"
                            dir                              "no graph was ever started in this directory"}
              command ["status" "top" "why" "errors" "postmortem" "peek" "tap"]]
        (let [{:keys [exit err]} (lanegraph (cond-> [command (str path)] (#{"peek" "tap"} command) (conj "a")))]
          (is (= [2 true] [exit (str/includes? err (str ": " found ": directory=" path "; start a graph there first"))]) (str command err))))
      (testing "what is no control file in its place"
        (.mkdirs (java.io.File. (str dir "/odd/control.dat")))
        (let [{:keys [exit err]} (lanegraph ["status" (str dir "/odd")])]
          (is (= [1 true] [exit (str/includes? err "expected a regular file")]))))
      (testing "a file in the place of the lanes' folder"
        (let [{:keys [err]} (lanegraph ["run-role" (file dir "g.edn" (copy-graph :string)) "copy" "--dir" (file dir "plain" "hello")])]
          (is (str/includes? err (str "no directory has the name " (file dir "plain" "hello")))))))))

(deftest run-role-ends-by-a-signal
  (with-dir
    (fn [dir]
      (let [lanes  (str dir "/run")
            spec   (file dir "g.edn" (copy-graph :string))
            signal (promise)
            out    (java.io.ByteArrayOutputStream.)
            run    (future (lanegraph ["run-role" spec "copy" "--dir" lanes] :stdout out :on-signal #(deliver signal %)))]
        (is (eventually (= "ready copy\n" (str out))))
        (let [second (lanegraph ["run-role" spec "copy" "--dir" lanes])]
          (is (= 1 (:exit second)))
          (is (str/includes? (:err second) "owned by another already")))
        (@signal 143)
        (is (= [0 ""] ((juxt :exit :err) @run)))
        (is (= 2 (:exit (lanegraph ["run-role" spec "copi" "--dir" lanes]))))
        (testing "lanes of another shape: what to do can be done"
          (let [other (file dir "other.edn" (assoc-in (copy-graph :string) [:lanes :b :slots] 64))]
            (is (str/includes? (:err (lanegraph ["run-role" other "copy" "--dir" lanes])) "start with supervise --fresh"))))
        (is (= 2 (:exit (lanegraph ["run-role" spec "copy"]))) "a directory is needed")))))

(deftest a-signal-ends-run-role-while-a-state-is-rebuilt
  (with-dir
    (fn [dir]
      (let [lanes  (str dir "/run")
            spec   (-> (stage-graph :string {:stage 'lanegraph.cli.fixture/gated :as :stateful :recover {:journal :a}})
                       (assoc-in [:lanes :a] {:kind :journal :codec :string}))
            path   (file dir "g.edn" spec)
            signal (promise)]
        (reset! gate nil)
        (with-open [_ (lg/run-role! spec :work {:dir lanes}), g (lg/attach lanes)]
          (lg/offer! g :in "x")
          (is (= ["x"] (lg/take! g :out 1 {:timeout-ms 20000}))))
        (let [{:keys [entered open]} (reset! gate {:entered (promise) :open (promise)})]
          (try
            (let [run (future (lanegraph ["run-role" path "work" "--dir" lanes] :on-signal #(deliver signal %)))]
              (is (deref entered 20000 false))
              (@signal 143)
              (is (= {:exit 0 :out "" :err ""} (deref run 20000 nil)))
              (is (= :ended (get-in (lg/postmortem lanes) [:owners "role/work" :state])) "and the role is free"))
            (finally (deliver open true) (reset! gate nil))))))))

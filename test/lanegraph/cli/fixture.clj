(ns lanegraph.cli.fixture
  "What the tests of the command line share: calls of main in this process, specs in a folder of their own,
  stages."
  (:require [clojure.java.io :as io]
            [lanegraph.cli :as cli])
  (:import (java.io ByteArrayInputStream ByteArrayOutputStream File InputStream OutputStream StringWriter)
           (java.nio.file Files)
           (java.nio.file.attribute FileAttribute)))

(set! *warn-on-reflection* true)

(defn- delete-tree [^File f]
  (run! delete-tree (.listFiles f))
  (.delete f))

(defn with-dir
  "Calls f with a new folder that is removed afterwards."
  [f]
  (let [dir (.toFile (Files/createTempDirectory "lanegraph-cli" (make-array FileAttribute 0)))]
    (try (f dir) (finally (delete-tree dir)))))

(defn file
  "Writes a file into a folder: its path."
  [dir file-name content]
  (let [f (io/file dir file-name)]
    (io/make-parents f)
    (spit f (if (string? content) content (pr-str content)))
    (str f)))

(defn lanegraph
  "{:exit :out :err} of one command line. Options: :stdin, a string or InputStream; :stdout, an OutputStream;
  :stderr, a Writer; others are given to main."
  [arguments & {:keys [stdin stdout stderr] :or {stdin ""} :as opts}]
  (let [out (or stdout (ByteArrayOutputStream.))
        err (or stderr (StringWriter.))
        in  (if (instance? InputStream stdin) stdin (ByteArrayInputStream. (.getBytes ^String stdin "UTF-8")))]
    {:exit (cli/main (mapv str arguments) (merge {:in in :out out :err err} (dissoc opts :stdin :stdout :stderr)))
     :out  (when-not stdout (.toString ^ByteArrayOutputStream out "UTF-8"))
     :err  (str err)}))

(defn failing-stream
  "An output that throws an IOException with this message."
  ^OutputStream [^String message]
  (proxy [OutputStream] []
    (write ([_] (throw (java.io.IOException. message)))
           ([_ _ _] (throw (java.io.IOException. message))))
    (flush [])))

(defn stage-graph
  "A graph of one stage between an ingress :in and an egress :out, both lanes with this codec."
  [codec role]
  {:name :one
   :lanes {:a {:kind :events :codec codec} :b {:kind :events :codec codec}}
   :roles {:work (merge {:kind :stage :rx :a :tx :b} role)}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}})

(defn copy-graph [codec]
  (assoc (stage-graph codec nil) :roles {:copy {:kind :bridge :rx :a :tx :b}}))

;; ------------------------------------------------------------------ stages

(defn boom
  "Throws for the message \"boom\"."
  [v]
  (if (= "boom" v) (throw (ex-info "found boom" {:v v})) v))

(def gate
  "{:entered promise :open promise} of the stage `never`; set anew by each test that uses it."
  (atom nil))

(defn never
  "Tells that it was entered, and returns when the test opens the gate."
  [v]
  (let [{:keys [entered open]} @gate]
    (deliver entered true)
    (deref open)
    v))

(defn boom-at-last
  "As `never`, and then throws."
  [v]
  (never v)
  (boom "boom"))

(def gated
  "A stage with a state, as `never` while there is a gate."
  {:init (fn [_] 0) :step (fn [n v] (when @gate (never v)) [(inc (long n)) v])})

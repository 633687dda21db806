(ns lanegraph.cli
  "The command line tool: what bin/lanegraph starts. Only this namespace and its parts print."
  (:require [clojure.string :as str]
            [lanegraph.cli.args :as args])
  (:import (clojure.lang ExceptionInfo)
           (java.io FileDescriptor FileOutputStream OutputStreamWriter PrintWriter Writer)
           (java.nio.charset StandardCharsets)
           (sun.misc Signal SignalHandler)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- say [^Writer w text]
  (.write w (str text "\n"))
  (.flush w))

(defn- text-out ^Writer [io]
  (OutputStreamWriter. ^java.io.OutputStream (:out io) StandardCharsets/UTF_8))

(defn- shown [{:keys [exit text error?]} io]
  (say (if error? (:err io) (text-out io)) text)
  exit)

(defn- run-graph
  "Runs the spec of a file as the options say; `feeds`, when there are such, instead of lines."
  [file feeds {:keys [path dir fresh quiet] :as opts} io]
  (let [read-spec  (requiring-resolve 'lanegraph.cli.files/read-spec)
        with-paths (requiring-resolve 'lanegraph.cli.files/with-paths)
        findings   (requiring-resolve 'lanegraph.cli.look/findings)
        run        (requiring-resolve 'lanegraph.cli.run/run)]
    (when (and fresh (not dir))
      (throw (args/usage "--fresh needs --dir: without it the lanes are empty anyway")))
    (with-paths path
      (fn []
        (let [spec (read-spec file)
              {:keys [error? text]} (findings spec)]
          (when (and text (or error? (not quiet)))
            (say (:err io) text))
          (if error? 1 (run spec feeds opts io)))))))

(defn- need-dir [dir]
  (when-not dir
    (throw (args/usage "found no --dir; expected the folder in which the processes of the graph meet"))))

(defn- run-role
  "Checks the spec of a file and runs one role of it until a signal."
  [[file role] {:keys [path dir]} io]
  (need-dir dir)
  ((requiring-resolve 'lanegraph.cli.files/with-paths) path
   (fn []
     (let [spec (requiring-resolve 'lanegraph.cli.files/read-spec)]
       ((requiring-resolve 'lanegraph.cli.role/run) (spec file) role {:dir dir} (assoc io :text-out (text-out io)))))))

(defn- supervise
  "Checks the spec of a file and runs each of its roles in a process."
  [file {:keys [path dir quiet] :as opts} io]
  (need-dir dir)
  ((requiring-resolve 'lanegraph.cli.files/with-paths) path
   (fn []
     (let [spec ((requiring-resolve 'lanegraph.cli.files/read-spec) file)
           {:keys [error? text]} ((requiring-resolve 'lanegraph.cli.look/findings) spec)]
       (when (and text (or error? (not quiet)))
         (say (:err io) text))
       (if error? 1 ((requiring-resolve 'lanegraph.cli.supervise/run) spec file opts io))))))

(defn- replay [[dir lane file ep] opts io]
  (run-graph file ((requiring-resolve 'lanegraph.cli.journal/feeds) dir lane ep opts) opts io))

(defn- execute
  "Loads what a command needs only then: --help should not wait for the library."
  [{:keys [command options] [file other :as arguments] :arguments} io]
  (case command
    "check"    (shown ((requiring-resolve 'lanegraph.cli.look/check) file options) io)
    "graph"    (shown ((requiring-resolve 'lanegraph.cli.look/graph) file options) io)
    "view"     (shown ((requiring-resolve 'lanegraph.cli.look/view) file options) io)
    "describe" (shown ((requiring-resolve 'lanegraph.cli.look/describe) file options) io)
    "diff"     (shown ((requiring-resolve 'lanegraph.cli.look/diff) file other options) io)
    "test"     (shown ((requiring-resolve 'lanegraph.cli.tests/run) file options) io)
    "demo"     ((requiring-resolve 'lanegraph.cli.demo/run) (text-out io))
    "run"      (run-graph file nil (assoc options :command command) io)
    "repl"     ((requiring-resolve 'lanegraph.cli.repl/run) file options #(say (text-out io) %) io)
    "run-role"   (run-role arguments options io)
    "supervise"  (supervise file (assoc options :command command) io)
    "status"     (shown ((requiring-resolve 'lanegraph.cli.outside/status) file options) io)
    "top"        ((requiring-resolve 'lanegraph.cli.outside/top) file options io)
    "why"        (shown ((requiring-resolve 'lanegraph.cli.outside/why) file options) io)
    "tap"        ((requiring-resolve 'lanegraph.cli.outside/tap) arguments options io)
    "peek"       (shown ((requiring-resolve 'lanegraph.cli.outside/peek) arguments options) io)
    "errors"     (shown ((requiring-resolve 'lanegraph.cli.outside/errors) file options) io)
    "postmortem" (shown ((requiring-resolve 'lanegraph.cli.outside/postmortem) file options) io)
    "journal info"   (shown ((requiring-resolve 'lanegraph.cli.journal/info) arguments options) io)
    "journal verify" (shown ((requiring-resolve 'lanegraph.cli.journal/verify) arguments options) io)
    "journal forget" (shown ((requiring-resolve 'lanegraph.cli.journal/forget) arguments) io)
    "journal dump"   ((requiring-resolve 'lanegraph.cli.journal/dump) arguments options io)
    "journal follow" ((requiring-resolve 'lanegraph.cli.follow/follow) arguments options io)
    "journal replay" (replay arguments (assoc options :command command) io)))

(def ^:private called-wrong
  #{:cli/usage :read/not-found :read/not-readable :region/bad-name :graph/not-found :graph/unknown-lane :graph/unknown-role
    :journal/not-found :journal/bad-position :journal/position-gone})

(defn- failed [arguments ^Throwable e io]
  (let [code    (:lanegraph/code (ex-data e))
        command (args/known-name arguments)
        ;; the options of the library by the names that they have here; one role alone can empty no lane
        text    (str/replace (str (ex-message e)) "existing=replace" (if (= "run-role" command) "supervise --fresh" "--fresh"))
        prefix  (str (str/join " " (remove nil? ["lanegraph" command])) ": ")]
    (cond
      (and (instance? java.io.IOException e) (re-find #"Broken pipe" (str (ex-message e)))) 141
      (called-wrong code) (do (say (:err io) (str prefix text)) 2)
      code                (do (say (:err io) (str prefix text))
                              (if (= "read" (namespace code)) 2 1))
      :else               (do (say (:err io) (str prefix "unexpected: " e
                                                  (when-not (:debug io) "; LANEGRAPH_DEBUG=1 shows where")))
                              1))))

(defn main
  "Runs one command line; answers the exit code, and ends nothing. `io`: {:in InputStream :out OutputStream
  :err Writer}, :terminals #{\\1 \\2} when :out and :err are terminals, :on-signal (fn [f]) which has (f
  exit-code) called on SIGINT and SIGTERM, :debug true for stack traces."
  [arguments io]
  (try
    (let [{:keys [help] :as parsed} (args/parse arguments)]
      (if help
        (do (say (text-out io) help) 0)
        (execute parsed io)))
    (catch Throwable e
      (when (and (:debug io) (not (instance? ExceptionInfo e)))
        (.printStackTrace e (PrintWriter. ^Writer (:err io) true)))
      (failed arguments e io))))

(defn- on-signal
  "Until now a signal ends the process as ever; from now on it calls f with the exit code of a process so
  ended."
  [f]
  (doseq [[signal exit] {"INT" 130, "TERM" 143}]
    (Signal/handle (Signal. signal) (reify SignalHandler (handle [_ _] (f exit))))))

(defn -main [& arguments]
  (let [io   {:in        System/in
              ;; not System/out, which would keep a closed pipe to itself
              :out       (FileOutputStream. FileDescriptor/out)
              :err       (OutputStreamWriter. System/err)
              :terminals (set (System/getProperty "lanegraph.terminals" ""))
              :debug     (some? (System/getenv "LANEGRAPH_DEBUG"))
              :on-signal on-signal}
        exit (main arguments io)]
    (flush)
    (System/exit exit)))

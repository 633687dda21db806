(ns lanegraph.cli.repl
  "The command `repl`: a socket REPL for editors, on this machine alone."
  (:require [clojure.core.server :as server]
            [lanegraph.cli.args :as args]
            [lanegraph.cli.files :as files]
            [lanegraph.cli.look :as look])
  (:import (java.io IOException Writer)
           (java.net ServerSocket)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private address "Nobody but those who are on this machine may evaluate code." "127.0.0.1")

(defn- prepare
  "What is there when an editor connects: lg, and the spec of a file as `spec`."
  [spec]
  (binding [*ns* (create-ns 'user)]
    (refer-clojure)
    (require '[lanegraph.core :as lg])
    (when spec
      (intern 'user 'spec spec))))

(defn- listen ^ServerSocket [server-name port]
  (try
    (server/start-server {:name server-name :address address :port port :accept 'clojure.core.server/repl
                          :server-daemon true :client-daemon true})
    (catch IOException e
      (throw (args/usage (str "--port " port ": cannot be listened on: " (ex-message e) "; give another, or none for any"))))))

(defn run
  "Serves until a signal comes; answers its exit code. `say` prints a line at once."
  [file {:keys [path port]} say {:keys [on-signal] ^Writer err :err}]
  (files/with-paths path
    (fn []
      (let [spec (when file (files/read-spec file))
            over (promise)]
        (when-let [{:keys [text]} (when spec (look/findings spec))]
          (.write err (str text "\n"))
          (.flush err))
        (prepare spec)
        (let [server-name (str "lanegraph-repl-" (gensym))
              socket      (listen server-name port)]
          (try
            (on-signal #(deliver over %))
            (say (str "REPL on " address ":" (.getLocalPort socket) ", until Ctrl-C; lg is lanegraph.core"
                      (when file (str ", spec is " file))))
            @over
            (finally (server/stop-server server-name))))))))

(ns lanegraph.cli.supervise
  "The command `supervise`: a graph with one process for each role, on lines of text as `run`, or on none."
  (:require [lanegraph.cli.plan :as plan]
            [lanegraph.cli.run :as run]
            [lanegraph.core :as lg]
            [lanegraph.problem :as problem])
  (:import (java.io BufferedOutputStream File OutputStream)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- gave-up [{:keys [role exit]}]
  (problem/ex :fault :graph/failed
              (str "gave up: role " (name role) " ended with exit code " exit " again and again; see its lines above")
              {:role role :exit exit}))

(defn- host
  "Where the graph runs, for lanegraph.cli.run/go. `supervisor` becomes a promise of it."
  [file supervisor goes-on?]
  {:open!    (fn [spec {:keys [on-event on-failure]} {:keys [dir path fresh max-restarts]}]
               (deliver supervisor
                        (lg/supervise! spec {:dir          dir
                                             :path         path
                                             :existing     (if fresh :replace :continue)
                                             :max-restarts max-restarts
                                             :lanegraph.supervise/file (.getAbsolutePath (File. ^String file))
                                             :on-event     (fn [{:keys [type] :as e}]
                                                             (on-event e)
                                                             (when (= :gave-up type) (on-failure (gave-up e))))}))
               (on-event {:type :started})
               (lg/attach dir))
   :stop!    (fn [_ opts] (lg/stop! @supervisor opts))
   :failure  (constantly nil) ; it was told by :on-failure
   :goes-on? goes-on?})

(defn run
  "Answers the exit code; `io` as that of lanegraph.cli.run/run."
  [spec file {:keys [in out] :as opts} io]
  (let [stdout     (BufferedOutputStream. ^OutputStream (:out io) 65536)
        lines?     (or (seq in) (seq out))
        plan       (if lines? (plan/plan spec nil opts (assoc io :out stdout)) {:in [] :out []})
        supervisor (promise)]
    (try
      (run/go (host file supervisor (not lines?)) spec plan opts io)
      (finally
        (when (realized? supervisor)
          (.close ^java.lang.AutoCloseable @supervisor))))))

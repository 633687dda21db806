(ns lanegraph.cli.role
  "The command `run-role`: one role of a graph in this process, until a signal ends it or it fails."
  (:require [lanegraph.cli.report :as report]
            [lanegraph.core :as lg])
  (:import (java.io Writer)
           (java.util.concurrent LinkedBlockingQueue)
           (lanegraph.runtime SupervisorWatch)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private sigterm 143)

(defn- event-line [{:keys [type message lane depth role pairs]}]
  (case type
    :continued (str "going on with " depth " messages in lane " (name lane))
    :notes-void (report/notes-void role pairs)
    :warning   message
    nil))

(defn run
  "Answers the exit code: 0 after SIGTERM and when a supervisor has ended that it has, 130 after Ctrl-C; a role that fails throws :graph/failed. `:text-out` of io is
  a Writer for `ready ROLE`."
  [spec role opts {:keys [on-signal ^Writer err ^Writer text-out]}]
  (let [events (LinkedBlockingQueue.)
        say    (fn [^Writer w text] (.write w (str text "\n")) (.flush w))]
    (when on-signal
      ;; Ctrl-C reaches all processes of a terminal: one that is supervised leaves it to its supervisor
      (on-signal (fn [exit]
                   (when (or (= sigterm exit) (not (SupervisorWatch/isSupervised)))
                     (.put events {:exit (if (= sigterm exit) 0 exit)})))))
    (SupervisorWatch/whenGone System/in #(.put events {:exit 0}))
    (with-open [^java.lang.AutoCloseable rt
                (lg/run-role! spec (keyword role)
                              (assoc opts
                                     :on-event   (fn [e] (when-let [text (event-line e)] (say err (str "lanegraph run-role: " text))))
                                     :on-failure (fn [e] (.put events {:error e}))))]
      (say text-out (str "ready " role))
      (let [{:keys [exit error]} (.take events)]
        (when error (throw error))
        exit))))

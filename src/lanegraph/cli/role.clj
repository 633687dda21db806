(ns lanegraph.cli.role
  "The command `run-role`: one role of a graph in this process, until a signal ends it or it fails."
  (:require [lanegraph.cli.report :as report]
            [lanegraph.core :as lg])
  (:import (clojure.lang ExceptionInfo)
           (java.io Writer)
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

(defn- ending
  "{:end! (fn [exit]) for whoever ends the role, :started! for when it has started}. An end interrupts a start that waits,
  as for a state that is rebuilt. To be called on the thread that starts the role."
  [^LinkedBlockingQueue events]
  (let [starter  (Thread/currentThread)
        starting (atom true)]
    {:end!     (fn [exit]
                 (.put events {:exit exit})
                 (locking starting
                   (when @starting (.interrupt starter))))
     :started! (fn []
                 (locking starting
                   (reset! starting false)
                   (Thread/interrupted)))}))

(defn- start! [spec role opts {:keys [started!]}]
  (let [rt (lg/run-role! spec (keyword role) opts)]
    (started!)
    rt))

(defn run
  "Answers the exit code: 0 after SIGTERM and when a supervisor has ended that it has, 130 after Ctrl-C; a role that fails throws :graph/failed. `:text-out` of io is
  a Writer for `ready ROLE`."
  [spec role opts {:keys [on-signal ^Writer err ^Writer text-out]}]
  (let [events (LinkedBlockingQueue.)
        {:keys [end!] :as ending} (ending events)
        say    (fn [^Writer w text] (.write w (str text "\n")) (.flush w))]
    (when on-signal
      ;; Ctrl-C reaches all processes of a terminal: one that is supervised leaves it to its supervisor
      (on-signal (fn [exit]
                   (when (or (= sigterm exit) (not (SupervisorWatch/isSupervised)))
                     (end! (if (= sigterm exit) 0 exit))))))
    (SupervisorWatch/whenGone System/in #(end! 0))
    (try
      (with-open [^java.lang.AutoCloseable _rt
                  (start! spec role
                          (assoc opts
                                 :on-event   (fn [e] (when-let [text (event-line e)] (say err (str "lanegraph run-role: " text))))
                                 :on-failure (fn [e] (.put events {:error e})))
                          ending)]
        (say text-out (str "ready " role))
        (let [{:keys [exit error]} (.take events)]
          (when error (throw error))
          exit))
      (catch ExceptionInfo e
        (let [exit (when (= :call/interrupted (:lanegraph/code (ex-data e))) (:exit (.poll events)))]
          (or exit (throw e)))))))

(ns lanegraph.cli.follow
  "The command `journal follow`: prints the records of a journal as they are written, until Ctrl-C."
  (:require [lanegraph.cli.journal :as cli-journal]
            [lanegraph.journal :as journal])
  (:import (clojure.lang ExceptionInfo)
           (java.io OutputStream Writer)
           (java.util.concurrent.atomic AtomicReference)
           (java.util.concurrent.locks LockSupport)
           (lanegraph.lane JournalReader JournalReader$Record)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private look-every-ns 20000000)

(defn- note [{:keys [^Writer err]} text]
  (.write err (str "lanegraph journal follow: " text "\n"))
  (.flush err))

(defn- record-there
  "The next record; ::gone when what stood there has been removed."
  [^JournalReader r]
  (try
    (journal/next-record r)
    (catch ExceptionInfo e
      (if (= :journal/position-gone (:lanegraph/code (ex-data e)))
        ::gone
        (throw e)))))

(defn- next-record
  "The next record; one who reads slower than the journal forgets is told so, and goes on with what is there."
  [^JournalReader r io]
  (let [before (.position r)]
    (loop [record (record-there r), gone false]
      (cond
        (identical? ::gone record) (do (.toStart r) ; which may be gone too when it is looked at
                                       (recur (record-there r) true))
        gone                       (do (note io (str "what stood from position " before
                                                     " on was removed before it could be read; going on behind that"))
                                       record)
        :else                      record))))

(defn- part
  "The options of lg/journal; without a beginning it is that of tail -f."
  [dir lane {:keys [from to] n :last :as opts}]
  (cond-> (cli-journal/part opts)
    (not (or from n)) (assoc :last 10)
    (= :tail to)      (assoc :to (journal/tail dir lane))))

(defn- copy
  "Prints until `ended` has an exit code, or :to or :until is reached. Answers the exit code."
  [^JournalReader r line {:keys [to until]} ^AtomicReference ended ^OutputStream out io]
  (let [to    (long (or to Long/MAX_VALUE))
        until (long (or until Long/MAX_VALUE))]
    (loop []
      (if (or (.get ended) (<= to (.position r)))
        (or (.get ended) 0)
        (let [^JournalReader$Record record (next-record r io)]
          (cond
            (nil? record)
            (do (.flush out)
                (LockSupport/parkNanos look-every-ns)
                (recur))

            (and (< (.position record) to) (< (.stamp record) until))
            (do (some->> (line record) (cli-journal/print-line out))
                (recur))

            :else 0))))))

(defn follow
  "Answers the exit code: that of the signal, or 0 when --to is reached."
  [[dir lane] opts io]
  (let [lane   (cli-journal/name-of lane)
        out    (cli-journal/buffered io)
        ended  (AtomicReference.)
        thread (Thread/currentThread)]
    (with-open [r (journal/open dir lane)]
      (let [part (part dir lane opts)
            line (cli-journal/printer r lane opts)]
        (journal/seek! r part)
        (when-let [on-signal (:on-signal io)]
          (on-signal (fn [exit]
                       (.set ended exit)
                       (LockSupport/unpark thread))))
        (try
          (copy r line part ended out io)
          (finally (.flush out)))))))

(ns lanegraph.cli.run
  "The command `run`: lines into the ingress endpoints of a graph, messages of its egress endpoints out as
  lines. Other commands feed it with something else than lines.

  One thread feeds each ingress and one writes each egress; all that happens comes to the calling thread as
  an event in one queue, and that thread alone decides. Memory is bounded by the lanes: a feeder waits for
  room."
  (:require [clojure.string :as str]
            [lanegraph.cli.lines :as lines]
            [lanegraph.cli.plan :as plan]
            [lanegraph.cli.report :as report]
            [lanegraph.core :as lg]
            [lanegraph.table :as table])
  (:import (java.io BufferedOutputStream IOException OutputStream Writer)
           (java.util.concurrent BlockingQueue LinkedBlockingQueue TimeUnit)
           (java.util.concurrent.atomic AtomicBoolean AtomicLong)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private batch 1024)
(def ^:private progress-ms 500)
(def ^:private no-deadline-ms (.toMillis TimeUnit/DAYS 365))
(def ^:private stop-now-ms 2000)

(defn- in-thread [label f]
  (doto (Thread. ^Runnable f (str "lanegraph-cli:" label))
    (.setDaemon true)
    (.start)))

(defn- post! [{:keys [^BlockingQueue events]} event]
  (.put events event))

(defn- error-code [e]
  (:lanegraph/code (ex-data e)))

;; ---------------------------------------------------------------- feeding

(defn- offer-all
  "A function that puts a message into an ingress, waiting for room; false when the run ends meanwhile."
  [{:keys [rt ^AtomicBoolean ending ^AtomicLong fed]} ep]
  (fn [message]
    (loop [accepted (lg/offer! rt ep message)]
      (cond
        accepted       (do (.incrementAndGet fed) (not (.get ending)))
        (.get ending)  false
        :else          (recur (lg/offer! rt ep message {:timeout-ms 100}))))))

(defn- feeder [{:keys [^AtomicBoolean ending] :as run} {:keys [ep sources]}]
  (fn []
    (let [event (try
                  (let [offer (offer-all run ep)]
                    (doseq [{:keys [feed]} sources :while (not (.get ending))]
                      (when-let [text (feed offer)]
                        (post! run {:type :note :text text}))))
                  {:type :fed}
                  (catch Throwable e
                    (if (lines/stopped-codes (error-code e)) {:type :fed} {:type :fed :error e})))]
      (post! run event))))

;; ---------------------------------------------------------------- writing

(defn- closed-pipe? [^Throwable e]
  (boolean (and (instance? IOException e)
                (re-find #"(?i)broken pipe|EPIPE|pipe closed" (str (.getMessage e))))))

(defn- copy-out [{:keys [rt ^AtomicBoolean stopped ^AtomicLong written]} {:keys [ep codec]} ^OutputStream out]
  (let [print (lines/printer codec)]
    (loop []
      (let [last?    (.get stopped)
            messages (lg/take! rt ep batch)
            n        (count messages)]
        (cond
          (pos? n) (do (lines/write-all out print messages)
                       (.addAndGet written n)
                       (when (< n (long batch)) (.flush out))
                       (recur))
          last?    (.flush out)
          :else    (let [messages (lg/take! rt ep 1 {:timeout-ms 20})]
                     (when (seq messages)
                       (lines/write-all out print messages)
                       (.incrementAndGet written)
                       (.flush out))
                     (recur)))))))

(defn- writer [run {:keys [name stdout] :as target} ^OutputStream out]
  (fn []
    (post! run
           (try
             (copy-out run target out)
             (when-not stdout (.close out))
             {:type :written}
             (catch Throwable e
               (cond
                 (closed-pipe? e)          {:type :written :cause {:exit 141}}
                 (instance? IOException e) {:type :written
                                            :cause {:exit 1
                                                    :message (str "cannot write " name ": " (ex-message e))}}
                 :else                     {:type :written :cause {:exit 1 :error e}}))))))

;; --------------------------------------------------------------- deciding

(defn- stop! [{:keys [rt host ^AtomicBoolean ending] :as run} mode]
  (.set ending true)
  (let [deadline-ms (if (= :now mode) stop-now-ms no-deadline-ms)]
    (in-thread "stop"
               #(post! run (try
                             {:type :stopped :result ((:stop! host) rt {:mode mode :deadline-ms deadline-ms})}
                             (catch Throwable e {:type :stopped :error e}))))))

(defn- decide
  "What an event changes in the state of the run: {:feeding n :writing n :cause m :mode nil|:drain|:now
  :stopped result}. The first cause counts: it makes the exit code."
  [{:keys [feeding mode] :as state} {:keys [type error cause exit] :as event}]
  (let [cause (or (:cause state) cause (when error {:exit 1 :error error}))
        state (assoc state :cause cause)]
    (case type
      :fed     (let [left (dec (long feeding))]
                 (cond-> (assoc state :feeding left)
                   (or cause (zero? left)) (assoc :mode (or mode :drain))))
      :written (cond-> (update state :writing #(dec (long %)))
                 cause (assoc :mode (if (:stopped state) mode :now)))
      :failed  (assoc state :mode (or mode :drain))
      :signal  (assoc state
                      :cause (or cause {:exit exit})
                      :mode (if (:interrupted state) :now (or mode :drain))
                      :interrupted true)
      :stopped (assoc state :stopped (or (:result event) true)))))

(defn- done? [{:keys [stopped writing]}]
  (and stopped (zero? (long writing))))

(defn- steer
  "Takes events until the graph has stopped and everything is written; answers the last state."
  [{:keys [^BlockingQueue events ^AtomicBoolean stopped tell] :as run} state]
  (loop [state state]
    (if (done? state)
      state
      (let [{:keys [type text] :as event} (.poll events (long progress-ms) TimeUnit/MILLISECONDS)]
        (cond
          (= :note type)
          (do (tell :note text) (recur state))

          (= :log type)
          (do (tell :lines text) (recur state))

          (some? event)
          (let [next (decide state event)]
            (when (not= (:mode state) (:mode next)) (stop! run (:mode next)))
            (when (= :stopped type) (.set stopped true))
            (when (and (= :signal type) (not= :now (:mode next)))
              (tell :note "interrupted: letting out what is inside; Ctrl-C again stops now"))
            (recur next))

          ;; a writer that hangs on its output must not keep a second Ctrl-C waiting
          (and (:interrupted state) (= :now (:mode state)) (:stopped state))
          state

          :else
          (do (tell :progress) (recur state)))))))

;; ---------------------------------------------------------------- telling

(defn- progress?
  "Whether a line of progress helps: not where it would stand between the lines of output."
  [{:keys [terminals]} {:keys [quiet]} out]
  (and (contains? terminals \2)
       (not quiet)
       (not (and (contains? terminals \1) (some :stdout out)))))

(defn- teller
  "A function that writes to the standard error: progress in place, everything else on lines of its own."
  [{:keys [^Writer err]} {:keys [command quiet]} progress? {:keys [rt ^AtomicLong fed ^AtomicLong written]} start]
  (let [shown   (volatile! false)
        seconds #(/ (- (System/nanoTime) (long start)) 1e9)
        clear   #(when @shown (.write err "\r\u001b[K") (vreset! shown false))]
    (fn [what & texts]
      (case what
        :progress (when progress?
                    (.write err (str "\r\u001b[K"
                                     (report/progress {:in (.get fed) :out (.get written) :seconds (seconds)}
                                                      (lg/status rt))))
                    (vreset! shown true))
        :note     (when-not quiet
                    (clear)
                    (.write err (str "lanegraph " command ": " (first texts) "\n")))
        :lines    (do (clear)
                      (doseq [text texts] (.write err (str text "\n")))))
      (.flush err))))

(defn- summary [spec before {:keys [rt ^AtomicLong fed ^AtomicLong written]} seconds]
  (let [status (lg/status rt)
        in     (.get fed)
        out    (.get written)]
    (concat [(report/lanes spec before status)]
            (report/errors status)
            [(str "in " (table/number in) ", out " (table/number out) ", " (report/duration seconds)
                  (when (pos? in) (str ", " (report/rate in seconds))))])))

(defn- cause-lines
  "The message of an error, and of those causes that it does not tell itself."
  [command {:keys [message error]}]
  (reduce (fn [lines ^Throwable cause]
            (let [text (or (ex-message cause) (str cause))]
              (if (some #(str/includes? % text) lines)
                lines
                (conj lines (str "  cause: " text)))))
          (cond
            message [(str "lanegraph " command ": " message)]
            error   [(str "lanegraph " command ": " (or (ex-message error) error))]
            :else   [])
          (take-while some? (rest (iterate #(when % (ex-cause %)) error)))))

;; ---------------------------------------------------------------- the run

(defn- note
  "What a person should know of an event of the graph, as an event of the run, or nil."
  [{:keys [type lane depth pairs message role exit text]}]
  (let [note (fn [text] {:type :note :text text})]
    (case type
      :continued (note (str "going on with " (table/number depth) " messages in lane " (name lane)))
      :notes-void (note (report/notes-void role pairs))
      :warning   (note message)
      :role-died (note (str "role " (name role) " ended with exit code " exit))
      :log       {:type :log :text (str (name role) " | " text)}
      nil)))

(defn- failure
  "The error of a graph that has failed, or nil. The event that tells it may come later than the end."
  [rt]
  (try
    (lg/join! rt {:timeout-ms 0})
    nil
    (catch clojure.lang.ExceptionInfo e e)))

(def ^:private in-this-process
  "Where a graph runs: :open! with the spec, the options of spawn! and those of the command line, :stop! as lg/stop!,
  :failure of one that has ended, and whether it :goes-on without input until a signal."
  {:open!    (fn [spec options {:keys [dir fresh]}]
               (lg/spawn! spec (cond-> options
                                 dir   (assoc :dir dir)
                                 fresh (assoc :existing :replace))))
   :stop!    lg/stop!
   :failure  failure
   :goes-on? false})

(defn go
  "Runs a graph to its end where `host` says, see in-this-process. Answers the exit code."
  [host spec {:keys [in out]} opts io]
  (let [run   {:events (LinkedBlockingQueue.) :ending (AtomicBoolean.) :stopped (AtomicBoolean.)
               :fed (AtomicLong.) :written (AtomicLong.) :started (promise) :host host}
        start (System/nanoTime)
        ends? (and (empty? in) (not (:goes-on? host)))]
    (with-open [^java.lang.AutoCloseable rt
                ((:open! host) spec
                               {:on-failure (fn [e] (post! run {:type :failed :error e}))
                                :on-event   (fn [e]
                                              (when-let [event (note e)] (post! run event))
                                              (when (= :started (:type e)) (deliver (:started run) true)))}
                               opts)]
      (let [run     (assoc run :rt rt)
            tell    (teller io opts (progress? io opts out) run start)
            run     (assoc run :tell tell)
            before  (lg/status rt)
            streams (mapv (fn [{:keys [open stdout]}]
                            (if stdout (open) (BufferedOutputStream. (open) 65536))) out)]
        (when-let [on-signal (:on-signal io)]
          (on-signal (fn [exit] (post! run {:type :signal :exit exit}))))
        ;; events come from a thread of their own; those of the start shall be told before the run can be over
        (deref (:started run) 1000 nil)
        (doseq [source in] (in-thread (name (:ep source)) (feeder run source)))
        (doseq [[target stream] (map vector out streams)]
          (in-thread (name (:ep target)) (writer run target stream)))
        (when ends? (stop! run :drain))
        (let [{:keys [cause stopped]} (steer run {:feeding (count in) :writing (count out)
                                          :mode (when ends? :drain)})
              stuck   (when (map? stopped) (seq (:stuck stopped)))
              ;; a role that failed counts more than the interrupt that ended its run
              failed  (when-not (or (:error cause) (:message cause) (= 141 (:exit cause))) ((:failure host) rt))
              cause   (if failed {:exit 1 :error failed} cause)
              seconds (/ (- (System/nanoTime) start) 1e9)]
          (when-not (or (:quiet opts) (= 141 (:exit cause)))
            (apply tell :lines (summary spec before run seconds)))
          (when stuck
            (tell :note (str "these roles did not end: " (str/join ", " (map name stuck)))))
          (when cause
            (apply tell :lines (cause-lines (:command opts) cause)))
          (:exit cause 0))))))

(defn run
  "Runs the graph `spec` as the options of the command line say, which have the :command too; with `feeds`, see
  lanegraph.cli.plan, instead of lines. Answers the exit code.
  `io`: {:in InputStream :out OutputStream :err Writer :terminals #{\\1 \\2} when :out and :err are such,
  :on-signal (fn [f]), which has (f exit-code) called on Ctrl-C}."
  [spec feeds opts io]
  (let [out  (BufferedOutputStream. ^OutputStream (:out io) 65536)
        plan (plan/plan spec feeds opts (assoc io :out out))]
    (go in-this-process spec plan opts io)))

(ns lanegraph.core
  "The public API of lanegraph: pipelines as data over lanes in shared memory.

  Look at a spec, which is a map or what read-spec returns:
    (read-spec file)                the spec in a file, which knows the lines of its values
    (check spec opts)               every problem as data, [] when all is well
    (explain spec opts)             the same, printed for a person
    (normalise spec)                the spec with every default, and who reads and writes each lane
    (describe spec)                 the spec in words
    (graph spec-or-rt opts)         the spec as a picture; of a running graph with what it does
    (view spec-or-rt opts)          the same as a page for a browser → its path
    (diff a b)                      what changed between two specs, and what each change needs

  Run it:
    (simulate spec {:in [v …]})     the whole graph in this thread, no files → {:out [v …]}
    (test spec opts)                the tests in the spec, by simulation → what passed and what differs
    (spawn! spec opts)              a running graph, which is closed with .close or with-open
    (run-role! spec :role opts)     one role of a graph in this process, the others in others
    (supervise! spec opts)          every role in a process of its own, started again when it dies
    (attach dir opts)               a graph that other processes run, or ran, in this directory, for those below
    (offer! rt :in v opts)          send a message → accepted?       (offer-all! rt :in vs opts) → how many
    (take! rt :out n opts)          receive up to n messages         (poll! rt :out) → one or nil
    (ack! rt :out)                  done with what take! with {:ack :explicit} gave
    (writer rt :in) (reader rt :out)  the bare handle of an endpoint, for one thread
    (status rt opts)                what it does, as data
    (top rt opts)                   the same printed as a table, at a terminal again and again
    (why rt opts)                   where the back-pressure starts → as data, in words under :text
    (latency rt opts)               how long messages take, by hop and end to end
    (tap! rt :lane f opts)          f of its messages as they are written, f is tap> if left out → a tap
    (untap! tap)                    ends it → what it has seen and missed
    (peek rt :lane n-or-opts)       messages of a lane, left where they are
    (journal dir :log opts)         the records of a journal in files, for reduce, transduce, into
    (postmortem dir opts)           who died, in what state, and what each lane holds
    (await-idle! rt opts)           until nothing is left to do
    (stop! rt opts)                 end it → how it ended            (join! rt opts) → ended? or why it failed

  Work on it while it runs; what a role is told it does on its own thread, between two messages:
    (pause! rt :role opts)          it moves nothing more by itself  (resume! rt :role opts) → it does again
    (step! rt :role n opts)         n messages of a paused role → what happened
    (inject! rt :lane v opts)       a message into any lane that something writes → accepted?
    (swap-stage! rt :role f opts)   another function, from this message on → version and position
    (rehearse rt :role f opts)      f beside the present one, on messages that were → what differs
    (rollback-stage! rt :role opts) the function before              (stage-history rt :role) → all versions
    (errors rt)                     exception, message and position of each parked role, then the errors of status
    (retry! rt :role opts)          its message again, after a fix   (skip! rt :role opts) → pass over it

  Write stages: a function of one message v → a result; nil sends nothing.
    (emit a b c)                    several results
    (raw-stage kind f)              a stage on buffers, which allocates nothing
    DROP, FORWARD-INPUT             what a :transform stage on buffers may return

  Options of spawn! and run-role!:
    :dir          Directory of the lane files, made when it is not there. Left out: the lanes are in the
                  memory of this process.
    :existing     What to do with lane files that are there: go on with them, refuse to start, or make new
                  ones. One of :continue :refuse :replace. Default :continue.
    :threads      A thread for each role, or one for all. One of :dedicated :shared. Default :dedicated.
    :idle         Overrides :idle of the graph. One of :busy-spin :yield :backoff :park.
    :wire         :auto passes objects by reference where nobody needs bytes; :always writes every message
                  with its codec. One of :auto :always. Default :auto.
    :dev          Whether a message whose stage throws stays where it is, whatever :on-error says, and
                  parks its role until retry! or skip!. Default false.
    :stages       The registry: a map from keyword to the stage that the keyword names.
    :codecs       Codecs of your own: a map from the name used in the spec to the codec.
    :consumers    A map from the name of an egress to a function of one message; it is called for each
                  message that arrives there.
    :thread-init  A function of role and kind, called first in every role thread; spawn! waits for it.
                  When it throws, spawn! fails.
    :on-event     A function of one map, called when something happens that is worth telling. Nothing is
                  printed.
    :on-failure   A function of one exception, called once when the graph fails.
  Options of supervise!:
    :dir          Directory of the lane files, in which the processes meet. Needed.
    :existing     What to do with lane files that are there: go on with them, refuse to start, or make new
                  ones. One of :continue :refuse :replace. Default :continue.
    :path         Folders of your own Clojure code, for the processes of the roles. Default [].
    :max-restarts How often a role may die within a minute; the next time all of it stops. Default 5.
    :on-event     A function of one map, called for each line that a role prints, when a role is ready,
                  has died, or is given up, and with a warning.
  Options of attach and postmortem:
    :codecs       Codecs of your own, as in spawn!.
    :on-event     A function of one map, called when a tap fails.
  Options of graph:
    :format       How the picture is written. One of :text :mermaid :dot :svg. Default :text.
    :width        Columns of a picture as text; one that would be wider becomes a list. Default 100.
    :over-ms      How long to look at a running graph for its rates, in milliseconds. Default 100.
  Options of view:
    :file         The page, which is overwritten. Left out: a new file in the folder of temporary files.
    :over-ms      How long to look at a running graph for its rates, in milliseconds. Default 100.
  Options of offer! and offer-all!:
    :timeout-ms   How long each message waits for room in a full lane, in milliseconds. Default 0.
  Options of take!:
    :timeout-ms   How long to wait for the messages that are not there yet, in milliseconds. Default 0.
    :ack          With :explicit the messages stay in the lane until ack!, so that another life takes them
                  again if this one ends before. One of :auto :explicit. Default :auto.
  Options of peek:
    :n            How many messages at most. Default 1.
    :at           The sequence of the first one, read or unread. Left out: the next one that the slowest
                  reader has before it.
  Options of journal:
    :from         The position to begin at; a record must begin there.
    :to           The position to end before.
    :since        Begins with the first record written at this time or later: a Date, an Instant or
                  milliseconds since 1970.
    :until        Ends before the first record written at this time or later.
    :last         Begins where this many records are left.
    :records      true gives {:position :sequence :time :value} instead of the value. Default false.
    :codecs       Codecs of your own, as in spawn!.
  Options of pause!, resume!, step!, inject!, retry! and skip!:
    :deadline-ms  How long the role may take to come to it, in milliseconds. A command that it has not
                  begun by then is withdrawn. Default 5000.
  Options of swap-stage! and rollback-stage!:
    :migrate      From the state of the present stage to that of the next, where both are :stateful.
                  Called between two messages; when it throws, nothing has changed. Left out: the next
                  stage starts fresh.
    :deadline-ms  How long the role may take to come to it, in milliseconds. A swap that it has not begun
                  by then is withdrawn. Default 5000.
  Options of rehearse:
    :last         The last n messages of the lane that the role reads, as far as it still holds them, or
                  of the journal. Left out, without :next and :journal: 1000.
    :next         The next n messages that are written to that lane, while the graph runs.
    :timeout-ms   How long to wait for those, in milliseconds; what has come by then is taken. Default
                  10000.
    :journal      The messages of a journal in files, of this graph or another: its directory and lane.
    :from         The position in the journal to begin at; a record must begin there.
    :to           The position in the journal to end before.
    :since        Begins with the first record of the journal written at this time or later.
    :until        Ends before the first record of the journal written at this time or later.
    :migrate      From the state of the role's stage to that which the candidate begins with, as in
                  swap-stage!; the present stage then begins with the state itself, which neither may
                  change in place. Left out: both start fresh.
    :limit        How many differences, and how many errors, are told; all are counted. Default 1000.
    :deadline-ms  With :migrate: how long the role may take to tell its state, in milliseconds. Default
                  5000.
  Options of status:
    :over-ms      How long to look, in milliseconds, for rates and shares; 0 = at once and without them.
                  Default 0.
  Options of why:
    :over-ms      How long to look, in milliseconds. Default 100.
  Options of latency:
    :over-ms      How long to measure, in milliseconds. Default 1000.
  Options of top:
    :every-ms     How long each table looks, in milliseconds. Default 1000.
    :refresh      Whether it is drawn again and again in its place, until Ctrl-C or the end of the graph.
                  Left out: at a terminal.
  Options of tap!:
    :every        1 takes each message, n one in n. Default 1.
    :first        How many messages until it ends by itself. Left out: no end.
  Options of await-idle!:
    :timeout-ms   How long to wait, in milliseconds. Default 10000.
  Options of join!:
    :timeout-ms   How long to wait, in milliseconds. Left out: as long as it takes.
  Options of stop!:
    :mode         Stop between two messages, or take nothing more in and let come out what is inside. One
                  of :now :drain. Default :now.
    :deadline-ms  How long it may take, in milliseconds. A function that has not returned by then is cut
                  off. Default 5000.

  Every error is an ex-info with :cognitect.anomalies/category, :lanegraph/code and the facts. Each function
  tells its codes; all of them may throw :options/invalid and, on a thread that was interrupted, which stays
  so, :call/interrupted. Any thread may call any function on a running graph."
  (:refer-clojure :exclude [peek test])
  (:require [lanegraph.argument :refer [here how-many name-of]]
            [lanegraph.attached :as attached]
            [lanegraph.check :as check]
            [lanegraph.describe :as describe]
            [lanegraph.diff :as diff]
            [lanegraph.error :refer [in-clojure]]
            [lanegraph.explain :as explain]
            [lanegraph.journal :as journal]
            [lanegraph.latency :as latency]
            [lanegraph.live :as live]
            [lanegraph.live-picture :as live-picture]
            [lanegraph.normalise :as normalise]
            [lanegraph.options :as options]
            [lanegraph.raw-stage :as raw]
            [lanegraph.read :as read]
            [lanegraph.rehearse :as rehearse]
            [lanegraph.report :as report]
            [lanegraph.resolver :as resolver]
            [lanegraph.running :as running]
            [lanegraph.start :as start]
            [lanegraph.supervise :as supervise]
            [lanegraph.tap :as tap]
            [lanegraph.test-run :as test-run]
            [lanegraph.top :as top]
            [lanegraph.value-stage :as value-stage]
            [lanegraph.watch :as watch]
            [lanegraph.why :as why])
  (:import (lanegraph.lane LaneRx LaneTx)
           (lanegraph.runtime AttachedGraph GraphAccess LaneGraph StopMode Tap)
           (lanegraph.supervise Supervisor)
           (lanegraph.stage Emit StatefulTransformStage)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

;; ------------------------------------------------------------------ specs

(defn read-spec
  "The spec in a file of EDN, or of JSON when its name ends in .json: a path as string, java.io.File or
  java.nio.file.Path. Its problems will have :file, :line and :column. Errors: :read/… as lanegraph.read says."
  [file]
  (read/from-file file))

(defn check
  "[] when all is well with `spec`, which may be anything, else every problem at once:
  {:code :graph/unknown-lane, :path [:roles :parse :rx], :value :linse, :message string, :hint string,
   :severity :error or :warning}, and :file :line :column when it was read from a file.
  Loads the namespaces of the stages, to see whether they are there. Options: those of spawn!, of which
  :stages and :codecs are used."
  ([spec] (check spec {}))
  ([spec opts]
   (check/check spec (start/known (options/checked :spawn opts)))))

(defn explain
  "Prints the problems of `spec` for a person; returns nil. Options as check."
  ([spec] (explain spec {}))
  ([spec opts] (println (explain/text (check spec opts)))))

(defn normalise
  "The spec with every default and every inherited option written out, and under :lanegraph/topology who
  writes and reads each lane: {lane {:producers [owner], :cursors [owner], :many-producers? bool}}. Error:
  :graph/invalid."
  [spec]
  (normalise/normalise spec))

(defn describe
  "`spec` in words: a text of some lines. Error: :graph/invalid."
  [spec]
  (describe/describe spec))

(defn graph
  "A string that shows a spec, which may have problems: what is damaged is left out. A graph that runs is shown with the
  depth of each lane and its rate, and what was dropped there; with the rate of each role and how busy it was, or its
  state; for that it takes :over-ms. :svg also fills each lane as it is filled."
  ([spec-or-rt] (graph spec-or-rt {}))
  ([spec-or-rt opts] (live-picture/shown spec-or-rt opts)))

(defn view
  "Writes a page for a browser, which needs no other file, and returns its path: the picture of a spec or, with its table
  as top prints it, of a graph that runs, which takes :over-ms."
  ([spec-or-rt] (view spec-or-rt {}))
  ([spec-or-rt opts] (live-picture/page-of spec-or-rt opts)))

(defn diff
  "What changed from spec `a` to spec `b`, sorted by path, [] when nothing:
  {:path [:lanes :obs :slots], :change :changed (:added :removed), :from 4096, :to 8192, :needs need, :why sentence,
   :lanes [:obs] those that need new files or hold what would be left behind; may be missing}.
  Specs are compared with their defaults. A lane, role or endpoint of another kind is one change. A need is what a
  graph that runs as `a` must go through to run as `b`, and is told of each change alone:
    :nothing       it means nothing to the graph
    :live-swap     a role can take it between two messages
    :restart-role  roles take it when they start: stop and spawn!, mapped lanes go on with what they hold
    :drain         let out first what lanes hold, or it is left behind
    :new-files     a mapped lane's file cannot be gone on with: drain, then new files
  Error: :graph/invalid with :problems."
  [a b]
  (diff/diff a b))

;; ------------------------------------------------------------------ stages

(defn emit
  "Several results of one message, in this order, as the result of a stage. None may be nil. Error:
  :stage/emit-nil."
  ^Emit [& values]
  (value-stage/emit values))

(def ^:const DROP
  "Returned by a :transform stage on buffers: send nothing."
  (long StatefulTransformStage/DROP))

(def ^:const FORWARD-INPUT
  "Returned by a :transform stage on buffers: send the message unchanged."
  (long StatefulTransformStage/FORWARD_INPUT))

(defn raw-stage
  "A stage from a function on Agrona buffers, or from the var of one, which is followed. Nothing is
  allocated or boxed for a message. Kinds:
    :map-ok :map  (fn ^long [^DirectBuffer in ^MutableDirectBuffer out] …) writes into out, returns the length
    :filter       (fn [^DirectBuffer in] …) keeps the message or not
    :inspect      (fn [^DirectBuffer in] …) only looks
    :route        (fn [^DirectBuffer in] …) names the output of a router: a keyword, or as {:by f} may
    :stateful     (fn [args] …) returns, for one role, a function as for :map
    :transform    (fn [args] …) the same; its function may also return DROP or FORWARD-INPUT
  A function with a parameter ^long sequence before the others (not before args) is told the sequence of the
  message in the lane that its role reads.
  What is made of a var calls what that holds at each message, and stays one object, which its role cannot tell from
  itself: so a redefinition counts no version and has no position. One that does is that of the stage: (def twice (raw-stage
  :map (fn …))), named by :stage my.ns/twice and evaluated again.
  Errors: :stage/not-a-stage."
  [kind f]
  (raw/of kind f resolver/read-args))

;; ------------------------------------------------------------------ run

(defn simulate
  "Runs the whole graph in this thread, without files, and always in the same order. `inputs` is {ingress
  [message …]}; returns {egress [message …]}. Options: those of spawn!, of which :stages, :codecs and :wire
  are used.
  Errors: :graph/invalid with :problems, :graph/unknown-endpoint, :role/failed with the stage's exception as
  cause, :graph/stuck when messages are left that no role can move, and those of offer!."
  ([spec inputs] (simulate spec inputs {}))
  ([spec inputs opts] (start/simulate spec inputs opts)))

(defn test
  "Runs the :tests of `spec`, each in a simulation of its own, and returns
  {:passed n, :failed n, :results [{:name string, :pass? bool, :expected {egress [message]}, :actual {egress
  [message]}, :differences [difference], :error {…}}]}. A difference is {:endpoint :out, :expected-count n,
  :actual-count n, :first {:index n, :expected message, :actual message, :parts [{:path :expected :actual}]} the
  first place at which they differ and, of maps and vectors, where inside, :missing [message], :unexpected
  [message], :reordered? whether those that both have come in another order}. A run that failed has :error {:code
  :message :causes [string] :role :position :exception} and no differences. Options as simulate. A message of bytes
  is a vector of numbers from 0 to 255.
  Errors: :graph/invalid with :problems, :call/interrupted."
  ([spec] (test spec {}))
  ([spec opts]
   (check/require-valid spec (start/known (options/checked :spawn opts)))
   (test-run/run #(simulate spec % opts) spec)))

(defn spawn!
  "Runs a graph and returns it, when every role is ready. If anything fails, all of it is undone. The result
  is a lanegraph.runtime.LaneGraph: AutoCloseable; prints in one line; datafy gives its status, and nav leads from
  there to a lane with its next :messages, ten at most. Its threads are daemons; when the JVM ends, it
  is stopped.
  Errors: :graph/invalid with :problems, :graph/unknown-endpoint,
  :codec/not-a-codec, :role/owned, :role/init-failed, and :lane/… for files that do not fit or cannot be
  made."
  (^LaneGraph [spec] (spawn! spec {}))
  (^LaneGraph [spec opts] (start/spawn! spec opts)))

(defn run-role!
  "Runs one role of a graph, the same as in a graph of one process, and returns it when it is ready; the other roles, and
  those who write and read the endpoints, are other processes that meet in :dir, which is needed. Who comes first makes
  the lanes; all have the same spec. What spawn! returns, for the functions that are about this role; the endpoints belong
  to those who attach. Options: those of spawn!, but :existing is :continue and there are no :consumers.
  Errors: :graph/unknown-role, :role/owned with who and since when if the role runs already, :graph/other-graph if
  others run another spec in the directory, and those of spawn!."
  ^LaneGraph [spec role opts]
  (start/run-role! spec role opts))

(defn supervise!
  "Runs each role of a graph in a process of its own, and returns when all are ready. A role whose process dies is started
  again: at once, then after waits that grow from 0.1 to 5 seconds. Endpoints belong to those who attach. Returns a
  supervisor: stop! ends the processes from ingress to egress, with {:mode :drain} each when what it reads has come
  through; .close does it now; deref waits for the end: {:outcome :stopped or :gave-up, :restarts {role n}, :drained
  bool, :waiting {role n, or nil where a lane cannot be read}, :killed [role …] those that did not end when they were told, and of one given up :role :exit
  :log}. It ends with this JVM; if that is killed, the roles end too, each between two messages. The stages must be symbols or names of classes, and the spec is written to :dir.
  Errors: :graph/invalid, :role/owned if somebody runs a role there, :graph/failed with :role :exit :log when one cannot be
  started."
  ^Supervisor [spec opts]
  (start/supervise! spec opts))

(defn attach
  "The graph that was last started in a directory, by other processes or this one, while it runs and after. For offer!,
  take! and their like, status, top, why, tap!, peek, errors, graph and view; closed with .close or with-open. Who
  only looks changes nothing. The first use of an endpoint makes this process its owner until it closes: the graph must be
  run by run-role! or supervise, since spawn! has its endpoints itself. What roles do on their own threads (pause!, swap-stage!,
  latency and their like) and stop! have :graph/elsewhere here: call them where the role runs. A role's state may also be :never (started)
  and :died: its process is gone and did not end it.
  Errors: :graph/not-found, :control/corrupt; of the calls those of spawn!'s result, and :role/owned."
  (^AttachedGraph [dir] (attach dir {}))
  (^AttachedGraph [dir opts] (attached/attach dir opts)))

(defn offer!
  "Sends a message: true when it was accepted, under :on-full :drop also when the lane was full and it was
  dropped and counted; false when the lane is full. Waits for room only as long as :timeout-ms says.
  Errors: :graph/unknown-endpoint, :graph/stopped, :endpoint/taken, :lane/too-large, :lane/no-value (nil),
  :codec/…."
  ([^GraphAccess rt endpoint v]
   (in-clojure (.offer rt (name-of :endpoint endpoint) v)))
  ([^GraphAccess rt endpoint v opts]
   (let [{:keys [timeout-ms]} (options/checked :offer opts)]
     (in-clojure (.offer rt (name-of :endpoint endpoint) v (long timeout-ms))))))

(defn offer-all!
  "Sends messages until one is refused; returns how many were accepted. :timeout-ms holds for each message.
  Errors: as offer!, with :accepted."
  ([rt endpoint vs] (offer-all! rt endpoint vs {}))
  ([rt endpoint vs opts] (running/offer-all! rt endpoint vs opts)))

(defn take!
  "A vector of up to `n` (default 1) messages of an egress: returns when it has them, when :timeout-ms is
  over, or when the graph has ended. Also after a stop, until close.
  Errors: :graph/unknown-endpoint, :graph/stopped after close, :endpoint/taken, :codec/… (the message stays)."
  ([rt endpoint] (take! rt endpoint 1 {}))
  ([rt endpoint n] (take! rt endpoint n {}))
  ([^GraphAccess rt endpoint n opts]
   (let [{:keys [timeout-ms ack]} (options/checked :take opts)
         endpoint (name-of :endpoint endpoint)]
     (in-clojure (vec (if (= :explicit ack)
                        (.receive rt endpoint (how-many n) (long timeout-ms))
                        (.take rt endpoint (how-many n) (long timeout-ms))))))))

(defn ack!
  "All that was taken with {:ack :explicit} from an egress is done with. What was not is taken again by the next owner
  of the endpoint: each message at least once. Returns nil. Errors: as take!."
  [^GraphAccess rt endpoint]
  (in-clojure (.ack rt (name-of :endpoint endpoint))))

(defn poll!
  "The next message of an egress, or nil. Never waits. Errors: as take!."
  [^GraphAccess rt endpoint]
  (in-clojure (.poll rt (name-of :endpoint endpoint))))

(defn writer
  "The bare lanegraph.lane.LaneTx of an ingress, for one thread, until it closes it. Errors: as offer!."
  ^LaneTx [^GraphAccess rt endpoint]
  (in-clojure (.writer rt (name-of :endpoint endpoint))))

(defn reader
  "The bare lanegraph.lane.LaneRx of an egress, for one thread, until it closes it. Errors: as take!."
  ^LaneRx [^GraphAccess rt endpoint]
  (in-clojure (.reader rt (name-of :endpoint endpoint))))

(defn peek
  "A vector of the next messages that the slowest reader of a lane has before it, the oldest first, left where
  they are, or of the last messages of a journal; with {:at sequence} of those from that sequence on, which may
  have been read already. A number, how many, is short for {:n number}. Also after close.
  Errors: :lane/no-such-sequence when the lane does not hold the sequence :at, with :first and :next: it holds
  those from :first to before :next; :graph/unknown-lane, :codec/…."
  ([rt lane] (peek rt lane {}))
  ([^GraphAccess rt lane n-or-opts]
   (let [{:keys [n at]} (options/checked :peek (if (map? n-or-opts) n-or-opts {:n (how-many n-or-opts)}))
         lane           (name-of :lane lane)]
     (in-clojure (vec (if at
                        (.peek rt lane (long at) (how-many n))
                        (.peek rt lane (how-many n))))))))

(defn journal
  "The records of the journal of a lane in a directory, in this process or another, while it is written or after:
  for reduce, transduce, into, run!, eduction. An element is the value of a message, or with {:records true}
  {:position n, :sequence n, :time #inst, :value v}.
    (transduce (map :ms) max 0 (journal dir :log {:since #inst \"2026-11-22\"}))
  Holds nothing open: each reduction opens the files and gives them back at its end, by reduced and exception
  too. It reads what is there when it begins, keeps no position and changes nothing. Prints in one line; datafy
  tells what the journal holds and where its readers stand. A journal in memory can be read by peek alone.
  Errors, of a reduction: :journal/not-found, :journal/bad-position; :journal/position-gone, also when the writer
  removes what was about to be read; :journal/corrupt and :journal/missing-segment with :position and, if whole
  records stand behind the damage, :goes-on, their position for :from; :graph/unknown-codec, :codec/…."
  ([dir lane] (journal dir lane {}))
  ([dir lane opts] (journal/journal dir lane opts)))

(defn status
  "What a graph is doing, also after a stop and after close:
  {:name   :weather
   :state  :running                     :starting :running :draining :stopping :stopped :failed
   :lanes  {:lines {:kind :events, :memory :by-reference (:in-memory :mapped), :bytes n, :depth n, :high-water n,
                    :written n, :read n, :dropped n, :readers {\"role/parse\" depth},
                    :oldest-ms n-or-nil, :capacity n, :fill share (of a journal instead of the two :segments n)}}
   :roles  {:parse {:kind :stage, :thread name, :state :running (:paused :parked :ended :failed :stuck), :active bool,
                    :processed n, :filtered n, :dropped n, :errors n, :bytes n, :epoch n,
                    :blocked-on lane-or-nil, :blocked-ns n, :blocked-for-ns n, :version of-its-stage-or-nil}}
   :errors [{:text stack-trace, :count n, :first-ms epoch-ms, :last-ms epoch-ms}]}
  Of an attached graph also :endpoints {:in {:kind :ingress, :state :running, :messages n}}: sent or taken by who has it, or had it
  last, but by a bare handle.
  Counts are of messages: of a lane over all its lives, of a role since the spawn. :errors are those after
  which a role went on; :blocked-on is the full lane that a role waits for now, :blocked-for-ns how long it has moved
  nothing. :repaired, if not 0, is how many slots of a lane of several producers were given up that one of them had claimed
  when it died. The consumer of an egress :out is the role :endpoint/out. :high-water is the largest :depth since the spawn
  that was seen by writers that found their room used up, so each time the lane was full, and by those who looked.
  :oldest-ms is the age of the oldest message that a reader has before it. A journal knows it; slots keep no times, so of
  other lanes it is how long ago a status (top, why …) first saw the message: at least so old it is.
  With :over-ms it takes so long, in the caller's thread, and adds, in messages per second, of each lane :in-rate
  :out-rate :drop-rate, of each role :rate; and of each role the shares of the time, from 0.0 to 1.0, that it was :busy
  (looked at 100 times a second) and before a full lane, :blocked-share; beside them :over-ms, how long it was.
  Looking reads memory that is there: it slows no role and changes no lane."
  ([rt] (status rt {}))
  ([rt opts] (watch/status rt opts)))

(defn top
  "Prints a table of what a graph does, its lanes and its roles, and a sentence of why. At a terminal it is drawn again in
  the same place, each time over :every-ms, until Ctrl-C, an interrupt, or the end of the graph. Returns nil."
  ([rt] (top rt {}))
  ([rt opts] (top/top rt opts)))

(defn why
  "Where the back-pressure starts, found from the roles that wait for room to who does not empty the full lane:
  {:cause    :none           no lane is full, no role waits for room, or it is one of
             :slow-role      which does not keep up, :in-function  which has not returned all the time,
             :paused :parked :ended :stuck  as its state says, :egress  that is not taken from, or slower,
             :nobody-reads   the lane, or a reader (:owner) of a journal that is not in this graph, :cycle,
             :failed :stopped :stopping  the graph itself
   :role or :endpoint, :lane what it does not empty, :path [role …] those through which it was found,
   :blocked [role …] those that wait because of it, :text all of it in a sentence,
   :also [the same, of other causes]}
  Looks for :over-ms, in the caller's thread, and slows nothing."
  ([rt] (why rt {}))
  ([rt opts] (why/why (watch/status rt (options/checked :why opts)))))

(defn latency
  "How long messages take, measured for :over-ms in the caller's thread, in nanoseconds:
  {:over-ms    n
   :hops       [{:lane :lines, :role :parse (or :endpoint :out), :samples n, :messages n,
                 :queue-ns   {:p50 n :p99 n :p999 n :max n}
                 :service-ns {…}
                 :waiting    {:messages n :longest-ns n}} …]
   :end-to-end [{:from :in, :path [:parse :alarm], :to :out, :samples n, :messages n, :total-ns {…}} …]
   :missed     n}
  :queue-ns is from right before a message becomes visible in its lane until its reader takes it: a role takes it right
  before its function is called, when there is room for a result where that can be reserved; an egress when the message
  is passed over. So the wait before a paused role, or one that waits for room, is in :queue-ns. :service-ns is from then
  until the role is done with the message: its results are published, or it is filtered, dropped, or given up after an
  error. :total-ns is from right before the message that came in became visible in the lane of the ingress :from until the
  egress :to (or its consumer) took what became of it, on the way through the roles of :path. What a role publishes while
  it works on a message becomes of that one; of several results each is followed. What enters by inject! is not.
  Each message is a sample while few come in; of many it is one of several, at random, and stands for as many: :messages
  is the sum. Percentiles (:p999 is 99.9 %) are of messages, to three digits. Only messages are followed that come into
  this process while it measures; those that their reader was not done with at the end are in no percentile: :waiting
  tells how many, and how long the oldest has been in its lane. :missed are samples that were lost for want of room.
  Roles are slowed by some percent at most while it measures (doc/05-benchmarks.md). Ends early when the graph ends.
  Errors: :graph/stopped, :graph/failed."
  ([rt] (latency rt {}))
  ([rt opts] (latency/latency rt opts)))

(defn tap!
  "Calls f (tap> when left out) with the messages of a lane as they are written, from now on, in the tap's own thread: no
  role is slowed and no room is held. What is overwritten before it was looked at is missed, and counted. Returns the
  tap, which prints in one line; datafy gives {:lane :state :running (:ended :failed) :seen n :missed n :error}. It ends by
  untap!, with the graph, or when f throws: that ends nothing else, and :on-event is told {:type :tap-failed}.
  Errors: :graph/unknown-lane, :graph/stopped, :graph/failed."
  (^Tap [rt lane] (tap! rt lane tap> {}))
  (^Tap [rt lane f] (tap! rt lane f {}))
  (^Tap [rt lane f opts] (tap/tap! rt lane f opts)))

(defn untap!
  "Ends a tap; returns what datafy of it does, when its f has returned, or after a second."
  [tap]
  (tap/untap! tap))

(defn postmortem
  "What is known of a graph that was started in a directory, while it runs or after it died; changes nothing:
  {:name :weather, :hash string,
   :died   [\"role/parse\" …] whose process is gone and had not ended
   :owners {\"role/parse\" {:state :died (or what status says), :last-state :running, :at-work bool, :blocked-on lane-or-nil,
                          :starts how-many-lives, :messages n, :started date, :heartbeat date, :heartbeat-age-ms n,
                          :holder {:who :pid :host :since} if it lives}}
   :lanes  {:obs {:depth n, :dropped n, :readers {owner depth}, :claims [{:sequence n, :owners [those who tried]}]}}
   :errors those of status, :text all of it in words}
  A claim is a slot that one of several producers took and has not filled. Options and errors: as attach."
  ([dir] (postmortem dir {}))
  ([dir opts] (attached/postmortem dir opts)))

(defn await-idle!
  "Returns nil when no role is active, no lane that a role reads holds a message, and nothing has moved for
  20 ms.
  Errors: :graph/not-idle with :timeout-ms :active-roles :progress-epoch :remaining :halted, told before the time
  is over when only :halted roles (paused or parked) stand in the way; at once, when a role has ended, :graph/failed or :graph/stopped."
  ([rt] (await-idle! rt {}))
  ([rt opts]
   (in-clojure (.awaitIdle (here rt "await-idle!") (long (:timeout-ms (options/checked :await-idle opts)))))))

(defn join!
  "True when the graph has ended, false when it has not within :timeout-ms.
  Error: :graph/failed; its cause is the first error, :roles has that of each role."
  ([rt] (join! rt {}))
  ([rt opts]
   (in-clojure (.join (here rt "join!") (long (:timeout-ms (options/checked :join opts) Long/MAX_VALUE))))))

(defn stop!
  "Stops a graph and returns within the deadline: {:state :stopped or :failed, :drained nothing-left?,
  :remaining {lane n}, :stuck [role …] those whose function did not return, :halted [role …] those that were
  paused or parked and so drained nothing, :failures {role exception}}. May be called again. Of a supervisor it returns
  what deref of it does."
  ([rt] (stop! rt {}))
  ([rt opts]
   (let [{:keys [mode deadline-ms]} (options/checked :stop opts)]
     (in-clojure
      (if (instance? Supervisor rt)
        (supervise/stop! rt mode deadline-ms)
        (report/stop->data (.stop (here rt "stop!") (if (= :drain mode) StopMode/DRAIN StopMode/NOW) (long deadline-ms))))))))

;; ------------------------------------------------------------------ live work

(defn pause!
  "The role moves nothing more by itself until resume!; {:role :state :paused :at {:lane :position}}, where :at is the
  first message that it has not taken up, nil for a merge. The consumer of an egress :out is the role :endpoint/out.
  A paused graph can be stopped; a drain and await-idle! tell which roles are :halted.
  Errors: :graph/unknown-role; :graph/stopped; :role/busy when the role does not come to it in time, as when its
  function does not return; :role/own-thread in a function that runs on the role's thread. With the two last nothing
  has changed."
  ([rt role] (pause! rt role {}))
  ([rt role opts] (live/pause! rt role opts)))

(defn resume!
  "The role moves messages again. Returns and errors as pause!; :role/parked."
  ([rt role] (resume! rt role {}))
  ([rt role opts] (live/resume! rt role opts)))

(defn step!
  "Lets a paused role move `n` (default 1) messages, of those that are there now. Returns as pause!, with what happened:
  :moved, which is the sum of :processed :filtered :dropped :errors, and :blocked-on, the full lane before which it
  ended.
  Errors: as pause!; :role/not-paused; :role/parked; :role/failed when the stage threw and that ended the graph."
  ([rt role] (step! rt role 1 {}))
  ([rt role n] (step! rt role n {}))
  ([rt role n opts] (live/step! rt role n opts)))

(defn inject!
  "Writes a message into any lane that something of the graph writes: true when it was accepted, false when the lane is
  full. A role that writes the lane does it, on its thread between two messages, also while it is paused; where only an
  ingress writes it, it is an offer!.
  Errors: as pause! and offer!; :graph/unknown-lane, :lane/no-writer."
  ([rt lane v] (inject! rt lane v {}))
  ([rt lane v opts] (live/inject! rt lane v opts)))

(defn swap-stage!
  "Puts another stage in place of a role's present one, or of what chooses the outputs of a router, and returns when the
  role uses it:
  {:role :alarm, :version 2, :how :swap, :stage name, :at {:lane :both, :position 10233}, :time-ms epoch-ms}.
  No message is lost, done twice or out of order: those before :at had the old stage, all from there on have the new one. A
  result of the old one that waits for room stays as it is. `stage` is a function (used as the role's :as says, with its
  :args), a var or a symbol, which are followed, a class name in a string, an object of lanegraph.stage or a StageFactory.
  A stage with state starts fresh, :state :fresh, and the old one is closed; what that throws is :close-error. With
  {:migrate f} the state goes over as (f state), :state :carried, and nothing is closed.
  Errors, after which nothing has changed: as pause!; :role/no-stage; :stage/not-a-stage; :stage/no-state;
  :lane/by-reference for a stage on buffers where the lanes carry objects; those of finding and making a stage."
  ([rt role stage] (swap-stage! rt role stage {}))
  ([rt role stage opts] (live/swap-stage! rt role stage opts)))

(defn rehearse
  "What another function would make of messages that a role has had, or is about to get, beside the present one:
  {:role :alarm, :candidate name, :version of-the-present-stage, :lane :both, :messages n, :equal n, :different n, :failed n,
   :differences [{:position n, :input v, :now what-is-sent-now, :then what-would-be-sent} …],
   :errors      [the same, with :threw #{:now :then}, the exception in place of what is sent …],
   :speed       {:now {:mean-ns n, :median-ns n, :per-second n}, :then {…}},
   :state :fresh, :carried or nil, :missed n, :asked n of :last and :next}
  What is sent is the message, nil for none, as emit returns it for several, the output of a router. Fewer :messages than
  were :asked: the lane holds no more, or :missed were overwritten before they were looked at. Messages are compared by value,
  arrays too, as a reader of the next lane would get them; what that lane would refuse is an error. `stage` is as in swap-stage!.
  Both functions are called on this thread, each once for each message, made anew as for a role, with :args and, where the role
  has it, the sequence; nothing is sent, no role is slowed and the role's stage stays as it is. But whatever else they do is done:
  a present function that writes to a database writes there again. Objects that a lane carries by reference are not copied.
  A function that does not return keeps this thread, until that is interrupted.
  :init is called for both, and :close in the end, unless :migrate carries the role's state over; that has to be a value, since a
  state that is changed in place is shared with the role at work. The speed is that of the latest 65,536 calls, the
  median as :per-second; a function that was called seldom is not compiled yet.
  Also after a stop. Errors: as swap-stage!; :stage/shared-state also when the present stage is one object with state;
  :options/invalid; those of journal; what :migrate throws."
  ([rt role stage] (rehearse rt role stage {}))
  ([rt role stage opts] (rehearse/rehearse rt role stage opts)))

(defn rollback-stage!
  "Puts back the function that the role had before the present one; called again, it goes back further. Returns as
  swap-stage!, with :how :rollback and :of the version whose function it is. What is kept of a version is its function: a
  stage with state starts fresh, or takes the present state over by {:migrate f}. A var that is followed is followed on,
  from its next change.
  Errors: as swap-stage!; :role/no-version; :stage/closed when the version was one object that has been closed."
  ([rt role] (rollback-stage! rt role {}))
  ([rt role opts] (live/rollback-stage! rt role opts)))

(defn stage-history
  "The versions of a role's stage, the oldest first, as swap-stage! returns them; the last is in use. :how is :spawn, :swap,
  :rollback, or :redefined when what a symbol names was defined anew, which the role meets before its next message. The latest 64
  are kept.
  Errors: :graph/unknown-role, :role/no-stage."
  [rt role]
  (live/stage-history rt role))

(defn errors
  "What went wrong and was gone on after, and before that the messages with which roles are parked, which only happens in a
  graph spawned with {:dev true}:
  [{:parked true, :role :parse, :at {:lane :lines, :position 7}, :message v, :exception ex, :since-ms epoch-ms} …
   {:text stack-trace, :count n, :first-ms epoch-ms, :last-ms epoch-ms} …]."
  [rt]
  (live/errors rt))

(defn retry!
  "A parked role does its message again, with what its stage is now, and goes on behind it if that ends well; else it is
  parked again, with :parked in what is returned, which is as step!'s. Results of the message that were published before one of
  them failed are not published again. A :stateful stage does it in the state that it had before it, if that is a value (what
  :step returns, and not an object that it changes): so each message counts once.
  Errors: as pause!; :role/not-parked."
  ([rt role] (retry! rt role {}))
  ([rt role opts] (live/retry! rt role opts)))

(defn skip!
  "A parked role passes over its message: it counts under :errors, and goes to the dead-letter lane if the role has one.
  Returns as step!. Errors: as pause!; :role/not-parked."
  ([rt role] (skip! rt role {}))
  ([rt role opts] (live/skip! rt role opts)))

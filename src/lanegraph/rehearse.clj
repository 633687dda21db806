(ns lanegraph.rehearse
  "A candidate for a stage beside the present one, on recorded or live messages: what lanegraph.core tells of rehearse is
  done here."
  (:require [lanegraph.alike :as alike]
            [lanegraph.argument :as argument]
            [lanegraph.error :as error :refer [in-clojure]]
            [lanegraph.journal :as journal]
            [lanegraph.options :as options]
            [lanegraph.problem :as problem]
            [lanegraph.resolver :as resolver])
  (:import (java.util Arrays)
           (java.util.function UnaryOperator)
           (lanegraph.graph LaneSpec RoleSpec$Router)
           (lanegraph.lane JournalReader JournalReader$Record Sample)
           (lanegraph.runtime LaneGraph Rehearsal Rehearsal$Found Rehearsal$Outcome Rehearsal$Trial)
           (lanegraph.stage Emit)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private last-when-not-told 1000)
(def ^:private timings-kept "Of the latest messages; older ones were done by code that was not warm." 65536)
(def ^:private parts "Options that name a part of a journal." [:from :to :since :until])

;; ------------------------------------------------------------------ options

(defn- invalid [message facts]
  (problem/ex :incorrect :options/invalid message facts))

(defn- source
  "The options with one place where messages come from: :journal, :next or :last."
  [{:keys [journal next last] :as opts}]
  (when-let [lonely (and (not journal) (first (filter opts parts)))]
    (throw (invalid (str "found " lonely " without :journal; expected {:journal [dir lane] " lonely " …}, or {:last n} for "
                         "what the lane still holds")
                    {:option lonely})))
  (when (and next (or journal last))
    (throw (invalid (str "found :next and " (if journal :journal :last) "; expected one of them: :next waits for messages "
                         "to come, the other takes those that were there")
                    {:option :next})))
  (cond-> opts
    (not (or journal next last)) (assoc :last last-when-not-told)))

;; ------------------------------------------------------------------ messages

(defn- found->messages [^Rehearsal$Found found asked]
  {:asked asked :missed (.missed found) :samples (.samples found)})

(defn- of-journal
  "A reducible of samples. The bytes go as they are where the lane of the role has the same codec."
  [^Rehearsal r [dir lane] opts ^String lane-codec]
  (reify clojure.lang.IReduceInit
    (reduce [_ f init]
      (journal/reduce-records
       dir lane opts
       (fn [^JournalReader reader]
         (let [written (.codec reader)
               codec   (.codec r written)
               decode  (when-not (= written lane-codec)
                         (journal/decoder reader lane (if codec {(keyword written) codec} {})))]
           (fn [^JournalReader$Record record]
             (if decode
               (Sample. (.position record) (.sequence record) (decode record) nil)
               (Sample. (.position record) (.sequence record) nil (.bytes record))))))
       f init))))

(defn- messages
  "{:samples reducible, :asked n-or-nil, :missed n}"
  [^Rehearsal r ^LaneGraph rt {:keys [journal next last timeout-ms] :as opts}]
  (cond
    journal (let [^LaneSpec from (.get (.lanes (.spec rt)) (.lane r))]
              {:missed 0 :samples (of-journal r journal opts (.codec from))})
    next    (found->messages (.next r (int next) (long timeout-ms)) next)
    :else   (found->messages (.last r (int last)) last)))

;; ------------------------------------------------------------------ what was found

(defn- shown
  "What a stage made of a message: the message, nil for none, an Emit of several, the keyword of an output; or what it threw."
  [^Rehearsal$Outcome o route?]
  (let [result (.result o)]
    (cond
      (.error o)                (let [e (.error o)] (error/java->data e))
      (and route? (some? result)) (keyword result)
      :else                     result)))

(defn- alike? [^Rehearsal$Outcome now ^Rehearsal$Outcome then]
  (let [a (.result now), b (.result then)]
    (try
      (if (and (instance? Emit a) (instance? Emit b))
        (alike/same? (.values ^Emit a) (.values ^Emit b))
        (alike/same? a b))
      ;; of an = of somebody's own, or of messages too deep to be compared: what cannot be told alike is told as different
      (catch Exception _ false)
      (catch StackOverflowError _ false))))

(defn- told [^Sample sample ^Rehearsal$Trial trial route?]
  (let [now (.now trial), then (.then trial)
        threw (cond-> #{} (.error now) (conj :now) (.error then) (conj :then))]
    (cond-> {:position (.position sample) :input (.input trial) :now (shown now route?) :then (shown then route?)}
      (seq threw) (assoc :threw threw))))

(defn- speed [^long n ^long total ^longs kept]
  (when (pos? n)
    (let [latest (Arrays/copyOf kept (int (min n (alength kept))))]
      (Arrays/sort latest)
      (let [median (aget latest (quot (alength latest) 2))]
        {:mean-ns (quot total n) :median-ns median :per-second (Math/round (/ 1e9 (max 1 median)))}))))

(defn- rehearsed
  "Shows each sample to both; what is told of them."
  [^Rehearsal r samples limit route?]
  (let [now-ns (long-array timings-kept), then-ns (long-array timings-kept)
        note   (fn [^longs kept ^long n ^Rehearsal$Outcome o]
                 (aset kept (rem n (alength kept)) (.nanos o))
                 (.nanos o))
        keep?  (fn [found] (< (count found) (long limit)))]
    (reduce
     (fn [{:keys [messages now-total then-total] :as all} sample]
       (let [trial  (.trial r sample)
             now    (.now trial), then (.then trial)
             all    (assoc all
                           :messages   (inc (long messages))
                           :now-total  (+ (long now-total) (long (note now-ns messages now)))
                           :then-total (+ (long then-total) (long (note then-ns messages then))))
             [n ks] (cond
                      (or (.error now) (.error then)) [:failed :errors]
                      (alike? now then)               [:equal nil]
                      :else                           [:different :differences])]
         (cond-> (update all n (fn [c] (inc (long c))))
           (and ks (keep? (ks all))) (update ks conj (told sample trial route?)))))
     {:messages 0 :equal 0 :different 0 :failed 0 :differences [] :errors [] :now-total 0 :then-total 0
      :now-ns now-ns :then-ns then-ns}
     samples)))

(defn- speeds [{:keys [messages now-total then-total now-ns then-ns]}]
  {:now (speed messages now-total now-ns) :then (speed messages then-total then-ns)})

(defn- result
  "In the order in which one wants to read it."
  [^Rehearsal r asked missed {:keys [messages equal different failed differences errors] :as all} close-error]
  (let [end (cond-> []
              asked       (conj :asked asked)
              close-error (conj :close-error (error/java->data close-error)))]
    (apply array-map :role (keyword (.role r)) :candidate (.candidate r) :version (long (.version r))
           :lane (keyword (.lane r)) :messages messages :equal equal :different different :failed failed
           :differences differences :errors errors :speed (speeds all)
           :state (some-> (.state r) keyword) :missed missed end)))

(defn- close-error [^Rehearsal r]
  (try
    (.close r)
    nil
    (catch lanegraph.LaneGraphException e (.getCause e))))

(defn rehearse
  "As lanegraph.core/rehearse."
  [rt role stage opts]
  (let [{:keys [migrate limit deadline-ms] :as opts} (source (options/checked :rehearse opts))
        rt (argument/here rt "rehearse")]
    (in-clojure
     (let [[stage-name next] (resolver/candidate stage)
           r (.rehearsal rt (argument/name-of :role role) stage-name next
                         (when migrate (reify UnaryOperator (apply [_ state] (migrate state))))
                         (long deadline-ms))
           route? (instance? RoleSpec$Router (.get (.roles (.spec rt)) (.role r)))
           [asked missed found]
           (try
             (let [{:keys [samples asked missed]} (messages r rt opts)]
               [asked missed (rehearsed r samples limit route?)])
             (catch Throwable e
               (close-error r)
               (throw e)))]
       (result r asked missed found (close-error r))))))

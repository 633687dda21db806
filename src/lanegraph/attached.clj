(ns lanegraph.attached
  "A graph that other processes run, or ran: access to it, and what is known of its processes."
  (:require [clojure.string :as str]
            [lanegraph.error :as error :refer [in-clojure]]
            [lanegraph.options :as options]
            [lanegraph.problem :as problem]
            [lanegraph.report :as report])
  (:import (java.util Date Map$Entry)
           (lanegraph.graph EndpointSpec Topology)
           (lanegraph.lane OpenClaim)
           (lanegraph.runtime AttachedGraph OwnerStatus)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn attach
  "As lanegraph.core/attach."
  ^AttachedGraph [dir opts]
  (when (nil? dir)
    (throw (problem/ex :incorrect :options/invalid "found no directory; expected that of a graph that was started with :dir" {})))
  (let [opts (options/checked :spawn (assoc (options/checked :attach opts) :dir dir))]
    (in-clojure (AttachedGraph/attach (options/->java opts)))))

;; ------------------------------------------------------------------ after the end

(defn- owner [^OwnerStatus s]
  (let [beat (.heartbeatMillis s) started (.startedMillis s)]
    (cond-> {:state      (keyword (.state s))
             :last-state (keyword (.lastState s))
             :starts     (.starts s)
             :messages   (.messages s)
             :at-work    (.inWork s)
             :blocked-on (some-> (.blockedOn s) keyword)}
      (.holder s)     (assoc :holder (error/java->data (.holder s)))
      (pos? started)  (assoc :started (Date. started))
      (pos? beat)     (assoc :heartbeat (Date. beat)
                             ;; a clock that was set back makes no age negative
                             :heartbeat-age-ms (max 0 (- (System/currentTimeMillis) beat))))))

(defn owners
  "{\"role/parse\" what is known of it}: each role and endpoint of the graph."
  [^AttachedGraph g]
  (in-clojure (into (sorted-map) (map (fn [^Map$Entry e] [(.getKey e) (owner (.getValue e))])) (.owners g))))

(defn endpoints
  "{:in {:kind :ingress, :state :running, :messages n}}: what status of an attached graph has under :endpoints."
  [^AttachedGraph g]
  (let [owners (.owners g)]
    (into {} (for [[endpoint ^EndpointSpec spec] (.endpoints (.spec g))
                   :let [^OwnerStatus s (get owners (Topology/endpointOwner endpoint))]]
               [(keyword endpoint) {:kind (keyword (.key (.kind spec))) :state (keyword (.state s)) :messages (.messages s)}]))))

(defn- claims [^AttachedGraph g lane]
  (mapv (fn [^OpenClaim c] {:sequence (.sequence c) :owners (vec (.owners c))})
        (.openClaims g (name lane))))

(defn- lane-found [g [k {:keys [depth dropped readers]}]]
  [k {:depth depth :dropped dropped :readers readers :claims (claims g k)}])

(defn- ago [ms]
  (let [ms (long ms)]
    (cond (< ms 1000)   (str ms " ms")
          (< ms 120000) (str (quot ms 1000) " s")
          :else         (str (quot ms 60000) " min"))))

(defn- owner-line [[owner {:keys [state last-state at-work blocked-on starts messages heartbeat-age-ms holder]}]]
  (str "  " owner " " (name state)
       (case state
         :died  (str ": its process is gone, and had not ended; it was " (name last-state)
                     (cond blocked-on (str ", before the full lane " (name blocked-on))
                           at-work    ", at work")
                     (when heartbeat-age-ms (str ", last heard of " (ago heartbeat-age-ms) " ago")))
         :never ": was never started"
         (str (when holder (str ": pid " (:pid holder) " on " (:host holder) ", since " (:since holder)))
              (when (and holder blocked-on) (str ", before the full lane " (name blocked-on)))))
       (when (pos? (long messages)) (str ", " messages (if (= 1 messages) " message" " messages")))
       (when (< 1 (long starts)) (str ", life number " starts))))

(defn- lane-line [[lane {:keys [depth readers claims]}]]
  (str "  " (name lane) " holds " depth
       (when (seq readers)
         (str ": " (str/join ", " (for [[owner depth] readers] (str depth " for " owner)))))
       (when (seq claims)
         (str "; open claims: " (str/join ", " (for [{:keys [sequence owners]} claims]
                                                 (str sequence " of " (if (seq owners) (str/join " or " owners) "nobody known"))))))))

(defn- text [graph-name died owners lanes errors]
  (str/join "\n"
            (concat
             [(str "graph " (name graph-name) ": "
                   (cond (seq died)                            (str (str/join ", " died) " died")
                         (some (comp :holder val) owners)      "it runs, and nobody has died"
                         :else                                 "nobody runs it, and nobody has died"))]
             (map owner-line owners)
             ["lanes"]
             (map lane-line (sort lanes))
             (when (seq errors)
               (cons "errors after which roles went on"
                     (for [{:keys [text count]} errors]
                       (str "  " count " times " (first (str/split-lines text)))))))))

(defn postmortem
  "As lanegraph.core/postmortem."
  [dir opts]
  (with-open [g (attach dir opts)]
    (let [status (in-clojure (report/status->data (.status g)))
          owners (owners g)
          lanes  (in-clojure (into {} (map #(lane-found g %)) (:lanes status)))
          died   (vec (for [[owner {:keys [state]}] owners :when (= :died state)] owner))]
      {:name   (:name status)
       :hash   (.hash (.spec g))
       :died   died
       :owners owners
       :lanes  lanes
       :errors (:errors status)
       :text   (text (:name status) died owners lanes (:errors status))})))

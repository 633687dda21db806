(ns lanegraph.describe
  "A spec in words, for a person: what each lane holds, what each role does, where code outside takes part."
  (:require [clojure.string :as str]
            [lanegraph.normalise :as normalise]
            [lanegraph.problem :as problem]
            [lanegraph.topology :as topology])
  (:import (java.util List Locale)
           (lanegraph.region RingDescriptor RingShape)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- size
  "Bytes with a unit: 1.1 MiB."
  [bytes]
  (let [b (double bytes)]
    (cond
      (< b 1024.0)          (str (long b) " bytes")
      (< b (* 1024.0 1024)) (String/format Locale/ROOT "%.0f KiB" (object-array [(/ b 1024.0)]))
      (< b 1073741824.0)    (String/format Locale/ROOT "%.1f MiB" (object-array [(/ b 1048576.0)]))
      :else                 (String/format Locale/ROOT "%.2f GiB" (object-array [(/ b 1073741824.0)])))))

(defn- counted [n what]
  (str n " " what (when (not= 1 n) "s")))

(defn- listed [xs]
  (let [xs (map str xs)]
    (if (< 1 (count xs))
      (str (str/join ", " (butlast xs)) " and " (last xs))
      (str (first xs)))))

(defn lane-bytes
  "Bytes of the region of a lane of a normal spec (lanegraph.normalise); nil for a journal, which grows."
  [lane {:keys [kind slots slot-bytes codec] :as m}]
  (when-not (= :journal kind)
    (let [{:keys [producers cursors]} (get-in m [:lanegraph/topology lane])]
      (RingDescriptor/length (RingShape. (name kind) (int slots) (int slot-bytes) (subs (str codec) 1)
                                         ^List (vec producers) ^List (vec cursors))))))

(defn- owner-words [owners owner]
  (let [{:keys [section name dead-letter?]} (owners owner)]
    (cond
      dead-letter?           (str "role " name " (dead letters)")
      (= :roles section)     (str "role " name)
      (= :endpoints section) (str "endpoint " name)
      :else                  "nobody")))

(defn- readers
  "Who reads a lane; with the number of the consumer where a lane has numbers and several read it."
  [words kind cursors]
  (let [found (map words cursors)]
    (cond
      (empty? found)    "nobody"
      (= :journal kind) (listed found)
      (apply = found)   (str (first found) (when (next found) (str ", all " (count found) " as one")))
      :else             (str/join ", " (map-indexed #(str %1 ": " %2) found)))))

(defn- flow [owners kind {:keys [producers cursors]}]
  (let [words (partial owner-words owners)]
    (str "written by " (if (seq producers) (listed (map words producers)) "nobody")
         (when (next producers) " (each message is claimed)")
         "; read by " (readers words kind cursors))))

(defn- span
  "Milliseconds in the largest unit that tells them whole: 2 days."
  [ms]
  (let [ms (long ms)
        [unit n] (or (first (for [[unit n] [["day" 86400000] ["hour" 3600000] ["minute" 60000] ["second" 1000]]
                                  :when (zero? (rem ms (long n)))]
                              [unit n]))
                     ["ms" 1])
        n (quot ms (long n))]
    (if (= "ms" unit) (str n " ms") (counted n unit))))

(defn- limits [{:keys [retain-bytes retain-ms]}]
  (let [found (remove nil? [(when (pos? (long retain-bytes)) (size retain-bytes))
                            (when (pos? (long retain-ms)) (span retain-ms))])]
    (if (seq found) (str "kept up to " (str/join " and " found)) "kept for ever")))

(defn- forced [sync]
  (cond
    (map? sync)    (str "forced to the disk every " (span (:interval-ms sync)))
    (= :each sync) "each message forced to the disk"
    :else          "not forced to the disk"))

(defn- lane-facts
  [bytes {:keys [kind slots slot-bytes codec on-full consumers gating segment-bytes retain] :as lane}]
  (str/join ", "
            (remove nil?
                    (concat
                     [(str (name kind) (cond consumers (str " with " (counted consumers "consumer"))
                                             gating    (str " with " (counted gating "gating reader"))))]
                     (if (= :journal kind)
                       [(str "segments of " (size segment-bytes)) (limits lane) (forced (:sync lane))]
                       [(str slots " slots of " slot-bytes " bytes (" (size bytes) ")")])
                     [(str "codec " codec)
                      (if (= :drop on-full) "drops new messages when full" "blocks when full")
                      (when (false? retain) "forgets what was read")]))))

(defn- on-error-words [on-error]
  (cond
    (map? on-error)    (str "a message that fails goes to " (:to on-error))
    (= :skip on-error) "a message that fails is counted and skipped"
    :else              "an error stops the graph"))

(defn- with-args [{:keys [args sequence] :as role}]
  (str (when (contains? role :args) (str " with " (problem/printed args)))
       (when sequence " (told the sequence)")))

(defn- role-does [{:keys [kind stage as rx tx policy] :as role}]
  (case kind
    :stage  (case as
              :filter   (str "keeps the messages of " rx " that " stage (with-args role)
                             " accepts and sends them to " tx)
              :inspect  (str "shows each message of " rx " to " stage (with-args role) " and sends it to " tx)
              :stateful (str "runs " stage (with-args role) ", which keeps a state, on each message of " rx
                             " and sends to " tx)
              (str "runs " stage (with-args role) " on each message of " rx " and sends to " tx))
    :bridge (str "copies " rx " to " tx)
    :router (str "sends each message of " rx " to "
                 (cond
                   (map? policy)            (str "the one of " (listed tx) " that " (:by policy) " names")
                   (= :round-robin policy)  (str "one of " (listed tx) ", in turn")
                   :else                    (listed tx)))
    :merge  (str "takes from " (listed rx) (if (= :priority policy) ", the first that has one," " in turn")
                 " and sends to " tx)))

(defn- begins [{:keys [from recover]}]
  (str (when from (str "; new to a journal, begins at " from))
       (when (map? recover) (str "; when it starts, its state comes from " (:journal recover) ", from " (:from recover) " on"))))

(defn- entry [width k & lines]
  (let [label (str k)
        pad   (apply str (repeat (- (long width) (count label)) " "))
        blank (apply str (repeat (+ 4 (long width)) " "))]
    (str "  " label pad "  " (str/join (str "\n" blank) lines))))

(defn- section [title m lines]
  (when (seq m)
    (let [width (apply max (map (comp count str) (keys m)))]
      (str "\n\n" title "\n"
           (str/join "\n" (for [[k v] (sort m)] (apply entry width k (lines k v))))))))

(defn describe
  "`spec` in words. Error: :graph/invalid."
  [spec]
  (let [{:keys [lanes roles endpoints on-full idle] :as normal} (normalise/normalise spec)
        topology (:lanegraph/topology normal)
        owners   (topology/owners normal)
        bytes    (fn [lane] (lane-bytes lane (assoc (lanes lane) :lanegraph/topology topology)))
        total    (reduce + (keep bytes (keys lanes)))]
    (str "Graph " (:name normal) ": " (counted (count lanes) "lane") ", " (counted (count roles) "role")
         " and " (counted (count endpoints) "endpoint") ".\n"
         "Where nothing else is said a full lane " (if (= :drop on-full) "drops" "blocks")
         " and roles idle with " idle ".\n"
         "At most " (size total) " of memory for lanes"
         (when (some #(= :journal (:kind %)) (vals lanes)) ", without journals")
         "; lanes that pass objects by reference take less."
         (section "Lanes" lanes (fn [k lane] [(lane-facts (bytes k) lane) (flow owners (:kind lane) (topology k))]))
         (section "Roles" roles
                  (fn [_ role] [(role-does role)
                                (str (on-error-words (:on-error role))
                                     (begins role)
                                     (when-not (= idle (:idle role)) (str "; idles with " (:idle role)))
                                     (when (:thread role) (str "; shares the thread " (:thread role))))]))
         (section "Endpoints" endpoints
                  (fn [_ {:keys [kind lane] :as endpoint}]
                    [(str "code outside " (if (= :ingress kind) "writes " "reads ") lane (begins endpoint))])))))

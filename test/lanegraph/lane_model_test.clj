(ns ^:matrix lanegraph.lane-model-test
  "Random commands on every kind of ring, checked step by step against a plain queue."
  (:require
   [clojure.test.check.clojure-test :refer [defspec]]
   [clojure.test.check.generators :as gen]
   [clojure.test.check.properties :as prop]
   [lanegraph.lane-kit :as kit :refer [code]]
   [tools.seed :as seed])
  (:import
   (clojure.lang ExceptionInfo)
   (java.util.function Consumer)
   (lanegraph LaneGraphException)
   (lanegraph.lane LaneRx LaneTx Ring)
   (org.agrona DirectBuffer MutableDirectBuffer)
   (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

;; The model: :messages ever published, as vectors of bytes; per cursor the position :at which it reads, the position :published
;; and whether it has :peeked; per producer its :claim (nil, the bytes in it, or :unknown after a refused offer); :dropped.
(defn- fresh [{:keys [producers cursors]}]
  {:messages  []
   :at        (vec (repeat cursors 0))
   :published (vec (repeat cursors 0))
   :peeked    (vec (repeat cursors false))
   :claim     (vec (repeat producers nil))
   :dropped   0})

(defn- produced [m] (count (:messages m)))
(defn- consumed [m] (long (apply min (:published m))))
(defn- full? [m lane] (= (- (produced m) (consumed m)) (:slots lane)))
(defn- by-reference? [lane] (= :by-reference (:memory lane)))

(defn- expect [what expected actual]
  (when (not= expected actual)
    (throw (ex-info (str what ": expected " (pr-str expected) ", found " (pr-str actual)) {}))))

(defn- publish [m p message] (-> m (update :messages conj message) (assoc-in [:claim p] nil)))

(defn- offered
  "The model after an offer of a message that fits."
  [m lane p message]
  (cond (not (full? m lane)) (publish m p message)
        (:drop? lane)        (-> m (update :dropped inc) (assoc-in [:claim p] nil))
        :else                (assoc-in m [:claim p] :unknown)))

(defn- too-large? [lane n] (> (long n) (long (:slot-bytes lane))))

(defmulti ^:private step
  "Does one command on the lane, compares its answer, returns the next model."
  (fn [_lane _model command] (first command)))

(defmethod step :claim [lane m [_ p n]]
  (let [^LaneTx tx (nth (:txs lane) p)
        bytes (kit/payload (produced m) n)]
    (if (by-reference? lane)
      (do (expect "claim" "lane/by-reference" (code (.claim tx))) m)
      (let [^MutableDirectBuffer lent (.claim tx)]
        (expect "lent" (:slot-bytes lane) (.capacity lent))
        (.putBytes lent 0 bytes 0 (min (alength bytes) (.capacity lent)))
        (assoc-in m [:claim p] (vec bytes))))))

(defmethod step :encode [lane m [_ p n]]
  (let [^LaneTx tx (nth (:txs lane) p)
        bytes (kit/payload (produced m) n)]
    (if (and (too-large? lane n) (not (by-reference? lane)))
      (do (expect "encode" "lane/too-large" (code (.encode tx bytes)))
          (assoc-in m [:claim p] nil))
      (do (expect "encoded" (if (by-reference? lane) 0 n) (.encode tx bytes))
          (assoc-in m [:claim p] (vec bytes))))))

(defmethod step :commit [lane m [_ p]]
  (let [^LaneTx tx (nth (:txs lane) p)
        claim (get-in m [:claim p])
        n (if (or (by-reference? lane) (= :unknown claim)) 0 (count claim))]
    (cond
      (= :unknown claim)   m
      (too-large? lane n)  (do (expect "commit" "lane/too-large" (code (.commit tx n))) m)
      (nil? claim)         (do (expect "commit" "lane/not-claimed" (code (.commit tx n))) m)
      :else                (do (expect "commit" (not (full? m lane)) (.commit tx n))
                               (if (full? m lane) m (publish m p claim))))))

(defmethod step :offer-bytes [lane m [_ p n]]
  (let [^LaneTx tx (nth (:txs lane) p)
        bytes (kit/payload (produced m) n)
        offer #(.offer tx (UnsafeBuffer. (byte-array (concat [1 2 3] bytes [4]))) 3 (int n))]
    (cond
      (by-reference? lane) (do (expect "offer" "lane/by-reference" (code (offer))) m)
      (too-large? lane n)  (do (expect "offer" "lane/too-large" (code (offer))) m)
      :else                (do (expect "offer" (or (:drop? lane) (not (full? m lane))) (offer))
                               (offered m lane p (vec bytes))))))

(defmethod step :offer [lane m [_ p n]]
  (let [^LaneTx tx (nth (:txs lane) p)
        bytes (kit/payload (produced m) n)]
    (if (and (too-large? lane n) (not (by-reference? lane)))
      (do (expect "offer" "lane/too-large" (code (.offer tx bytes)))
          (assoc-in m [:claim p] nil))
      (do (expect "offer" (or (:drop? lane) (not (full? m lane))) (.offer tx bytes))
          (offered m lane p (vec bytes))))))

(defmethod step :forward [lane m [_ p c]]
  (let [^LaneTx tx (nth (:txs lane) p)
        rx (nth (:rxs lane) c)]
    (if (get-in m [:peeked c])
      (do (expect "forward" (not (full? m lane)) (.forward tx rx))
          (if (full? m lane)
            (assoc-in m [:claim p] :unknown)
            (publish m p (nth (:messages m) (get-in m [:at c])))))
      (do (expect "forward" "lane/no-message" (code (.forward tx rx))) m))))

(defmethod step :peek [lane m [_ c]]
  (let [^LaneRx rx (nth (:rxs lane) c)
        message (get (:messages m) (get-in m [:at c]))]
    (expect "peek" (some? message) (.peek rx))
    (when message
      (expect "value" message (vec (.value rx)))
      (when-not (by-reference? lane)
        (expect "length" (count message) (.length rx))
        (expect "payload" message (let [b (byte-array (count message))]
                                    (.getBytes (.payload rx) 0 b)
                                    (vec b)))))
    (assoc-in m [:peeked c] (some? message))))

(defmethod step :advance [lane m [_ c]]
  (let [^LaneRx rx (nth (:rxs lane) c)]
    (if (get-in m [:peeked c])
      (do (.advance rx)
          (-> m (update-in [:at c] inc) (assoc-in [:peeked c] false)))
      (do (expect "advance" "lane/no-message" (code (.advance rx))) m))))

(defmethod step :release [lane m [_ c]]
  (.release ^LaneRx (nth (:rxs lane) c))
  (assoc-in m [:published c] (get-in m [:at c])))

(defn- bytes-of [message]
  (if (instance? DirectBuffer message)
    (let [b (byte-array (.capacity ^DirectBuffer message))]
      (.getBytes ^DirectBuffer message 0 b)
      (vec b))
    (vec message)))

(defn- fails-at
  "A handler that throws at its n-th message and keeps the others."
  ^Consumer [seen n]
  (reify Consumer
    (accept [_ message]
      (when (= n (count @seen))
        (throw (ex-info "as it was told" {})))
      (swap! seen conj (bytes-of message)))))

(defmethod step :drain [lane m [_ c limit n payloads?]]
  (let [^LaneRx rx (nth (:rxs lane) c)
        at    (long (get-in m [:at c]))
        there (subvec (:messages m) at)
        n     (long (if (and payloads? (by-reference? lane)) 0 n)) ; the first one has no bytes
        seen  (atom [])
        end   (try (if payloads?
                     (.drainPayloads rx (fails-at seen n) (int limit))
                     (.drain rx (fails-at seen n) (int limit)))
                   (catch ExceptionInfo e (ex-message e))
                   (catch LaneGraphException e (.code e)))
        want  (vec (take (min (long limit) n) there))
        next  (+ at (count want))]
    (expect "drained" want @seen)
    (expect "end"
            (cond (not (and (< n (long limit)) (< n (count there)))) (count want)
                  (and payloads? (by-reference? lane))               "lane/by-reference"
                  :else                                              "as it was told")
            end)
    (expect "position" next (.position rx))
    (-> m
        (assoc-in [:peeked c] (.peek rx))
        (assoc-in [:at c] next)
        (assoc-in [:published c] next))))

(defmethod step :take [lane m [_ c]]
  (let [^LaneRx rx (nth (:rxs lane) c)
        at (get-in m [:at c])
        message (get (:messages m) at)]
    (expect "take" message (some-> (.take rx) vec))
    (cond-> (assoc-in m [:peeked c] false)
      message (-> (assoc-in [:at c] (inc at)) (assoc-in [:published c] (inc at))))))

(defn- visible?
  "Whether the message of this sequence can be looked at: unread, or read and not in a slot that may be in use again."
  [m {:keys [slots producers cursors retain?] :as lane} sequence]
  (and (<= 0 sequence (dec (produced m)))
       (or (>= sequence (consumed m))
           ((if (= 1 producers) > >=) sequence (- (produced m) slots)))
       (not (and (by-reference? lane) (not retain?) (= 1 cursors) (< sequence (consumed m))))))

(defmethod step :look [lane m [_ back]]
  (let [sequence (- (inc (produced m)) back)]
    (expect (str "look at " sequence)
            (when (visible? m lane sequence) (nth (:messages m) sequence))
            (some-> (.look ^Ring (:ring lane) sequence) vec))
    m))

(defn- same-from-outside [{:keys [^Ring ring] :as lane} m]
  (expect "produced" (produced m) (.produced ring))
  (expect "consumed" (consumed m) (.consumed ring))
  (expect "depth" (- (produced m) (consumed m)) (.depth ring))
  (expect "dropped" (:dropped m) (.dropped ring))
  (expect "room" #{(not (full? m lane))} (set (map #(.room ^LaneTx %) (:txs lane))))
  (expect "positions" (:at m) (mapv #(.position ^LaneRx %) (:rxs lane))))

(defn- restarted [lane m]
  (merge (fresh lane) (select-keys m [:messages :published :dropped]) {:at (:published m)}))

(defn- run-commands [lane commands]
  (loop [lane (kit/open lane), m (fresh lane), [command & more] commands]
    (cond
      (nil? command)         (do (kit/close lane) true)
      (= [:reopen] command)  (recur (kit/reopen lane) (restarted lane m) more)
      :else                  (let [m (step lane m command)]
                               (same-from-outside lane m)
                               (recur lane m more)))))

(def ^:private lanes
  (gen/let [ring (gen/elements (remove (comp #{64} :cursors) (remove (comp #{64} :producers) kit/rings))), slots (gen/elements [2 4 8])
            slot-bytes (gen/elements [8 16]), drop? gen/boolean, retain? gen/boolean]
    (assoc ring :slots slots :slot-bytes slot-bytes :drop? drop? :retain? retain?)))

(defn- commands [{:keys [producers cursors slots slot-bytes]}]
  (let [p (gen/choose 0 (dec producers))
        c (gen/choose 0 (dec cursors))
        n (gen/choose 0 (inc slot-bytes))
        of (fn [op & gens] (apply gen/tuple (gen/return op) gens))]
    (gen/vector
     (gen/frequency
      [[5 (of :claim p n)] [7 (of :commit p)] [3 (of :encode p n)] [4 (of :offer-bytes p n)] [4 (of :offer p n)]
       [2 (of :forward p c)] [7 (of :peek c)] [6 (of :advance c)] [5 (of :release c)] [5 (of :take c)]
       [5 (of :drain c (gen/choose 0 9) (gen/choose 0 9) gen/boolean)]
       [4 (of :look (gen/choose 0 (+ slots 3)))] [1 (of :reopen)]])
     0 120)))

(defspec a-ring-is-a-queue {:num-tests 200 :seed (seed/of ::a-ring-is-a-queue)}
  (prop/for-all [[lane commands] (gen/let [lane lanes, commands (commands lane)] [lane commands])]
    (kit/with-dir [dir true]
      (run-commands (assoc lane :dir dir) commands))))

(ns lanegraph.hop-test
  "A hop does what the calls of its two handles do."
  (:require
   [clojure.test :refer [are deftest is]]
   [clojure.test.check.clojure-test :refer [defspec]]
   [clojure.test.check.generators :as gen]
   [clojure.test.check.properties :as prop]
   [lanegraph.core :as lg]
   [lanegraph.lane-kit :as kit]
   [lanegraph.run-kit :as run-kit]
   [tools.seed :as seed])
  (:import
   (java.util.function BooleanSupplier)
   (java.util.concurrent.atomic AtomicLong)
   (lanegraph.lane Hop Hop$Function LaneRx LaneTx Marks Marks$Reader)
   (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(def ^:private answers
  "What a function makes of a message, by its first byte: an answer, :throw, or what closes a handle first."
  {0 Hop/DROP, 1 Hop/FORWARD, 2 Hop/LEAVE, 3 :throw, 4 17, 5 -9, 6 :close, 7 :close-and-drop, 8 :close-reader})

(defn- answer
  "Writes the message reversed, as far as it fits, and answers by its first byte."
  [^LaneRx rx ^LaneTx tx ^DirectBuffer in ^MutableDirectBuffer out]
  (let [n (.capacity in)
        a (if (zero? n) 0 (get answers (.getByte in 0) n))]
    (dotimes [i (min n (.capacity out))]
      (.putByte out i (.getByte in (- n i 1))))
    (case a
      :throw (throw (ex-info "as it was told" {}))
      :close (do (.close tx) n)
      :close-and-drop (do (.close tx) Hop/DROP)
      :close-reader (do (.close rx) n)
      a)))

(defn- function ^Hop$Function [rx tx]
  (reify Hop$Function
    (apply [_ in out] (answer rx tx in out))))

(defn- asked
  "True from the n-th time on that it is asked."
  ^BooleanSupplier [n]
  (let [left (atom n)]
    (reify BooleanSupplier
      (getAsBoolean [_] (neg? (long (swap! left dec)))))))

(defn- hopped
  "Runs until nothing moves, as a role does: {how it ended, messages, published, bytes, position}."
  [^LaneRx rx ^LaneTx tx ^Hop hop limit questions]
  (let [interrupted (asked questions)
        work        (function rx tx)]
    (loop [moved 0, published 0, bytes 0]
      (let [end       (try
                        (when (.begin hop)
                          (.run hop work (- (long limit) moved) interrupted))
                        (catch Exception e (ex-message e)))
            published (+ published (.published hop))
            bytes     (+ bytes (.bytes hop))
            all       (+ moved (.moved hop))]
        (if (and (nil? end) (< moved all limit))
          (recur all published bytes)
          [end all published bytes (.position rx)])))))

(defn- by-hand
  "The same by the calls of the handles, and the reader's own count of the bytes."
  [^LaneRx rx ^LaneTx tx limit questions]
  (let [interrupted (asked questions)
        counts      (volatile! [0 0 0])
        pass        (fn [sent]
                      (vswap! counts (fn [[m p b]] [(inc (long m)) (+ (long p) (long sent)) (+ (long b) (.length rx))]))
                      (.advance rx))
        end         (try
                      (when (and (.peek rx) (.room tx))
                        (loop []
                          (when (and (< (long (first @counts)) (long limit)) (not (.getAsBoolean interrupted)) (.peek rx) (.room tx))
                            (let [a (long (answer rx tx (.payload rx) (.claim tx)))]
                              (cond
                                (= a Hop/DROP)    (do (pass 0) (recur))
                                (= a Hop/LEAVE)   nil
                                (= a Hop/FORWARD) (do (.forward tx rx) (pass 1) (recur))
                                :else             (do (.commit tx a) (pass 1) (recur)))))))
                      (catch Exception e (ex-message e)))]
    (conj (into [end] @counts) (.position rx))))

(defn- all [^LaneRx rx]
  (vec (take-while some? (repeatedly #(some-> ^bytes (.take rx) vec)))))

(def ^:private commands
  (let [message (gen/fmap (fn [[kind n]] [:write kind n])
                          (gen/tuple (gen/frequency [[12 (gen/choose 9 90)] [3 (gen/choose 0 2)] [1 (gen/choose 3 6)]])
                                     (gen/choose 0 24)))
        move    (gen/fmap (fn [[n q]] [:move n q]) (gen/tuple (gen/choose 1 12) (gen/frequency [[4 (gen/return 99)] [1 (gen/choose 0 5)]])))]
    (gen/vector (gen/frequency [[8 message] [4 move] [1 (gen/return [:release])] [1 (gen/return [:pass])] [1 (gen/return [:read])]])
                0 120)))

(defn- message ^bytes [kind n]
  (doto (kit/payload n n)
    (as-> b (when (pos? (long n)) (aset ^bytes b 0 (byte kind))))))

(defn- world
  "An input, and an output with slots of 16 bytes, which some messages of the input do not fit into."
  [slots move]
  (let [in  (kit/open {:kind "events" :slots 16 :slot-bytes 24})
        out (kit/open {:kind "events" :slots slots})
        rx  (first (:rxs in))
        tx  (first (:txs out))]
    {:region (:region in) :write (first (:txs in)) :rx rx :tx tx :read (first (:rxs out)) :move (move rx tx)}))

(defn- did [{:keys [^LaneTx write ^LaneRx rx read move]} [what a b]]
  (case what
    :write   (.offer write ^Object (message a b))
    :move    (move a b)
    :release (.release rx)
    :pass    (when (.peek rx) (.advance rx) (.release rx))
    :read    (all read)))

(defspec a-hop-does-what-the-handles-do {:num-tests 300 :seed (seed/of ::a-hop-does-what-the-handles-do)}
  (prop/for-all [slots (gen/elements [4 8 256]), commands commands]
    (let [hops  (world slots (fn [rx tx] (partial hopped rx tx (Hop/between rx tx))))
          hands (world slots (fn [rx tx] (partial by-hand rx tx)))]
      (every? #(= (did hops %) (did hands %)) (conj commands [:read])))))

(deftest what-stands-behind-a-hop-can-be-handled-by-hand
  (let [{:keys [^LaneTx write ^LaneRx rx ^LaneTx tx read move]}
        (world 8 (fn [rx tx] (partial hopped rx tx (Hop/between rx tx))))]
    (.offer write ^Object (message 50 3))
    (.offer write ^Object (message 3 5))
    (is (= ["as it was told" 1 1 3 1] (move 9 99)))
    (is (= 5 (.length rx)) "the reader stands before the message that failed")
    (is (= "lane/not-claimed" (kit/code (.commit tx 1))) "and nothing is claimed")
    (is (.forward tx rx))
    (.advance rx)
    (is (= [3 5] (map count (all read))))))

(deftest what-its-producer-gave-up-is-left-to-the-reader
  (let [{:keys [region ^LaneTx write ^LaneRx rx read move]} (world 8 (fn [rx tx] (partial hopped rx tx (Hop/between rx tx))))]
    (dotimes [n 4]
      (.offer write ^Object (message (+ 50 n) 3)))
    (run! #(kit/give-up! region %) [1 2])
    (is (= [nil 1 1 3 1] (move 9 99)))
    (is (= [nil 0 0 0 1] (move 9 99)) "nor does it begin there")
    (is (.peek rx))
    (is (= [nil 1 1 3 4] (move 9 99)))
    (is (= 2 (count (all read))))))

(deftest a-message-that-is-timed-is-left-to-the-reader
  (let [{:keys [^LaneTx write ^LaneRx rx move]} (world 8 (fn [rx tx] (partial hopped rx tx (Hop/between rx tx))))
        passed (atom [])
        marks  (Marks. "lane" 4 (reify Marks$Reader (passed [_ _ mark] (swap! passed conj (.weight mark)))) (AtomicLong.))]
    (.marks rx [marks])
    (dotimes [n 3]
      (when (= 1 n)
        (.add marks n 0 0 77 nil))
      (.offer write ^Object (message 50 3)))
    (is (= [nil 1 1 3 1] (move 9 99)))
    (is (and (.peek rx) (some? (.mark rx))))
    (.advance rx)
    (is (= [77] @passed))
    (is (= [nil 1 1 3 3] (move 9 99)))))

(deftest a-handle-that-is-closed-meanwhile-ends-it
  (doseq [closing [6 7 8]]
    (let [ended (fn [move-by]
                  (let [{:keys [write move] :as w} (world 8 move-by)]
                    (doseq [kind [50 closing 0 50]]
                      (.offer ^LaneTx write ^Object (message kind 3)))
                    [(move 9 99) (did w [:read])]))
          hop   (ended (fn [rx tx] (partial hopped rx tx (Hop/between rx tx))))]
      (is (re-find #"handle is closed" (ffirst hop)))
      (is (= (ended (fn [rx tx] (partial by-hand rx tx))) hop)))))

(deftest a-closed-reader-ends-it
  (let [{:keys [^LaneTx write ^LaneRx rx move]} (world 8 (fn [rx tx] (partial hopped rx tx (Hop/between rx tx))))]
    (.offer write ^Object (message 50 3))
    (.close rx)
    (is (re-find #"handle is closed" (first (move 9 99))))))

(deftest there-is-none-between-other-lanes
  (are [from to] (nil? (Hop/between (first (:rxs (kit/open (merge {:kind "events"} from))))
                                    (first (:txs (kit/open (merge {:kind "events"} to))))))
    {:memory :by-reference}              {}
    {:memory :by-reference :producers 2} {}
    {}                                   {:memory :by-reference}
    {}                                   {:producers 2}))

(deftest a-role-counts-what-it-hopped-over
  (let [calls (atom 0)
        stage (lg/raw-stage :filter (fn [^DirectBuffer b]
                                      (swap! calls inc)
                                      (case (.getLong b 0)
                                        (3 7) (throw (ex-info "not this one" {}))
                                        (even? (.getLong b 0)))))]
    (with-open [rt (lg/spawn! (run-kit/pipe {:stage :s :as :filter :on-error :skip} {:codec :long :slot-bytes 8 :slots 64})
                              {:stages {:s stage}})]
      (let [burst   (fn [from to]
                      (lg/pause! rt :r)
                      (lg/offer-all! rt :in (range from to))
                      (lg/resume! rt :r)
                      (let [taken (run-kit/taken rt 5)]
                        (lg/await-idle! rt)
                        taken))
            counted #(select-keys (get-in (lg/status rt) [:roles :r]) [:processed :filtered :errors :bytes :dropped])]
        (is (= [0 2 4 6 8] (burst 0 10)))
        (is (= 10 @calls) "once for each, also where it throws")
        (is (= {:processed 5 :filtered 3 :errors 2 :bytes 80 :dropped 0} (counted)))
        (is (= [10 12 14 16 18] (burst 10 20)))
        (is (= {:processed 10 :filtered 8 :errors 2 :bytes 160 :dropped 0} (counted)) "of a burst without an error, too")))))

(deftest a-message-that-waits-to-become-a-dead-letter-is-not-tried-again
  (let [calls (atom [])
        stage (lg/raw-stage :filter (fn [^DirectBuffer b]
                                      (swap! calls conj (.getLong b 0))
                                      (throw (ex-info "not this one" {}))))
        lane  {:codec :long :slot-bytes 8 :slots 64}]
    (with-open [rt (lg/spawn! (-> (run-kit/pipe {:stage :s :as :filter :on-error {:to :dead}} lane)
                                  (assoc-in [:lanes :dead] (assoc lane :kind :events :slots 2))
                                  (assoc-in [:endpoints :dead] {:kind :egress :lane :dead}))
                              {:stages {:s stage}})]
      (lg/offer-all! rt :in (range 4))
      (is (run-kit/eventually (= "dead" (some-> (get-in (lg/status rt) [:roles :r :blocked-on]) name))))
      (is (= [0 1 2 3] (lg/take! rt :dead 4 {:timeout-ms 20000})))
      (lg/await-idle! rt)
      (is (= [0 1 2 3] @calls)))))

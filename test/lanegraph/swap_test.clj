(ns lanegraph.swap-test
  "Stages that are swapped while messages run: where one ends and the next begins."
  (:require [clojure.test :refer [deftest is]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :refer [eventually pipe taken]]
            [lanegraph.scratch :as scratch])
  (:import (lanegraph.lane LaneRx LaneTx)
           (org.agrona DirectBuffer MutableDirectBuffer)
           (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)

(defn- tagged
  "A stage on buffers that adds a tag to the number in the message."
  [^long tag]
  (lg/raw-stage :map (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                       (.putLong out 0 (.getLong in 0))
                       (.putLong out 8 tag)
                       16)))

;; ------------------------------------------------------------------ the boundary

(defn- produce
  "Writes 0, 1, 2 … until at least n are written and (over?); returns how many."
  [^LaneTx tx ^long n over?]
  (let [message (UnsafeBuffer. (byte-array 8))]
    (loop [i 0]
      (if (and (<= n i) (over?))
        i
        (do (.putLong message 0 i)
            (if (.offer tx message 0 8)
              (recur (inc i))
              (do (Thread/yield) (recur i))))))))

(defn- consume
  "Reads until `total` holds how many there are. Message i must bear the number i; calls (changed position tag) whenever
  the tag is another. `seen` is where it is."
  [^LaneRx rx total ^longs seen changed]
  (loop [i 0, tag -1]
    (if (.peek rx)
      (let [^DirectBuffer m (.payload rx)
            number (.getLong m 0)
            now    (.getLong m 8)]
        (when-not (= i number)
          (throw (ex-info "lost, doubled or out of order" {:expected i :found number})))
        (when-not (= tag now) (changed i now))
        (.advance rx)
        (when (zero? (bit-and i 63)) (.release rx) (aset seen 0 i))
        (recur (inc i) now))
      (do (.release rx)
          (aset seen 0 i)
          (when-not (and (realized? total) (= i (long @total)))
            (Thread/yield)
            (recur i tag))))))

(defn- swapped-under-load
  "{:told [[position tag]] :seen [[position tag]]} of that many swaps, spread over at least n messages; every other one comes
  when a message was seen that is behind the one before."
  [n swaps opts]
  (let [spec {:name :load
              :lanes {:a {:kind :events :codec :bytes :slot-bytes 8 :slots 1024}
                      :b {:kind :events :codec :bytes :slot-bytes 16 :slots 1024}}
              :roles {:r {:kind :stage :stage :first :rx :a :tx :b}}
              :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}}]
    (with-open [rt (lg/spawn! spec (assoc opts :stages {:first (tagged 1)}))]
      (let [tx (lg/writer rt :in), rx (lg/reader rt :out)
            changes (java.util.ArrayList.), seen (long-array 1), over (promise), total (promise)
            producer (future (try (deliver total (produce tx n #(realized? over)))
                                  (catch Throwable e (deliver total 0) (throw e))))
            consumer (future (consume rx total seen #(.add changes [%1 %2])))
            told (try
                   (reduce (fn [told k]
                             (let [behind (if (and (odd? k) (seq told)) (inc (long (first (peek told)))) 0)
                                   from   (max behind (quot (* k n) (inc swaps)))]
                               (while (and (< (aget seen 0) from) (not (realized? consumer)))
                                 (Thread/yield))
                               (let [{:keys [version at]} (lg/swap-stage! rt :r (tagged (inc k)) {:deadline-ms 60000})]
                                 (is (= [(inc k) :a] [version (:lane at)]))
                                 (conj told [(:position at) version]))))
                           [] (range 1 (inc swaps)))
                   (finally (deliver over true)))]
        @producer
        @consumer
        {:told told :seen (vec changes) :total @total}))))

(defn- as-seen
  "What an observer of the messages sees of swaps that were told: of several before the same message the last, and none
  behind the last message."
  [told total]
  (->> (cons [0 1] told)
       (partition-by first)
       (map last)
       (filterv #(< (long (first %)) (long total)))))

(deftest a-swap-takes-place-exactly-where-it-was-told
  (let [{:keys [told seen total]} (swapped-under-load 1000000 1000 {})]
    (is (= 1000 (count told)))
    (is (<= 1000000 total))
    (is (< 400 (count seen)) "spread over the messages")
    (is (= (as-seen told total) seen)))
  (scratch/with-dir [dir]
    (let [{:keys [told seen total]} (swapped-under-load 20000 50 {:dir dir})]
      (is (= (as-seen told total) seen)))))

(deftest ^:long ten-thousand-swaps-over-ten-million-messages
  (let [{:keys [told seen total]} (swapped-under-load 10000000 10000 {})]
    (is (= 10000 (count told)))
    (is (= (as-seen told total) seen))))

(deftest two-swappers-at-once-both-take-effect-in-order
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:slots 64}))]
    (let [swappers (mapv (fn [who] (future (mapv (fn [k] (assoc (lg/swap-stage! rt :r (fn [_] [who k])) :what [who k]))
                                                 (range 30))))
                         [:x :y])
          all      (sort-by :version (mapcat deref swappers))]
      (is (= (range 2 62) (map :version all)))
      (is (apply <= (map (comp :position :at) all)))
      (lg/offer! rt :in 1)
      (is (= [(:what (last all))] (taken rt 1)))
      (is (= 61 (get-in (lg/status rt) [:roles :r :version]) (:version (peek (lg/stage-history rt :r))))))))

(deftest a-result-that-waits-for-room-belongs-to-the-old-version
  (let [calls (atom [])
        f     (fn [tag] (fn [v] (swap! calls conj [tag v]) (lg/emit [tag v] [tag v] [tag v])))]
    (doseq [opts [{} {:wire :always} {:threads :shared}]]
      (reset! calls [])
      (with-open [rt (lg/spawn! (pipe {:stage :s} {:slots 4}) (assoc opts :stages {:s (f :old)}))]
        (lg/offer-all! rt :in [0 1 2] {:timeout-ms 20000})
        (is (eventually (= [:b 2] [(get-in (lg/status rt) [:roles :r :blocked-on]) (count @calls)])))
        (is (= {:version 2 :at {:lane :a :position 2}}
               (select-keys (lg/swap-stage! rt :r (f :new)) [:version :at])) "at once, behind the message that waits")
        (is (= [[:old 0] [:old 0] [:old 0] [:old 1] [:old 1] [:old 1] [:new 2] [:new 2] [:new 2]]
               (reduce (fn [all _] (into all (taken rt 1))) [] (range 9))))
        (is (= [[:old 0] [:old 1] [:new 2]] @calls) "each once")))))

(ns ^:matrix lanegraph.journal-model-test
  "Random commands to a journal beside plain lists: the messages written, and a place in them for each reader."
  (:require
   [clojure.test :refer [deftest is]]
   [clojure.test.check :as tc]
   [clojure.test.check.generators :as gen]
   [clojure.test.check.properties :as prop]
   [lanegraph.journal-kit :as jk]
   [lanegraph.lane-kit :as kit]
   [tools.seed :as seed])
  (:import
   (lanegraph.lane Journal LaneRx LaneTx)))

(set! *warn-on-reflection* true)

(def ^:private commands
  (gen/vector
   (gen/frequency
    [[12 (gen/tuple (gen/return :offer) gen/nat (gen/choose 0 (long jk/max-length)))]
     [4 (gen/tuple (gen/return :claim) gen/nat (gen/choose 0 (long jk/max-length)))]
     [1 (gen/tuple (gen/return :claim-only) gen/nat (gen/choose 0 (long jk/max-length)))]
     [8 (gen/tuple (gen/return :take) (gen/elements [0 1]) (gen/choose 1 30))]
     [2 (gen/tuple (gen/return :pass-unreleased) (gen/elements [0 1]) (gen/choose 1 5))]
     [3 (gen/tuple (gen/return :look) gen/nat)]
     [1 (gen/return [:reopen])]])
   0 200))

(def ^:private lanes
  (gen/hash-map :mapped? gen/boolean :retain (gen/elements [0 2 3 5]) :drop? gen/boolean))

(defn- agree!
  "Throws when what the journal said is not what the model says."
  [said expected what]
  (when (not= said expected)
    (throw (ex-info "the journal and the model differ" {:what what :said said :expected expected}))))

(defn- take-one [^LaneRx rx] (some-> (.take rx) vec))

(defn- write
  "Writes a message in this way; whether it was accepted, which under drop it is even if it was dropped."
  [{:keys [^LaneTx tx]} way ^bytes message]
  (if (= :offer way)
    (.offer tx ^Object message)
    (do (.putBytes (.claim tx) 0 message)
        (or (.commit tx (count message))
            (when (.dropsWhenFull tx) (.countDrop tx) true)
            false))))

(defn- run-command
  "One step of both: [journal model]. The model is {:written [message] :read [n n] :dropped n}."
  [[{:keys [^Journal journal rxs ^LaneTx tx] :as j} {:keys [written read] :as model}] [op a b]]
  (case op
    (:offer :claim)
    (let [message  (kit/payload a b)
          before   (.produced journal)
          accepted (write j op message)]
      (cond (> (.produced journal) before) [j (update model :written conj (vec message))]
            accepted                       (do (agree! true (:drop? j) "a message was lost") [j (update model :dropped inc)])
            :else                          (do (agree! true (pos? (long (:retain-bytes j))) "full without a limit") [j model])))
    :claim-only (do (.putBytes (.claim tx) 0 (kit/payload a b)) [j model])
    :take (let [said (vec (take-while some? (repeatedly b #(take-one (nth rxs a)))))
                from (long (nth read a))]
            (agree! said (subvec written from (min (count written) (+ from (long b)))) [:take a])
            [j (update-in model [:read a] + (count said))])
    :pass-unreleased (let [^LaneRx rx (nth rxs a)]
                       (dotimes [_ b] (when (.peek rx) (.advance rx)))
                       (.close rx)
                       [(assoc-in j [:rxs a] (.rx journal (nth (:readers j) a))) model])
    :look (do (agree! (some-> (.look journal a) vec)
                      (when (>= (long a) (.oldest journal)) (get written a))
                      [:look a])
              [j model])
    :reopen [(jk/reopen j) model]))

(defn- agrees? [{:keys [mapped? retain drop?]} commands]
  (kit/with-dir [dir true]
    (let [start (jk/open (cond-> {:readers ["a" "b"] :drop? drop? :retain-bytes (* (long retain) (long jk/segment-bytes))}
                           mapped? (assoc :dir dir)))
          [j {:keys [written read dropped]}] (reduce run-command [start {:written [] :read [0 0] :dropped 0}] commands)
          ^Journal journal (:journal j)]
      (agree! [(.produced journal) (.dropped journal)] [(count written) dropped] :counts)
      (agree! (.depth journal) (- (count written) (long (apply min read))) :depth)
      (dotimes [i 2] (agree! (jk/taken j i) (subvec written (nth read i)) [:rest i]))
      (jk/close j)
      true)))

(deftest s15-a-journal-behaves-as-a-list-with-places
  (let [result (tc/quick-check 150 (prop/for-all [lane lanes, commands commands] (agrees? lane commands))
                               :seed (seed/of ::s15-a-journal-behaves-as-a-list-with-places))]
    (is (:pass? result) (pr-str (select-keys result [:seed :shrunk])))))

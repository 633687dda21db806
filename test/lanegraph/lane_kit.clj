(ns lanegraph.lane-kit
  "Lanes to test: one map for every memory and every number of producers and cursors."
  (:require
   [clojure.java.io :as io])
  (:import
   (java.io File)
   (java.nio.file Files Path)
   (java.nio.file.attribute FileAttribute)
   (java.util Arrays Random)
   (lanegraph LaneGraphException)
   (lanegraph.lane Codecs LaneRx LaneTx Ring)
   (lanegraph.region Existing Memory Region RingDescriptor RingShape)))

(set! *warn-on-reflection* true)

(def ^:private memories [:in-memory :mapped :by-reference])

(def modes
  "Every memory with one producer and with several."
  (for [memory memories, producers [1 3]]
    {:memory memory :producers producers}))

(def rings
  "Every kind of ring, over each memory, with 1, 3 and 64 producers, with 1, 2 and 64 cursors."
  (for [kind ["events" "fanout-broadcast" "sequenced-slots"], memory memories, producers [1 3 64], cursors [1 2 64]
        :when (and (or (= 1 cursors) (not= "events" kind))
                   (or (= 1 producers) (not= "sequenced-slots" kind)))]
    {:kind kind :memory memory :producers producers :cursors cursors}))

(def ^:private defaults
  {:kind "fanout-broadcast" :memory :in-memory :producers 1 :cursors 1 :slots 8 :slot-bytes 16 :drop? false :retain? true
   :dir nil})

(defn- owners [kind n] (mapv #(str kind "/" %) (range n)))

(defn- shape [{:keys [kind producers cursors slots slot-bytes]}]
  (RingShape. kind (int slots) (int slot-bytes) "bytes"
              (owners "p" producers) (owners "c" cursors)))

(defn handles
  "The lane with fresh handles on its ring, as its owners find them after a restart."
  [{:keys [^Ring ring producers cursors drop?] :as lane}]
  (assoc lane
         :txs (mapv #(.tx ring % (boolean drop?)) (owners "p" producers))
         :rxs (mapv #(.rx ring %) (owners "c" cursors))))

(defn attach
  "A lane on this region; `memory` is Memory/DIRECT unless given."
  ([lane region] (attach lane region Memory/DIRECT))
  ([lane ^Region region ^Memory memory]
   (let [{:keys [retain?] :as lane} (merge defaults lane)
         ring (Ring. "lane" region Codecs/BYTES (= :by-reference (:memory lane)) (boolean retain?) memory)]
     (handles (assoc lane :region region :ring ring)))))

(defn region
  "A region of the lane's shape: its file under :dir when it is mapped, else fresh memory."
  ^Region [lane]
  (let [{:keys [memory ^File dir] :as lane} (merge defaults lane)]
    (if (= :mapped memory)
      (Region/mapped (.toPath dir) "lane" (shape lane) Existing/CONTINUE)
      (Region/inMemory (shape lane)))))

(defn open
  "A lane as the options say: {:ring :txs :rxs :region} and the options themselves."
  [lane]
  (attach lane (region lane)))

(defn close [{:keys [txs rxs ^Region region]}]
  (run! #(.close ^LaneTx %) txs)
  (run! #(.close ^LaneRx %) rxs)
  (.close region))

(defn give-up!
  "The slot of this sequence, as a producer leaves it that dies."
  [^Region region n]
  (let [shape (.shape region)]
    (.putLongRelease Memory/DIRECT (+ (.address region) (RingDescriptor/slotsOffset shape)
                                      (* (rem (long n) (.slots shape)) (RingDescriptor/stride (.slotBytes shape))))
                     (RingDescriptor/word n RingDescriptor/SKIP_LENGTH))))

(defn take-all
  "The bytes that every reader takes, as a vector; nil if none has a message, :differ if not all have the same."
  [{:keys [rxs]}]
  (let [^bytes message (.take ^LaneRx (first rxs))]
    (if (every? (fn [^LaneRx rx] (Arrays/equals message ^bytes (.take rx))) (rest rxs))
      (some-> message vec)
      :differ)))

(defn reopen
  "What a restart leaves of the lane: a mapped one from its file, any other from the same memory."
  [{:keys [memory] :as lane}]
  (run! #(.close ^LaneTx %) (:txs lane))
  (run! #(.close ^LaneRx %) (:rxs lane))
  (if (= :mapped memory)
    (do (.close ^Region (:region lane))
        (open lane))
    (handles lane)))

(defn temp-dir
  "A new directory; in shared memory with `shared?`, where this machine has some."
  (^File [] (temp-dir false))
  (^File [shared?]
   (let [shm (io/file "/dev/shm")
         none (make-array FileAttribute 0)]
     (.toFile (if (and shared? (.canWrite shm))
                (Files/createTempDirectory (.toPath shm) "lanegraph" none)
                (Files/createTempDirectory "lanegraph" none))))))

(defn delete-dir [^File dir]
  (run! #(Files/deleteIfExists ^Path %) (map #(.toPath ^File %) (reverse (file-seq dir)))))

(defmacro with-dir
  "Runs the body with a new directory of the machine's temporary ones, and removes it."
  [[dir shared?] & body]
  `(let [~dir (temp-dir ~shared?)]
     (try ~@body (finally (delete-dir ~dir)))))

(defmacro code
  "The code of the LaneGraphException that the body throws, else :none."
  [& body]
  `(try ~@body
        :none
        (catch LaneGraphException e# (.code e#))))

(defn payload
  "n bytes that belong to message number id."
  ^bytes [id n]
  (let [b (byte-array n)]
    (.nextBytes (Random. (+ 1 (* 31 (long id)))) b)
    b))

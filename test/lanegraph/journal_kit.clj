(ns lanegraph.journal-kit
  "Journals to test, without a graph around them."
  (:require
   [clojure.java.io :as io]
   [lanegraph.lane-kit :as kit])
  (:import
   (java.io File RandomAccessFile)
   (java.nio ByteBuffer ByteOrder)
   (java.nio.file Path)
   (java.util.zip CRC32C)
   (lanegraph LaneGraphException)
   (lanegraph.lane Codecs Journal JournalPolicy JournalReader JournalReader$Record LaneRx LaneTx)
   (lanegraph.region Existing JournalDescriptor JournalShape JournalStore Memory)))

(set! *warn-on-reflection* true)

(def segment-bytes "The smallest there is." 4096)

(def max-length "Of a message in such a segment: an eighth of it." 456)

(def ^:private defaults
  {:segment-bytes segment-bytes :retain-bytes 0 :retain-ms 0 :sync-ms JournalPolicy/NO_SYNC :writer "p" :readers ["c"]
   :from Journal/START :background? false :drop? false :memory Memory/DIRECT})

(defn open
  "A journal as the options say, under :dir (a File) or in memory: the options and {:journal :store :tx :rxs}. Segments are
  made ready in the writer's thread unless `:background?`."
  [options]
  (let [{:keys [^File dir segment-bytes retain-bytes retain-ms sync-ms writer readers from background? drop? store memory]
         :as options} (merge defaults options)
        shape   (JournalShape. segment-bytes "bytes")
        ^JournalStore store (cond store store
                                  dir   (JournalStore/mapped (.toPath dir) "lane" shape Existing/CONTINUE (some? writer) false)
                                  :else (JournalStore/inMemory shape))
        journal (Journal. "lane" store (JournalPolicy. retain-bytes retain-ms sync-ms) Codecs/BYTES writer
                          (boolean background?) memory)]
    (doseq [r readers] (.register journal r from))
    (assoc options :journal journal :store store
           :tx (when writer (.tx journal writer (boolean drop?)))
           :rxs (mapv #(.rx journal %) readers))))

(defn close [{:keys [^Journal journal tx rxs]}]
  (some-> ^LaneTx tx .close)
  (run! #(.close ^LaneRx %) rxs)
  (.join (.close journal)))

(defn reopen
  "What a restart finds: the same files, or the same memory."
  [{:keys [dir store] :as journal}]
  (close journal)
  (open (-> journal (dissoc :journal :store :tx :rxs) (cond-> (nil? dir) (assoc :store store)))))

(defmacro with-journal
  "Runs the body with an open journal of these options, and closes it."
  [[sym options] & body]
  `(let [~sym (open ~options)]
     (try ~@body (finally (close ~sym)))))

(defn offer! [{:keys [^LaneTx tx]} ^bytes message]
  (.offer tx ^Object message))

(defn append!
  "Appends messages number `from` to before `to`, of lengths that differ; they must all have room."
  [journal from to]
  (doseq [i (range from to)]
    (when-not (offer! journal (kit/payload i (mod (* 7 (long i)) 100)))
      (throw (IllegalStateException. (str "no room for message " i))))))

(defn expected
  "Messages number `from` to before `to`, as `append!` makes them."
  [from to]
  (mapv #(vec (kit/payload % (mod (* 7 (long %)) 100))) (range from to)))

(defn taken
  "What the reader has before it, taken."
  ([journal] (taken journal 0))
  ([{:keys [rxs]} n]
   (vec (take-while some? (repeatedly #(some-> (.take ^LaneRx (nth rxs n)) vec))))))

(defn segment-file ^File [dir first]
  (io/file dir "lane.journal" (format "%020d.seg" first)))

(defn folder ^Path [^File dir] (.toPath dir))

(defn reader ^JournalReader [dir] (JournalReader/open (folder dir) "lane"))

(defn records-of
  "Every record of this lane as a map, as somebody reads them from outside; ends with the code of the error that he meets,
  if any."
  [dir lane]
  (with-open [r (JournalReader/open (folder dir) lane)]
    (loop [found []]
      (let [record (try (.next r) (catch LaneGraphException e (.code e)))]
        (if (instance? JournalReader$Record record)
          (let [^JournalReader$Record record record]
            (recur (conj found {:position (.position record) :sequence (.sequence record) :stamp (.stamp record)
                                :message (vec (.bytes record))})))
          (cond-> found record (conj record)))))))

(defn records [dir] (records-of dir "lane"))

(defn patch!
  "Calls (f file) with the file open for reading and writing."
  [^File file f]
  (with-open [open (RandomAccessFile. file "rw")]
    (f open)))

(defn flip! [file offset]
  (patch! file (fn [^RandomAccessFile f]
                 (.seek f offset)
                 (let [b (.read f)]
                   (.seek f offset)
                   (.write f (bit-xor 0xFF b))))))

(defn stamp!
  "Writes the record at this offset of a segment anew, with this stamp and the checksum of that."
  [file offset millis]
  (patch! file (fn [^RandomAccessFile f]
                 (let [part   (fn [from n] (let [b (byte-array n)] (.seek f (+ (long offset) (long from))) (.readFully f b) b))
                       long-of #(.getLong (.order (ByteBuffer/wrap (part % 8)) ByteOrder/LITTLE_ENDIAN))
                       put!   (fn [at ^long v]
                                (.seek f (+ (long offset) (long at)))
                                (.writeLong f (Long/reverseBytes v)))
                       length (JournalDescriptor/lengthOf (long-of 0))]
                   (put! JournalDescriptor/RECORD_STAMP_OFFSET millis)
                   (let [crc (doto (CRC32C.) (.update ^bytes (part 8 (+ 24 length))))]
                     (put! 0 (JournalDescriptor/messageWord (unchecked-int (.getValue crc)) length)))))))

(defn copy-tree! [^File from ^File to]
  (doseq [^File f (file-seq from) :when (.isFile f)]
    (let [target (io/file to (str (.relativize (.toPath from) (.toPath f))))]
      (io/make-parents target)
      (io/copy f target))))

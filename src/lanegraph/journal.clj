(ns lanegraph.journal
  "Journals of mapped graphs, read from outside, in any process, while they are written or after.

  A Journal is a value that can be reduced: it holds nothing open, and each reduction opens the files, reads
  them one segment at a time, and gives the mapping back at its end, early or by exception. A reduction ends
  where the journal ended when it began. It keeps no position, and changes nothing.

  Errors: :journal/not-found, :journal/bad-position, :journal/position-gone; :journal/corrupt and
  :journal/missing-segment, with :goes-on, the position of the next whole record, if there is one; :lane/corrupt,
  :lane/other-version, :region/…; :graph/unknown-codec, :codec/… with :position."
  (:require [clojure.core.protocols :as protocols]
            [lanegraph.codec :as codec]
            [lanegraph.convert :as convert]
            [lanegraph.error :as error :refer [in-clojure]]
            [lanegraph.options :as options]
            [lanegraph.problem :as problem])
  (:import (clojure.lang IReduce)
           (java.io File Writer)
           (java.nio.file Path)
           (java.util Date)
           (lanegraph LaneGraphException)
           (lanegraph.lane JournalReader JournalReader$Damage JournalReader$Info JournalReader$Record
                           JournalReader$Verification)
           (lanegraph.region JournalCells$Kept)
           (org.agrona.concurrent UnsafeBuffer)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn open
  "A reader before the first record of this lane, to be closed."
  ^JournalReader [dir lane]
  (in-clojure (JournalReader/open (options/path dir) (convert/name->string lane))))

;; ---------------------------------------------------------------- where

(defn- millis ^long [t]
  (if (inst? t) (inst-ms t) (long t)))

(defn seek!
  "Moves a reader, which stands before the first record, to the furthest of the places where :from, :since and
  :last say to begin."
  [^JournalReader r {:keys [from since last]}]
  (in-clojure
   (let [places   (cond-> []
                    from  (conj (do (.seek r (long from)) (.position r)))
                    since (conj (do (.seekTime r (millis since)) (.position r)))
                    last  (conj (do (.seekLast r (long last)) (.position r))))
         furthest (long (reduce max 0 places))]
     (when (< (.position r) furthest)
       (.seek r furthest)))))

(defn tail
  "The position behind the last whole record."
  ^long [dir lane]
  (with-open [r (open dir lane)]
    (in-clojure (.toTail r))
    (.position r)))

;; -------------------------------------------------------------- reading

(defn- goes-on
  "The position of the first whole record behind the damage that a reader has met, or nil."
  [^JournalReader r ^LaneGraphException e]
  (when (and (#{"journal/corrupt" "journal/missing-segment"} (.code e)) (.skip r))
    (.position r)))

(defn next-record
  "The next JournalReader$Record, and passes over it; nil if there is none yet."
  ^JournalReader$Record [^JournalReader r]
  (try
    (.next r)
    (catch LaneGraphException e
      (let [position (goes-on r e)
            e        (error/java->ex e)]
        (throw (if position
                 (ex-info (str (ex-message e) "; it goes on at position=" position)
                          (assoc (ex-data e) :goes-on position) (ex-cause e))
                 e))))))

(defn- codec-of ^lanegraph.lane.Codec [codec-name lane codecs]
  (if-let [found (get (merge codec/built-in codecs) codec-name)]
    (codec/->java codec-name found)
    (throw (problem/ex :not-found :graph/unknown-codec
                       (str "journal " lane " is written with codec " codec-name
                            ", which is not built in; give it under :codecs")
                       {:lane lane :codec codec-name}))))

(defn decoder
  "A function of a record that answers its value, by the codec of the journal or that of `codecs` with its name."
  [^JournalReader r lane codecs]
  (let [codec-name (keyword (.codec r))
        codec      (codec-of codec-name lane codecs)]
    (fn [^JournalReader$Record record]
      (let [failed (fn [message facts cause]
                     (ex-info (str message "; at position=" (.position record) " of journal " lane)
                              (assoc facts :lane lane :position (.position record)) cause))]
        (try
          (.decode codec (UnsafeBuffer. (.bytes record)))
          (catch LaneGraphException e
            (throw (failed (ex-message e) (ex-data (error/java->ex e)) e)))
          (catch Exception e
            (throw (failed (str "codec " codec-name " threw " e)
                           (ex-data (problem/ex :incorrect :codec/failed "" {:codec codec-name}))
                           e))))))))

(defn data
  "A record as a map; the value by `decode`."
  [decode ^JournalReader$Record record]
  {:position (.position record)
   :sequence (.sequence record)
   :time     (Date. (.stamp record))
   :value    (decode record)})

(defn reduce-records
  "Reduces the records that the options of the place :journal name; (element-of reader) answers the function of a
  JournalReader$Record that makes an element. `f` may answer a reduced."
  [dir lane {:keys [to until] :as opts} element-of f init]
  (with-open [r (open dir lane)]
    (let [end     (long (if to (min (tail dir lane) (long to)) (tail dir lane)))
          until   (if until (millis until) Long/MAX_VALUE)
          element (element-of r)]
      (seek! r opts)
      (loop [result init]
        (let [record (when (< (.position r) end) (next-record r))]
          ;; a segment may have been begun meanwhile: then the record is behind an end that is told before the gap
          (if (and record (< (.position record) end) (< (.stamp record) until))
            (let [result (f result (element record))]
              (if (reduced? result) @result (recur result)))
            result))))))

;; ---------------------------------------------------------------- looking

(defn- kept [^JournalCells$Kept k]
  {:position (.position k) :sequence (.sequence k)})

(defn- damages [found]
  (vec (for [^JournalReader$Damage d found]
         {:code     (keyword (.code d))
          :position (.position d)
          :message  (.message d)
          :goes-on  (when-not (neg? (.goesOn d)) (.goesOn d))})))

(defn info
  "What a journal is and holds: {:lane :directory :codec :segment-bytes :start :end :first-sequence :next-sequence
  :first-time :last-time :dropped :segments [position] :readers {owner {:position :sequence}} :damages [damage]}. The
  times are nil while it is empty. Damage is told as by `verify`, as far as it stands before the first whole record or in
  the last segment; start and end are those of whole records."
  [dir lane]
  (with-open [r (open dir lane)]
    (let [^JournalReader$Info i (in-clojure (.info r))
          time (fn [^long stamp] (when (pos? stamp) (Date. stamp)))]
      {:lane           lane
       :directory      (str (.directory i))
       :codec          (keyword (.codec i))
       :segment-bytes  (.segmentBytes i)
       :start          (.start i)
       :end            (.end i)
       :first-sequence (.firstSequence i)
       :next-sequence  (.nextSequence i)
       :first-time     (time (.firstStamp i))
       :last-time      (time (.lastStamp i))
       :dropped        (.dropped i)
       :segments       (vec (.segments i))
       :readers        (into (sorted-map) (map (fn [[k v]] [(keyword k) (kept v)])) (.readers i))
       :damages        (damages (.damages i))})))

(defn verify
  "Reads every record: {:records n :bytes n :start position :end position :damages [{:code :position :message
  :goes-on position-or-nil}]}."
  [dir lane]
  (with-open [r (open dir lane)]
    (let [^JournalReader$Verification found (in-clojure (.verify r))]
      {:records (.records found)
       :bytes   (.bytes found)
       :start   (.start found)
       :end     (.end found)
       :damages (damages (.damages found))})))

(defn forget!
  "Frees the kept position of a reader, such as \"role/keep\"; false if the journal keeps none of this name. Errors:
  :role/owned if that reader is at work; :region/bad-name."
  [dir lane owner]
  (in-clojure (JournalReader/forget (options/path dir) (convert/name->string lane) owner)))

;; ---------------------------------------------------------------- the value

(deftype Journal [^Path dir lane opts]
  IReduce
  (reduce [this f]
    (let [none   (Object.)
          result (.reduce this (fn [result x] (if (identical? none result) x (f result x))) none)]
      (if (identical? none result) (f) result)))
  (reduce [_ f init]
    (let [{:keys [records codecs]} opts]
      (reduce-records dir lane opts
                      (fn [r]
                        (let [decode (decoder r lane codecs)]
                          (if records #(data decode %) decode)))
                      f init))))

(defn journal
  "The Journal of a lane in a directory. Touches no file. Error: :options/invalid."
  ^Journal [dir lane opts]
  (when-not (or (string? dir) (instance? File dir) (instance? Path dir))
    (throw (problem/ex :incorrect :options/invalid
                       (str "found " (problem/printed dir)
                            "; expected the directory of a graph that was spawned with :dir; a journal in memory "
                            "can be read by peek alone: (lg/peek rt :log 10)")
                       {:dir dir})))
  (when-not (keyword? lane)
    (throw (problem/ex :incorrect :options/invalid
                       (str "found " (problem/printed lane) "; expected the name of a lane, a keyword such as :log")
                       {:lane lane})))
  (Journal. (options/path dir) lane (options/checked :journal opts)))

(defmethod print-method Journal [^Journal j ^Writer out]
  (let [shown (cond-> (dissoc (.-opts j) :codecs) (false? (:records (.-opts j))) (dissoc :records))]
    (.write out (str "#lanegraph[journal " (.-lane j) " of " (.-dir j)
                     (when (seq shown) (str ", " (problem/printed shown))) "]"))))

(extend-protocol protocols/Datafiable
  Journal
  (datafy [j] (info (.-dir j) (.-lane j))))

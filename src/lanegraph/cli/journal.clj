(ns lanegraph.cli.journal
  "The commands `journal …` but for follow: what a journal holds, as text, data and lines, and as the input of a
  graph."
  (:require [clojure.string :as str]
            [lanegraph.cli.args :as args]
            [lanegraph.core :as lg]
            [lanegraph.edn-text :as edn-text]
            [lanegraph.journal :as journal]
            [lanegraph.json :as json]
            [lanegraph.problem :as problem]
            [lanegraph.table :as table])
  (:import (clojure.lang ExceptionInfo)
           (java.io BufferedOutputStream OutputStream)
           (java.nio.charset StandardCharsets)
           (java.time Instant)
           (java.util Date HexFormat)
           (lanegraph.lane JournalReader JournalReader$Record)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- code-of [e]
  (:lanegraph/code (ex-data e)))

(defn name-of
  "The keyword of a name on the command line, where it may stand with or without its colon."
  [text]
  (keyword (str/replace text #"^:" "")))

(defn part
  "The options of lg/journal for those of the command line."
  [{:keys [from to] n :last}]
  (cond-> {}
    (:position from) (assoc :from (:position from))
    (:time from)     (assoc :since (:time from))
    n                (assoc :last n)
    (= :tail from)   (assoc :last 0)
    (:position to)   (assoc :to (:position to))
    (:time to)       (assoc :until (:time to))
    (= :start to)    (assoc :to 0)))

;; ---------------------------------------------------------------- lines

(defn- printable
  "A record as data that can be printed: bytes as numbers, as in the tests of a spec."
  [record]
  (update record :value #(if (bytes? %) (mapv (fn [b] (bit-and 0xff (long b))) %) %)))

(defn- time-text [^Date time]
  (str (.toInstant time)))

(defn- decoder [^JournalReader r lane]
  (try
    (journal/decoder r lane {})
    (catch ExceptionInfo e
      (throw (if (= :graph/unknown-codec (code-of e))
               (args/usage (str "journal " (name lane) " is written with codec " (.codec r)
                                ", which the command line does not know; expected a built-in one, or --format hex"))
               e)))))

(defn printer
  "A function of a JournalReader$Record that answers its line in a format, without its end; nil when --grep leaves it
  out."
  [^JournalReader r lane {:keys [format grep]}]
  (let [line (if (= "hex" format)
               (fn [^JournalReader$Record record]
                 (str/join " " [(.position record) (.sequence record) (Instant/ofEpochMilli (.stamp record))
                                (.formatHex (HexFormat/of) (.bytes record))]))
               (let [decode (decoder r lane)
                     write  (if (= "json" format)
                              #(json/write-string (update % :time time-text))
                              edn-text/write)]
                 #(write (printable (journal/data decode %)))))]
    (fn [record]
      (let [^String text (line record)]
        (when (or (nil? grep) (re-find grep text))
          text)))))

(defn buffered ^OutputStream [io]
  (BufferedOutputStream. ^OutputStream (:out io) 65536))

(defn print-line [^OutputStream out ^String line]
  (.write out (.getBytes line StandardCharsets/UTF_8))
  (.write out 10))

(defn dump
  "Prints records as lines. Answers the exit code."
  [[dir lane] opts io]
  (let [out  (buffered io)
        lane (name-of lane)]
    (try
      (journal/reduce-records dir lane (part opts) #(printer % lane opts)
                              (fn [_ line] (when line (print-line out line)))
                              nil)
      (finally (.flush out)))
    0))

;; ---------------------------------------------------------------- text

(defn- counted [n what]
  (str (table/number n) " " what (when (not= 1 n) "s")))

(defn- as [format data text]
  (case format
    "text" (text data)
    "edn"  (edn-text/write data)
    "json" (json/write-string data)))

(defn- damage-line [{:keys [position message goes-on]}]
  (str "damage at position " position ": " message "\n    "
       (if goes-on (str "it goes on at position " goes-on) "nothing whole stands behind it")))

(defn- info-text [{:keys [lane directory codec segment-bytes start end first-sequence next-sequence first-time last-time
                          dropped segments readers damages]}]
  (let [n (- (long next-sequence) (long first-sequence))]
    (str/join
     "\n"
     (concat
      [(str "journal   " (name lane) " in " directory)
       (str "codec     " (name codec))
       (str "records   " (table/number n)
            (when (pos? n) (str ", sequences " first-sequence " to " (dec (long next-sequence)))))
       (str "positions " start " to " end)]
      (when (pos? n) [(str "written   " (time-text first-time) " to " (time-text last-time))])
      [(str "segments  " (counted (count segments) "file") " of " (table/number segment-bytes) " bytes")
       (str "dropped   " (table/number dropped))]
      (for [[owner {:keys [position sequence]}] readers]
        (str "reader    " (subs (str owner) 1) " at position " position ", "
             (counted (max 0 (- (long next-sequence) (long sequence))) "record") " before it"))
      (map damage-line damages)
      (when (seq damages) ["damage may stand elsewhere, too: verify looks at every record"])))))

(defn info
  "{:exit 0 :text string}"
  [[dir lane] {:keys [format]}]
  (let [found (journal/info dir (name-of lane))]
    {:exit 0
     :text (as format
               (if (= "json" format)
                 (-> found (update :first-time #(some-> % time-text)) (update :last-time #(some-> % time-text)))
                 found)
               info-text)}))

(defn- verify-text [{:keys [records bytes start end damages]}]
  (str/join "\n"
            (concat
             (map damage-line damages)
             [(str (counted records "record") ", " (counted bytes "byte") " of messages, positions "
                   start " to " end ": "
                   (if (seq damages) (counted (count damages) "damage") "no damage"))])))

(defn verify
  "Exit 1 when something is damaged."
  [[dir lane] {:keys [format]}]
  (let [found (journal/verify dir (name-of lane))]
    {:exit (if (seq (:damages found)) 1 0)
     :text (as format found verify-text)}))

(defn- owner-names [dir lane]
  (map #(subs (str %) 1) (keys (:readers (journal/info dir lane)))))

(defn forget
  "Frees the kept position of a reader. Error: :cli/usage when there is none, or the reader is at work."
  [[dir lane owner]]
  (let [owner (str/replace owner #"^:" "")
        lane  (name-of lane)]
    (try
      (when-not (journal/forget! dir lane owner)
        (throw (args/usage (str "journal " (name lane) " keeps no position of " (problem/printed owner)
                                "; it keeps those of "
                                (or (not-empty (str/join ", " (owner-names dir lane))) "nobody")))))
      (catch ExceptionInfo e
        (throw (if (= :role/owned (code-of e)) (args/usage (ex-message e)) e))))
    {:exit 0 :text (str "Forgotten: journal " (name lane) " keeps no position of " owner " any more.")}))

;; -------------------------------------------------------------- replay

(defn- refused
  "The error of a record that a graph did not take, with where it stands; that of a graph that has ended as it is."
  [lane position e]
  (if (#{:graph/stopped :graph/failed :lane/closed} (code-of e))
    e
    (problem/ex :incorrect :cli/bad-line (str "journal " (name lane) ", position " position ": " (ex-message e))
                {:lane lane :position position} e)))

(defn feeds
  "What lanegraph.cli.run feeds an endpoint with: the records of a journal, with --grep those whose line it is found in."
  [dir lane ep {:keys [grep] :as opts}]
  (let [lane (name-of lane)
        log  (cond->> (lg/journal dir lane (assoc (part opts) :records true))
               grep (eduction (filter #(re-find grep (edn-text/write (printable %))))))]
    (with-open [r (journal/open dir lane)] ; what cannot be read is told before anything runs
      (decoder r lane))
    [{:ep   (name-of ep)
      :name (str "journal " (name lane))
      :feed (fn [offer]
              (let [n (reduce (fn [n {:keys [position value]}]
                                (if (try (offer value)
                                         (catch ExceptionInfo e (throw (refused lane position e))))
                                  (inc (long n))
                                  (reduced nil)))
                              0 log)]
                (when n (str "replayed " (counted n "record") " of journal " (name lane)))))}]))

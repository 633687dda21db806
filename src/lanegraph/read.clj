(ns lanegraph.read
  "Specs from EDN text. Nothing in it is ever evaluated.

  The map that comes back carries in its metadata, under :lanegraph/source, where each of its values stood, so that
  lanegraph.check can add :file, :line and :column to its problems. Lines and columns count from 1.

  Errors are ex-info (lanegraph.problem/ex) with :file, :line, :column where known and one of these codes:
  :read/not-found :read/not-readable :read/too-large :read/not-utf-8 :read/empty :read/syntax :read/duplicate-key
  :read/tag :read/too-deep :read/several-forms :read/not-a-map."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.tools.reader.edn :as edn]
            [clojure.tools.reader.reader-types :as rt]
            [lanegraph.problem :as problem])
  (:import (java.io File IOException Reader)
           (java.nio ByteBuffer)
           (java.nio.charset CodingErrorAction StandardCharsets)
           (java.nio.file Files OpenOption Path)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private max-depth 100)
(def ^:private max-bytes (* 16 1024 1024))

(defn- fail!
  ([code at message] (fail! code at message {}))
  ([code {:keys [file line column] :as at} message details]
   (throw (problem/ex :incorrect code
                      (str (or file "the text") (when line (str ":" line ":" column)) ": " message)
                      (merge details (select-keys at [:file :line :column]))
                      (:cause at)))))

(defn- here [rdr]
  {:file (rt/get-file-name rdr) :line (long (rt/get-line-number rdr)) :column (long (rt/get-column-number rdr))})

(defn- blank? [ch]
  (or (Character/isWhitespace (char ch)) (= \, ch)))

(defn- skip-line [rdr]
  (loop [ch (rt/read-char rdr)]
    (when-not (or (nil? ch) (= \newline ch))
      (recur (rt/read-char rdr)))))

(declare read-form)

(defn- skip-blank
  "Passes whitespace, commas, comments and discarded forms; returns the next character, unread, or nil at the end."
  [rdr state depth]
  (let [at (here rdr)
        ch (rt/read-char rdr)]
    (cond
      (nil? ch)    nil
      (blank? ch)  (recur rdr state depth)
      (= \; ch)    (do (skip-line rdr) (recur rdr state depth))
      (= \# ch)    (case (rt/peek-char rdr)
                     \_ (do (rt/read-char rdr)
                            (when (contains? #{nil \} \] \)} (skip-blank rdr state depth))
                              (fail! :read/syntax at "#_ has nothing behind it to leave out"))
                            (read-form rdr {:discard? true} [] (inc (long depth)))
                            (recur rdr state depth))
                     \! (do (skip-line rdr) (recur rdr state depth))
                     (do (rt/unread rdr ch) ch))
      :else        (do (rt/unread rdr ch) ch))))

(defn- note! [{:keys [places]} side path at]
  (when places
    (swap! places assoc-in [path side] [(:line at) (:column at)])))

(defn- read-items
  "Calls (item n) before each closing character `close` until it is found."
  [rdr state depth ^Character close at what item]
  (loop [n 0]
    (let [ch (skip-blank rdr state depth)]
      (cond
        (nil? ch)    (fail! :read/syntax at (str "the text ends inside the " what " that begins here; close it with " close))
        (= close ch) (rt/read-char rdr)
        :else        (do (item n) (recur (inc n)))))))

(defn- read-seq [rdr state path depth close at what]
  (let [items (volatile! (transient []))]
    (read-items rdr state depth close at what
                (fn [n] (vswap! items conj! (read-form rdr state (conj path n) (inc (long depth))))))
    (persistent! @items)))

(defn- read-map [rdr state path depth at]
  (let [entries (volatile! {})]
    (read-items
     rdr state depth \} at "map"
     (fn [_]
       (let [key-at (here rdr)
             k      (read-form rdr (assoc state :places nil) [] (inc (long depth)))
             path   (conj path k)]
         (when (contains? @entries k)
           (fail! :read/duplicate-key key-at
                  (str "the key " (problem/printed k) " is in this map already; keep one of the two") {:key k}))
         (when (contains? #{nil \}} (skip-blank rdr state depth))
           (fail! :read/syntax key-at (str "the key " (problem/printed k) " has no value behind it") {:key k}))
         (note! state :key path key-at)
         (vswap! entries assoc k (read-form rdr state path (inc (long depth)))))))
    @entries))

(defn- read-set [rdr state depth at]
  (let [items (read-seq rdr (assoc state :places nil) [] depth \} at "set")
        twice (first (for [[item n] (frequencies items) :when (< 1 (long n))] item))]
    (when (some? twice)
      (fail! :read/duplicate-key at (str "the set holds " (problem/printed twice) " twice; keep one of the two") {:key twice}))
    (set items)))

(defn- on-tag [{:keys [discard?]} at]
  (fn [tag _]
    (when-not discard?
      (fail! :read/tag at (str "found the tag #" tag "; a spec is plain data: write the value without it")
             {:tag tag}))))

(defn- edn-form
  "One scalar or tagged form, read by tools.reader."
  [rdr state at]
  (try
    (edn/read {:default (on-tag state at)} rdr)
    (catch clojure.lang.ExceptionInfo e
      (if (:lanegraph/code (ex-data (or (ex-cause e) e)))
        (throw (or (ex-cause e) e))
        (fail! :read/syntax (assoc at :cause e) (str/replace (str (ex-message e)) #"^.*\[line \d+, col \d+\] ?" ""))))))

(defn- read-form [rdr state path depth]
  (let [at (here rdr)
        ch (rt/read-char rdr)]
    (when (> (long depth) (long max-depth))
      (fail! :read/too-deep at (str "the text is nested more than " max-depth " deep; a spec needs 5")))
    (note! state :value path at)
    (case ch
      \{ (read-map rdr state path depth at)
      \[ (read-seq rdr state path depth \] at "vector")
      \( (apply list (read-seq rdr state path depth \) at "list"))
      (\} \] \)) (fail! :read/syntax at (str "found " ch " where nothing is open"))
      (if (and (= \# ch) (= \{ (rt/peek-char rdr)))
        (do (rt/read-char rdr) (read-set rdr state depth at))
        (do (rt/unread rdr ch) (edn-form rdr state at))))))

(defn- read-whole [rdr file]
  (let [state {:places (atom {})}
        begin {:file file :line 1 :column 1}]
    (when-not (skip-blank rdr state 0)
      (fail! :read/empty begin "found no form; expected a map such as {:name :demo :lanes {…}}"))
    (let [at    (here rdr)
          value (read-form rdr state [] 0)]
      (when (skip-blank rdr state 0)
        (fail! :read/several-forms (here rdr) "found a second form; expected one map; put each spec into a file of its own"))
      (when-not (map? value)
        (fail! :read/not-a-map at (str "found " (problem/printed value) "; expected a map such as {:name :demo :lanes {…}}")
               {:value value}))
      (vary-meta value assoc :lanegraph/source {:file file :value value :places @(:places state)}))))

(defn from-string
  "The spec in a text. Options: :file, the name that errors and problems show."
  ([text] (from-string text {}))
  ([^String text {:keys [file]}]
   (let [text (if (str/starts-with? text "\uFEFF") (subs text 1) text)]
     (try
       (read-whole (rt/indexing-push-back-reader (rt/string-push-back-reader text 4) 4 file) file)
       (catch StackOverflowError _
         (fail! :read/too-deep {:file file} (str "the text is nested more than " max-depth " deep; a spec needs 5")))))))

(defn from-reader
  "The spec that a java.io.Reader holds, read to its end; the reader is not closed. Options as from-string."
  ([rdr] (from-reader rdr {}))
  ([^Reader rdr opts]
   (from-string (slurp rdr) opts)))

(defn- place-after
  "Line and column (from 1) of the character behind `text`."
  [^String text]
  (let [lines (str/split text #"\r\n|\r|\n" -1)]
    {:line (count lines) :column (inc (count (peek lines)))}))

(defn- decoded ^String [^bytes content file]
  (let [in      (ByteBuffer/wrap content)
        out     (java.nio.CharBuffer/allocate (inc (alength content)))
        decoder (doto (.newDecoder StandardCharsets/UTF_8)
                  (.onMalformedInput CodingErrorAction/REPORT))
        result  (.decode decoder in out true)
        text    (str (.flip out))]
    (when (.isError result)
      (let [found (bit-and (long (.get in (.position in))) 0xff)]
        (fail! :read/not-utf-8 (assoc (place-after text) :file file)
               (format "found the byte 0x%02x, which is not UTF-8; save the file as UTF-8" found))))
    text))

(defn content
  "The text of a file that is there, is a file, is not larger than 16 MiB and holds UTF-8.
  Errors: :read/not-found :read/not-readable :read/too-large :read/not-utf-8."
  ^String [file]
  (let [shown (str/replace (str file) #"\p{Cntrl}" "?")
        stop  (fn [category code message cause]
                (throw (problem/ex category code (str shown ": " message) {:file shown} cause)))
        path  (try (if (instance? Path file) file (.toPath (io/file file)))
                   (catch Exception e
                     (stop :incorrect :read/not-readable "found a name that no file can have; give another" e)))
        ^File f (.toFile ^Path path)]
    (cond
      (not (.exists f))    (stop :not-found :read/not-found "there is no such file; check the name" nil)
      (.isDirectory f)     (stop :incorrect :read/not-readable "found a directory; expected a file" nil))
    (let [found (try (with-open [in (Files/newInputStream path (make-array OpenOption 0))]
                       (.readNBytes in (inc (int max-bytes))))
                     (catch IOException e
                       (stop :forbidden :read/not-readable (str "it cannot be read: " (ex-message e)) e)))]
      (when (< (int max-bytes) (alength ^bytes found))
        (stop :incorrect :read/too-large (str "found more than " max-bytes " bytes; a spec has at most that many") nil))
      (decoded found shown))))

(defn from-file
  "The spec in a file: a path as string, java.io.File or java.nio.file.Path."
  [file]
  (from-string (content file) {:file (str file)}))

(defn place
  "{:file :line :column} of the value at `path` of a spec, or of its key with `side` :key. {} when the spec was not
  read from text or the value at `path` is another than what was read."
  [spec path side]
  (let [{:keys [file value places]} (:lanegraph/source (meta spec))
        none (Object.)
        at   (fn [m] (get-in m path none))]
    (if-let [[line column] (get-in places [path side] (get-in places [path :value]))]
      (if (= (at spec) (at value))
        (cond-> {:line line :column column} file (assoc :file file))
        {})
      {})))

(ns lanegraph.source
  "The text that a spec is read from: files, and where in them a value stood.

  A spec that was read carries in its metadata, under :lanegraph/source, {:file string :value spec :places
  {path {:value [line column] :key [line column]}}}. Lines and columns count from 1.

  Errors are ex-info (lanegraph.problem/ex) with :file, :line, :column where known."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [lanegraph.problem :as problem])
  (:import (java.io File IOException)
           (java.nio ByteBuffer CharBuffer)
           (java.nio.charset CodingErrorAction StandardCharsets)
           (java.nio.file Files OpenOption Path)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private max-bytes (* 16 1024 1024))

(defn fail!
  "Throws the ex-info for a text that is no spec. `at` is {:file :line :column :cause}, each may be missing."
  ([code at message] (fail! code at message {}))
  ([code {:keys [file line column] :as at} message details]
   (throw (problem/ex :incorrect code
                      (str (or file "the text") (when line (str ":" line ":" column)) ": " message)
                      (merge details (select-keys at [:file :line :column]))
                      (:cause at)))))

(defn- place-after
  "Line and column (from 1) of the character behind `text`."
  [^String text]
  (let [lines (str/split text #"\r\n|\r|\n" -1)]
    {:line (count lines) :column (inc (count (peek lines)))}))

(defn- decoded ^String [^bytes content file]
  (let [in      (ByteBuffer/wrap content)
        out     (CharBuffer/allocate (inc (alength content)))
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
                     (stop :incorrect :read/not-readable "found a name that no file can have; give another"
                           e)))
        ^File f (.toFile ^Path path)]
    (cond
      (not (.exists f))    (stop :not-found :read/not-found "there is no such file; check the name" nil)
      (.isDirectory f)     (stop :incorrect :read/not-readable "found a directory; expected a file" nil))
    (let [found (try (with-open [in (Files/newInputStream path (make-array OpenOption 0))]
                       (.readNBytes in (inc (int max-bytes))))
                     (catch IOException e
                       (stop :forbidden :read/not-readable (str "it cannot be read: " (ex-message e)) e)))]
      (when (< (int max-bytes) (alength ^bytes found))
        (stop :incorrect :read/too-large
              (str "found more than " max-bytes " bytes; a spec has at most that many") nil))
      (decoded found shown))))

(defn with-source
  "A spec that was read, with where its values stood."
  [spec file places]
  (vary-meta spec assoc :lanegraph/source {:file file :value spec :places places}))

(defn place
  "{:file :line :column} of the value at `path` of a spec, or of its key with `side` :key. {} when the spec
  was not read from text or the value at `path` is another than what was read."
  [spec path side]
  (let [{:keys [file value places]} (:lanegraph/source (meta spec))
        none (Object.)
        at   (fn [m] (get-in m path none))]
    (if-let [[line column] (get-in places [path side] (get-in places [path :value]))]
      (if (= (at spec) (at value))
        (cond-> {:line line :column column} file (assoc :file file))
        {})
      {})))

(ns lanegraph.read
  "Specs from files, and from EDN text. Nothing in it is ever evaluated.

  The map that comes back carries in its metadata, under :lanegraph/source, where each of its values stood, so
  that lanegraph.check can add :file, :line and :column to its problems. Lines and columns count from 1.

  Errors are ex-info (lanegraph.problem/ex) with :file, :line, :column where known and one of these codes:
  :read/not-found :read/not-readable :read/too-large :read/not-utf-8 :read/empty :read/syntax
  :read/duplicate-key :read/tag :read/too-deep :read/several-forms :read/not-a-map."
  (:require [clojure.string :as str]
            [clojure.tools.reader.edn :as edn]
            [clojure.tools.reader.reader-types :as rt]
            [lanegraph.json-spec :as json-spec]
            [lanegraph.problem :as problem]
            [lanegraph.source :as source :refer [fail!]])
  (:import (java.io Reader)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private max-depth 100)

(defn- here [rdr]
  {:file   (rt/get-file-name rdr)
   :line   (long (rt/get-line-number rdr))
   :column (long (rt/get-column-number rdr))})

(defn- blank? [ch]
  (or (Character/isWhitespace (char ch)) (= \, ch)))

(defn- skip-line [rdr]
  (loop [ch (rt/read-char rdr)]
    (when-not (or (nil? ch) (= \newline ch))
      (recur (rt/read-char rdr)))))

(declare read-form)

(defn- skip-blank
  "Passes whitespace, commas, comments and discarded forms; returns the next character, unread, or nil at the
  end."
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
        (nil? ch)    (fail! :read/syntax at
                            (str "the text ends inside the " what " that begins here; close it with " close))
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
                  (str "the key " (problem/printed k) " is in this map already; keep one of the two")
                  {:key k}))
         (when (contains? #{nil \}} (skip-blank rdr state depth))
           (fail! :read/syntax key-at (str "the key " (problem/printed k) " has no value behind it")
                  {:key k}))
         (note! state :key path key-at)
         (vswap! entries assoc k (read-form rdr state path (inc (long depth)))))))
    @entries))

(defn- read-set [rdr state depth at]
  (let [items (read-seq rdr (assoc state :places nil) [] depth \} at "set")
        twice (first (for [[item n] (frequencies items) :when (< 1 (long n))] item))]
    (when (some? twice)
      (fail! :read/duplicate-key at
             (str "the set holds " (problem/printed twice) " twice; keep one of the two") {:key twice}))
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
        (fail! :read/syntax (assoc at :cause e)
               (str/replace (str (ex-message e)) #"^.*\[line \d+, col \d+\] ?" ""))))))

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
        (fail! :read/several-forms (here rdr)
               "found a second form; expected one map; put each spec into a file of its own"))
      (when-not (map? value)
        (fail! :read/not-a-map at
               (str "found " (problem/printed value) "; expected a map such as {:name :demo :lanes {…}}")
               {:value value}))
      (source/with-source value file @(:places state)))))

(defn from-string
  "The spec in a text. Options: :file, the name that errors and problems show."
  ([text] (from-string text {}))
  ([^String text {:keys [file]}]
   (let [text (if (str/starts-with? text "\uFEFF") (subs text 1) text)]
     (try
       (read-whole (rt/indexing-push-back-reader (rt/string-push-back-reader text 4) 4 file) file)
       (catch StackOverflowError _
         (fail! :read/too-deep {:file file}
                (str "the text is nested more than " max-depth " deep; a spec needs 5")))))))

(defn from-reader
  "The spec that a java.io.Reader holds, read to its end; the reader is not closed. Options as from-string."
  ([rdr] (from-reader rdr {}))
  ([^Reader rdr opts]
   (from-string (slurp rdr) opts)))

(defn from-file
  "The spec in a file: a path as string, java.io.File or java.nio.file.Path. A file whose name ends in .json
  holds JSON (lanegraph.json-spec), any other EDN."
  [file]
  (if (str/ends-with? (str/lower-case (str file)) ".json")
    (json-spec/from-file file)
    (from-string (source/content file) {:file (str file)})))

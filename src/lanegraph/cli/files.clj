(ns lanegraph.cli.files
  "The files that a command line names: specs, folders of code, inputs and outputs. What is not there, or
  is the wrong kind of thing, is a :cli/usage error."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [lanegraph.cli.args :as args]
            [lanegraph.core :as lg]
            [lanegraph.json-spec :as json-spec])
  (:import (clojure.lang Compiler DynamicClassLoader RT)
           (java.io File FileInputStream FileOutputStream InputStream OutputStream)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn read-spec
  "The spec in a file: JSON if its name ends in .json, else EDN. Its problems can tell where they stand.
  Errors: :read/…, with :file and, where known, :line and :column."
  [file]
  (if (str/ends-with? (str/lower-case file) ".json")
    (json-spec/from-file file)
    (lg/read-spec file)))

(defn- wrong [option file why]
  (throw (args/usage (str option " " file ": " why))))

(defn with-paths
  "What (f) answers, called where namespaces and classes in these folders can be loaded."
  [dirs f]
  (let [loader (DynamicClassLoader. (RT/baseLoader))
        thread (Thread/currentThread)
        before (.getContextClassLoader thread)]
    (doseq [dir dirs :let [folder (io/file dir)]]
      (when-not (.isDirectory folder)
        (wrong "--path" dir "there is no such folder"))
      ;; a URL that names a folder ends in a slash
      (.addURL loader (.toURL (.toURI (.getCanonicalFile folder)))))
    (.setContextClassLoader thread loader)
    (try
      (with-bindings {Compiler/LOADER loader} (f))
      (finally (.setContextClassLoader thread before)))))

(defn- identity-of
  "The one name of a file, by which two ways to say it are equal; nil for a device or a pipe, which keeps nothing
  that could be lost."
  [^File f]
  (when (or (.isFile f) (not (.exists f)))
    (.getCanonicalFile f)))

(defn input
  "{:name :open} of a file to read; (open) answers an InputStream. `-` is the standard input, `stdin`."
  [file ^InputStream stdin]
  (let [f (io/file file)]
    (cond
      (= "-" file)         {:name "standard input" :open (constantly stdin)}
      (not (.exists f))    (wrong "--in" file "there is no such file")
      (.isDirectory f)     (wrong "--in" file "is a folder; expected a file")
      (not (.canRead f))   (wrong "--in" file "may not be read")
      :else                {:name file :file (identity-of f) :open #(FileInputStream. f)})))

(defn output
  "{:name :open} of a file to write; (open) makes or empties it and answers an OutputStream. `-` is `stdout`."
  [file ^OutputStream stdout]
  (let [^File f (io/file file)
        folder  (.getParentFile (.getAbsoluteFile f))]
    (cond
      (= "-" file)                    {:name "standard output" :open (constantly stdout) :stdout true}
      (.isDirectory f)                (wrong "--out" file "is a folder; expected a file")
      (not (.isDirectory folder))     (wrong "--out" file (str "there is no folder " folder))
      (not (if (.exists f) (.canWrite f) (.canWrite folder))) (wrong "--out" file "may not be written")
      :else {:name file :file (identity-of f) :open #(FileOutputStream. f)})))

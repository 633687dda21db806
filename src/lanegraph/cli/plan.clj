(ns lanegraph.cli.plan
  "Which endpoint of a graph reads which file, and which writes which. Data in, data out."
  (:require [clojure.string :as str]
            [lanegraph.cli.args :as args]
            [lanegraph.cli.files :as files]
            [lanegraph.cli.lines :as lines])
  (:import (java.io InputStream)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- names [endpoints]
  (str/join ", " (map name endpoints)))

(defn- endpoints
  "The names of the endpoints of one kind, and the codec of their lanes."
  [spec kind]
  (into (sorted-map)
        (for [[ep {:keys [lane] k :kind}] (:endpoints spec) :when (= kind k)
              :let [lane (if (vector? lane) (first lane) lane)]]
          [ep (get-in spec [:lanes lane :codec] :bytes)])))

(defn- known-endpoint! [said known ep]
  (when-not (contains? known ep)
    (throw (args/usage (str said ": the graph has no such endpoint; it has "
                            (if (seq known) (names (keys known)) "none"))))))

(defn- known! [option known given]
  (doseq [[ep file] given]
    (known-endpoint! (str option " " (name ep) "=" file) known ep)))

(defn- in-pairs [known given]
  (cond
    (seq given)          given
    (= 1 (count known))  [[(key (first known)) "-"]]
    (empty? known)       []
    :else (throw (args/usage (str "the graph has the ingress endpoints " (names (keys known))
                                  "; say --in ENDPOINT=FILE for those to feed")))))

(defn- out-pairs [known given]
  (let [given   (if (and (empty? given) (= 1 (count known))) [[(key (first known)) "-"]] given)
        missing (remove (set (map first given)) (keys known))]
    (when (seq missing)
      (throw (args/usage (str "nobody reads the egress endpoints " (names missing)
                              "; say --out " (name (first missing)) "=FILE, or =/dev/null"))))
    (doseq [[ep files] (group-by first given) :when (< 1 (count files))]
      (throw (args/usage (str "--out " (name ep) " is given twice; an endpoint is written to one file"))))
    given))

(defn- apart!
  "An output that is also an input would be emptied before it is read; two outputs in one file would mix."
  [ins outs]
  (let [files (map :file outs)]
    (doseq [{:keys [file name]} (concat ins outs) :when file]
      (when (< 1 (+ (count (filter #{file} files)) (count (filter #{file} (distinct (map :file ins))))))
        (throw (args/usage (str name " is named twice, and would be written; give another file")))))))

(defn- line-source
  "The source that offers the lines of a file as messages of this codec."
  [{:keys [name open] :as input} codec]
  (assoc input :feed (fn [offer]
                       (with-open [^InputStream in (open)]
                         (lines/feed in name codec offer)
                         nil))))

(defn plan
  "{:in [{:ep :sources [{:name :feed}]}] :out [{:ep :codec :name :open}]} for the options of `run`, with the sources
  of --in, or with `feeds` instead, [{:ep :name :feed}]. A feed is a function of a function of one message, which
  answers false when no more is wanted; it answers what a person should be told of it, or nil.
  Error: :cli/usage when an endpoint is not there, a file is not there, or an egress would have no reader."
  [spec feeds {:keys [in out]} {stdin :in stdout :out}]
  (let [ingress (endpoints spec :ingress)
        egress  (endpoints spec :egress)]
    (known! "--in" ingress in)
    (known! "--out" egress out)
    (doseq [{:keys [ep]} feeds] (known-endpoint! (name ep) ingress ep))
    (let [ins  (or feeds
                   (for [[ep file] (in-pairs ingress in)]
                     (assoc (line-source (files/input file stdin) (ingress ep)) :ep ep)))
          outs (for [[ep file] (out-pairs egress out)]
                 (assoc (files/output file stdout) :ep ep :codec (egress ep)))]
      (when (< 1 (count (filter #(= "standard input" (:name %)) ins)))
        (throw (args/usage "the standard input is named twice; it can feed one endpoint")))
      (apart! ins outs)
      {:in  (vec (for [[ep sources] (group-by :ep ins)] {:ep ep :sources (vec sources)}))
       :out (vec outs)})))

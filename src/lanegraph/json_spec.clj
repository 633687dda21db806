(ns lanegraph.json-spec
  "Specs as JSON: the same maps with strings for keywords, [\"both\", 0] for [:both 0], and the key of a stage
  as it prints: \"my.stages/parse\", \":upper\", \"com.acme.Stage\". What JSON cannot say of :args and of qualified keys is
  written as {\"$edn\": \"text\"}. Reading what was written gives the same spec, and places as
  lanegraph.source says.

  Errors: as lanegraph.read; :spec/not-data for :args that are no data."
  (:require [clojure.edn :as edn]
            [clojure.string :as str]
            [lanegraph.convert :as convert]
            [lanegraph.json :as json]
            [lanegraph.model :as model]
            [lanegraph.problem :as problem]
            [lanegraph.source :as source :refer [fail!]]
            [lanegraph.spec :as spec])
  (:import (com.fasterxml.jackson.core JsonParser JsonProcessingException JsonToken StreamReadFeature)
           (com.fasterxml.jackson.databind ObjectMapper)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

;; ------------------------------------------------- spec <-> what JSON says

(defn- some-data->json [v]
  (let [there (try (json/write-string v) (catch Exception _ nil))]
    (cond
      (and there (not (and (map? v) (contains? v :$edn))) (= v (json/read-value there))) v
      (spec/data-text v) {:$edn (spec/data-text v)}
      :else (throw (problem/ex :incorrect :spec/not-data
                               (str "found " (problem/printed v) "; expected " (model/expected {:type :data}))
                               {:value v})))))

(defn- json->some-data [v]
  (if (and (map? v) (= [:$edn] (keys v)) (string? (:$edn v)))
    (edn/read-string (:$edn v))
    v))

(defn- json->keyword [v]
  (if (string? v) (keyword v) v))

(defn- json->ref [v]
  (if (and (vector? v) (seq v)) (update v 0 json->keyword) (json->keyword v)))

(defn- keyword->json [v]
  (if (keyword? v) (convert/name->string v) v))

(defn- ref->json [v]
  (if (and (vector? v) (seq v)) (update v 0 keyword->json) (keyword->json v)))

(defn- each [f v]
  (if (vector? v) (mapv f v) (f v)))

(defn- dead-letter [f v]
  (cond
    (not (map? v))    (f v)
    (contains? v :to) (update v :to f)
    :else             v))

(defn- recover [f v]
  (if (map? v) (into {} (map (fn [[k x]] [k (if (#{:journal :from} k) (f x) x)])) v) (f v)))

(defn- messages [f v]
  (if (map? v) (update-vals v #(each f %)) v))

(defn- routing
  "f on the key of a stage under :by, else `other`."
  [f other v]
  (if (and (map? v) (contains? v :by)) (update v :by f) (other v)))

(defn- json->stage-key [v]
  (if (string? v) (convert/string->stage-key v) v))

(defn- stage-key->json
  "What is no key stays as it is: the text of true would be the name of a class."
  [v]
  (if (ident? v) (convert/stage-key->string v) v))

(def ^:private from-json
  {:name json->keyword, :codec json->keyword, :lane json->keyword, :one-of json->keyword, :lane-ref json->ref
   :lanes #(each json->keyword %), :lane-refs #(each json->ref %), :data json->some-data
   :stage-key json->stage-key, :routing #(routing json->stage-key json->keyword %)
   :on-error #(dead-letter json->keyword %), :sync json->keyword, :from json->keyword
   :recover #(recover json->keyword %)
   :messages #(messages json->some-data %)})

(def ^:private to-json
  {:name keyword->json, :codec keyword->json, :lane keyword->json, :one-of keyword->json, :lane-ref ref->json
   :lanes #(each keyword->json %), :lane-refs #(each ref->json %), :data some-data->json
   :stage-key stage-key->json, :routing #(routing stage-key->json keyword->json %)
   :on-error #(dead-letter keyword->json %), :sync keyword->json, :from keyword->json
   :recover #(recover keyword->json %)
   :messages #(messages some-data->json %)})

(declare convert-map)

(defn- convert-value [way {:keys [type]} v]
  (let [place ({:lane-map :lane, :role-map :role, :endpoint-map :endpoint} type)]
    (cond
      place               (if (map? v) (update-vals v #(convert-map way place %)) v)
      (= :test-list type) (each #(convert-map way :test %) v)
      :else               ((get (:types way) type identity) v))))

(defn- convert-map [way place m]
  (if (map? m)
    (let [kind   (json->keyword (:kind m))
          by-key (into {} (map (juxt :key identity))
                       (if (some #{kind} (model/kinds place))
                         (model/entries place kind)
                         (model/entries place)))]
      (into {} (map (fn [[k v]]
                      [k (cond
                           (qualified-keyword? k) ((:other way) v)
                           (by-key k)             (convert-value way (by-key k) v)
                           :else                  v)]))
            m))
    m))

;; ---------------------------------------------------------------- reading

(defn- at-token [^JsonParser p file]
  (let [at (.currentTokenLocation p)]
    {:file file :line (long (.getLineNr at)) :column (long (.getColumnNr at))}))

(defn- note! [places path side {:keys [line column]}]
  (vswap! places assoc-in [path side] [line column]))

(defn- parse
  "The value at the parser's current token; notes where it and its parts stand."
  [^JsonParser p places path]
  (note! places path :value (at-token p nil))
  (condp identical? (.currentToken p)
    JsonToken/START_OBJECT (loop [m {}]
                             (if (identical? JsonToken/END_OBJECT (.nextToken p))
                               m
                               (let [k    (keyword (.currentName p))
                                     path (conj path k)]
                                 (note! places path :key (at-token p nil))
                                 (.nextToken p)
                                 (recur (assoc m k (parse p places path))))))
    JsonToken/START_ARRAY  (loop [v []]
                             (if (identical? JsonToken/END_ARRAY (.nextToken p))
                               v
                               (recur (conj v (parse p places (conj path (count v)))))))
    (json/parse p true false)))

(defn- parse-whole [^JsonParser p file]
  (let [places (volatile! {})]
    (when-not (.nextToken p)
      (fail! :read/empty {:file file :line 1 :column 1}
             "found nothing; expected an object such as {\"name\": \"demo\", …}"))
    (let [at    (at-token p file)
          value (parse p places [])]
      (when (.nextToken p)
        (fail! :read/several-forms (at-token p file) "found a second value; expected one object"))
      (when-not (map? value)
        (fail! :read/not-a-map at
               (str "found " (problem/printed value) "; expected an object such as {\"name\": \"demo\", …}")
               {:value value}))
      (source/with-source (convert-map {:types from-json :other json->some-data} :graph value) file
                          @places))))

(def ^:private our-mapper (json/mapper))

(defn- mapper-of ^ObjectMapper [mapper]
  (or mapper our-mapper))

(defn from-string
  "The spec in a JSON text. Options: :file, the name that errors and problems show; :mapper, a Jackson
  ObjectMapper whose rules for the text (comments, depth …) hold instead of ours."
  ([text] (from-string text {}))
  ([^String text {:keys [file mapper]}]
   (try
     (with-open [p (.createParser (mapper-of mapper)
                                  ^String (if (str/starts-with? text "\uFEFF") (subs text 1) text))]
       (.enable p (.mappedFeature StreamReadFeature/STRICT_DUPLICATE_DETECTION))
       (parse-whole p file))
     (catch JsonProcessingException e
       (let [at (.getLocation e)]
         (fail! (if (str/starts-with? (str (.getOriginalMessage e)) "Duplicate field")
                  :read/duplicate-key
                  :read/syntax)
                (cond-> {:file file :cause e}
                  at (assoc :line (long (.getLineNr at)) :column (long (.getColumnNr at))))
                (.getOriginalMessage e)))))))

(defn from-file
  "The spec in a JSON file: a path as string, java.io.File or java.nio.file.Path."
  [file]
  (from-string (source/content file) {:file (str file)}))

;; ---------------------------------------------------------------- writing

(defn to-string
  "A spec as JSON text with line breaks. Options: :mapper, a Jackson ObjectMapper that writes instead of
  ours."
  (^String [spec] (to-string spec {}))
  (^String [spec {:keys [mapper]}]
   (json/write-string (or mapper (json/mapper {:pretty true}))
                      (convert-map {:types to-json :other some-data->json} :graph spec))))

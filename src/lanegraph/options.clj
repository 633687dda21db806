(ns lanegraph.options
  "Options of spawn! and of the calls on a running graph: checked against the information model, and made
  ready for the Java core."
  (:require [clojure.java.io :as io]
            [clojure.spec.alpha :as s]
            [clojure.string :as str]
            [lanegraph.codec :as codec]
            [lanegraph.convert :as convert]
            [lanegraph.error :as error]
            [lanegraph.model :as model]
            [lanegraph.problem :as problem]
            [lanegraph.report :as report]
            [lanegraph.resolver :as resolver]
            [lanegraph.spec :as spec])
  (:import (java.io File)
           (java.nio.file InvalidPathException Path)
           (java.util.function Consumer)
           (lanegraph.graph Idle)
           (lanegraph.region Existing)
           (lanegraph.runtime SpawnOptions ThreadInit Threads)
           (lanegraph.stage InspectStage ValueInspect)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- key-problem [place k]
  (let [known (map :key (model/entries place))
        near  (model/nearest k known)]
    (problem/problem :options/unknown-key [k] k
                     (str "found the unknown option " (problem/printed k) "; expected "
                          (str/join ", " (sort known)))
                     :hint (when near (str "did you mean " near "?")))))

(defn- fits? [{:keys [type min] :as entry} v]
  (and (s/valid? (spec/spec-of entry) v)
       (or (not= :int type) (nil? min) (<= (long min) (long v)))
       (or (not (#{:dir :file} type)) (string? v) (instance? File v) (instance? Path v))))

(defn- value-problem [{:keys [key type values] :as entry} v]
  (let [near (when (= :one-of type) (model/nearest v values))]
    (problem/problem :options/bad-value [key] v
                     (str "option " key ": found " (problem/printed v) "; expected " (model/expected entry))
                     :hint (when near (str "did you mean " near "?")))))

(defn- consumer? [x]
  (or (ifn? x) (instance? InspectStage x) (instance? ValueInspect x)))

(defn- name-problems
  "The maps under :stages, :codecs and :consumers are keyed by keywords; a consumer can be called."
  [k found]
  (when (and (#{:stages :codecs :consumers} k) (map? found))
    (for [[k2 v] found
          :when (or (not (keyword? k2)) (nil? v) (and (= :consumers k) (not (consumer? v))))]
      (problem/problem :options/bad-value [k k2] v
                       (str "option " k ": found " (problem/printed k2) " " (problem/printed v)
                            "; expected a keyword and " (if (= :consumers k) "a function" "what it names"))
                       :hint (when (or (string? k2) (symbol? k2)) (str "write " (keyword (str k2))))))))

(def ^:private tables
  "{place {:by-key {key entry} :defaults {key value}}}, made once, since calls on a running graph look here."
  (into {} (for [[place] (:places model/model)]
             [place {:by-key   (into {} (map (juxt :key identity)) (model/entries place))
                     :defaults (model/defaults place nil)}])))

(defn- problems [place opts]
  (if (map? opts)
    (let [{:keys [by-key]} (tables place)]
      (mapcat (fn [[k v]]
                (let [entry (by-key k)]
                  (cond
                    (qualified-keyword? k) nil
                    (nil? entry)           [(key-problem place k)]
                    (nil? v)               nil
                    (fits? entry v)        (name-problems k v)
                    :else                  [(value-problem entry v)])))
              opts))
    [(problem/problem :options/bad-value [] opts
                      (str "found " (problem/printed opts) " as options; expected a map"))]))

(defn checked
  "`opts` with the defaults of a place of the model (:spawn, :offer …); a nil is as good as left out.
  Error: :options/invalid with all :problems."
  [place opts]
  (let [found (problems place (if (nil? opts) {} opts))]
    (when (seq found)
      (throw (problem/ex :incorrect :options/invalid
                         (str/join "\n  " (for [{:keys [message hint]} found]
                                            (str message (when hint (str "; " hint)))))
                         {:problems (vec found)})))
    (into (:defaults (tables place)) (remove (comp nil? val)) opts)))

(defn path
  "The Path of a directory that is given in any way. Error: :options/invalid."
  ^Path [dir]
  (try
    (if (instance? Path dir) dir (.toPath (io/file dir)))
    (catch InvalidPathException e
      (throw (problem/ex :incorrect :options/invalid
                         (str "option :dir: found " (problem/printed dir)
                              ", which no directory can be called; give another")
                         {:dir dir} e)))))

(defn- listener ^Consumer [f]
  (reify Consumer (accept [_ x] (f x))))

(defn- with-consumer ^SpawnOptions [^SpawnOptions o [endpoint f]]
  (let [endpoint (convert/name->string endpoint)]
    (condp instance? f
      InspectStage (.rawConsumer o endpoint f)
      ValueInspect (.consumer o endpoint f)
      (.consumer o endpoint (reify ValueInspect (accept [_ v] (f v) nil))))))

(defn- with-codec ^SpawnOptions [^SpawnOptions o [codec-name c]]
  (.codec o (convert/name->string codec-name) (codec/->java codec-name c)))

(defn- with-functions ^SpawnOptions [^SpawnOptions o {:keys [thread-init on-event on-failure]}]
  (cond-> o
    thread-init (.threadInit (reify ThreadInit
                               (init [_ role kind] (thread-init (keyword role) (keyword kind)) nil)))
    on-event    (.onEvent (listener #(on-event (report/event->data %))))
    on-failure  (.onFailure (listener #(on-failure (error/java->ex %))))))

(def ^:private existing {:continue Existing/CONTINUE :refuse Existing/REFUSE :replace Existing/REPLACE})
(def ^:private idles {:busy-spin Idle/BUSY_SPIN :yield Idle/YIELD :backoff Idle/BACKOFF :park Idle/PARK})

(defn ->java
  "The SpawnOptions for checked options. Errors: :options/invalid, :codec/not-a-codec."
  ^SpawnOptions [{:keys [dir threads idle wire dev stages codecs consumers] :as opts}]
  (let [o (if dir (SpawnOptions/mapped (path dir)) (SpawnOptions/inMemory))
        o (-> o
              (.existing (existing (:existing opts)))
              (.threads (if (= :shared threads) Threads/SHARED Threads/DEDICATED))
              (.idle (idles idle))
              (.wireAlways (= :always wire))
              (.dev (boolean dev))
              (.stages (resolver/resolver stages)))]
    (with-functions (reduce with-consumer
                            (reduce with-codec o (merge codec/built-in codecs))
                            consumers)
      opts)))

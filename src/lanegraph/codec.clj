(ns lanegraph.codec
  "Codecs: how the values of a lane become bytes and come back. A lane names its codec; :bytes, :string and
  :long come from the Java core, :edn and :json from here. Others are given to spawn! and simulate under
  :codecs, {name codec}: an object that satisfies the protocol Codec, or a lanegraph.lane.Codec, which works
  on buffers. A codec serves many threads at once.

  :edn   carries booleans, strings, characters, numbers, keywords, symbols, #inst, #uuid, tagged literals,
         lists, vectors, maps and sets, and nil inside them. It refuses everything else when it is sent: what
         is read back equals what was written. Metadata is left out.
  :json  as lanegraph.json says.

  Errors: :codec/wrong-type (a value that the codec does not carry), :codec/bad-bytes (bytes that it never
  wrote, or nil, which is no message), :codec/not-a-codec."
  (:require [clojure.edn :as edn]
            [lanegraph.edn-text :as edn-text]
            [lanegraph.error :as error]
            [lanegraph.json :as json]
            [lanegraph.problem :as problem])
  (:import (com.fasterxml.jackson.databind ObjectMapper)
           (clojure.lang ExceptionInfo)
           (java.io PushbackReader StringReader)
           (lanegraph LaneGraphException)
           (lanegraph.lane Codecs)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defprotocol Codec
  "A codec on byte arrays. Called by many threads. What it throws becomes :codec/failed with the exception
  as cause."
  (encode [codec value] "The value as a byte array, which is not changed afterwards.")
  (decode [codec bytes] "The value of a byte array that `encode` made; never nil."))

(defn- put ^long [^bytes found ^MutableDirectBuffer target]
  (let [length (alength found)]
    (when (<= length (.capacity target))
      (.putBytes target 0 found))
    length))

(defn- bytes-of ^bytes [^DirectBuffer source]
  (let [found (byte-array (.capacity source))]
    (.getBytes source 0 found)
    found))

(defn- bad-bytes [codec expected cause]
  (error/exception :incorrect :codec/bad-bytes
                   (str "codec " codec " expected " expected
                        (when cause (str "; " (ex-message cause)))
                        "; was it written by another codec?")
                   {:codec codec} cause))

(defn- no-message [codec]
  (error/exception :incorrect :codec/bad-bytes
                   (str "codec " codec " found nil, which is no message; put it into a collection")
                   {:codec codec}))

(def ^:private end (Object.))

(defn- one-form [^String text]
  (with-open [in (PushbackReader. (StringReader. text))]
    (let [opts  {:eof end :default tagged-literal}
          value (edn/read opts in)]
      (cond
        (identical? end value)                    (throw (bad-bytes "edn" "one form, found none" nil))
        (not (identical? end (edn/read opts in))) (throw (bad-bytes "edn" "one form, found several" nil))
        (nil? value)                              (throw (no-message "edn"))
        :else                                     value))))

(def ^:private edn-codec
  (reify lanegraph.lane.Codec
    (encode [_ value target]
      (.encode Codecs/STRING (edn-text/write value) target))
    (decode [_ source]
      (try
        (one-form (.decode Codecs/STRING source))
        (catch LaneGraphException e (throw e))
        (catch Exception e (throw (bad-bytes "edn" "one form of EDN in UTF-8" e)))
        (catch StackOverflowError _ (throw (bad-bytes "edn" "EDN, found a form nested too deep" nil)))))))

(defn json
  "The codec :json with an ObjectMapper of your own (jsonista's, for example): {:codecs {:json (codec/json
  mapper)}}."
  [^ObjectMapper mapper]
  (reify lanegraph.lane.Codec
    (encode [_ value target]
      (try
        (unchecked-int (put (json/write-bytes mapper value) target))
        (catch ExceptionInfo e
          (throw (error/exception :incorrect :codec/wrong-type (str "codec json: " (ex-message e))
                                  {:codec "json" :found (problem/printed (:value (ex-data e)))} e)))))
    (decode [_ source]
      (let [value (try
                    (json/read-value mapper (bytes-of source))
                    (catch ExceptionInfo e (throw (bad-bytes "json" "one JSON value in UTF-8" e)))
                    (catch StackOverflowError _ (throw (bad-bytes "json" "JSON, nested less deep" nil))))]
        (if (nil? value)
          (throw (no-message "json"))
          value)))))

(def built-in
  "The codecs that need not be given: {name lanegraph.lane.Codec}."
  {:bytes  Codecs/BYTES
   :string Codecs/STRING
   :long   Codecs/LONG
   :edn    edn-codec
   :json   (json (json/mapper))})

(defn- wrapped [codec]
  (reify lanegraph.lane.Codec
    (encode [_ value target]
      (let [found (encode codec value)]
        (if (bytes? found)
          (unchecked-int (put found target))
          (throw (problem/ex :incorrect :codec/failed
                             (str "encode returned " (problem/printed found) "; expected a byte array")
                             {})))))
    (decode [_ source]
      (decode codec (bytes-of source)))))

(defn ->java
  "The lanegraph.lane.Codec for a codec given under `codec-name`. Error: :codec/not-a-codec."
  ^lanegraph.lane.Codec [codec-name codec]
  (cond
    (instance? lanegraph.lane.Codec codec) codec
    (satisfies? Codec codec)               (wrapped codec)
    :else (throw (problem/ex :incorrect :codec/not-a-codec
                             (str "codec " codec-name ": found " (problem/printed codec)
                                  "; expected an object that satisfies lanegraph.codec/Codec or is a "
                                  "lanegraph.lane.Codec")
                             {:codec codec-name}))))

(ns lanegraph.json
  "JSON values through Jackson 2. Every function takes an ObjectMapper first if the caller has one of its own,
  for example jsonista's; without it, the mapper of this namespace is used. Mappers and functions may be used
  by any thread.

  Our mapper writes keywords and symbols as strings (with their namespace), refuses what is not data
  (functions, atoms, NaN), and reads maps with keyword keys, vectors, longs, doubles, strings, booleans and
  nil. Whole numbers beyond a long become BigInt. What is read is immutable, whatever the mapper.

  Errors: :json/unreadable with :line and :column, :json/unwritable."
  (:require [lanegraph.problem :as problem])
  (:import (clojure.lang BigInt IPersistentCollection Keyword Ratio Symbol)
           (com.fasterxml.jackson.core JsonGenerator JsonParser JsonProcessingException JsonToken
                                       StreamReadFeature)
           (com.fasterxml.jackson.databind DeserializationContext DeserializationFeature JsonDeserializer
                                           JsonSerializer ObjectMapper ObjectReader SerializationFeature)
           (com.fasterxml.jackson.databind.json JsonMapper)
           (com.fasterxml.jackson.databind.module SimpleModule)
           (com.fasterxml.jackson.databind.ser BeanSerializerModifier)
           (com.fasterxml.jackson.databind.ser.std BeanSerializerBase)
           (java.io InputStream Reader)
           (java.util List Map)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- named ^String [x]
  (if (keyword? x) (subs (str x) 1) (str x)))

(defmacro ^:private serializer [[value generator] & body]
  `(proxy [JsonSerializer] []
     (serialize [~value ~(vary-meta generator assoc :tag `JsonGenerator) _#]
       ~@body)))

(defn- not-data [v cause]
  (problem/ex :incorrect :json/unwritable
              (str "found " (problem/printed v)
                   ", which cannot be written as JSON; expected maps, vectors, strings, "
                   "keywords, finite numbers, booleans and nil")
              {:value v}
              cause))

(def ^:private refuse-objects
  "Jackson would write an object that is no data by its getters, or as {}."
  (proxy [BeanSerializerModifier] []
    (modifySerializer [_ _ found]
      (if (instance? BeanSerializerBase found)
        (serializer [v _] (throw (not-data v nil)))
        found))))

(defn- finite ^double [x]
  (let [d (double x)]
    (if (or (Double/isNaN d) (Double/isInfinite d))
      (throw (problem/ex :incorrect :json/unwritable
                         (str "found " d ", which JSON does not know; send nil or a string instead")
                         {:value x}))
      d)))

(defn- parse-key [^JsonParser p keywords?]
  (if keywords? (keyword (.currentName p)) (.currentName p)))

(defn parse
  "The value that begins at the current token of a parser, which is left at its last token."
  [^JsonParser p keywords? big-decimals?]
  (let [token (.currentToken p)]
    (condp identical? token
      JsonToken/VALUE_STRING       (.getText p)
      JsonToken/START_OBJECT       (loop [m (transient {})]
                                     (if (identical? JsonToken/END_OBJECT (.nextToken p))
                                       (persistent! m)
                                       (let [k (parse-key p keywords?)]
                                         (.nextToken p)
                                         (recur (assoc! m k (parse p keywords? big-decimals?))))))
      JsonToken/START_ARRAY        (loop [v (transient [])]
                                     (if (identical? JsonToken/END_ARRAY (.nextToken p))
                                       (persistent! v)
                                       (recur (conj! v (parse p keywords? big-decimals?)))))
      JsonToken/VALUE_NUMBER_INT   (let [n (.getNumberValue p)]
                                     (if (instance? BigInteger n)
                                       (BigInt/fromBigInteger n)
                                       (.getLongValue p)))
      JsonToken/VALUE_NUMBER_FLOAT (if big-decimals? (.getDecimalValue p) (.getDoubleValue p))
      JsonToken/VALUE_TRUE         true
      JsonToken/VALUE_FALSE        false
      nil)))

(defn- clojure-module [keywords?]
  (let [text (serializer [v g] (.writeString g (named v)))
        key  (serializer [v g] (.writeFieldName g (named v)))]
    (doto (SimpleModule. "lanegraph")
      (.setSerializerModifier refuse-objects)
      (.addSerializer Keyword text)
      (.addSerializer Symbol text)
      (.addKeySerializer Keyword key)
      (.addKeySerializer Symbol key)
      (.addSerializer Ratio (serializer [v g] (.writeNumber g (double v))))
      (.addSerializer Double (serializer [v g] (.writeNumber g (finite v))))
      (.addSerializer Float (serializer [v g] (.writeNumber g (float (finite v)))))
      (.addDeserializer Object
                        (proxy [JsonDeserializer] []
                          (deserialize [^JsonParser p ^DeserializationContext context]
                            (parse p keywords?
                                   (.isEnabled context
                                               DeserializationFeature/USE_BIG_DECIMAL_FOR_FLOATS))))))))

(defn mapper
  "A new ObjectMapper for Clojure data. Options: :keywords (default true) reads keys as keywords,
  :big-decimals (default false) reads numbers with a point as BigDecimal, :pretty (default false) writes with
  line breaks."
  (^ObjectMapper [] (mapper {}))
  (^ObjectMapper [{:keys [keywords big-decimals pretty] :or {keywords true}}]
   (-> (JsonMapper/builder)
       (.addModule (clojure-module (boolean keywords)))
       (.configure SerializationFeature/WRITE_DATES_AS_TIMESTAMPS false)
       (.configure SerializationFeature/INDENT_OUTPUT (boolean pretty))
       (.configure DeserializationFeature/FAIL_ON_TRAILING_TOKENS true)
       (.configure DeserializationFeature/USE_BIG_DECIMAL_FOR_FLOATS (boolean big-decimals))
       (.build))))

(def ^:private ^ObjectMapper default-mapper (mapper))

(defn- unwritable [v e]
  (let [known (first (filter #(:lanegraph/code (ex-data %)) (take-while some? (iterate ex-cause e))))]
    (or known (not-data v e))))

(defmacro ^:private writing [v & body]
  `(try ~@body
        (catch JsonProcessingException e# (throw (unwritable ~v e#)))
        (catch StackOverflowError e# (throw (unwritable ~v e#)))))

(defn write-bytes
  "`v` as JSON in UTF-8: a new byte array."
  (^bytes [v] (write-bytes default-mapper v))
  (^bytes [^ObjectMapper mapper v]
   (writing v (.writeValueAsBytes mapper v))))

(defn write-string
  "`v` as JSON text."
  (^String [v] (write-string default-mapper v))
  (^String [^ObjectMapper mapper v]
   (writing v (.writeValueAsString mapper v))))

(defn- immutable
  "What a foreign mapper read, without Java's mutable collections."
  [x]
  (cond
    (instance? IPersistentCollection x) x
    (instance? Map x)
    (persistent! (reduce (fn [m [k v]] (assoc! m (if (string? k) (keyword k) k) (immutable v)))
                         (transient {}) x))
    (instance? List x)       (mapv immutable x)
    (instance? Integer x)    (long x)
    (instance? BigInteger x) (BigInt/fromBigInteger x)
    :else                    x))

(defn- unreadable [^JsonProcessingException e]
  (let [at (.getLocation e)]
    (problem/ex :incorrect :json/unreadable
                (str "found text that is not one JSON value: " (.getOriginalMessage e))
                (if at {:line (long (.getLineNr at)) :column (long (.getColumnNr at))} {})
                e)))

(defn- read-with [^ObjectReader reader source]
  (try
    (cond
      (bytes? source)                (.readValue reader ^bytes source)
      (string? source)               (.readValue reader ^String source)
      (instance? InputStream source) (.readValue reader ^InputStream source)
      :else                          (.readValue reader ^Reader source))
    (catch JsonProcessingException e
      (throw (unreadable e)))))

(defn read-value
  "The one JSON value in a byte array, string, InputStream or Reader."
  ([source] (read-value default-mapper source))
  ([^ObjectMapper mapper source]
   (immutable (read-with (.readerFor mapper Object) source))))

(defn read-strict
  "As read-value, and refuses a key that is twice in one object."
  ([source] (read-strict default-mapper source))
  ([^ObjectMapper mapper source]
   (immutable (read-with (.with (.readerFor mapper Object) StreamReadFeature/STRICT_DUPLICATE_DETECTION)
                         source))))

(ns lanegraph.test-run
  "Runs the tests of a spec (:tests), each in a simulation of its own, and tells where what came out differs."
  (:require [clojure.string :as str])
  (:import (clojure.lang ExceptionInfo)
           (java.util List Map Set)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- plain
  "A message as the data of a test would say it: bytes as numbers, Java's collections as Clojure's, so that equal
  ones have equal hashes."
  [v]
  (cond
    (bytes? v)        (mapv #(bit-and 0xff (long %)) v)
    (record? v)       v
    (instance? Map v) (into {} (map (fn [[k v]] [(plain k) (plain v)])) v)
    (instance? Set v) (into #{} (map plain) v)
    (instance? List v) (mapv plain v)
    :else             v))

(defn- carries-bytes? [{:keys [lanes endpoints]} endpoint]
  (let [ref (get-in endpoints [endpoint :lane])]
    (= :bytes (get-in lanes [(if (vector? ref) (first ref) ref) :codec] :bytes))))

(defn- inputs [spec in]
  (into {} (map (fn [[endpoint messages]]
                  [endpoint (if (carries-bytes? spec endpoint)
                              (mapv #(byte-array (map unchecked-byte %)) messages)
                              messages)]))
        in))

;; ------------------------------------------------------------------ comparing

(defn- less
  "`xs` without as many of each value as `ys` has, the first ones of them."
  [xs ys]
  (loop [[x & more :as xs] (seq xs), had (frequencies ys), kept []]
    (cond
      (nil? xs)                            kept
      (pos? (long (get had x 0)))          (recur more (update had x dec) kept)
      :else                                (recur more had (conj kept x)))))

(defn- parts
  "[path expected actual] of the parts in which two values differ, as deep as they are maps with the same keys, or
  vectors of the same length."
  [path a b]
  (cond
    (= a b)                                                                 nil
    (and (map? a) (map? b) (= (set (keys a)) (set (keys b))))
    (mapcat (fn [[k v]] (parts (conj path k) v (get b k))) a)
    (and (vector? a) (vector? b) (= (count a) (count b)))
    (mapcat (fn [i x y] (parts (conj path i) x y)) (range) a b)
    :else                                                                   [[path a b]]))

(defn- first-difference [expected actual]
  (let [i (count (take-while true? (map = expected actual)))
        a (nth expected i ::none)
        b (nth actual i ::none)]
    (cond-> {:index i}
      (not= ::none a) (assoc :expected a)
      (not= ::none b) (assoc :actual b)
      (and (coll? a) (coll? b))
      (assoc :parts (mapv (fn [[path x y]] {:path path :expected x :actual y}) (parts [] a b))))))

(defn- difference [endpoint expected actual]
  (when (not= expected actual)
    (let [missing    (less expected actual)
          unexpected (less actual expected)]
      {:endpoint       endpoint
       :expected-count (count expected)
       :actual-count   (count actual)
       :first          (first-difference expected actual)
       :missing        missing
       :unexpected     unexpected
       :reordered?     (not= (less expected missing) (less actual unexpected))})))

;; ------------------------------------------------------------------ running

(defn- causes
  "The messages of the causes of an error, without those that are told already."
  [e]
  (let [text #(or (ex-message %) (str %))]
    (subvec (reduce (fn [told cause] (if (some #(str/includes? % (text cause)) told) told (conj told (text cause))))
                    [(text e)] (take-while some? (rest (iterate ex-cause e))))
            1)))

(defn- error [e]
  (let [{:lanegraph/keys [code] :keys [role position]} (ex-data e)]
    (cond-> {:code code :message (ex-message e) :causes (causes e) :exception e}
      role     (assoc :role role)
      position (assoc :position position))))

(defn- run-test [simulate spec {:keys [name in out]}]
  (let [result {:name name :expected out}]
    (try
      (let [actual (update-vals (simulate (inputs spec in)) #(mapv plain %))
            found  (into [] (keep (fn [[endpoint expected]] (difference endpoint expected (actual endpoint))))
                         (sort-by (comp str key) out))]
        (assoc result :pass? (empty? found) :actual (select-keys actual (keys out)) :differences found))
      (catch ExceptionInfo e
        (when (= :call/interrupted (:lanegraph/code (ex-data e)))
          (throw e))
        (assoc result :pass? false :actual {} :differences [] :error (error e))))))

(defn run
  "The results of the :tests of a valid spec; lanegraph.core/test tells their shape. `simulate` is a function from
  {ingress [message]} to {egress [message]}."
  [simulate {:keys [tests] :as spec}]
  (let [results (mapv #(run-test simulate spec %) tests)
        passed  (count (filter :pass? results))]
    {:passed passed :failed (- (count results) passed) :results results}))

(ns lanegraph.rehearse-test
  "A candidate beside the present function, on messages that were or come."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.codec :as codec]
            [lanegraph.rehearse-kit :refer [counter differences plus through]]
            [lanegraph.run-kit :refer [code-of eventually pipe refusal taken]]
            [lanegraph.scratch :as scratch])
  (:import (lanegraph.stage FilterStage MapStage ValueStage)
           (org.agrona DirectBuffer MutableDirectBuffer)))

(set! *warn-on-reflection* true)

(def ^:private found [:messages :equal :different :failed])

(deftest what-differs-is-told-and-nothing-else-happens
  (doseq [opts [{} {:wire :always} {:threads :shared} {:dir true}]]
    (scratch/with-dir [dir]
      (through (pipe {:stage 'clojure.core/inc}) (cond-> opts (:dir opts) (assoc :dir dir)) [0 1 2] 3
               (fn [rt]
                 (let [before (lg/status rt)
                       r      (lg/rehearse rt :r #(if (= 1 %) :one (inc %)))]
                   (is (= {:role :r :version 1 :lane :a :messages 3 :equal 2 :different 1 :failed 0 :errors [] :missed 0
                           :state nil :asked 1000 :differences [{:position 1 :input 1 :now 2 :then :one}]}
                          (dissoc r :speed :candidate)))
                   (is (= [:role :candidate :version :lane] (take 4 (keys r))) "in this order")
                   (is (every? #(every? nat-int? ((juxt :mean-ns :median-ns :per-second) %)) (vals (:speed r))))
                   (is (= before (lg/status rt)))
                   (is (= 1 (count (lg/stage-history rt :r))))))))))

(deftest every-kind-of-value-stage-is-rehearsed
  (doseq [wire [:auto :always]
          [as now then want] [[:map inc #(when (odd? %) (inc %)) [[0 0 1 nil] [2 2 3 nil]]]
                              [:map #(when (odd? %) %) #(lg/emit % %) [[0 0 nil (lg/emit 0 0)] [1 1 1 (lg/emit 1 1)]
                                                                       [2 2 nil (lg/emit 2 2)]]]
                              [:map #(lg/emit % 5) #(lg/emit % %) [[0 0 (lg/emit 0 5) (lg/emit 0 0)]
                                                                   [1 1 (lg/emit 1 5) (lg/emit 1 1)]
                                                                   [2 2 (lg/emit 2 5) (lg/emit 2 2)]]]
                              [:map identity #(lg/emit %) []]
                              [:map (constantly nil) (fn [_] (lg/emit)) []]
                              [:filter even? #(< % 2) [[1 1 nil 1] [2 2 2 nil]]]
                              [:inspect identity (constantly nil) []]]]
    (testing (str wire as want)
      (with-open [rt (lg/spawn! (pipe {:stage :s :as as} {:slots 64}) {:stages {:s now} :wire wire})]
        (lg/offer-all! rt :in [0 1 2])
        (lg/await-idle! rt)
        (is (= want (differences (lg/rehearse rt :r then))))))))

(deftest arguments-and-sequences-are-those-of-the-role
  (through (pipe {:stage :s :sequence true :args {:by 7}}) {:stages {:s vector}} [:a :b] 2
           (fn [rt]
             (is (= [[0 :a [0 :a {:by 7}] '(:a 0 7)] [1 :b [1 :b {:by 7}] '(:b 1 7)]]
                    (differences (lg/rehearse rt :r (fn [n v {:keys [by]}] (list v n by)))))))))

(deftest state-starts-fresh-or-is-carried-and-the-roles-own-stays
  (let [closed (atom [])
        tagged (fn [tag] (assoc counter :close #(swap! closed conj [tag %])))]
    (with-open [rt (lg/spawn! (pipe {:stage :s :as :stateful :args 10}) {:stages {:s (tagged :now)}})]
      (lg/offer-all! rt :in [:a :b])
      (is (= [[:a 10] [:b 11]] (taken rt 2)))
      (is (= [:fresh [[0 :a [:a 10] [:a 11]] [1 :b [:b 11] [:b 12]]]]
             ((juxt :state differences) (lg/rehearse rt :r (assoc (tagged :then) :step (fn [n v] [(inc n) [v (inc n)]]))))))
      (is (= [[:now 12] [:then 12]] @closed) "both were made for it, with states of their own")
      (is (= [:carried [[0 :a [:a 12] [:a 1012]] [1 :b [:b 13] [:b 1013]]]]
             ((juxt :state differences) (lg/rehearse rt :r (tagged :then) {:migrate #(+ 1000 %)}))))
      (is (= 2 (count @closed)) "what holds the role's state is not closed")
      (lg/offer! rt :in :c)
      (is (= [[:c 12]] (taken rt 1)) "the role goes on with its own state")
      (is (= :stage/no-state (code-of #(lg/rehearse rt :r (reify ValueStage (apply [_ v] v)) {:migrate identity}))))
      (is (= "no" (ex-message (try (lg/rehearse rt :r counter {:migrate (fn [_] (throw (ex-info "no" {})))})
                                   (catch clojure.lang.ExceptionInfo e e)))))
      (testing "what closing throws is told"
        (let [bad (assoc counter :close (fn [_] (throw (ex-info "stays open" {}))))]
          (is (= "stays open" (ex-message (:close-error (lg/rehearse rt :r bad)))))))
      (testing "the present one is closed too when the candidate cannot be made"
        (reset! closed [])
        (is (= :stage/init-failed (code-of #(lg/rehearse rt :r (assoc counter :init (fn [_] (throw (ex-info "no" {}))))))))
        (is (= [] @closed) "it was never made"))
      (lg/stop! rt)
      (is (= 3 (:messages (lg/rehearse rt :r counter))) "fresh states can be rehearsed after a stop")
      (is (= :graph/stopped (code-of #(lg/rehearse rt :r counter {:migrate identity})))))))

(def ^:private drops-ones
  (lg/raw-stage :transform (fn [_] (fn ^long [^DirectBuffer in ^MutableDirectBuffer out]
                                     (if (= 1 (.getLong in 0))
                                       lg/DROP
                                       (do (.putLong out 0 3) 8))))))

(deftest stages-on-buffers-are-rehearsed
  (doseq [kind [:map :map-ok :stateful :transform], memory [:auto :mapped]]
    (scratch/with-dir [dir]
      (through (pipe {:stage :s} {:codec :long :slot-bytes 8})
               (cond-> {:stages {:s (plus kind 1)}} (= :mapped memory) (assoc :dir dir)) [1 2] 2
               (fn [rt]
                 (is (= [[0 1 2 3] [1 2 3 4]] (differences (lg/rehearse rt :r (plus kind 2)))) (str kind))
                 (is (= 2 (:equal (lg/rehearse rt :r inc))) "a function of values beside one on buffers")
                 (is (= [[0 1 2 nil]] (differences (lg/rehearse rt :r drops-ones))))
                 (is (= [[0 1 2 1] [1 2 3 nil]]
                        (differences (lg/rehearse rt :r (reify FilterStage (test [_ in] (= 1 (.getLong in 0)))))))))))))

(deftest java-stages-are-rehearsed
  (with-open [rt (lg/spawn! (-> (pipe {:stage "example.WordLengths$Length"})
                                (update :lanes assoc :a {:kind :events :codec :string} :b {:kind :events :codec :bytes})))]
    (lg/offer-all! rt :in ["a" "word"])
    (lg/await-idle! rt)
    (is (= [[0 "a" [1 0 0 0] [7]] [1 "word" [4 0 0 0] [7]]]
           (map (fn [[position input now then]] [position input (vec now) (vec then)])
                (differences (lg/rehearse rt :r (reify MapStage (apply [_ _ out] (.putByte out 0 7) (int 1))))))))
    (is (= 2 (:equal (lg/rehearse rt :r "example.WordLengths$Length"))
           (:equal (lg/rehearse rt :r (fn [word] (byte-array [(count word) 0 0 0]))))))))

(deftest the-function-of-a-router-is-rehearsed
  (let [lane {:kind :events :codec :long :slot-bytes 8}
        spec {:name :split :lanes {:a lane :b lane :c lane}
              :roles {:r {:kind :router :policy {:by :by} :rx :a :tx [:b :c]}}
              :endpoints {:in {:kind :ingress :lane :a} :b {:kind :egress :lane :b} :c {:kind :egress :lane :c}}}]
    (doseq [wire [:auto :always]]
      (with-open [rt (lg/spawn! spec {:stages {:by even?} :wire wire})]
        (lg/offer-all! rt :in [1 2 3])
        (lg/await-idle! rt)
        (let [r (lg/rehearse rt :r #(case (long %) 1 :b 2 nil 3 :nowhere))]
          (is (= [[0 1 :c :b] [1 2 :b nil]] (differences r)))
          (is (= [{:position 2 :input 3 :now :c :threw #{:then}}] (map #(dissoc % :then) (:errors r))))
          (is (= :stage/bad-route (:lanegraph/code (ex-data (:then (first (:errors r)))))))
          (is (= [2 1 3] (conj (mapv #(first (lg/take! rt % 1)) [:b :c]) (first (lg/take! rt :c 1)))) "each went one way"))))))

;; ------------------------------------------------------------------ errors

(deftest what-throws-is-told-whoever-it-is
  (let [boom #(throw (ex-info (str "boom " %) {}))]
    (through (pipe {:stage :s :on-error :skip}) {:stages {:s #(if (= 1 %) (boom %) %)}} [0 1 2 3] 3
             (fn [rt]
               (let [r (lg/rehearse rt :r #(if (< 0 % 3) (boom %) %))]
                 (is (= [4 2 0 2] (map r found)))
                 (is (= [[1 #{:now :then} "boom 1" "boom 1"] [2 #{:then} nil "boom 2"]]
                        (map (juxt :position :threw (comp ex-message :now) (comp ex-message :then))
                             (map #(update % :now (fn [x] (when (instance? Throwable x) x))) (:errors r))))))
               (testing "of the wrong arity, without an end to its recursion, without a class"
                 (is (= [4 0] ((juxt :failed :equal) (lg/rehearse rt :r (fn [_ _])))))
                 (is (= 4 (:failed (lg/rehearse rt :r (fn self [x] (inc (self x)))))))
                 (is (= 4 (:failed (lg/rehearse rt :r (fn [_] (throw (NoClassDefFoundError. "gone"))))))))
               (testing "told up to a limit, all counted"
                 (let [r (lg/rehearse rt :r boom {:limit 1})]
                   (is (= [4 1] ((juxt :failed (comp count :errors)) r))))
                 (let [r (lg/rehearse rt :r - {:limit 2})]
                   (is (= [2 1] ((juxt :different (comp count :errors)) r)))))))))

(deftest what-the-next-lane-would-refuse-is-an-error
  (through (pipe {:stage 'clojure.core/identity} {:slot-bytes 16}) {:wire :always} ["a"] 1
           (fn [rt]
             (doseq [[f code] {(fn [_] (apply str (repeat 50 "x"))) :lane/too-large
                               (fn [_] (Object.))                  :codec/wrong-type
                               (fn [_] (lg/emit 1 (Object.)))      :codec/wrong-type}]
               (is (= [code] (map (comp :lanegraph/code ex-data :then) (:errors (lg/rehearse rt :r f))))))
             (is (= :lane/by-reference (code-of #(with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
                                                   (lg/rehearse rt :r (plus :map 1)))))))))

(deftest messages-are-compared-by-value
  (through (pipe {:stage :s}) {:stages {:s (fn [v] {:nan ##NaN :bytes (byte-array [v])})}} [1] 1
           (fn [rt]
             (is (= 1 (:equal (lg/rehearse rt :r (fn [v] {:bytes (byte-array [v]) :nan (- ##Inf ##Inf)})))))
             (is (= 1 (:different (lg/rehearse rt :r (fn [v] {:bytes (byte-array [v v]) :nan ##NaN})))))
             (testing "what cannot be compared is different"
               (is (= 1 (:different (lg/rehearse rt :r (fn [_] (reify Object (equals [_ _] (throw (ex-info "no" {})))))))))
               (is (= 1 (:different (lg/rehearse rt :r (fn [_] (nth (iterate vector 1) 100000)))))))))
  (doseq [opts [{} {:wire :always}]]
    (through (pipe {:stage 'clojure.core/identity} {:codec :bytes}) opts [(byte-array [1 2])] 1
             (fn [rt]
               (is (= 1 (:equal (lg/rehearse rt :r (fn [^bytes b] (byte-array [(aget b 0) 2])))))))))
  (testing "as a reader gets them: JSON knows no keywords as values"
    (through (pipe {:stage 'clojure.core/identity} {:codec :json}) {:wire :always} [["a"]] 1
             (fn [rt]
               (is (= 1 (:equal (lg/rehearse rt :r (fn [_] (list "a"))))))))))

(deftest a-function-that-changes-its-message-does-not-spoil-that-of-the-other
  (through (pipe {:stage 'clojure.core/identity} {:codec :bytes}) {} [(byte-array [1])] 1
           (fn [rt]
             (let [r (lg/rehearse rt :r (fn [^bytes b] (aset b 0 (byte 9)) b))]
               (is (= [[[1] [1] [9]]] (map (comp #(mapv vec %) rest) (differences r))))))))

;; ------------------------------------------------------------------ which messages

(deftest the-last-messages-are-those-that-the-lane-still-holds
  (doseq [opts [{} {:wire :always} {:dir true}]]
    (scratch/with-dir [dir]
      (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:slots 8})
                                (cond-> (assoc opts :consumers {:out (fn [_])}) (:dir opts) (assoc :dir dir)))]
        (is (= [0 5] ((juxt :messages :asked) (lg/rehearse rt :r inc {:last 5}))) "none was there yet")
        (is (= {:now nil :then nil} (:speed (lg/rehearse rt :r inc))))
        (lg/offer-all! rt :in (range 20) {:timeout-ms 20000})
        (lg/await-idle! rt)
        (is (= [17 18 19] (map :position (:differences (lg/rehearse rt :r inc {:last 3})))))
        (let [{:keys [messages asked differences]} (lg/rehearse rt :r inc {:last 100})]
          (is (= 100 asked))
          (is (<= 7 messages 8))
          (is (= (range (- 20 messages) 20) (map :input differences)))))))
  (testing "those that are not read yet too"
    (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity}))]
      (lg/pause! rt :r)
      (lg/offer-all! rt :in [1 2])
      (is (= 2 (:different (lg/rehearse rt :r -)))))))

(def ^:private logged
  {:name :logged
   :lanes {:a {:kind :journal :codec :edn} :b {:kind :journal :codec :edn} :c {:kind :events :codec :edn}}
   :roles {:r {:kind :stage :stage 'clojure.core/identity :rx :a :tx :b}
           :json {:kind :stage :stage 'clojure.core/str :rx :b :tx :c}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}})

(deftest the-tail-of-a-journal-is-rehearsed
  (doseq [mapped? [false true]]
    (scratch/with-dir [dir]
      (through logged (if mapped? {:dir dir} {}) (range 5) 5
               (fn [rt]
                 (let [r (lg/rehearse rt :r - {:last 2})]
                   (is (= [[3 3 -3] [4 4 -4]] (map rest (differences r))))
                   (is (apply < 0 (map :position (:differences r))))
                   (when mapped?
                     (is (= (map :position (:differences r))
                            (map :position (into [] (lg/journal dir :a {:last 2 :records true}))))
                         "where the journal has them"))))))))

(deftest a-journal-is-rehearsed
  (scratch/with-dir [dir]
    (through logged {:dir dir} (range 10) 10 (fn [_]))
    (let [records (into [] (lg/journal dir :a {:records true}))]
      (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
        (let [r (lg/rehearse rt :r - {:journal [dir :a]})]
          (is (= [10 0 10 0] (map r found)))
          (is (nil? (:asked r)))
          (is (= (map :position records) (map :position (:differences r)))))
        (is (= [3 4 5] (map :input (:differences (lg/rehearse rt :r - {:journal [dir :a] :from (:position (nth records 3))
                                                                        :to (:position (nth records 6))})))))
        (is (= [8 9] (map :input (:differences (lg/rehearse rt :r - {:journal [dir :a] :last 2})))))
        (is (= 10 (:messages (lg/rehearse rt :r - {:journal [(java.io.File. (str dir)) :a] :since 0}))))
        (is (= 0 (:messages (lg/rehearse rt :r - {:journal [dir :a] :until 0}))))
        (is (= [:journal/not-found :journal/bad-position]
               [(code-of #(lg/rehearse rt :r - {:journal [dir :none]}))
                (code-of #(lg/rehearse rt :r - {:journal [dir :a] :from 3}))])))
      (testing "of a codec other than that of the role's lane"
        (doseq [opts [{} {:wire :always}]]
          (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc} {:codec :long :slot-bytes 8}) opts)]
            (is (= 10 (:equal (lg/rehearse rt :r inc {:journal [dir :a]})))))
          (with-open [rt (lg/spawn! (pipe {:stage :s} {:codec :long :slot-bytes 8}) {:stages {:s (plus :map 1)}})]
            (is (= 10 (:equal (lg/rehearse rt :r (plus :map 1) {:journal [dir :a]}))))))
        (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/count} {:codec :string}) {:wire :always})]
          (is (= [10 #{:now :then}] ((juxt :failed (comp :threw first :errors)) (lg/rehearse rt :r count {:journal [dir :a]})))
              "numbers are nothing that a lane of strings could hold"))))))

(def ^:private roman
  "A codec of one's own: 1 to 3."
  (reify codec/Codec
    (encode [_ v] (.getBytes ^String (apply str (repeat v "I"))))
    (decode [_ b] (alength ^bytes b))))

(deftest codecs-of-ones-own-are-those-of-the-graph
  (scratch/with-dir [dir]
    (let [spec (update logged :lanes update-vals #(assoc % :codec :roman)), opts {:codecs {:roman roman}}]
      (through (assoc-in spec [:lanes :c :codec] :string) (assoc opts :dir dir) [1 2 3] 3
               (fn [rt] (is (= [[1 1 2] [2 2 3] [3 3 4]] (map rest (differences (lg/rehearse rt :r inc)))))))
      (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) opts)]
        (is (= 3 (:equal (lg/rehearse rt :r inc {:journal [dir :a]})))))
      (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
        (is (= :graph/unknown-codec (code-of #(lg/rehearse rt :r inc {:journal [dir :a]}))))))))

(deftest the-next-messages-are-waited-for
  (doseq [mapped? [false true], producers [1 2]]
    (scratch/with-dir [dir]
      (with-open [rt (lg/spawn! (cond-> (pipe {:stage 'clojure.core/identity})
                                  (= 2 producers) (assoc-in [:endpoints :more] {:kind :ingress :lane :a}))
                                (cond-> {:consumers {:out (fn [_])}} mapped? (assoc :dir dir)))]
        (lg/offer-all! rt :in [:early])
        (lg/await-idle! rt)
        (let [r (future (lg/rehearse rt :r vector {:next 3 :timeout-ms 20000}))]
          (is (eventually (do (lg/offer! rt :in :late) (realized? r))))
          (is (= [3 3 3] ((juxt :messages :asked :different) @r)))
          (is (every? #{:late} (map :input (:differences @r)))))
        (is (= [0 1000] ((juxt :messages :asked) (lg/rehearse rt :r vector {:next 1000 :timeout-ms 0}))))
        (let [r (future (lg/rehearse rt :r vector {:next 1000 :timeout-ms 3600000}))]
          (lg/offer! rt :in 1)
          (lg/stop! rt)
          (is (>= 1 (:messages (deref r 20000 {:messages 99}))) "it ends with the graph"))))))

(deftest under-load-what-was-overwritten-is-missed-and-counted
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:slots 8}) {:consumers {:out (fn [_])}})]
    (let [over     (atom false)
          producer (future (loop [i 0] (when-not @over (recur (if (lg/offer! rt :in i) (inc i) i)))))]
      (dotimes [_ 20]
        (let [{:keys [messages missed different differences]} (lg/rehearse rt :r vector {:next 50 :timeout-ms 20000})]
          (is (= 50 messages different))
          (is (nat-int? missed))
          (is (apply < (map :position differences)))
          (is (every? #(= [(:position %) (:input %)] [(:input %) (:now %)]) differences) "whole, and of their positions")))
      (reset! over true)
      (deref producer 20000 nil))))

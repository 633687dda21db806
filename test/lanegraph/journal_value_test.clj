(ns lanegraph.journal-value-test
  "lg/journal: a journal as a value that can be reduced."
  (:require
   [clojure.datafy :as datafy]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [are deftest is testing]]
   [lanegraph.codec :as codec]
   [lanegraph.core :as lg]
   [lanegraph.journal-kit :as jk]
   [lanegraph.lane-kit :as kit]
   [lanegraph.run-kit :refer [code-of eventually refusal]])
  (:import
   (java.io File RandomAccessFile)
   (java.nio.file Files Path)
   (java.time Instant)))

(set! *warn-on-reflection* true)

(defn- graph
  "in -> a -> w -> log"
  ([] (graph {}))
  ([lane]
   {:name      :writing
    :lanes     {:a   {:kind :events :codec (:codec lane :edn)}
                :log (merge {:kind :journal :codec :edn :segment-bytes 4096} lane)}
    :roles     {:w {:kind :bridge :rx :a :tx :log}}
    :endpoints {:in {:kind :ingress :lane :a}}}))

(defn- write!
  "Appends the messages to the journal :log in dir."
  ([dir messages] (write! dir (graph) {} messages))
  ([dir spec opts messages]
   (with-open [rt (lg/spawn! spec (assoc opts :dir dir))]
     (is (= (count messages) (lg/offer-all! rt :in messages {:timeout-ms 20000})))
     (is (:drained (lg/stop! rt {:mode :drain :deadline-ms 20000}))))))

(defmacro ^:private with-log
  "Runs the body with a directory whose journal :log holds the messages 0 to 999."
  [[dir] & body]
  `(kit/with-dir [~dir true]
     (write! ~dir (range 1000))
     ~@body))

(defn- records [dir] (into [] (lg/journal dir :log {:records true})))

(defn- mapped?
  "Whether this process has a file of the journal mapped."
  [^File dir]
  (str/includes? (Files/readString (Path/of "/proc/self/maps" (make-array String 0))) (str dir)))

(deftest s15-every-way-to-reduce
  (with-log [dir]
    (let [log (lg/journal dir :log)]
      (is (= (range 1000) (into [] log)))
      (is (= 499500 (reduce + log) (reduce + 0 log)))
      (is (= (* 2 499500) (transduce (map #(* 2 (long %))) + log)))
      (is (= [0 2 4] (into [] (comp (filter even?) (take 3)) log)))
      (is (= [1 2 3] (into [] (eduction (map inc) (take 3) log))))
      (is (= 1000 (let [n (atom 0)] (run! (fn [_] (swap! n inc)) log) @n)))
      (is (= (range 1000) (into [] log)) "again"))))

(deftest reduce-without-a-first-value-follows-reduce
  (kit/with-dir [dir true]
    (write! dir [])
    (is (= 0 (reduce + (lg/journal dir :log))))
    (is (= [] (into [] (lg/journal dir :log {:last 3}))))
    (write! dir [7])
    (is (= 7 (reduce (fn [_ _] (is false)) (lg/journal dir :log))))))

(deftest records-tell-where-they-stand
  (with-log [dir]
    (let [before (System/currentTimeMillis)
          found  (records dir)]
      (is (= (range 1000) (map :value found) (map :sequence found)))
      (is (= (map :position (jk/records-of dir "log")) (map :position found)))
      (is (every? #(and (inst? %) (<= (- before 600000) (inst-ms %) before)) (map :time found))))))

(deftest s15-by-position
  (with-log [dir]
    (let [found (records dir)
          at    #(:position (nth found %))]
      (are [expected opts] (= expected (into [] (lg/journal dir :log opts)))
        (range 500 1000) {:from (at 500)}
        (range 0 500)    {:to (at 500)}
        (range 300 600)  {:from (at 300) :to (at 600)}
        []               {:from (at 600) :to (at 300)}
        (range 990 1000) {:last 10}
        (range 1000)     {:last 5000}
        []               {:last 0}
        (range 995 1000) {:last 10 :from (at 995)}
        (range 990 1000) {:last 10 :from (at 5)}
        []               {:from (:end (datafy/datafy (lg/journal dir :log)))})
      (is (= [:journal/bad-position (inc (long (at 1)))]
             ((juxt :lanegraph/code :position)
              (refusal #(into [] (lg/journal dir :log {:from (inc (long (at 1)))})))))))))

(defn- restamp!
  "Gives the records of a journal of one segment the stamps 1000, 2000 …"
  [dir]
  (doseq [{:keys [position sequence]} (jk/records-of dir "log")]
    (jk/stamp! (io/file dir "log.journal" (format "%020d.seg" 0)) position (* 1000 (inc (long sequence))))))

(deftest s15-by-time
  (kit/with-dir [dir true]
    (write! dir (range 20))
    (restamp! dir)
    (are [expected opts] (= expected (into [] (lg/journal dir :log opts)))
      (range 5 20) {:since 6000}
      (range 5 20) {:since 5001}
      (range 5 20) {:since (Instant/ofEpochMilli 6000)}
      (range 5 20) {:since #inst "1970-01-01T00:00:06.000Z"}
      (range 0 5)  {:until 6000}
      (range 0 6)  {:until 6001}
      (range 2 4)  {:since 3000 :until (Instant/ofEpochMilli 5000)}
      (range 18 20) {:since 3000 :last 2}
      (range 4 20) {:since 5000 :from (:position (nth (jk/records-of dir "log") 2))}
      []           {:since 20001}
      (range 20)   {:since 0})))

(deftest s15-a-reduction-ends-where-the-journal-ended-when-it-began
  (kit/with-dir [dir true]
    (with-open [rt (lg/spawn! (graph) {:dir dir})]
      (let [send! (fn [v] (is (lg/offer! rt :in v {:timeout-ms 20000}))
                    (lg/await-idle! rt {:timeout-ms 20000}))]
        (run! send! (range 3))
        (is (= [0 1 2] (reduce (fn [seen v]
                                 (send! (+ 100 (long v)))
                                 (if (< 9 (count seen)) (reduced :endless) (conj seen v)))
                               [] (lg/journal dir :log))))
        (is (= [0 1 2 100 101 102] (into [] (lg/journal dir :log))))))))

(deftest s15-while-it-is-written
  (kit/with-dir [dir true]
    (with-open [rt (lg/spawn! (graph) {:dir dir})]
      (let [writer (future (lg/offer-all! rt :in (range 20000) {:timeout-ms 20000}))]
        (loop [seen 0]
          (let [found (into [] (lg/journal dir :log))]
            (when-not (= (range (count found)) found)
              (is (= (range (count found)) found)))
            (is (<= seen (count found)))
            (when (< (count found) 20000) (recur (count found)))))
        (is (= 20000 @writer))))))

(deftest nothing-is-held-after-a-reduction
  (with-log [written] ; the writer's own mappings go when the collector finds them
    (kit/with-dir [dir true]
      (jk/copy-tree! written dir)
      (let [log (lg/journal dir :log)]
        (is (not (mapped? dir)))
        (reduce (fn [_ _] (is (mapped? dir) "the question finds a mapping") (reduced nil)) nil log)
        (is (not (mapped? dir)) "reduced")
        (is (= "enough" (try (run! (fn [_] (throw (ex-info "enough" {}))) log)
                             (catch clojure.lang.ExceptionInfo e (ex-message e)))))
        (is (not (mapped? dir)) "exception")
        (into [] log)
        (is (not (mapped? dir)) "end")
        (datafy/datafy log)
        (is (not (mapped? dir)) "datafy")))))

(deftest s15-damage-is-told-with-where-it-goes-on
  (kit/with-dir [dir true]
    (write! dir (range 50))
    (let [found (jk/records-of dir "log")
          at    #(:position (nth found %))
          file  (io/file dir "log.journal" (format "%020d.seg" 0))]
      (jk/flip! file (+ 32 (long (at 20))))
      (let [seen (atom [])
            {:lanegraph/keys [code] :keys [position goes-on message]}
            (refusal #(run! (fn [v] (swap! seen conj v)) (lg/journal dir :log)))]
        (is (= [:journal/corrupt (at 20) (at 21)] [code position goes-on]))
        (is (str/includes? message (str "it goes on at position=" goes-on)))
        (is (= (range 20) @seen))
        (is (= (range 21 50) (into [] (lg/journal dir :log {:from goes-on})))))
      (is (= (range 20) (into [] (lg/journal dir :log {:to (at 20)}))) "what comes before the damage is not held up")
      (jk/patch! file #(.setLength ^RandomAccessFile % (+ 40 (long (at 20)))))
      (is (= (range 20) (into [] (lg/journal dir :log))) "a torn end is no damage"))))

(deftest s15-a-missing-segment-is-told-with-where-it-goes-on
  (with-log [dir]
    (let [second-segment (io/file dir "log.journal" (format "%020d.seg" 4096))
          inside? #(<= 4096 (long (:position %)) 8191)
          found   (records dir)]
      (io/delete-file second-segment)
      (let [{:lanegraph/keys [code] :keys [goes-on]} (refusal #(into [] (lg/journal dir :log)))]
        (is (= :journal/missing-segment code))
        (is (= (map :value (drop-while #(not (inside? %)) found))
               (concat (map :value (filter inside? found)) (into [] (lg/journal dir :log {:from goes-on}))))))
      (is (= (range 990 1000) (into [] (lg/journal dir :log {:last 10})))))))

(deftest s15-what-was-removed-while-it-was-about-to-be-read-is-told
  (kit/with-dir [dir true]
    (with-open [rt (lg/spawn! (graph {:retain-bytes 8192}) {:dir dir})]
      (let [send! (fn [values]
                    (is (= (count values) (lg/offer-all! rt :in values {:timeout-ms 20000})))
                    (lg/await-idle! rt {:timeout-ms 20000}))
            seen  (atom [])]
        (send! (range 10))
        (let [{:lanegraph/keys [code] :keys [first position]}
              (refusal #(run! (fn [v]
                                (when (= 5 v)
                                  (send! (range 10 2000))
                                  (is (eventually (< 4096 (long (:start (datafy/datafy (lg/journal dir :log))))))))
                                (swap! seen conj v))
                              (lg/journal dir :log)))]
          (is (= [:journal/position-gone (range 6)] [code @seen]))
          (is (< (long position) (long first))))
        (is (= 1999 (reduce (fn [_ v] v) nil (lg/journal dir :log))) "what is there can be read")))))

(deftest codecs-are-those-of-spawn
  (kit/with-dir [dir true]
    (let [mine {:mine (reify codec/Codec
                        (encode [_ v] (.getBytes (str v)))
                        (decode [_ found] (let [text (String. ^bytes found)]
                                            (when (= "3" text) (throw (IllegalStateException. "three")))
                                            (symbol text))))}]
      (write! dir (graph {:codec :mine}) {:codecs mine} [1 2])
      (is (= '[1 2] (mapv (comp parse-long name) (into [] (lg/journal dir :log {:codecs mine})))))
      (is (= :graph/unknown-codec (code-of #(into [] (lg/journal dir :log)))))
      (is (= :codec/not-a-codec (code-of #(into [] (lg/journal dir :log {:codecs {:mine 5}})))))
      (write! dir (graph {:codec :mine}) {:codecs mine} [3])
      (is (= [:codec/failed (:position (last (jk/records-of dir "log")))]
             ((juxt :lanegraph/code :position) (refusal #(into [] (lg/journal dir :log {:codecs mine})))))))))

(deftest bytes-that-the-codec-did-not-write-are-told-with-their-position
  (kit/with-dir [dir true]
    (write! dir (graph {:codec :string}) {} ["}"])
    (is (= [:codec/bad-bytes 128] ((juxt :lanegraph/code :position)
                                  (refusal #(into [] (lg/journal dir :log
                                                                {:codecs {:string (:edn codec/built-in)}}))))))))

(deftest what-is-no-journal-is-refused
  (kit/with-dir [dir true]
    (let [none (refusal #(into [] (lg/journal dir :log)))]
      (is (= :journal/not-found (:lanegraph/code none)))
      (is (str/includes? (:message none) "peek")))
    (write! dir [])
    (let [{:keys [message journals]} (refusal #(into [] (lg/journal dir :logg)))]
      (is (= ["log"] journals))
      (is (str/includes? message "journals=[log]")))
    (io/delete-file (io/file dir "log.journal" "journal.cells"))
    (is (= :journal/not-found (code-of #(datafy/datafy (lg/journal dir :log)))))
    (with-open [rt (lg/spawn! (graph))]
      (doseq [dir [nil rt]
              :let [{:lanegraph/keys [code] :keys [message]} (refusal #(lg/journal dir :log))]]
        (is (= :options/invalid code))
        (is (str/includes? message "lg/peek"))))
    (are [lane opts] (= :options/invalid (code-of #(lg/journal dir lane opts)))
      "log" {}
      :log  {:lasst 3}
      :log  {:from -1}
      :log  {:from :start}
      :log  {:since "2026"}
      :log  {:last 1.5})))

(deftest it-prints-in-one-line-and-datafy-tells-what-it-holds
  (with-log [dir]
    (is (= (str "#lanegraph[journal :log of " dir "]") (pr-str (lg/journal (str dir) :log))))
    (is (= (str "#lanegraph[journal :log of " dir ", {:last 3}]")
           (pr-str (lg/journal (.toPath ^File dir) :log {:last 3}))))
    (let [found (records dir)
          {:keys [first-time last-time] :as info} (datafy/datafy (lg/journal dir :log))]
      (is (= {:lane :log :codec :edn :segment-bytes 4096 :start 128 :first-sequence 0 :next-sequence 1000 :dropped 0
              :readers {} :damages [] :directory (str (io/file dir "log.journal"))}
             (dissoc info :end :segments :first-time :last-time)))
      (is (< (long (:position (peek found))) (long (:end info))))
      (is (= [(:time (first found)) (:time (peek found))] [first-time last-time])))))

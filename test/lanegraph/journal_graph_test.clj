(ns ^:matrix lanegraph.journal-graph-test
  "Journals as lanes of a running graph, in memory and mapped."
  (:require
   [clojure.java.io :as io]
   [clojure.test :refer [deftest is testing]]
   [lanegraph.core :as lg]
   [lanegraph.journal-kit :as jk]
   [lanegraph.lane-kit :as kit]
   [lanegraph.run-kit :refer [code-of eventually taken]])
  (:import
   (java.io RandomAccessFile)
   (lanegraph.lane JournalReader)
   (lanegraph.region Ownership)))

(set! *warn-on-reflection* true)

(def ^:private log {:kind :journal :codec :edn :segment-bytes 4096})

(defn- graph
  "in -> a -> w -> log -> r (adds one) -> b -> out, a to b of the kind of `lane`."
  ([] (graph {}))
  ([lane]
   {:name      :journalled
    :lanes     {:a {:kind :events :codec :edn} :log (merge log lane) :b {:kind :events :codec :edn}}
    :roles     {:w {:kind :bridge :rx :a :tx :log}
                :r {:kind :stage :stage 'clojure.core/inc :rx :log :tx :b}}
    :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}}))

(def ^:private write-only
  (-> (graph) (update :roles dissoc :r) (update :lanes dissoc :b) (update :endpoints dissoc :out)))

(defn- offer-all! [rt xs]
  (doseq [x xs] (is (lg/offer! rt :in x {:timeout-ms 20000}))))

(deftest s15-a-simulation-runs-over-journals
  (is (= {:out (map inc (range 5000))} (lg/simulate (graph) {:in (range 5000)})))
  (is (= {:out (map inc (range 3000))} (lg/simulate (graph {:retain-bytes 8192}) {:in (range 3000)}))
      "also when it must wait for the reader"))

(deftest s15-a-graph-runs-over-a-journal
  (doseq [dir? [false true], lane [{} {:retain-bytes 12288} {:sync :each} {:sync {:interval-ms 1}} {:retain-ms 1}]]
    (testing (pr-str dir? lane)
      (kit/with-dir [dir true]
        (with-open [rt (lg/spawn! (graph lane) (if dir? {:dir dir} {}))]
          (let [sender (future (offer-all! rt (range 2000)))]
            (is (= (map inc (range 2000)) (taken rt 2000)))
            @sender)
          (lg/await-idle! rt {:timeout-ms 20000})
          (let [{:keys [kind written read depth memory segments bytes capacity]} (get-in (lg/status rt) [:lanes :log])]
            (is (= [:journal 2000 2000 0 (if dir? :mapped :in-memory)] [kind written read depth memory]))
            (is (nil? capacity))
            (is (<= (* 4096 (long segments)) bytes))
            (is (<= 1 segments (if (:retain-bytes lane) 4 100))))
          (is (= [1997 1998 1999] (lg/peek rt :log 3)))
          (is (:drained (lg/stop! rt {:mode :drain :deadline-ms 20000})))
          (is (= [] (:errors (lg/status rt)))))))))

(deftest s15-kept-positions-survive-a-restart
  (kit/with-dir [dir true]
    (dotimes [life 5]
      (with-open [rt (lg/spawn! (graph) {:dir dir})]
        (offer-all! rt (range (* life 100) (* (inc life) 100)))
        (when (odd? life) (is (= (map inc (range (* (dec life) 100) (* (inc life) 100))) (taken rt 200))))
        (is (:drained (lg/stop! rt {:mode :drain :deadline-ms 20000})))))
    (is (= 500 (count (jk/records-of dir "log"))))))

(deftest s15-what-a-role-had-not-read-at-the-end-is-there-in-the-next-life
  (kit/with-dir [dir true]
    (with-open [rt (lg/spawn! write-only {:dir dir})]
      (offer-all! rt (range 300))
      (is (:drained (lg/stop! rt {:mode :drain :deadline-ms 20000}))))
    (with-open [rt (lg/spawn! (graph) {:dir dir})]
      (is (= (map inc (range 300)) (taken rt 300)) "a new reader starts at the start"))))

(deftest s15-a-reader-that-is-forgotten-begins-anew
  (kit/with-dir [dir true]
    (let [life (fn [xs] (with-open [rt (lg/spawn! (graph) {:dir dir})]
                          (offer-all! rt xs)
                          (lg/await-idle! rt {:timeout-ms 20000})
                          (lg/take! rt :out 10)))]
      (is (= [2 3 4] (life [1 2 3])))
      (is (JournalReader/forget (.toPath (io/file (str dir))) "log" "role/r"))
      (is (= [2 3 4 5] (life [4])) "what the role noted of its outputs is forgotten too")
      (is (= [6] (life [5]))))))

(deftest s15-a-reader-is-not-forgotten-while-a-graph-registers-it
  (kit/with-dir [dir true]
    (with-open [rt (lg/spawn! (graph) {:dir dir})] (offer-all! rt [1]))
    (let [dir       (.toPath (io/file (str dir)))
          forgotten (with-open [_ (Ownership/take dir ["start"] "the test")]
                      (let [forgotten (future (JournalReader/forget dir "log" "role/r"))]
                        (is (= :waits (deref forgotten 100 :waits)))
                        forgotten))]
      (is (true? (deref forgotten 20000 :hangs))))))

(deftest s15-two-writers-are-refused
  (kit/with-dir [dir true]
    (with-open [_ (lg/spawn! (graph) {:dir dir})]
      (let [other (-> (graph) (assoc :name :other)
                      (assoc :roles {:w2 {:kind :bridge :rx :a2 :tx :log}}
                             :lanes {:a2 {:kind :events :codec :edn} :log log}
                             :endpoints {:in2 {:kind :ingress :lane :a2}}))]
        (is (= :role/owned (code-of #(lg/spawn! other {:dir dir}))))))))

(deftest s15-another-graph-reads-it-afterwards
  (kit/with-dir [dir true]
    (let [reading {:name      :reading
                   :lanes     {:log log :c {:kind :events :codec :edn}}
                   :roles     {:copy {:kind :bridge :rx :log :tx :c}}
                   :endpoints {:tap {:kind :egress :lane :c}}}]
      (with-open [writing (lg/spawn! (graph) {:dir dir})]
        (offer-all! writing (range 1000))
        (is (= :graph/other-graph (code-of #(lg/spawn! reading {:dir dir}))))
        (is (:drained (lg/stop! writing {:mode :drain :deadline-ms 20000}))))
      (with-open [rt (lg/spawn! reading {:dir dir :existing :replace})] ; it replaces no journal that it only reads
        (is (= (range 1000) (lg/take! rt :tap 1000 {:timeout-ms 20000})))))))

(deftest s15-damage-stops-the-role-whatever-on-error-says
  (kit/with-dir [dir true]
    (let [spec (assoc-in (graph) [:roles :r :on-error] :skip)]
      (with-open [rt (lg/spawn! write-only {:dir dir})]
        (offer-all! rt (range 100))
        (lg/await-idle! rt {:timeout-ms 20000}))
      (let [{:keys [position]} (nth (jk/records-of dir "log") 50)]
        (jk/flip! (io/file dir "log.journal" (format "%020d.seg" 0)) (+ 32 (long position)))
        (with-open [rt (lg/spawn! spec {:dir dir})]
          (is (eventually (= :failed (:state (lg/status rt)))))
          (is (= (map inc (range 50)) (lg/take! rt :out 100 {:timeout-ms 20000})))
          (is (re-find (re-pattern (str "position=" position)) (pr-str (:failures (lg/stop! rt))))))))))

(deftest s15-a-failed-spawn-leaves-no-journal-and-no-position
  (kit/with-dir [dir true]
    (let [bad (assoc-in (graph) [:lanes :z] {:kind :events :codec :edn})]
      (spit (io/file dir "z.ring") "no ring")
      (is (= :lane/corrupt (code-of #(lg/spawn! bad {:dir dir}))))
      (is (= ["z.ring"] (vec (.list dir))))
      (io/delete-file (io/file dir "z.ring")))
    (with-open [rt (lg/spawn! write-only {:dir dir})] (offer-all! rt [1]))
    (spit (io/file dir "z.ring") "no ring")
    (is (= :lane/corrupt (code-of #(lg/spawn! (assoc-in (graph) [:lanes :z] {:kind :events :codec :edn}) {:dir dir}))))
    (with-open [r (lanegraph.lane.JournalReader/open (.toPath dir) "log")]
      (is (= {} (.readers (.info r)))))))

(deftest s15-the-same-over-a-cut-journal
  (kit/with-dir [dir true]
    (let [file #(io/file dir "log.journal" (format "%020d.seg" 0))]
      (with-open [rt (lg/spawn! (graph) {:dir dir})]
        (offer-all! rt (range 20))
        (is (= 20 (count (taken rt 20)))))
      (jk/patch! (file) #(.setLength ^RandomAccessFile % (+ 33 (long (:position (peek (jk/records-of dir "log")))))))
      (with-open [rt (lg/spawn! (graph) {:dir dir})]
        (offer-all! rt (range 100 110))
        (is (= (map inc (range 100 110)) (taken rt 10)))
        (is (= (concat (range 19) (range 100 110)) (lg/peek rt :log 100)))))))

(deftest s15-where-a-role-starts-in-a-journal
  (kit/with-dir [dir true]
    (with-open [rt (lg/spawn! write-only {:dir dir})]
      (offer-all! rt (range 100))
      (lg/await-idle! rt {:timeout-ms 20000}))
    (let [position (:position (nth (jk/records-of dir "log") 40))
          readers  (fn [froms]
                     {:name      :readers
                      :lanes     (into {:log log} (for [k (keys froms)] [k {:kind :events :codec :edn}]))
                      :roles     (into {} (for [[k from] froms]
                                            [k (cond-> {:kind :bridge :rx :log :tx k} from (assoc :from from))]))
                      :endpoints (into {:e {:kind :egress :lane :log :from :tail}}
                                       (for [k (keys froms)] [(keyword (str (name k) "-out")) {:kind :egress :lane k}]))})]
      (with-open [rt (lg/spawn! (readers {:none nil :start :start :tail :tail :at position}) {:dir dir})]
        (lg/await-idle! rt {:timeout-ms 20000})
        (is (= [100 100 0 60 0]
               (map #(count (lg/take! rt % 1000 {:timeout-ms 0})) [:none-out :start-out :tail-out :at-out :e]))))
      (is (= :journal/bad-position (code-of #(lg/spawn! (readers {:bad (inc (long position))}) {:dir dir}))))
      (is (= [] (filter #{"bad.ring" "role.bad.lock"} (map #(.getName ^java.io.File %) (file-seq dir)))) "nothing is left")))
  (is (= #{:graph/no-journal}
         (set (map :code (filter #(= :error (:severity %))
                                 (lg/check (-> (graph) (assoc-in [:roles :w :from] :tail)
                                               (assoc-in [:endpoints :in :from] :tail))))))))
  (is (= #{:spec/bad-value} (set (map :code (lg/check (assoc-in (graph) [:roles :r :from] -1)))))))

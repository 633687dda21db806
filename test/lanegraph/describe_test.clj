(ns lanegraph.describe-test
  (:require [clojure.string :as str]
            [clojure.test :refer [deftest is]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.properties :as prop]
            [lanegraph.describe :as describe]
            [lanegraph.gen :as lgen]
            [tools.seed :as seed])
  (:import (clojure.lang ExceptionInfo)))

(set! *warn-on-reflection* true)

(def ^:private spec
  '{:name      :tour
    :lanes     {:in {:kind :events :codec :edn} :dead {:kind :events :codec :edn :on-full :drop}
                :hot {:kind :fanout-broadcast :consumers 2 :codec :edn :slots 8 :slot-bytes 64}
                :log {:kind :journal :codec :edn :retain-ms 1000}}
    :roles
    {:pick {:kind :stage :stage my/hot :as :filter :args {:above 30} :rx :in :tx :hot :on-error {:to :dead}}
     :copy {:kind :bridge :rx [:hot 0] :tx :log :idle :park :thread :slow}}
    :endpoints
    {:in {:kind :ingress :lane :in} :out {:kind :egress :lane [:hot 1]} :log {:kind :egress :lane :log}
     :dead {:kind :egress :lane :dead}}})

(deftest a-spec-reads-as-sentences
  (let [text (describe/describe spec)]
    (doseq [part ["Graph :tour: 4 lanes, 2 roles and 4 endpoints."
                  "fanout-broadcast with 2 consumers, 8 slots of 64 bytes ("
                  "written by role :pick; read by 0: role :copy, 1: endpoint :out"
                  "written by role :pick (dead letters); read by endpoint :dead"
                  "drops new messages when full"
                  "journal, segments of 16.0 MiB, kept up to 1 second, not forced to the disk, codec :edn"
                  "keeps the messages of :in that my/hot with {:above 30} accepts and sends them to :hot"
                  "a message that fails goes to :dead"
                  "copies [:hot 0] to :log"
                  "an error stops the graph; idles with :park; shares the thread :slow"
                  "code outside writes :in"
                  "code outside reads [:hot 1]"]]
      (is (str/includes? text part)))))

(deftest journals-and-their-readers-read-as-sentences
  (let [journal (fn [lane] (re-find #"journal, .*" (describe/describe (update-in spec [:lanes :log] merge lane))))
        text    (describe/describe
                 (-> spec
                     (assoc-in [:lanes :all] {:kind :fanout-broadcast :consumers 2 :codec :edn})
                     (update :lanes merge (zipmap [:left :right] (repeat {:kind :events :codec :edn})))
                     (update :roles assoc
                             :again {:kind :bridge :rx :log :tx :all :from 4096}
                             :both  {:kind :router :rx :all :tx [:left :right]})
                     (assoc-in [:endpoints :log :from] :tail)))]
    (is (= (str "journal, segments of 4 KiB, kept up to 1.0 MiB and 2 days, forced to the disk every 200 ms, "
                "codec :edn, blocks when full")
           (journal {:segment-bytes 4096 :retain-bytes 1048576 :retain-ms 172800000 :sync {:interval-ms 200}})))
    (is (str/includes? (journal {:retain-ms 0 :sync :each}) "kept for ever, each message forced to the disk"))
    (doseq [part ["written by role :copy; read by endpoint :log and role :again\n"
                  "written by role :again; read by role :both, all 2 as one\n"
                  "copies :log to :all\n          an error stops the graph; new to a journal, begins at 4096\n"
                  "code outside reads :log; new to a journal, begins at :tail"]]
      (is (str/includes? text part)))))

(deftest policies-read-as-sentences
  (let [text (fn [role] (describe/describe
                         {:name  :tour
                          :lanes (zipmap [:a :b :c] (repeat {:kind :events :codec :edn}))
                          :roles {:r role}}))]
    (doseq [[role part]
            [[{:kind :router :rx :a :tx [:b :c]} "sends each message of :a to :b and :c\n"]
             [{:kind :router :rx :a :tx [:b :c] :policy :round-robin}
              "sends each message of :a to one of :b and :c, in turn"]
             [{:kind :router :rx :a :tx [:b :c] :policy {:by 'my/kind}}
              "sends each message of :a to the one of :b and :c that my/kind names"]
             [{:kind :merge :rx [:a :b] :tx :c} "takes from :a and :b in turn and sends to :c"]
             [{:kind :merge :rx [:a :b] :tx :c :policy :priority}
              "takes from :a and :b, the first that has one, and sends to :c"]]]
      (is (str/includes? (text role) part)))))

(deftest memory-is-that-of-the-regions
  (let [bytes-of #(long (describe/lane-bytes
                         :hot (assoc (get-in spec [:lanes :hot]) :slots %
                                     :lanegraph/topology {:hot {:producers ["a"] :cursors ["b" "c"]}})))]
    (is (= (* 6 (+ 64 8)) (- (bytes-of 8) (bytes-of 2))))
    (is (nil? (describe/lane-bytes :log {:kind :journal})))))

(deftest a-spec-with-errors-is-refused
  (is (= :graph/invalid (try (describe/describe {}) (catch ExceptionInfo e (:lanegraph/code (ex-data e)))))))

(defspec every-good-graph-can-be-described {:num-tests 50 :seed (seed/of ::every-good-graph-can-be-described)}
  (prop/for-all [spec lgen/graph]
    (let [text (describe/describe spec)]
      (every? #(str/includes? text (str %)) (concat (keys (:lanes spec)) (keys (:roles spec)))))))

(ns lanegraph.top-test
  "A running graph as a table, a picture and a page."
  (:require [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.live-picture :as live-picture]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe]]
            [lanegraph.scratch :as scratch]
            [lanegraph.top :as top]
            [tools.skip :refer [where-ctrl-c-works]])
  (:import (sun.misc Signal SignalHandler)))

(set! *warn-on-reflection* true)

(def ^:private status
  {:name :shop :state :running :over-ms 1000 :errors []
   :lanes {:a   {:kind :events :depth 4096 :capacity 4096 :fill 1.0 :high-water 4096 :in-rate 1234567.4 :out-rate 0.0
                 :dropped 3 :readers {"role/r" 4096}}
           :log {:kind :journal :depth 7 :high-water 9 :in-rate 5.0 :out-rate 2.0 :dropped 0 :oldest-ms 1500
                 :readers {"role/s" 7}}}
   :roles {:r {:kind :stage :state :running :rate 1000.0 :busy 0.994 :blocked-share 0.0 :processed 10 :filtered 1
               :dropped 0 :errors 2 :version 3 :thread "r"}
           :s {:kind :bridge :state :running :rate 0.0 :busy 0.0 :blocked-share 1.0 :blocked-on :a :processed 0
               :filtered 0 :dropped 0 :errors 0 :thread "s"}}})

(deftest a-status-is-a-table
  (is (= ["shop  running  over 1000 ms"
          ""
          "lane  kind     depth     of   fill   high       in/s  out/s  dropped    oldest"
          "a     events   4,096  4,096  100 %  4,096  1,234,567      0        3"
          "log   journal      7                    9          5      2        0  1,500 ms"
          ""
          "role  kind    state    waits for  per s  busy  blocked  processed  filtered  dropped  errors  version"
          "r     stage   running             1,000  99 %      0 %         10         1        0       2        3"
          "s     bridge  running  a              0   0 %    100 %          0         0        0       0"
          ""
          (str "Role :r is the slowest: it works 99 % of the time, at 1,000 messages/s, and lane :a holds 4,096 of 4,096 "
               "messages; for room waits the role :s.")]
         (top/lines status))))

(deftest it-is-drawn-in-its-place
  (is (= "a\u001b[K\nb\u001b[K\n\u001b[J" (top/redraw 0 ["a" "b"])))
  (is (= "\u001b[2A\rc\u001b[K\n\u001b[J" (top/redraw 2 ["c"])) "what stood below is gone"))

(deftest top-prints-once-where-there-is-no-terminal
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (let [text (with-out-str (is (nil? (lg/top rt {:every-ms 5}))))]
      (is (str/starts-with? text "pipe  running  over "))
      (is (not (str/includes? text "\u001b")))
      (is (str/ends-with? text "\n\nNothing is wrong: no lane is full, no role waits for room.\n")))
    (is (= :options/invalid (code-of #(lg/top rt {:every 1}))))))

(deftest top-goes-on-until-the-graph-ends
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (let [out    (java.io.StringWriter.)
          drawer (future (binding [*out* out] (lg/top rt {:every-ms 1 :refresh true})))]
      (is (eventually (< 2 (count (re-seq #"pipe  running" (str out))))))
      (lg/stop! rt)
      (is (nil? (deref drawer 20000 :goes-on)))
      (is (str/includes? (str out) "pipe  stopped")))))

(defn- ends-top?
  "Whether `interrupt`, a function of the thread that runs `top`, ends a `top` that has drawn more than once."
  [interrupt]
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (let [out    (java.io.StringWriter.)
          answer (promise)
          thread (Thread. #(binding [*out* out] (deliver answer [(lg/top rt {:every-ms 5 :refresh true})])))]
      (.start thread)
      (is (eventually (< 1 (count (re-seq #"pipe  running" (str out))))))
      (interrupt thread)
      (= [nil] (deref answer 20000 :goes-on)))))

(deftest an-interrupt-ends-top
  (is (ends-top? (fn [^Thread thread] (.interrupt thread)))))

(deftest ctrl-c-ends-top
  (where-ctrl-c-works
   (is (ends-top? (fn [_] (Signal/raise (Signal. "INT")))))))

(deftest two-tops-share-ctrl-c-and-give-it-back
  (where-ctrl-c-works
   (let [int       (Signal. "INT")
         own       (promise)
         before    (Signal/handle int (reify SignalHandler (handle [_ _] (deliver own :own))))
         draw      (fn [rt]
                     (let [out (java.io.StringWriter.)
                           top (future (binding [*out* out] (lg/top rt {:every-ms 5 :refresh true})))]
                       (is (eventually (< 1 (count (re-seq #"pipe  running" (str out))))))
                       top))]
     (try
       (with-open [a (lg/spawn! (pipe {:stage 'clojure.core/inc}))
                   b (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
         (let [first-top (draw a), second-top (draw b)]
           (lg/stop! a)
           (is (nil? (deref first-top 20000 :goes-on)))
           (Signal/raise int)
           (is (nil? (deref second-top 20000 :goes-on)) "the first did not take Ctrl-C away from the second")
           (is (not (realized? own)))
           (Signal/raise int)
           (is (= :own (deref own 20000 :not-given-back)))))
       (finally (Signal/handle int before))))))

(deftest a-picture-shows-what-runs
  (is (= {[:lanes :a] "4,096/4,096 1,234,567/s -3" [:lanes :log] "7 5/s"
          [:roles :r] "1,000/s 99 %" [:roles :s] "blocked"}
         (live-picture/annotations status)))
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (lg/offer-all! rt :in (range 8))
    (lg/await-idle! rt)
    (doseq [format [:text :mermaid :dot :svg]]
      (let [drawn (lg/graph rt {:format format :over-ms 5})]
        (is (str/includes? drawn "8/8 0/s") (str format))
        (is (str/includes? drawn "0/s 0 %") (str format))))
    (lg/pause! rt :r)
    (is (str/includes? (lg/graph rt) "paused"))))

(deftest a-page-needs-no-other-file
  (scratch/with-dir [dir]
    (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
      (let [file (str dir "/page.html")
            path (lg/view rt {:file file :over-ms 5})
            text (slurp path)]
        (is (= file path))
        (is (str/includes? text "<svg"))
        (is (str/includes? text "Nothing is wrong"))
        (is (not (re-find #"(?i)(src|href)=|url\(|@import" text)) "nothing is loaded")))
    (let [path (lg/view (pipe {:stage 'clojure.core/inc}))]
      (try
        (is (str/includes? (slurp path) "<svg"))
        (is (not (str/includes? (slurp path) "<pre")))
        (finally (.delete (java.io.File. ^String path)))))))

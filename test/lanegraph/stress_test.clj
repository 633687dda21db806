(ns lanegraph.stress-test
  "Real threads over every kind of ring; sequence, length and content of every message are checked."
  (:require
   [clojure.test :refer [deftest is]]
   [lanegraph.lane-kit :as kit])
  (:import
   (lanegraph.lane Traffic Traffic$Result)))

(set! *warn-on-reflection* true)

(def ^:private deadline-ms
  "Far beyond what a run takes on a busy machine." 120000)

(defn- run
  "n messages over a new lane of these options; what it did, :seen by the watcher if `:watch?`."
  [{:keys [watch? producers] :as lane} n]
  (kit/with-dir [dir true]
    (let [{:keys [ring txs rxs] :as lane} (kit/open (assoc lane :dir dir))]
      (try
        (let [^Traffic$Result result (Traffic/run ring txs rxs (quot n (or producers 1)) (boolean watch?) deadline-ms)]
          {:seconds (/ (.nanos result) 1e9) :seen (.seen result)})
        (finally (kit/close lane))))))

(deftest ten-million-messages-over-a-mapped-lane
  (is (run {:memory :mapped :slots 4096 :slot-bytes 64} 10000000)))

(deftest a-million-in-memory
  (is (run {:slots 4096 :slot-bytes 64} 1000000)))

(deftest a-million-from-two-producers
  (is (run {:producers 2 :slots 4096 :slot-bytes 64} 1000000)))

(deftest a-million-from-three-producers-over-a-mapped-lane
  (is (run {:memory :mapped :producers 3 :slots 1024 :slot-bytes 64} 1000000)))

(deftest a-million-by-reference
  (is (run {:memory :by-reference :slots 1024} 1000000))
  (is (run {:memory :by-reference :producers 3 :slots 1024 :retain? false} 1000000)))

(deftest a-million-to-three-cursors
  (is (run {:cursors 3 :slots 1024 :slot-bytes 64} 1000000)))

(deftest s14-thousands-to-sixty-four-cursors
  (doseq [mode kit/modes]
    (is (run (assoc mode :cursors 64 :slots 64 :slot-bytes 24) 3000) (pr-str mode))))

(defn- through-tiny-rings [n]
  (doseq [slots [2 4], mode kit/modes, cursors [1 2]]
    (is (run (assoc mode :slots slots :slot-bytes 24 :cursors cursors) n) (pr-str mode slots cursors))))

(defn- watched [n]
  (doseq [slots [2 64 1024], mode kit/modes]
    ;; A run may be over before the watcher gets a core: then it has watched nothing, and another one is needed.
    (let [runs (repeatedly 100 #(run (assoc mode :slots slots :slot-bytes 1024 :watch? true) n))]
      (is (some (comp pos? long :seen) runs) (pr-str mode slots)))))

;; A ring this small makes every few messages a change of threads, so these two are short.
(deftest thousands-through-rings-of-two-and-four
  (through-tiny-rings 3000))

(deftest who-looks-on-never-sees-half-a-message
  (watched 5000))

(deftest ^:long tens-of-thousands-through-rings-of-two-and-four
  (through-tiny-rings 50000))

(deftest ^:long who-looks-on-for-long-never-sees-half-a-message
  (watched 100000))

(ns lanegraph.journal-registration-test
  "A new reader of a journal and the segments that go just then: both sides step by step, and in two processes."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.journal-kit :as jk]
   [lanegraph.lane-kit :refer [code with-dir]]
   [lanegraph.run-kit :refer [eventually]]
   [lanegraph.scratch :as scratch])
  (:import
   (lanegraph.lane Codecs Journal JournalPolicy JournalReader JournalTraffic LaneRx Registering SteppingMemory
                   SteppingMemory$Halted)
   (lanegraph.region JournalCells JournalCells$Kept JournalStore Memory)))

(set! *warn-on-reflection* true)

(deftest s15-what-a-new-reader-begins-with-stays-in-every-order-of-the-steps
  (doseq [[from late? again? expected] [[Journal/START false true  #{"kept, 0" "kept, 4096" "gone, 4096"}]
                                        [Journal/START true  true  #{"kept, 0" "kept, 4096" "gone, 4096"}]
                                        [Journal/START true  false #{"kept, 0" "kept, 4096" "gone, 4096"}]
                                        [128           false false #{"kept, 0" "refused, kept" "refused, gone"}]
                                        [128           true  true  #{"kept, 0" "refused, kept" "refused, gone"}]
                                        [4224          true  true  #{"kept, 4096" "gone, 4096"}]
                                        [Journal/TAIL  true  true  #{"kept, 8192" "gone, 8192"}]]]
    (testing (pr-str from late? again?)
      (let [found (frequencies (Registering/all from late? again?))]
        (is (= expected (set (keys found))))
        (is (< 100 (long (reduce + (vals found)))) "there were many orders")))))

(defn- on ^Journal [store memory]
  (Journal. "lane" store (JournalPolicy. 0 0 JournalPolicy/NO_SYNC) Codecs/BYTES nil false memory))

(deftest s15-one-who-dies-while-he-registers-holds-nothing-up-for-good
  (doseq [end [:again :forget]]
    (loop [n 0]
      (let [{:keys [^JournalStore store] :as j} (jk/open {:readers []})
            ^JournalCells cells (.cells store)
            memory (doto (SteppingMemory.) (.haltAfter n))
            outcome (do (jk/append! j 0 100)
                        (try (.register (on store memory) "role/r" Journal/START)
                             :done
                             (catch SteppingMemory$Halted _ :halted)))
            held (.slowest cells)]
        (is (contains? #{Long/MAX_VALUE JournalCells/EVERYTHING 128} held))
        (case end
          :again  (let [again (on store Memory/DIRECT)]
                    (.register again "role/r" Journal/START)
                    (is (= {"role/r" [128 0]}
                           (update-vals (.kept cells) (fn [^JournalCells$Kept k] [(.position k) (.sequence k)]))))
                    (is (= (jk/expected 0 100) (jk/taken {:rxs [(.rx again "role/r")]}))))
          :forget (let [cell (.find cells "role/r")]
                    (is (= (neg? cell) (= Long/MAX_VALUE held)))
                    (when-not (neg? cell) (.free cells cell))
                    (is (= Long/MAX_VALUE (.slowest cells)))))
        (jk/close j)
        (if (= :done outcome)
          (is (< 6 n) "there were stores to die at")
          (recur (inc n)))))))

(deftest s15-a-refused-reader-keeps-no-position
  (let [{:keys [^Journal journal ^JournalStore store] :as j} (jk/open {:readers []})]
    (jk/append! j 0 10)
    (is (= "journal/bad-position" (code (.register journal "role/r" 129))))
    (is (= {} (.kept (.cells store))))))

(deftest s15-readers-of-another-process-come-while-segments-go
  (with-dir [dir true]
    (let [p (scratch/start! (scratch/java-command [] "lanegraph.lane.JournalTraffic" "write" dir 4096 8192 Long/MAX_VALUE))]
      (is (= "ready" (scratch/line! p)))
      (is (eventually (with-open [r (jk/reader dir)] (< 8192 (.start (.info ^JournalReader r))))))
      (is (every? (fn [i]
                    (let [{:keys [rxs ^Journal journal]} (jk/open {:dir dir :writer nil :readers [(str "role/r" i)]})
                          seen (long-array 1)]
                      (try
                        (eventually (aset seen 0 (+ (aget seen 0) (JournalTraffic/read ^LaneRx (first rxs) (- 100 (aget seen 0)))))
                                    (= 100 (aget seen 0)))
                        (finally (.discard journal)))))
                  (range 200)))
      (scratch/kill! p)
      (with-open [r (jk/reader dir)]
        (is (= {} (.readers (.info r))))))))

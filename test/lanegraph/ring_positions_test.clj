(ns lanegraph.ring-positions-test
  "Cursors and the tail of a mapped lane are held against its slots when it is opened again."
  (:require
   [clojure.test :refer [deftest is testing]]
   [lanegraph.lane-kit :as kit :refer [code]])
  (:import
   (lanegraph.lane LaneRx LaneTx Ring)
   (lanegraph.region Memory Region RingDescriptor)))

(set! *warn-on-reflection* true)

(defn- position-addresses
  "Where the positions of the lane stand, by name."
  [{:keys [^Region region cursors producers]}]
  (let [shape (.shape region)]
    (cond-> (into {} (for [i (range cursors)]
                       [[:cursor i] (+ (.address region) (RingDescriptor/cursorCell shape (int i))
                                       RingDescriptor/CELL_POSITION_OFFSET)]))
      (< 1 producers) (assoc [:tail] (+ (.address region) RingDescriptor/TAIL_OFFSET)))))

(defn- used
  "A mapped lane of 4 slots with so many messages written; cursor i has passed all but `left`+i of them."
  [dir producers cursors written left]
  (let [lane (kit/open {:memory :mapped :dir dir :slots 4 :slot-bytes 8 :producers producers :cursors cursors})
        rxs (:rxs lane)]
    (dotimes [n written]
      (is (.offer ^LaneTx (nth (:txs lane) (mod n producers)) (kit/payload n 8)))
      (doseq [[i ^LaneRx rx] (map-indexed vector rxs)
              :when (<= (+ n 1) (- written left i))]
        (.peek rx) (.advance rx) (.release rx)))
    lane))

(deftest a-damaged-position-is-an-error-and-loses-nothing-in-silence
  (doseq [producers [1 3], cursors [1 2], written [0 1 3 4 9 10], left [0 2]
          :when (and (<= (+ left (dec cursors)) written) (<= (+ left (dec cursors)) 4))]
    (testing (pr-str {:producers producers :cursors cursors :written written :left left})
      (kit/with-dir [dir true]
        (let [lane (used dir producers cursors written left)
              addresses (position-addresses lane)]
          (kit/close lane)
          (is (map? (kit/open lane)) "undamaged, it opens")
          (doseq [[what address] addresses
                  :let [good (.getLong Memory/DIRECT address)]
                  bad (into [-1 (+ good 5) (+ good 1000) (- good 5) Long/MIN_VALUE Long/MAX_VALUE]
                            (map #(bit-xor good (bit-shift-left 1 %)) [3 7 12 31 40 62 63]))]
            (.putLong Memory/DIRECT address bad)
            (is (= "lane/corrupt" (code (kit/open lane))) (str what " " good " -> " bad))
            (.putLong Memory/DIRECT address good))
          (is (= (+ left (dec cursors)) (.depth ^Ring (:ring (kit/open lane)))) "mended, it has all it had"))))))

(ns lanegraph.flipped-byte-test
  "Any byte of what the files of a graph tell of themselves is another one: that is an error with a code, or it means nothing;
  never an error of the JVM, and never one without a code."
  (:require [clojure.java.io :as io]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.options :as options]
            [lanegraph.scratch :as scratch :refer [path with-dir]]
            [tools.seed :as seed])
  (:import (java.io File RandomAccessFile)
           (java.nio.file Files Path StandardCopyOption)
           (java.util Random)
           (lanegraph LaneGraphException)
           (lanegraph.graph GraphSpec)
           (lanegraph.lane SteppingMemory)
           (lanegraph.region ControlDescriptor Memory)
           (lanegraph.runtime GraphProbe)))

(set! *warn-on-reflection* true)

(def ^:private spec
  (let [lane {:kind :events :codec :long :slot-bytes 8 :slots 8}]
    {:name      :flipped
     :lanes     {:a lane :b lane :bad lane :log {:kind :journal :codec :long :segment-bytes 4096}}
     :roles     {:r {:kind :bridge :rx :a :tx :log}
                 :w {:kind :stage :stage :odd :rx :log :tx :b :on-error {:to :bad}}}
     :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b} :dead {:kind :egress :lane :bad}}}))

(defn- open ^GraphProbe [dir memory]
  (GraphProbe. (convert/spec->java spec)
               (options/->java (options/checked :spawn {:dir     (str dir)
                                                        :stages {:odd (fn [v] (if (odd? (long v)) v (throw (ex-info "even" {}))))}}))
               memory))

(defn- killed!
  "A life of the graph, both of whose roles are killed: its files hold messages, positions, notes and an error."
  [dir]
  (let [memory (SteppingMemory.)]
    (with-open [g (open dir memory)]
      (dotimes [i 6] (.offer g "in" i))
      (doseq [[role stores] [["r" 70] ["w" 40]]]
        (.haltAfter memory stores)
        (try (.step g role) (catch Throwable e (when-not (.isHalted memory) (throw e))))
        (.run memory)))))

(defn- goes-on [dir]
  (with-open [g (open dir Memory/DIRECT)]
    (.offer g "in" 7)
    (dotimes [_ 3] (.step g "r") (.step g "w"))
    (.take g "out" 100)
    (.take g "dead" 100)
    :fine))

(defn- looked-at [dir]
  (lg/postmortem (str dir))
  (with-open [g ^java.lang.AutoCloseable (lg/attach (str dir))]
    (lg/status g)
    :fine))

(defn- answer
  "What (f dir) answers: :fine, the code of an error, or, of what it must not be, what was thrown."
  [f dir]
  (try (f dir)
       (catch LaneGraphException e (.code e))
       (catch clojure.lang.ExceptionInfo e (if-let [code (:lanegraph/code (ex-data e))] (subs (str code) 1) (str e)))
       (catch Throwable e (str e))))

(defn- copy! [^Path from ^Path to]
  (doseq [^File f (file-seq (.toFile from)) :let [there (.resolve to (.relativize from (.toPath f)))]]
    (Files/copy (.toPath f) there ^"[Ljava.nio.file.CopyOption;" (into-array [StandardCopyOption/COPY_ATTRIBUTES]))))

(defn- flip!
  "A function that flips it back."
  [file offset ^Random random]
  (let [other (inc (.nextInt random 255))
        flip  #(with-open [raf (RandomAccessFile. (io/file file) "rw")]
                 (.seek raf offset)
                 (let [b (.read raf)]
                   (.seek raf offset)
                   (.write raf (bit-xor b other))))]
    (flip)
    flip))

(defn- answers
  "With each of these bytes of a file flipped in turn: {answer [offsets]}. What changes files does so in a copy."
  [^Path dir file offsets random f]
  (reduce (fn [found offset]
            (let [found-with #(update found % (fnil conj []) offset)]
              (if (= looked-at f)
                (let [back (flip! (str (path dir file)) offset random)]
                  (try (found-with (answer f dir)) (finally (back))))
                (with-dir [other]
                  (let [copy (path other "run")]
                    (copy! dir copy)
                    (flip! (str (path copy file)) offset random)
                    (found-with (answer f copy)))))))
          {}
          offsets))

(def ^:private cell-bytes "What means something of a cell of 256 bytes, and some of the rest." (concat (range 0 24) (range 24 128 13) (range 128 170)))

(defn- files
  "[file, the offsets of its bytes, what is done with it, the codes that it may answer with]"
  [dir]
  (let [control (.length (io/file (str (path dir "control.dat"))))
        errors  (- control ControlDescriptor/ERROR_LOG_LENGTH) ; of the last owner, role/w
        text    (+ 128 (count (.canonical ^GraphSpec (convert/spec->java spec))))]
    [["roles/r.cell" (concat (range 0 32) (range 256 360)) goes-on
      #{"lane/corrupt" "lane/other-version"}]
     ["roles/w.cell" (concat (range 0 32) (range 256 360) (range 512 616)) goes-on
      #{"lane/corrupt" "lane/other-version"}]
     ["log.journal/journal.cells" (concat (range 0 200) (map #(+ 256 (long %)) cell-bytes)) goes-on
      #{"lane/corrupt" "lane/other-version" "lane/incompatible" "journal/bad-position" "journal/position-gone"
        "journal/missing-segment" "journal/corrupt" "role/failed"}]
     ["control.dat" (range 0 128 9) goes-on #{"control/corrupt"}]
     ["control.dat" (concat (range 0 text) (range text control 97) (range errors (+ 64 errors))) looked-at #{"control/corrupt"}]
     ["a.ring" (concat (range 0 256) (mapcat (fn [cell] (map #(+ (* 256 (long cell)) (long %)) cell-bytes)) [1 2])) goes-on #{"lane/corrupt" "lane/incompatible" "lane/other-version"}]]))

(defn- check [each ^Random random s]
  (with-dir [dir]
    (killed! dir)
    (is (= :fine (let [[a] (keys (answers dir "graph.kv" [0] random goes-on))] a)) "nothing that means anything is flipped")
    (doseq [[file offsets f codes] (files dir)]
      (testing (str file " seed " s)
        (let [found (answers dir file (filter (fn [_] (zero? (.nextInt random (int each)))) offsets) random f)]
          (is (empty? (apply dissoc found :fine codes)) "answer, and where"))))))

(deftest a-flipped-byte-is-an-error-with-a-code-or-means-nothing
  (let [s (seed/of ::some)]
    (check 20 (Random. s) s)))

(deftest ^:long every-flipped-byte-is-an-error-with-a-code-or-means-nothing
  (let [s (seed/of ::every)]
    (check 1 (Random. s) s)))

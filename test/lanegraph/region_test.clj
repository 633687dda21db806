(ns lanegraph.region-test
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [are deftest is testing]]
   [lanegraph.scratch :as scratch :refer [path refusal tree with-dir]])
  (:import
   (java.io RandomAccessFile)
   (java.nio.file Files Path)
   (java.nio.file.attribute FileAttribute)
   (lanegraph.region Existing Memory Region RingDescriptor RingShape)))

(set! *warn-on-reflection* true)

(def ^RingShape shape
  (RingShape. "events" 4 64 "string" ["endpoint/in" "role/parse/error"] ["role/parse"]))

(defn- mapped
  (^Region [dir] (mapped dir shape Existing/CONTINUE))
  (^Region [dir shape existing] (Region/mapped (path dir) "in" shape existing)))

(defn- poke!
  "Changes the byte at the offset of the file with f, and returns what it was."
  [file offset f]
  (with-open [raf (RandomAccessFile. (io/file (str file)) "rw")]
    (.seek raf offset)
    (let [old (.read raf)]
      (.seek raf offset)
      (.write raf (int (f old)))
      old)))

(deftest ^:matrix a-region-in-memory-is-aligned-and-empty
  (let [r (Region/inMemory shape)]
    (is (zero? (mod (.address r) 128)))
    (is (.created r))
    (is (nil? (.file r)))
    (is (= RingDescriptor/MAGIC (.getLong Memory/DIRECT (.address r))))
    (is (= RingDescriptor/STATE_COMPLETE (.getLong Memory/DIRECT (+ (.address r) RingDescriptor/STATE_OFFSET))))
    (is (every? zero? (for [i (range (RingDescriptor/slotsOffset shape) (RingDescriptor/length shape) 8)]
                        (.getLong Memory/DIRECT (+ (.address r) (long i))))))))

(deftest ^:matrix what-one-region-stores-another-one-reads
  (with-dir [dir]
    (let [a   (mapped dir)
          b   (mapped dir)
          end (- (RingDescriptor/length shape) 8)]
      (is (= [true false] [(.created a) (.created b)]))
      (is (= (path dir "in.ring") (.file a) (.file b)))
      (.putLong Memory/DIRECT (+ (.address a) end) 42)
      (is (= 42 (.getLong Memory/DIRECT (+ (.address b) end))))
      (.close a)
      (.close a)
      (is (= [true false] [(.closed a) (.closed b)]))
      (is (= 42 (.getLong Memory/DIRECT (+ (.address a) end))) "closed memory can still be read"))))

(deftest cells-are-found-by-their-owners-names
  (with-dir [dir]
    (doseq [^Region r [(Region/inMemory shape) (mapped dir) (mapped dir)]]
      (is (= [256 512 768] [(.producerCell r "endpoint/in") (.producerCell r "role/parse/error")
                            (.cursorCell r "role/parse")]))
      (are [what] (= "lane/no-such-owner" (:code (refusal what)))
        (.producerCell r "role/parse")
        (.cursorCell r "endpoint/in")
        (.cursorCell r "role/pars")
        (.cursorCell r "role/parse/error")
        (.cursorCell r (apply str (repeat 300 "x"))))
      (is (= {"owner" "role/x" "owners" ["role/parse"]} (:details (refusal (.cursorCell r "role/x"))))))))

(deftest ^:matrix s10-a-missing-directory-is-created-private
  (with-dir [dir]
    (mapped (path dir "a" "b"))
    (is (= {"a" "rwx------" "a/b" "rwx------" "a/b/in.ring" "rw-------"} (tree dir))))
  (testing "a failure names the directory"
    (with-dir [dir]
      (spit (str dir "/file") "")
      (doseq [bad [(path dir "file") (path dir "file" "below") "/proc/none/below"]]
        (let [{:keys [code category message details]} (refusal (mapped bad))]
          (is (= ["region/no-directory" "NOT_FOUND"] [code category]))
          (is (str/includes? message (str bad)))
          (is (= (str bad) (get details "directory")))))
      (is (= ["file"] (keys (tree dir))) "and nothing was made"))))

(deftest ^:matrix s9-unsafe-names-are-refused
  (with-dir [dir]
    (doseq [bad ["" "." ".." "../in" "a/b" "/etc/passwd" "a\u0000b" "In" "a_b" "a.b" "1a" "-a" "ä" "a\n" "ın"
                 (apply str (repeat 64 "a")) (apply str (repeat 300 "a")) nil]]
      (is (= ["region/bad-name" "INCORRECT"]
             ((juxt :code :category) (refusal (Region/mapped dir bad shape Existing/CONTINUE))))
          (pr-str bad)))
    (is (= {} (tree dir)))
    (is (.created (Region/mapped dir (apply str (repeat 63 "a")) shape Existing/CONTINUE)))))

(deftest what-is-no-plain-file-is-refused
  (with-dir [dir]
    (let [elsewhere (path dir "elsewhere.ring")]
      (Region/mapped dir "elsewhere" shape Existing/CONTINUE)
      (Files/createSymbolicLink (path dir "in.ring") elsewhere (make-array FileAttribute 0))
      (doseq [existing [Existing/CONTINUE Existing/REPLACE]]
        (is (= "region/not-a-file" (:code (refusal (mapped dir shape existing))))))
      (Files/delete (path dir "in.ring"))
      (Files/createSymbolicLink (path dir "in.ring") (path dir "nowhere") (make-array FileAttribute 0))
      (is (= "region/not-a-file" (:code (refusal (mapped dir)))) "a link to nothing")
      (Files/delete (path dir "in.ring"))
      (Files/createDirectory (path dir "in.ring") (make-array FileAttribute 0))
      (doseq [existing [Existing/CONTINUE Existing/REPLACE]]
        (is (= "region/not-a-file" (:code (refusal (mapped dir shape existing))))))
      (is (= ["elsewhere.ring" "in.ring"] (keys (tree dir)))))))

(deftest existing-says-what-to-do-with-a-file-that-is-there
  (with-dir [dir]
    (let [a (mapped dir shape Existing/REFUSE)
          at RingDescriptor/TAIL_OFFSET]
      (is (.created a))
      (.putLong Memory/DIRECT (+ (.address a) at) 7)
      (is (= ["lane/exists" "CONFLICT"] ((juxt :code :category) (refusal (mapped dir shape Existing/REFUSE)))))
      (is (= 7 (.getLong Memory/DIRECT (+ (.address (mapped dir)) at))))
      (let [b (mapped dir shape Existing/REPLACE)]
        (is (.created b))
        (is (zero? (.getLong Memory/DIRECT (+ (.address b) at))))
        (is (= 7 (.getLong Memory/DIRECT (+ (.address a) at))) "who held the old file still reads it"))
      (is (= {"in.ring" "rw-------"} (tree dir))))
    (testing "replace takes the place of whatever file is there"
      (spit (str dir "/in.ring") "not a lane")
      (is (= "lane/corrupt" (:code (refusal (mapped dir)))))
      (is (.created (mapped dir shape Existing/REPLACE)))
      (is (false? (.created (mapped dir)))))))

(defn- shown [v]
  (if (vector? v) (str "[" (str/join ", " v) "]") (str v)))

(deftest ^:matrix s17-attach-errors-say-what-where-why
  (with-dir [dir]
    (let [file (.file (mapped dir))]
      (are [other field found expected]
           (let [{:keys [code category message details]} (refusal (mapped dir other Existing/CONTINUE))]
             (and (is (= ["lane/incompatible" "CONFLICT"] [code category]))
                  (is (= {"file" (str file) "field" field "found" found "expected" expected} details))
                  (is (str/includes? message (str "file=" file " field=" field " found=" (shown found)
                                                  " expected=" (shown expected))))
                  (is (str/includes? message "existing=replace"))))
        (RingShape. "fanout-broadcast" 4 64 "string" (.producers shape) (.cursors shape))
        "kind" "events" "fanout-broadcast"
        (RingShape. "events" 8 64 "string" (.producers shape) (.cursors shape))
        "slots" 4 8
        (RingShape. "events" 4 72 "string" (.producers shape) (.cursors shape))
        "slot-bytes" 64 72
        (RingShape. "events" 4 64 "string" ["endpoint/in"] (.cursors shape))
        "producers" 2 1
        (RingShape. "events" 4 64 "string" (.producers shape) ["role/parse" "role/x"])
        "cursors" 1 2
        (RingShape. "events" 4 64 "string" ["endpoint/in" "role/x"] (.cursors shape))
        "producers" ["endpoint/in" "role/parse/error"] ["endpoint/in" "role/x"]
        (RingShape. "events" 4 64 "string" (.producers shape) ["unread"])
        "cursors" ["role/parse"] ["unread"])
      (is (str/includes? (:message (refusal (mapped dir (RingShape. "events" 4 64 "edn" (.producers shape)
                                                                    (.cursors shape))
                                                    Existing/CONTINUE)))
                         "the codec differs"))
      (poke! file RingDescriptor/VERSION_OFFSET inc)
      (is (= ["lane/other-version" {"file" (str file) "field" "version" "found" 2 "expected" 1}]
             ((juxt :code :details) (refusal (mapped dir)))))
      (is (= ["in.ring"] (keys (tree dir)))))))

(defn- checked?
  "True if the byte at this offset means something that attaching checks."
  [offset]
  (let [cell (mod offset 256)]
    (if (< offset 256)
      (< offset 80)
      (let [n (count (["endpoint/in" "role/parse/error" "role/parse"] (dec (quot offset 256))))]
        (<= 128 cell (+ 131 n))))))

(deftest ^:matrix a-flipped-byte-is-found-or-means-nothing
  (with-dir [dir]
    (let [file (.file (mapped dir))]
      (doseq [offset (range (RingDescriptor/slotsOffset shape))
              flip   [1 0x80 0xFF]]
        (let [old  (poke! file offset #(bit-xor (long %) (long flip)))
              code (:code (refusal (mapped dir)))]
          (poke! file offset (constantly old))
          (is (if (checked? offset)
                (#{"lane/corrupt" "lane/incompatible" "lane/other-version"} code)
                (nil? code))
              (str "offset " offset " flip " flip " code " code))))
      (is (nil? (:code (refusal (mapped dir))))))))

(deftest ^:matrix a-file-of-another-length-is-refused
  (with-dir [dir]
    (let [file (.file (mapped dir))
          full (RingDescriptor/length shape)]
      (doseq [n (concat [(inc full) (+ full 4096)] (range full -1 -7) [0])
              :when (not= n full)]
        (with-open [raf (RandomAccessFile. (.toFile ^Path file) "rw")]
          (.setLength raf n))
        (is (= ["lane/corrupt" "CONFLICT"] ((juxt :code :category) (refusal (mapped dir)))) (str n " bytes"))))))

(deftest a-shape-that-no-ring-can-have-is-refused
  (doseq [[code field bad]
          [["lane/bad-shape" "kind" (RingShape. "journal" 4 64 "b" [] ["x"])]
           ["lane/bad-shape" "slots" (RingShape. "events" 0 64 "b" [] ["x"])]
           ["lane/bad-shape" "slots" (RingShape. "events" 1 64 "b" [] ["x"])]
           ["lane/bad-shape" "slots" (RingShape. "events" 6 64 "b" [] ["x"])]
           ["lane/bad-shape" "slots" (RingShape. "events" Integer/MIN_VALUE 64 "b" [] ["x"])]
           ["lane/bad-shape" "slots" (RingShape. "events" (bit-shift-left 1 21) 64 "b" [] ["x"])]
           ["lane/bad-shape" "slot-bytes" (RingShape. "events" 4 0 "b" [] ["x"])]
           ["lane/bad-shape" "slot-bytes" (RingShape. "events" 4 -8 "b" [] ["x"])]
           ["lane/bad-shape" "slot-bytes" (RingShape. "events" 4 60 "b" [] ["x"])]
           ["lane/bad-shape" "slot-bytes" (RingShape. "events" 4 65536 "b" [] ["x"])]
           ["lane/bad-shape" "cursors" (RingShape. "events" 4 64 "b" [] [])]
           ["lane/bad-shape" "cursors" (RingShape. "events" 4 64 "b" [] ["x" "x"])]
           ["lane/bad-shape" "cursors" (RingShape. "events" 4 64 "b" [] (map str (range 65)))]
           ["lane/bad-shape" "cursors" (RingShape. "events" 4 64 "b" [] [(apply str (repeat 41 "€"))])]
           ["lane/bad-shape" "producers" (RingShape. "events" 4 64 "b" [""] ["x"])]
           ["lane/bad-shape" "producers" (RingShape. "events" 4 64 "b" ["a\nb"] ["x"])]
           ["lane/too-big" nil (RingShape. "events" (bit-shift-left 1 20) 2040 "b" [] ["x"])]
           ["lane/too-big" nil (RingShape. "events" (bit-shift-left 1 20) 65528 "b" [] ["x"])]]]
    (with-dir [dir]
      (doseq [r [(refusal (Region/inMemory bad)) (refusal (mapped dir bad Existing/CONTINUE))]]
        (is (= [code "INCORRECT" field] [(:code r) (:category r) (get (:details r) "field")]) (str bad)))
      (is (= {} (tree dir)))))
  (is (= 64 (count (.cursors (.shape (Region/inMemory (RingShape. "fanout-broadcast" 4 64 "b" []
                                                                  (map str (range 64))))))))))

(deftest a-region-that-is-discarded-takes-away-what-it-made
  (with-dir [dir]
    (let [below (path dir "a" "b")
          a     (mapped below)
          other (Region/mapped below "other" shape Existing/CONTINUE)]
      (.discard (mapped below))
      (is (= 4 (count (tree dir))) "what it only attached to stays")
      (.discard other)
      (.discard a)
      (is (.closed a))
      (is (= {} (tree dir))))))

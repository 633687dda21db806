(ns lanegraph.made-anew-test
  "A role was killed; then a lane of it is deleted by hand and made anew by whoever starts before the role, and holds as many
  messages as it did. What the role had noted of the old lane makes it skip nothing, and send nothing twice."
  (:require [clojure.java.io :as io]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.lane-kit :as lane-kit]
            [lanegraph.resume-kit :refer [by-input collect feed graph halted? lanes-of open roles]]
            [lanegraph.run-kit :refer [eventually]]
            [lanegraph.scratch :as scratch]
            [tools.seed :as seed])
  (:import (java.io File)
           (java.nio.file Files)
           (java.util Random)
           (lanegraph.lane SteppingMemory)
           (lanegraph.region Memory)
           (lanegraph.runtime GraphProbe)))

(set! *warn-on-reflection* true)

(defn- foreign? [v] (<= 900000 (long v)))

(defn- inputs [{:keys [role]} ^long base ^long n]
  (into {} (for [i (range (get (roles role) :ins 1))]
             [(keyword (str "in-a" i)) (vec (range (+ base (* 1000 (long i))) (+ base (* 1000 (long i)) n)))])))

(defn- outs [spec] (into {} (for [[k e] (:endpoints spec) :when (= :egress (:kind e))] [k []])))

(defn- killed-life!
  "The role is killed at a store, with these messages before it."
  [spec dir ins ^Random random]
  (let [memory (SteppingMemory.)]
    (with-open [g (open spec dir memory)]
      (feed g ins)
      (halted? g memory (.nextInt random 40)))))

(defn- delete! [dir c anew]
  (let [outs (map #(subs % 4) (lanes-of c))
        ins  (map #(subs (name %) 3) (keys (inputs c 0 0)))]
    (doseq [lane (case anew :in ins :out outs :both (concat ins outs)), suffix [".ring" ".journal"]]
      (scratch/delete-tree! (io/file (str dir) (str lane suffix))))))

(defn- made-anew!
  "Somebody else makes the lanes anew, takes what was in those that stay, and fills them, before the role starts. How many
  messages each input has before the role then, by the lanes alone."
  [spec dir ins names]
  (with-open [g (open spec dir Memory/DIRECT)]
    (collect g (outs spec))
    (feed g ins)
    (doseq [in (keys (:endpoints spec)) :when (re-matches #"in-(b\d|dead)" (name in)), i (range 3)]
      (.offer g (name in) (+ 900000 (long i))))
    (into {} (map (fn [in] [in (.unread g (subs (name in) 3) "role/r")])) names)))

(defn- last-life
  "[what each egress gets until nothing moves, the pairs that were told to be void]"
  [spec dir]
  (with-open [g (open spec dir Memory/DIRECT)]
    (loop [taken (outs spec)]
      (.step g "r")
      (let [taken' (collect g taken)]
        (if (= taken taken')
          [(update-vals taken #(vec (remove foreign? %))) (get (.voidedNotes g) "r")]
          (recur taken'))))))

(defn- expected
  "What each lane gets of these messages, of whose so many are left, by input."
  [{:keys [role]} all left]
  (let [answer (:answer (roles role))
        ways   (for [[in vs] all
                     :let [done (drop-last (left in) vs)]]
                 (map (fn [whole before] (drop (count before) whole)) (answer vs) (answer done)))]
    (apply map concat ways)))

(defn- run [c ^Random random]
  (lane-kit/with-dir [dir true]
    (let [spec (graph c), anew (:anew c)
          _    (killed-life! spec dir (inputs c 0 6) random)
          cell (io/file (str dir) "roles" "r.cell")
          note (Files/readAllBytes (.toPath ^File cell))
          all  (if (= :out anew) (inputs c 0 6) (inputs c 300 8))
          _    (delete! dir c anew)
          _    (.delete ^File cell)
          left (made-anew! spec dir (if (= :out anew) {} all) (keys all))]
      (Files/write (.toPath ^File cell) note ^"[Ljava.nio.file.OpenOption;" (make-array java.nio.file.OpenOption 0))
      (let [[taken void] (last-life spec dir)]
        {:taken taken :void void :expected (zipmap (lanes-of c) (expected c all left))}))))

(defn- right? [{:keys [taken expected]}]
  (every? (fn [[out vs]]
            (let [wanted (some (fn [[lane wanted]] (when (#{lane (str lane "-1")} (name out)) wanted)) expected)]
              (or (nil? wanted) (= (by-input wanted) (by-input vs)))))
          taken))

(deftest a-lane-made-anew-is-not-the-one-that-was-noted
  (let [s (seed/of ::anew), random (Random. s)]
    (doseq [role [:bridge :several :errors :broadcast :round-robin :merge]
            [in out] [[:events :many] [:many :events] [:journal :journal] [:events :fanout-broadcast]]
            anew [:in :out :both]
            :let [c {:role role :in in :out out :anew anew}, {:keys [taken expected void] :as result} (run c random)]]
      (testing (str c " seed " s)
        (is (right? result) (str "found " taken " expected " expected " void " void))))))

(def ^:private spec
  (let [lane {:kind :events :codec :long :slot-bytes 8 :slots 8}]
    {:name      :noted
     :lanes     {:a lane :b lane}
     :roles     {:r {:kind :bridge :rx :a :tx :b}}
     :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}}))

(defn- through
  "Sends these through the graph: [what came out, the events]."
  [spec dir opts xs]
  (let [events (atom [])]
    (with-open [^java.lang.AutoCloseable rt (lg/spawn! spec (merge {:dir (str dir) :on-event #(swap! events conj %)} opts))]
      (doseq [x xs] (lg/offer! rt :in x {:timeout-ms 20000}))
      (let [out (lg/take! rt :out (count xs) {:timeout-ms 20000})]
        (is (eventually (some #(= :started (:type %)) @events)))
        [out (filterv #(= :notes-void (:type %)) @events)]))))

(deftest notes-that-are-void-are-told
  (doseq [lane ["a.ring" "b.ring"]]
    (scratch/with-dir [dir]
      (is (= [(range 5) []] (through spec dir {} (range 5))))
      (is (= [(range 5) []] (through spec dir {} (range 5))) "nothing is made anew")
      (Files/delete (scratch/path dir lane))
      (is (= [(range 5) [{:type :notes-void :graph :noted :role :r :pairs ["a > b"]}]] (through spec dir {} (range 5))) lane)
      (is (= [(range 5) []] (through spec dir {} (range 5))) "and once"))))

(deftest notes-go-with-what-they-were-for
  (let [cell? (fn [dir] (.exists (io/file (str dir) "roles" "r.cell")))]
    (doseq [opts [{} {:existing :replace}]]
      (scratch/with-dir [dir]
        (through spec dir {} (range 5))
        (is (cell? dir))
        (through (assoc spec :on-full :drop) dir opts (range 5))
        (is (not (cell? dir)) "nothing keeps them up")
        (is (= [(range 5) []] (through spec dir {} (range 5))))))))

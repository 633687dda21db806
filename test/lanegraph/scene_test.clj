(ns lanegraph.scene-test
  (:require [clojure.test :refer [deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.flow :as flow]
            [lanegraph.gen :as lgen]
            [lanegraph.scene :as scene]
            [tools.seed :as seed]))

(set! *warn-on-reflection* true)

(defn branches
  "A spec of 4 + `wide` * `deep` roles: a fanout to branches of stages whose failures go back to the start, and a
  merge of the branches."
  [wide deep]
  (let [lane {:kind :events :codec :edn}
        at   (fn [& parts] (keyword (apply str (interpose "-" parts))))]
    {:name      :branches
     :lanes     (into {:lines lane :rows lane :all {:kind :fanout-broadcast :consumers wide :codec :edn}
                       :failed (assoc lane :on-full :drop) :again lane :done lane}
                      (for [i (range wide), j (range deep)] [(at "b" i j) lane]))
     :roles     (into {:parse  {:kind :stage :stage 'my.app/parse :rx :lines :tx :rows :on-error {:to :failed}}
                       :spread {:kind :merge :rx [:rows :again] :tx :all}
                       :mend   {:kind :stage :stage 'my.app/mend :rx :failed :tx :again}
                       :join   {:kind :merge :rx (mapv #(at "b" % (dec deep)) (range wide)) :tx :done}}
                      (for [i (range wide), j (range deep)]
                        [(at "work" i j) {:kind :stage :stage 'my.app/work :as :filter :on-error {:to :failed}
                                          :rx   (if (zero? j) [:all i] (at "b" i (dec j))) :tx (at "b" i j)}]))
     :endpoints {:in {:kind :ingress :lane :lines} :out {:kind :egress :lane :done}}}))

(def sizes
  "{number of roles spec}"
  {5 (branches 1 1), 12 (branches 4 2), 40 (branches 9 4)})

(defn- overlap? [a b]
  (let [apart? (fn [k size] (or (<= (+ (k a) (size a)) (k b)) (<= (+ (k b) (size b)) (k a))))]
    (not (or (apart? :x :width) (apart? :y :height)))))

(defn- meets?
  "Whether a point is on the left or right side of a box, as far as its round ends reach."
  [[px py] {:keys [x y width height]}]
  (and (< y py (+ y height))
       (or (<= x px (+ x scene/bulge)) (<= (+ x width (- scene/bulge)) px (+ x width)))))

(defn- inside-box? [[px py] {:keys [x y width height]}]
  (and (< x px (+ x width)) (< y py (+ y height))))

(defn- along
  "Points of a line, between the bends, where it runs level."
  [points]
  (mapcat (fn [[a b] [c d]] (when (= b d) (for [t (range 1 8)] [(+ a (* (- c a) (/ t 8.0))) b])))
          points (rest points)))

(defn- bends-over
  "The boxes in whose columns a line bends."
  [points boxes]
  (for [[[a b] [c d]] (map vector points (rest points)) :when (not= b d)
        {:keys [x width id]} boxes :when (and (< (min a c) (+ x width)) (< x (max a c)))]
    id))

(defn- text-room [{:keys [shape width]}]
  (- width (if (= :role shape) 12 30)))

(defn faults
  "What is wrong with the geometry of a scene, as data."
  [{:keys [width height boxes lines]}]
  (let [by-id (into {} (map (juxt :id identity)) boxes)]
    (concat
     (for [[i a] (map-indexed vector boxes), b (drop (inc i) boxes) :when (overlap? a b)] [:overlap (:id a) (:id b)])
     (for [{:keys [x y] :as b} boxes
           :when (not (and (<= 0 x) (<= 0 y) (<= (+ x (:width b)) width) (<= (+ y (:height b)) height)))]
       [:outside (:id b)])
     (for [{:keys [lines] :as b} boxes, {:keys [class text]} lines
           :when (< (text-room b) (* (scene/character class) (count text)))]
       [:text-too-wide (:id b) text])
     (for [{:keys [height id] b-lines :lines} boxes :when (< height (* 15 (count b-lines)))] [:text-too-high id])
     (for [{:keys [from to points]} lines
           :when (not (and (meets? (first points) (by-id from)) (meets? (peek points) (by-id to))))]
       [:loose-end from to])
     (for [{:keys [from to points]} lines, p (along points), b boxes
           :when (and (not (#{from to} (:id b))) (inside-box? p b))]
       [:crosses from to (:id b)])
     (for [{:keys [from to points]} lines, id (bends-over points boxes)] [:bends-over from to id])
     (for [{:keys [from to points back?]} lines
           :when (not (apply (if back? >= <=) (map first points)))]
       [:turns from to]))))

(deftest boxes-and-lines-fit-at-every-size
  (doseq [[n spec] sizes
          annotations [{} (into {} (for [section [:lanes :roles], k (keys (section spec))] [[section k] "123,456 k/s"]))]
          :let [{:keys [boxes] :as drawn} (scene/scene (flow/flow spec annotations) {:all 0.5})]]
    (testing n
      (is (= n (count (filter #(= :role (:shape %)) boxes)) (count (:roles spec))))
      (is (= (count (:lanes spec)) (count (filter #(= :lane (:shape %)) boxes))))
      (is (= 2 (count (filter #(= :endpoint (:shape %)) boxes))))
      (is (empty? (faults drawn))))))

(deftest the-test-of-geometry-finds-faults
  (let [{:keys [boxes] :as drawn} (scene/scene (flow/flow (sizes 5)) {})
        kinds (fn [scene] (set (map first (faults scene))))]
    (is (contains? (kinds (assoc drawn :boxes (conj boxes (assoc (first boxes) :id :other)))) :overlap))
    (is (contains? (kinds (assoc-in drawn [:boxes 0 :lines 0 :text] (apply str (repeat 40 "x")))) :text-too-wide))
    (is (contains? (kinds (update-in drawn [:lines 0 :points 0 0] + 20)) :loose-end))
    (is (contains? (kinds (assoc drawn :width 100)) :outside))))

(deftest lines-tell-what-they-are
  (let [{:keys [lines]} (scene/scene (flow/flow (sizes 12)) {})
        line (fn [from to] (first (filter #(= [from to] [(:from %) (:to %)]) lines)))]
    (is (:dead-letter? (line [:roles :parse] [:lanes :failed])))
    (is (not (:dead-letter? (line [:roles :parse] [:lanes :rows]))))
    (is (= "2" (:label (line [:lanes :all] [:roles :work-2-0]))))
    (is (nil? (:label (line [:lanes :rows] [:roles :spread]))))
    (is (= 1 (count (filter :back? lines))) "one cycle is closed by one line")
    (is (= (count lines) (count (distinct (map (juxt :from :to :dead-letter?) lines)))))))

(deftest boxes-tell-their-kind-and-what-is-noted
  (let [{:keys [boxes]} (scene/scene (flow/flow (sizes 12) {[:lanes :all] "12 in" [:roles :join] "3/s"}) {:all 0.25 :rows 7})
        box   (fn [id] (first (filter #(= id (:id %)) boxes)))
        texts (fn [id] (map (juxt :class :text) (:lines (box id))))]
    (is (= [[:name "all"] [:fact "fanout-broadcast 4"] [:note "12 in"]] (texts [:lanes :all])))
    (is (= [[:name "join"] [:fact "merge"] [:note "3/s"]] (texts [:roles :join])))
    (is (= [[:name "work-0-0"] [:fact "stage, filter"]] (texts [:roles :work-0-0])))
    (is (= [[:name "failed"] [:fact "events, drops"]] (texts [:lanes :failed])))
    (is (= [[:name "in"] [:fact "ingress"]] (texts [:endpoints :in])))
    (is (= [0.25 1.0 nil] (map (comp :fill box) [[:lanes :all] [:lanes :rows] [:lanes :done]])))
    (is (re-find #"(?s)^:all  12 in\n:codec :edn\n.*\n:slots 4096" (:title (box [:lanes :all]))))))

(defspec any-graph-has-a-scene-without-faults {:num-tests 60 :seed (seed/of ::any-graph-has-a-scene-without-faults)}
  (prop/for-all [spec lgen/graph]
    (empty? (faults (scene/scene (flow/flow spec) {})))))

(defspec damaged-specs-have-scenes-too {:num-tests 60 :seed (seed/of ::damaged-specs-have-scenes-too)}
  (prop/for-all [spec lgen/graph, n gen/large-integer, junk lgen/junk]
    (let [paths (vec (rest (lgen/paths spec [])))]
      (map? (scene/scene (flow/flow (assoc-in spec (nth paths (mod n (count paths))) junk)) {})))))

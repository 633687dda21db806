(ns lanegraph.resume-test
  "A graph on mapped lanes is cut off at every single store of its roles, and spawned again on what is there: every egress
  has exactly what an undisturbed run has, in its order."
  (:require [clojure.java.io :as io]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.lane-kit :as lane-kit]
            [lanegraph.resume-kit :refer [by-input collect dead-claim! feed graph halted? kinds lanes-of open roles]]
            [tools.seed :as seed])
  (:import (java.util Random)
           (lanegraph.lane SteppingMemory)
           (lanegraph.runtime GraphProbe)))

(set! *warn-on-reflection* true)

;; ------------------------------------------------------------------ a run that is cut off again and again

(def ^:private usual "Those that do the same with every lane." (dissoc roles :too-large :all-too-large))

(defn- injected? [v] (neg? (long v)))

(defn- work-on
  "What somebody does beside a role in dev mode: has a parked message done again, and injects a few of his own."
  [^GraphProbe g taken]
  (if (.isParked g "r")
    (.retry g "r")
    (when (< (count (filter injected? (:out-b0 taken))) 5)
      (.inject g "r" "b0" -1))))

(defn- without-injected [taken] (update-vals taken #(vec (remove injected? %))))

(defn- opened
  "The graph, as it goes on; nil if it dies at one of the first `budget` stores."
  [spec dir ^SteppingMemory memory budget]
  (.haltAfter memory budget)
  (try (open spec dir memory) (catch Throwable e (when-not (.isHalted memory) (throw e)))))

(defn- life
  "One life of the graph: until nothing moves, or until its start and its role have made `budget` stores.
  [done? left taken stores]"
  [{:keys [late?] :as spec} dir budget left taken]
  (let [memory (SteppingMemory. (boolean late?))
        g      (opened spec dir memory budget)
        stores (.stores memory)]
    (if-not g
      [false left taken stores]
      (with-open [^GraphProbe g g]
        (.run memory)
        (loop [left left, taken taken, made stores]
          (let [left'  (feed g left)
                worked? (when (:dev? spec) (work-on g taken))
                halt?  (halted? g memory (- (long budget) made))
                made   (+ made (.stores memory))
                _      (when-not halt? (.run memory) (.repairAll g))
                taken' (if halt? taken (collect g taken))]
            (cond
              halt?                                      [false left' taken' made]
              (and (= left left') (= taken taken') (not worked?)
                   (every? empty? (vals left)))          [true left' taken' made]
              :else                                      (recur left' taken' made))))))))

(defn- run
  "What every egress has after lives with these budgets of stores, and a last one without an end."
  [{:keys [role late? messages claims?] :as c :or {messages 6}} budgets]
  (lane-kit/with-dir [dir true]
    (let [spec (assoc (graph c) :dev? (get (roles role) :dev?) :late? late?)
          ins  (get (roles role) :ins 1)
          left (into {} (for [i (range ins)] [(keyword (str "in-a" i)) (range (* 1000 i) (+ (* 1000 i) messages))]))
          outs (into {} (for [[k e] (:endpoints spec) :when (= :egress (:kind e))] [k []]))]
      (loop [left left, taken outs, [budget & more] budgets, made []]
        (when (and claims? (.exists (io/file (str dir) "a0.ring"))) (dead-claim! dir))
        (let [[done? left taken stores] (life spec dir (or budget Long/MAX_VALUE) left taken)]
          (if done?
            {:taken (without-injected taken) :made (conj made stores)}
            (recur left taken more (conj made stores))))))))

(defn- right?
  "Each output has what an undisturbed role writes; of a merge, what it writes of each input."
  [{:keys [role messages] :as c :or {messages 6}} taken]
  (let [{:keys [ins answer] :or {ins 1}} (roles role)
        in (mapcat #(range (* 1000 (long %)) (+ (* 1000 (long %)) messages)) (range ins))]
    (every? identity
            (for [[lane wanted] (map vector (lanes-of c) (answer in)), [k vs] taken
                  :when (or (= lane (name k)) (= (str lane "-1") (name k)))]
              (= (by-input wanted) (by-input vs))))))

(def ^:private start "About as many stores as a life makes before its first message." 12)

(defn- deaths
  "What is left of the budgets after the first: one or two lives, which mostly die while they go on by what they find there;
  the second at times where the first did."
  [^Random random all]
  (let [any   #(.nextInt random (if (zero? (.nextInt random 3)) (inc (long all)) start))
        first (any)]
    (case (.nextInt random 3)
      0 [first]
      1 [first first]
      2 [first (any)])))

(defn- cut-everywhere
  "Cuts the case off after every number of stores, or at one in `each`, and then once or twice again."
  [c ^Random random each]
  (let [{:keys [made taken]} (run c [])
        all (long (peek made))]
    (is (right? c taken) (str c " undisturbed: " taken))
    (is (< 6 all))
    (doseq [n (range (.nextInt random (int each)) all each)]
      (let [budgets (into [n] (deaths random all))
            {:keys [taken]} (run c budgets)]
        (when-not (is (right? c taken) (str c " cut off after " budgets " stores: " taken))
          (throw (ex-info "the first is enough" {:case c :budgets budgets})))))))

(deftest a-role-cut-off-at-some-of-its-stores-goes-on-exactly
  (let [s      (seed/of ::cut)
        random (Random. s)]
    (doseq [role (sort (keys usual)), [in out] [[:events :events] [:events :many] [:events :fanout-broadcast]
                                                [:events :sequenced-slots] [:journal :journal] [:many :events]]]
      (testing (str role in out " ")
        (cut-everywhere {:role role :in in :out out} random 12)))))

(def ^:private unusual
  {"a journal's segments end" [[:bridge :journal :journal {:codec :wide :messages 12}]
                               [:merge :journal :journal {:codec :wide :messages 8}]
                               [:broadcast :events :journal {:codec :wide :messages 12}]]
   "larger than a slot"       [[:too-large :events :events {:codec :grown}]
                               [:too-large :journal :many {:codec :grown}]
                               [:all-too-large :events :many {:codec :grown}]]
   "slots to skip"            [[:bridge :many :events {:claims? true}]
                               [:several :many :many {:claims? true}]
                               [:broadcast :many :journal {:claims? true}]]})

(defn- cut-the-unusual [^Random random each]
  (doseq [[what cases] unusual, [role in out more] cases]
    (testing (str what " " role in out " ")
      (cut-everywhere (merge {:role role :in in :out out} more) random (if (:messages more) (* 8 (long each)) each)))))

(deftest a-role-cut-off-about-what-is-unusual-goes-on-exactly
  (cut-the-unusual (Random. (seed/of ::unusual)) 25))

(deftest ^:long a-role-cut-off-at-every-store-about-what-is-unusual-goes-on-exactly
  (cut-the-unusual (Random. (seed/of ::all-unusual)) 1))

(deftest a-role-whose-stores-overtake-each-other-goes-on-exactly
  (let [random (Random. (seed/of ::late))]
    (doseq [[role in out] [[:bridge :journal :journal] [:several :events :journal] [:bridge :events :events]]]
      (testing (str role in out " ")
        (cut-everywhere {:role role :in in :out out :late? true} random 4)))))

(deftest ^:long every-role-cut-off-at-every-store-between-any-two-kinds-of-lanes-goes-on-exactly
  (let [random (Random. (seed/of ::mix))]
    (doseq [role (sort (keys usual)), in (keys kinds), out (keys kinds), late? [false true]]
      (testing (str role in out " ")
        (cut-everywhere {:role role :in in :out out :late? late?} random 1)))))

;; ------------------------------------------------------------------ an error in the midst of it

(defn- part-of?
  "True if xs are ys, in their order, but for some that are missing."
  [xs ys]
  (cond (empty? xs)               true
        (empty? ys)               false
        (= (first xs) (first ys)) (recur (rest xs) (rest ys))
        :else                     (recur xs (rest ys))))

(defn- failing-life!
  "A store of the role throws, once; so many stores later it dies."
  [spec dir left n further]
  (let [memory (SteppingMemory.)]
    (with-open [g (open spec dir memory)]
      (feed g left)
      (.haltAfter memory (+ (long n) (long further)))
      (.meddleAfter memory n #(throw (ex-info "a store that fails" {})))
      (try (.step g "r") (catch Throwable _ :dead)))))

(deftest an-error-among-several-results-is-not-in-the-note-of-the-dead-letter
  (doseq [n (range 9), further (range 8 16)] ; within the first message; about the commit of its dead letter, whose bytes are stores
    (lane-kit/with-dir [dir true]
      (let [spec (graph {:role :spoilt :in :events :out :events})]
        (failing-life! spec dir {:in-a0 [0 1 2 3]} n further)
        (let [[_ _ {:keys [out-b0 out-dead]}] (life spec dir Long/MAX_VALUE {:in-a0 []} {:out-b0 [] :out-dead []})]
          (is (part-of? out-b0 [0 1 1 2 3 4]) (str n " " further ": " out-b0))
          (is (and (apply < -1 out-dead) (every? (set out-dead) [0 3])) (str n " " further ": " out-dead)))))))

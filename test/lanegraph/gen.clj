(ns lanegraph.gen
  "Random specs for generative tests."
  (:require [clojure.test.check.generators :as gen]))

(set! *warn-on-reflection* true)

(def args
  "Plain data for :args, without the NaN that equals nothing."
  (gen/recursive-gen
   (fn [inner] (gen/one-of [(gen/vector inner 0 3) (gen/map gen/keyword inner {:max-elements 3})
                            (gen/set inner {:max-elements 3})]))
   (gen/one-of [gen/large-integer gen/string gen/boolean gen/keyword-ns gen/symbol (gen/return nil)
                (gen/double* {:NaN? false})])))

(def ^:private stage-key
  (gen/elements ['weather.stages/parse 'a/b :upper :my.app/lower "com.acme.Stage" "Stage"]))

(def ^:private choice
  "What one role of the graph is made from."
  (gen/hash-map :role      (gen/elements [:stage :bridge :router :merge])
                :lane      (gen/elements [:events :events :fanout-broadcast :sequenced-slots :journal])
                :count     (gen/choose 1 3)
                :pick      gen/nat
                :codec     (gen/elements [:bytes :string :edn :json :mine])
                :stage     stage-key
                :routing   (gen/one-of [(gen/elements [nil :broadcast :round-robin]) (gen/fmap #(hash-map :by %) stage-key)])
                :turns     (gen/elements [nil :round-robin :priority])
                :as        (gen/elements [nil :map :stateful])
                :sequence  (gen/elements [nil true false])
                :recover   (gen/elements [nil :fresh {:from :start} {:from 4096}])
                :args      (gen/one-of [(gen/return ::none) args])
                :slots     (gen/elements [nil 2 64 1048576])
                :retain    (gen/elements [nil true false])
                :on-full   (gen/elements [nil :block :drop])
                :idle      (gen/elements [nil :busy-spin :yield :backoff :park])
                :thread    (gen/elements [nil :one :two])
                :sync      (gen/elements [nil :none :each {:interval-ms 20}])
                :on-error  (gen/elements [nil :stop :skip :dead :dead])))

(defn- some-of [m ks]
  (into {} (filter (comp some? val)) (select-keys m ks)))

(defn- add-lane
  "Adds a lane that one more role writes; its consumers wait for readers."
  [{:keys [lanes] :as state} kind codec {:keys [count] :as choice}]
  (let [lane (keyword (str "lane-" (clojure.core/count lanes)))
        refs (cond
               (= :fanout-broadcast kind)                       (mapv #(vector lane %) (range count))
               (and (= :sequenced-slots kind) (< 1 (long count))) (mapv #(vector lane %) (range count))
               :else                                            [lane])]
    [lane (-> state
              (assoc-in [:lanes lane] (merge {:kind kind :codec codec}
                                             (some-of choice (if (= :journal kind)
                                                               [:on-full :sync]
                                                               [:slots :retain :on-full]))
                                             (case kind
                                               :fanout-broadcast {:consumers count}
                                               :sequenced-slots  (if (< 1 (long count)) {:gating count} {})
                                               {})))
              (update :open into (map #(vector % codec)) refs))]))

(defn- lane-of [[ref _]] (if (vector? ref) (first ref) ref))

(defn- take-refs
  "Refs that wait for a reader: the picked one, for a merge more of the same codec on other lanes."
  [{:keys [open]} {:keys [role pick count]}]
  (let [n     (clojure.core/count open)
        turn  (drop (mod pick n) (concat open open))
        one   (first turn)
        alike (filter #(= (second one) (second %)) (take n turn))]
    (if (= :merge role)
      (take count (vals (reduce (fn [m ref] (if (m (lane-of ref)) m (assoc m (lane-of ref) ref))) (array-map)
                                alike)))
      [one])))

(defn- recovery
  "What a stage says of its state: with a journal only if it reads one."
  [state rx recover]
  (cond
    (= :fresh recover)                                              {:recover :fresh}
    (and recover (= :journal (get-in state [:lanes rx :kind]))) {:recover (assoc recover :journal rx)}))

(defn- add-role [state {:keys [role lane codec count on-error args stage] :as choice}]
  (let [taken    (take-refs state choice)
        rx-codec (second (first taken))
        state    (update state :open #(vec (remove (set taken) %)))
        codec    (if (= :stage role) codec rx-codec)
        outputs  (if (= :router role) count 1)
        [txs state] (reduce (fn [[txs state] _]
                              (let [[tx state] (add-lane state lane codec choice)] [(conj txs tx) state]))
                            [[] state] (range outputs))
        [letters state] (if (= :dead on-error) (add-lane state :events rx-codec {}) [nil state])
        refs     (mapv first taken)]
    (assoc-in state [:roles (keyword (str "role-" (clojure.core/count (:roles state))))]
              (merge {:kind role
                      :rx   (if (= :merge role) refs (refs 0))
                      :tx   (if (= :router role) txs (txs 0))}
                     (some-of choice [:idle :thread])
                     (when-let [policy (case role :router (:routing choice) :merge (:turns choice) nil)]
                       {:policy policy})
                     (cond letters {:on-error {:to letters}} on-error {:on-error on-error})
                     (when (= :stage role)
                       (merge {:stage stage} (some-of choice [:as :sequence])
                              (recovery state (refs 0) (:recover choice))
                              (when (not= ::none args) {:args args})))))))

(defn- tests-of
  "A test that feeds `messages` and expects them of an egress, if both ends can carry any data."
  [messages codec [[_ out-codec]]]
  (when-not (or (nil? messages) (some #{:bytes} [codec out-codec]))
    {:tests [{:name "one" :in {:in messages} :out {:out-0 messages}} {:name "two" :out {}}]}))

(defn- build [[choices options codec messages]]
  (let [[start state] (add-lane {:lanes {} :roles {} :open []} :events codec {})
        {:keys [open lanes roles]} (reduce add-role state choices)]
    (merge (tests-of messages codec open)
           {:name :random :lanes lanes :roles roles
            :endpoints (into {:in {:kind :ingress :lane start}}
                             (map-indexed (fn [i [ref _]]
                                            [(keyword (str "out-" i)) {:kind :egress :lane ref}]))
                             open)}
           options)))

(def graph
  "Specs in which nothing is wrong: no errors and no warnings."
  (gen/fmap build
            (gen/tuple (gen/vector choice 1 8)
                       (gen/fmap #(some-of % [:kind :on-full :idle :allow-cycles :my.app/note])
                                 (gen/hash-map :kind         (gen/elements [nil :lane-graph])
                                               :on-full      (gen/elements [nil :block :drop])
                                               :idle         (gen/elements [nil :park])
                                               :allow-cycles (gen/elements [nil true false])
                                               :my.app/note  (gen/elements [nil 42 {:any "thing"}])))
                       (gen/elements [:bytes :edn :json])
                       (gen/one-of [(gen/return nil) (gen/vector (gen/such-that some? args) 0 3)]))))

(defn paths
  "Every path into `v`, [] first."
  [v path]
  (cons path
        (cond
          (map? v)    (mapcat (fn [[k v]] (paths v (conj path k))) v)
          (vector? v) (mapcat (fn [i v] (paths v (conj path i))) (range) v))))

(def junk
  "Values that belong nowhere, and values that belong elsewhere."
  (gen/one-of [(gen/elements [nil 42 -1 0 3.5 "x" "" :x :lane-0 'x 'a/b [] {} #{} '() [nil] [:lane-0 0]
                              [:lane-0 -1] {:to 1}
                              {:kind :stage} {:kind :events} {:kind :journal} :a/b "../x" Long/MAX_VALUE 1e300
                              1/2 12N
                              (keyword "a\u0000b") (keyword "../../etc")
                              (keyword (apply str (repeat 300 "x")))
                              (Object.) inc #"x" (java.util.HashMap. {"a" 1})])
               (gen/scale #(min 10 %) gen/any)]))

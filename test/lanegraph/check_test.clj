(ns lanegraph.check-test
  (:require [clojure.test :refer [are deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.check :as check]
            [lanegraph.gen :as lgen]
            [lanegraph.read :as read]
            [tools.seed :as seed]))

(set! *warn-on-reflection* true)

(def weather
  '{:name      :weather
    :lanes     {:lines {:kind :events :codec :string}
                :obs   {:kind :events :codec :edn}
                :both  {:kind :fanout-broadcast :consumers 2 :codec :edn}
                :log   {:kind :journal :codec :edn}
                :seen  {:kind :sequenced-slots :codec :edn}
                :hot   {:kind :events :codec :json :on-full :drop}}
    :roles     {:parse {:kind :stage :stage weather.stages/parse :rx :lines :tx :obs :on-error :skip}
                :split {:kind :bridge :rx :obs :tx :both}
                :keep  {:kind :bridge :rx [:both 0] :tx :log}
                :show  {:kind :bridge :rx :log :tx :seen}
                :alarm {:kind :stage :stage weather.stages/hot :args {:above 30} :rx [:both 1] :tx :hot}}
    :endpoints {:in  {:kind :ingress :lane :lines}
                :log {:kind :egress :lane :seen}
                :out {:kind :egress :lane :hot}}})

(defn- found
  "The codes and paths of a spec's problems."
  [spec]
  (mapv (juxt :code :path) (check/check spec)))

(deftest a-good-spec-has-no-problems
  (is (= [] (check/check weather))))

(deftest s1-other-kinds-are-refused-by-name
  (are [kind] (let [[problem & more] (check/check (assoc weather :kind kind))]
                (and (nil? more)
                     (= [:spec/unknown-kind [:kind] kind] ((juxt :code :path :value) problem))
                     (.contains ^String (:message problem) (pr-str kind))))
    :single-ring :ring "lane-graph" nil 42)
  (is (= [] (check/check (assoc weather :kind :lane-graph)))))

(deftest s2-a-spec-is-maps-keyed-by-name
  (is (= [[:spec/missing-key [:lanes]] [:spec/missing-key [:name]] [:spec/missing-key [:roles]]] (found {})))
  (are [section] (= [[:spec/bad-value [section]]] (found (assoc weather section [{:name :x}])))
    :lanes :roles :endpoints))

(def ^:private with-tests
  (assoc weather :tests [{:name "one" :in {:in ["a"]} :out {:out [] :log [1 {:a 2}]}} {:name "two" :out {}}]))

(deftest tests-of-a-spec-are-checked
  (is (= [] (check/check with-tests)))
  (are [path value code at hint] (= [[code at hint]] (map (juxt :code :path :hint)
                                                          (check/check (assoc-in with-tests path value))))
    [:tests]              {}          :spec/bad-value         [:tests]              nil
    [:tests 0]            3           :spec/bad-value         [:tests 0]
    "for example {:name \"is copied\" :in {:in [1]} :out {:out [1]}}"
    [:tests 1 :name]      "one"       :spec/same-name         [:tests 1 :name]      nil
    [:tests 1 :name]      :two        :spec/bad-value         [:tests 1 :name]      "write \"two\""
    [:tests 1 :inn]       {}          :spec/unknown-key       [:tests 1 :inn]       "did you mean :in?"
    [:tests 1 :kind]      :x          :spec/unknown-key       [:tests 1 :kind]      nil
    [:tests 1 :in]        [1]         :spec/bad-value         [:tests 1 :in]        nil
    [:tests 1 :in]        {:inn [1]}  :graph/unknown-endpoint [:tests 1 :in :inn]   "did you mean :in?"
    [:tests 1 :in]        {:out [1]}  :graph/unknown-endpoint [:tests 1 :in :out]   nil
    [:tests 1 :out]       {:in []}    :graph/unknown-endpoint [:tests 1 :out :in]   nil
    [:tests 1 :out]       {"out" []}  :spec/bad-name          [:tests 1 :out "out"] "write :out"
    [:tests 1 :out]       {:out 1}    :spec/bad-value         [:tests 1 :out :out]  "write [1]"
    [:tests 1 :out]       {:out '(1)} :spec/bad-value         [:tests 1 :out :out]  "write [1]"
    [:tests 0 :in :in 0]  nil         :spec/bad-value         [:tests 0 :in :in 0]  nil
    [:tests 0 :in :in 0]  inc         :spec/bad-value         [:tests 0 :in :in 0]  nil
    [:tests 0 :out :log]  [##NaN]     :spec/bad-value         [:tests 0 :out :log 0] nil)
  (is (= [[:spec/missing-key [:tests 0 :out]]] (found (update-in with-tests [:tests 0] dissoc :out))))
  (testing "what follows from other damage is not told"
    (is (= [[:spec/unknown-kind [:endpoints :in :kind]]] (found (assoc-in with-tests [:endpoints :in :kind] :ingres))))
    (is (= [[:spec/bad-value [:endpoints]]] (found (assoc with-tests :endpoints 3)))))
  (testing "the place is that of the name"
    (is (= [[3 10]] (map (juxt :line :column)
                         (filter #(= :graph/unknown-endpoint (:code %))
                                 (check/check (read/from-string
                                               "{:name :x :lanes {} :roles {}\n:tests [{:name \"t\"\n   :out {:out []}}]}"))))))))

(deftest s3-every-kind-of-lane-has-its-keys
  (are [kind key value] (= [[:spec/unknown-key [:lanes :new key]]]
                           (filterv #(= :spec/unknown-key (first %))
                                    (found (assoc-in weather [:lanes :new] {:kind kind key value}))))
    :events           :consumers     2
    :events           :gating        2
    :events           :sync          :each
    :fanout-broadcast :gating        2
    :sequenced-slots  :consumers     2
    :journal          :slots         8
    :journal          :retain        true)
  (is (= [[:spec/unknown-kind [:lanes :lines :kind]]]
         (found (assoc-in weather [:lanes :lines :kind] :queue)))))

(deftest s4-every-kind-of-role-has-its-keys
  (are [role path] (= [[:spec/bad-value path]] (found (assoc-in weather [:roles :split] role)))
    {:kind :bridge :rx [:obs] :tx :both}                       [:roles :split :rx]
    {:kind :bridge :rx :obs :tx [:both]}                       [:roles :split :tx]
    {:kind :router :rx :obs :tx :both}                         [:roles :split :tx]
    {:kind :merge :rx :obs :tx :both}                          [:roles :split :rx]
    {:kind :merge :rx [:obs "x"] :tx :both}                    [:roles :split :rx 1]
    {:kind :merge :rx [:obs] :tx :both :policy :any}           [:roles :split :policy]
    {:kind :merge :rx [:obs] :tx :both :policy :broadcast}     [:roles :split :policy]
    {:kind :router :rx :obs :tx [:both] :policy :priority}     [:roles :split :policy]
    {:kind :router :rx :obs :tx [:both] :policy {:by 'f}}      [:roles :split :policy :by]
    {:kind :router :rx :obs :tx [:both] :policy {:by :f :x 1}} [:roles :split :policy]
    {:kind :stage :stage 'hot :rx :obs :tx :both}              [:roles :split :stage]
    {:kind :stage :stage 'a/b :as :fold :rx :obs :tx :both}    [:roles :split :as]
    {:kind :stage :stage 'a/b :args inc :rx :obs :tx :both}    [:roles :split :args]
    {:kind :bridge :rx :obs :tx :both :on-error :dead}         [:roles :split :on-error]
    {:kind :bridge :rx :obs :tx :both :on-error {:to "dead"}}  [:roles :split :on-error :to])
  (is (= [[:spec/unknown-kind [:roles :split :kind]]]
         (found (assoc-in weather [:roles :split :kind] :edge)))))

(deftest s5-endpoints-are-ingress-or-egress
  (is (= [[:spec/unknown-kind [:endpoints :in :kind]]]
         (found (assoc-in weather [:endpoints :in :kind] :source))))
  (is (= [[:spec/missing-key [:endpoints :in :lane]]]
         (found (update-in weather [:endpoints :in] dissoc :lane)))))

(deftest s7-every-problem-is-told-at-once
  (is (= [[:spec/unknown-key [:endpoints :out :size]]
          [:graph/bad-slots [:lanes :lines :slots]]
          [:spec/bad-value [:lanes :obs :slot-bytes]]
          [:graph/unknown-lane [:roles :alarm :tx]]
          [:spec/missing-key [:roles :keep :rx]]
          [:graph/unresolved-stage [:roles :parse :stage]]]
         (mapv (juxt :code :path)
               (check/check (-> weather
                                (assoc-in [:endpoints :out :size] 1)
                                (assoc-in [:lanes :lines :slots] 1000)
                                (assoc-in [:lanes :obs :slot-bytes] "256")
                                (assoc-in [:roles :alarm :tx] :hott)
                                (update-in [:roles :keep] dissoc :rx))
                            {:resolve #(when (= 'weather.stages/parse %) {:message "no such var"})})))))

(deftest hints-say-what-was-probably-meant
  (are [path value hint] (= hint (:hint (first (filter #(= path (:path %))
                                                       (check/check (assoc-in weather path value))))))
    [:lanes :lines :slot_bytes] 512      "did you mean :slot-bytes?"
    [:lanes :lines :slotBytes]  512      "did you mean :slot-bytes?"
    [:lanes :lines :sync]       :each    ":sync belongs to :journal"
    [:lanes :lines :kind]       :event   "did you mean :events?"
    [:lanes :lines :kind]       "events" "write :events"
    [:lanes :lines :slots]      "4096"   "write 4096"
    [:lanes :lines :slots]      4096.0   "write 4096"
    [:lanes :log :sync]         200      "write {:interval-ms 200}"
    [:on-full]                  :blok    "did you mean :block?"
    [:allow-cycles]             "true"   "write true"
    [:rolls]                    {}       "did you mean :roles?"
    [:roles :parse :rx]         "lines"  "write :lines"
    [:roles :parse :rx]         :liness  "did you mean :lines?"
    [:roles :parse :stage]      'parse   "write the namespace too, such as my.stages/parse"
    [:roles :parse :stage]      (symbol "'weather.stages" "parse") "write weather.stages/parse"
    [:roles :parse :on-error]   :log     "write {:to :log}"))

(deftest a-policy-of-a-router-is-guessed-from-its-stage-and-no-policy-of-a-merge-is-taken-for-one
  (are [policy hint] (= [hint] (->> (check/check {:name  :x
                                                  :lanes {:a {:kind :events} :b {:kind :events}}
                                                  :roles {:r {:kind :router :rx :a :tx [:b] :policy policy}}})
                                    (filter #(= [:roles :r :policy] (:path %)))
                                    (map :hint)))
    'my/kind     "write {:by my/kind}"
    :round-robbn "write :round-robin"
    :kind        "write {:by :kind}"
    :priority    nil))

(deftest qualified-keys-pass
  (is (= [] (check/check (-> weather
                             (assoc :my.app/note 1)
                             (assoc-in [:lanes :lines :my.app/note] inc)
                             (assoc-in [:roles :parse :my.app/note] nil)
                             (assoc-in [:endpoints :in :my.app/note] []))))))

(deftest problems-of-a-file-have-their-place
  (let [text
        (str "{:name :x\n :lanes {:a {:kind :events\n             :slots 3}}\n"
             " :roles {:r {:kind :bridge :rx :a :tx :b\n  :foo 1}}}")]
    (is (= [[:graph/bad-slots "x.edn" 3 21]
            [:spec/unknown-key "x.edn" 5 3]
            [:graph/unknown-lane "x.edn" 4 39]]
           (mapv (juxt :code :file :line :column)
                 (remove #(= :warning (:severity %)) (check/check (read/from-string text {:file "x.edn"}))))))
    (testing "a missing key has the place of the map that lacks it"
      (is (= [[:spec/missing-key 1 1]]
             (mapv (juxt :code :line :column)
                   (check/check (read/from-string "{:name :x :lanes {}}"))))))))

(deftest anything-at-all-is-answered
  (are [spec] (= [[:spec/bad-value []]] (found spec))
    nil 42 "x" :x [] #{} '() inc (Object.) [{}] (nth (iterate vector 1) 100000))
  (testing "maps that cannot be asked for a keyword"
    (is (seq (check/check (sorted-map "name" 1 "lanes" 2))))
    (is (seq (check/check (assoc weather :lanes (sorted-map 1 (sorted-map 'kind 2)))))))
  (is (seq (check/check {:name :x :lanes (nth (iterate (fn [x] {:a x}) 1) 100000)})))
  (is (= [[:spec/bad-value [:roles :parse :args]]] (found (assoc-in weather [:roles :parse :args] (range))))))

(deftest hostile-names-are-errors
  (doseq [section [:lanes :roles :endpoints]
          bad     [".." "../x" "a/b" "/" "a\u0000b" "é" "𝕏" "A" "a_b" "a.b" "-a" "1" "con "
                   (apply str (repeat 300 "x"))]
          k       [(keyword bad) bad]]
    (testing (pr-str section k)
      (let [one (val (first (section weather)))]
        (is (some #(and (= :error (:severity %)) (#{:graph/bad-name :spec/bad-name} (:code %))
                        (= [section k] (:path %)))
                  (check/check (assoc-in weather [section k] one)))))))
  (is (= [[:graph/bad-name [:name]]] (found (assoc weather :name (keyword "../x"))))))

(defn- well-formed? [problems]
  (and (vector? problems)
       (every? (fn [{:keys [code path message severity] :as p}]
                 (and (qualified-keyword? code) (vector? path) (string? message) (contains? p :value)
                      (contains? #{:error :warning} severity)))
               problems)))

(defn- below? [path prefix]
  (= prefix (take (count prefix) path)))

(defspec random-good-graphs-have-no-problems
  {:num-tests 100 :seed (seed/of ::random-good-graphs-have-no-problems)}
  (prop/for-all [spec lgen/graph]
    (= [] (check/check spec))))

(defspec random-damage-is-answered-with-data
  {:num-tests 100 :seed (seed/of ::random-damage-is-answered-with-data)}
  (prop/for-all [spec lgen/graph
                 damages
                 (gen/vector (gen/tuple gen/nat (gen/elements [:replace :delete :rename]) lgen/junk) 1 4)]
    (well-formed?
     (check/check
      (reduce (fn [spec [n how junk]]
                (let [paths (vec (lgen/paths spec []))
                      path  (nth paths (mod (* 7919 n) (count paths)))
                      over  (if (seq path) (get-in spec (pop path)) nil)]
                  (cond
                    (or (empty? path) (vector? over)) (if (seq path) (assoc-in spec path junk) spec)
                    (= :replace how) (assoc-in spec path junk)
                    :else (let [m (cond-> (dissoc over (peek path))
                                    (= :rename how) (assoc junk (over (peek path))))]
                            (if (= 1 (count path)) m (assoc-in spec (pop path) m))))))
              spec damages)))))

(defspec one-damaged-value-is-one-problem
  {:num-tests 100 :seed (seed/of ::one-damaged-value-is-one-problem)}
  (prop/for-all [spec lgen/graph, n gen/large-integer]
    (let [paths
          (vec (remove #(or (empty? %) (qualified-keyword? (first %)) (< 3 (count %))) (lgen/paths spec [])))
          path  (nth paths (mod n (count paths)))
          found (check/check (assoc-in spec path (Object.)))]
      (and (some #(= :error (:severity %)) found)
           (every? #(below? (:path %) path) found)))))

(defspec one-key-taken-away-is-no-flood {:num-tests 100 :seed (seed/of ::one-key-taken-away-is-no-flood)}
  (prop/for-all [spec lgen/graph, n gen/large-integer]
    (let [paths (vec (filter #(and (= 3 (count %)) (#{:kind :rx :tx :stage :lane :consumers} (peek %)))
                             (lgen/paths spec [])))
          path  (nth paths (mod n (count paths)))
          found (check/check (update-in spec (pop path) dissoc (peek path)))]
      (= [[:spec/missing-key path]] (map (juxt :code :path) found)))))

(defspec one-misspelt-key-is-no-flood {:num-tests 100 :seed (seed/of ::one-misspelt-key-is-no-flood)}
  (prop/for-all [spec lgen/graph, n gen/large-integer]
    (let [paths
          (vec (filter #(and (<= (count %) 3) (not= 2 (count %)) (seq %) (not (qualified-keyword? (peek %)))
                             (not= [:name] %))
                       (lgen/paths spec [])))
          path  (nth paths (mod n (count paths)))
          wrong (keyword (str (name (peek path)) "z"))
          over  (pop path)
          m     (get-in spec over)
          m     (-> m (dissoc (peek path)) (assoc wrong (m (peek path))))
          found (check/check (if (empty? over) m (assoc-in spec over m)))]
      (and (some #(= [:spec/unknown-key (conj over wrong)] [(:code %) (:path %)]) found)
           (every? #(or (below? (:path %) path) (= (:path %) (conj over wrong))) found)))))

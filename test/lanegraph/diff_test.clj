(ns lanegraph.diff-test
  (:require [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.properties :as prop]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.diff :as diff]
            [lanegraph.gen :as lgen]
            [lanegraph.normalise :as normalise]
            [lanegraph.run-kit :refer [code-of]]
            [lanegraph.scratch :as scratch]
            [lanegraph.topology :as topology]
            [tools.seed :as seed]))

(set! *warn-on-reflection* true)

(def ^:private spec
  '{:name      :x
    :lanes     {:a {:kind :events :codec :edn} :b {:kind :fanout-broadcast :consumers 2 :codec :edn}
                :c {:kind :events :codec :edn} :d {:kind :events :codec :edn} :log {:kind :journal :codec :edn}}
    :roles     {:r {:kind :stage :stage clojure.core/inc :args 1 :rx :a :tx :b}
                :s {:kind :bridge :rx [:b 0] :tx :c}
                :t {:kind :bridge :rx [:b 1] :tx :d}
                :l {:kind :bridge :rx :d :tx :log}}
    :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c} :log {:kind :egress :lane :log}}
    :tests     [{:name "t" :out {}}]})

(defn- changed
  "[path change need lanes] of each change, the why left out."
  [b]
  (map (juxt :path :change :needs :lanes) (diff/diff spec b)))

(deftest equal-specs-have-no-difference
  (is (= [] (diff/diff spec spec)))
  (is (= [] (diff/diff spec (-> spec (assoc :on-full :block) (assoc-in [:lanes :a :slots] 4096))))
      "what is said may be what was meant before"))

(deftest each-change-tells-what-it-needs
  (are [path value change need lanes] (= [[path change need lanes]] (changed (assoc-in spec path value)))
    [:lanes :a :slots]        8192              :changed :new-files    [:a]
    [:lanes :a :slot-bytes]   512               :changed :new-files    [:a]
    [:lanes :a]               {:kind :sequenced-slots :codec :edn} :changed :new-files [:a]
    [:lanes :log :segment-bytes] 8192           :changed :new-files    [:log]
    [:lanes :log :retain-ms]  5                 :changed :restart-role nil
    [:lanes :log :sync]       :each             :changed :restart-role nil
    [:lanes :a :on-full]      :drop             :added   :restart-role nil
    [:lanes :a :on-full]      :block            :added   :nothing      nil
    [:lanes :a :retain]       false             :changed :restart-role nil
    [:lanes :new]             {:kind :events}   :added   :restart-role nil
    [:roles :r :stage]        'clojure.core/dec :changed :live-swap    nil
    [:roles :r :stage]        :upper            :changed :live-swap    nil
    [:roles :r :args]         2                 :changed :live-swap    nil
    [:roles :r :as]           :stateful         :changed :restart-role nil
    [:roles :r :idle]         :park             :added   :restart-role nil
    [:roles :r :idle]         :backoff          :added   :nothing      nil
    [:roles :r :thread]       :one              :added   :restart-role nil
    [:roles :r :on-error]     :skip             :changed :restart-role nil
    [:roles :s :on-error]     {:to :d}          :changed :new-files    [:d]
    [:roles :s]               '{:kind :stage :stage a/b :rx [:b 0] :tx :c} :changed :restart-role nil
    [:endpoints :more]        {:kind :ingress :lane :a} :added :new-files [:a]
    [:name]                   :y                :changed :restart-role nil
    [:on-full]                :drop             :changed :restart-role nil
    [:idle]                   :park             :changed :restart-role nil
    [:allow-cycles]           true              :changed :nothing      nil
    [:tests]                  []                :changed :nothing      nil
    [:my/note]                1                 :added   :nothing      nil
    [:lanes :a :my/note]      1                 :added   :nothing      nil)
  (testing "taken away"
    (is (= [[[:roles :r :args] :removed :live-swap nil]] (changed (update-in spec [:roles :r] dissoc :args))))
    (is (= [[[:lanes :b :consumers] :changed :new-files [:b]] [[:roles :t] :removed :new-files [:b :d]]]
           (changed (-> spec (update :roles dissoc :t) (assoc-in [:lanes :b :consumers] 1)))))
    (is (= [[[:endpoints :log] :removed :drain [:log]]] (changed (update spec :endpoints dissoc :log)))
        "the readers of a journal are no part of its shape, but it may hold something for one")
    (is (= [[[:endpoints :out] :removed :drain [:c]] [[:lanes :c] :removed :drain [:c]]
            [[:roles :s :tx] :changed :new-files [:d]]]
           (changed (-> spec (update :endpoints dissoc :out) (update :lanes dissoc :c) (assoc-in [:roles :s :tx] :d))))))
  (testing "one change may be the doing of several"
    (is (= [[[:lanes :a :codec] :new-files] [[:lanes :a :slots] :new-files]]
           (map (juxt :path :needs) (diff/diff spec (-> spec (assoc-in [:lanes :a :codec] :json) (assoc-in [:lanes :a :slots] 8)))))))
  (testing "what one inherits, another says"
    (let [drops (-> spec (assoc :on-full :drop) (update :lanes update-vals #(assoc % :on-full :block)))]
      (is (= [[:lanes :a :on-full] [:lanes :b :on-full] [:lanes :c :on-full] [:lanes :d :on-full] [:lanes :log :on-full]
              [:on-full]]
             (map :path (diff/diff spec drops))))
      (is (= #{:nothing} (set (map :needs (diff/diff spec drops))))))))

(deftest a-change-has-both-values-and-a-reason
  (is (= [{:path [:lanes :a :slots] :change :changed :from 4096 :to 8 :needs :new-files :lanes [:a]
           :why "lane :a gets other slots: let out what is inside, then start with new files"}]
         (lg/diff spec (assoc-in spec [:lanes :a :slots] 8))))
  (is (= [[nil {:kind :ingress :lane :a}
           "lane :a gets other writers: let out what is inside, then start with new files"]]
         (map (juxt :from :to :why) (lg/diff spec (assoc-in spec [:endpoints :more] {:kind :ingress :lane :a}))))))

(deftest specs-with-errors-are-refused
  (is (= :graph/invalid (code-of #(lg/diff spec {}))))
  (is (= :graph/invalid (code-of #(lg/diff {} spec)))))

(deftest new-files-are-what-the-runtime-refuses-to-go-on-with
  (let [a      (-> spec (update-in [:roles :r] dissoc :args) (assoc-in [:lanes :log :segment-bytes] 65536))
        start! (fn [spec dir] (.close (lg/spawn! spec {:dir dir})))]
    (doseq [[path value] {[:lanes :a :slots] 8192, [:lanes :a :slot-bytes] 512, [:lanes :a :codec] :json
                          [:lanes :a :on-full] :drop, [:lanes :a :retain] false
                          [:lanes :log :segment-bytes] 131072, [:lanes :log :retain-ms] 5, [:lanes :log :sync] :each
                          [:lanes :a] {:kind :sequenced-slots :codec :edn}
                          [:roles :r :stage] 'clojure.core/dec, [:roles :r :on-error] :skip, [:roles :r :idle] :park
                          [:roles :s :on-error] {:to :d}, [:endpoints :more] {:kind :ingress :lane :a}, [:name] :y}
            :let [b (assoc-in a path value)]]
      (testing path
        (scratch/with-dir*
          (fn [dir]
            (start! a dir)
            (is (= (when (some #(= :new-files (:needs %)) (diff/diff a b)) :lane/incompatible)
                   (code-of #(start! b dir))))))))))

(defn- apply-to [a changes]
  (reduce (fn [a {:keys [path change to]}]
            (cond
              (not= :removed change) (assoc-in a path to)
              (next path)            (update-in a (pop path) dissoc (peek path))
              :else                  (dissoc a (peek path))))
          a changes))

(defn- shapes [spec] (topology/shapes (convert/spec->java spec)))

(defspec the-changes-lead-from-one-to-the-other {:num-tests 60 :seed (seed/of ::the-changes-lead-from-one-to-the-other)}
  (prop/for-all [a lgen/graph, b lgen/graph]
    (let [changes (diff/diff a b)]
      (and (= (normalise/explicit b) (apply-to (normalise/explicit a) changes))
           (= [] (diff/diff a a))
           (every? #(str/includes? "nothing live-swap restart-role drain new-files" (name (:needs %))) changes)))))

(defspec new-files-are-asked-for-where-shapes-differ {:num-tests 60 :seed (seed/of ::new-files-are-asked-for-where-shapes-differ)}
  (prop/for-all [a lgen/graph, b lgen/graph]
    (let [before (shapes a), after (shapes b)]
      (= (set (filter #(and (after %) (not= (before %) (after %))) (keys before)))
         (set (mapcat :lanes (filter #(= :new-files (:needs %)) (diff/diff a b))))))))

(defspec what-means-nothing-changes-no-hash {:num-tests 60 :seed (seed/of ::what-means-nothing-changes-no-hash)}
  (prop/for-all [a lgen/graph, b lgen/graph]
    (let [b (merge (dissoc a :tests) (select-keys b [:idle :allow-cycles :my.app/note]))]
      (= (= (normalise/spec-hash a) (normalise/spec-hash b))
         (empty? (remove #(or (= [:tests] (:path %)) (qualified-keyword? (peek (:path %)))) (diff/diff a b)))))))

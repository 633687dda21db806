(ns ^:matrix lanegraph.fanout-test
  "Fanouts in graphs: whoever reads a consumer sees every message, and the slowest holds the writers up."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [blocked-on by-hand counts lanes offered out step]]
            [lanegraph.scratch :as scratch]))

(set! *warn-on-reflection* true)

(def ^:private lane {:kind :events :codec :edn :slots 8})

(defn- out-of [i] (keyword (str "out-" i)))

(defn- reader
  "A role that reads consumer i of :wide: a stage, a bridge, a merge or a router, in turn."
  [i]
  (merge {:rx [:wide i] :tx (out-of i)}
         (case (long (mod i 4))
           0 {:kind :stage :stage 'clojure.core/identity}
           1 {:kind :bridge}
           2 {:kind :merge :rx [[:wide i]]}
           3 {:kind :router :tx [(out-of i)]})))

(defn- wide
  "`ingress` endpoints -> a fanout with n consumers, each read by a role of its own -> an egress for each."
  [n ingress fanout]
  {:name      :wide
   :lanes     (into {:wide (merge lane {:kind :fanout-broadcast :consumers n} fanout)}
                    (for [i (range n)] [(out-of i) lane]))
   :roles     (into {} (for [i (range n)] [(keyword (str "r" i)) (reader i)]))
   :endpoints (into (into {} (for [k ingress] [k {:kind :ingress :lane :wide}]))
                    (for [i (range n)] [(out-of i) {:kind :egress :lane (out-of i)}]))})

(deftest s14-up-to-64-roles-each-read-every-message
  (doseq [n [1 2 64], ingress [[:one] [:one :two :three]], opts [{} {:wire :always}]]
    (testing (pr-str n ingress opts)
      (let [spec (wide n ingress {:slots 4})
            sent (into {} (for [k ingress] [k (map #(vector k %) (range 50))]))
            got  (lg/simulate spec sent opts)]
        (is (= [] (lg/check spec)))
        (is (= n (count got)))
        (is (apply = (vals got)) "all see the same order")
        (is (= sent (group-by first (val (first got)))) "in which that of each producer is kept")))))

(deftest s14-on-threads-too
  (scratch/with-dir [dir]
    (doseq [[n opts] [[4 {}] [4 {:dir dir}] [64 {:threads :shared :wire :always}]]]
      (testing (pr-str n opts)
        (with-open [rt (lg/spawn! (wide n [:one :two] {:slots 4}) opts)]
          (let [senders (doall (for [k [:one :two]]
                                 (future (lg/offer-all! rt k (map #(vector k %) (range 200)) {:timeout-ms 20000}))))
                got (loop [got {}] ; all in turn: a reader whose egress is full holds the others up
                      (let [got (reduce #(update %1 %2 (fnil into []) (lg/take! rt (out-of %2) 400)) got (range n))]
                        (if (every? #(= 400 (count (got %))) (range n)) got (recur got))))]
            (is (= [200 200] (map deref senders)))
            (is (apply = (vals got)))
            (is (= {:one (range 200) :two (range 200)}
                   (update-vals (group-by first (got 0)) #(map second %))))))))))

(deftest s14-the-slowest-role-holds-the-writers-up
  (with-open [g (by-hand (wide 3 [:in] {:slots 4}))]
    (is (= 4 (offered g :in (range 9))))
    (dotimes [_ 4] (step g :r0 :r2))
    (is (= 0 (offered g :in [4])) "r1 has read nothing")
    (is (= [1] (step g :r1)))
    (is (= 1 (offered g :in [4 5])) "now it has read one")
    (dotimes [_ 5] (step g :r0 :r1 :r2))
    (is (= [(range 5) (range 5) (range 5)] (map #(out g (out-of %)) (range 3))))))

(deftest s14-a-drop-is-for-all-consumers-and-counted-once
  (with-open [g (by-hand (-> (wide 3 [:in] {:slots 4})
                             (assoc :on-full :drop)
                             (assoc-in [:lanes :a] lane)
                             (assoc-in [:endpoints :in :lane] :a)
                             (assoc-in [:roles :fill] {:kind :bridge :rx :a :tx :wide})))]
    (offered g :in (range 7))
    (dotimes [_ 4] (step g :fill))
    (is (= [4 0 3] (:wide (lanes g))))
    (is (= {:processed 4 :dropped 3} (counts g :fill)))
    (dotimes [_ 4] (step g :r0 :r1 :r2))
    (is (= [(range 4) (range 4) (range 4)] (map #(out g (out-of %)) (range 3))))
    (is (= [4 4 3] (:wide (lanes g))))))

(deftest a-full-fanout-is-named-by-who-waits-for-it
  (with-open [g (by-hand (-> (wide 2 [:in] {:slots 2})
                             (assoc-in [:lanes :a] lane)
                             (assoc-in [:endpoints :in :lane] :a)
                             (assoc-in [:roles :fill] {:kind :bridge :rx :a :tx :wide})))]
    (offered g :in (range 3))
    (dotimes [_ 2] (step g :fill :r0))
    (is (= :wide (blocked-on g :fill)))
    (dotimes [_ 2] (step g :r1))
    (step g :fill)
    (is (nil? (blocked-on g :fill)))))

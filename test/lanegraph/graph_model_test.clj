(ns lanegraph.graph-model-test
  "The graph as Java records: builder, defaults, immutability, and who owns which cell."
  (:require
   [clojure.test :refer [deftest is testing]]
   [clojure.test.check.clojure-test :refer [defspec]]
   [clojure.test.check.properties :as prop]
   [lanegraph.graph-kit :as kit]
   [tools.seed :as seed])
  (:import
   (java.util ArrayList TreeMap)
   (java.util.function Consumer)
   (lanegraph LaneGraphException)
   (lanegraph.graph Codes Defaults EndpointSpec EndpointSpec$Kind GraphBuilder GraphSpec Idle JournalOptions LaneOptions
                    LaneRef LaneSpec LaneSpec$Events LaneSpec$Journal MergePolicy OnError OnFull Problem Problem$Severity
                    RoleOptions RoleOptions$OfMerge RoleOptions$OfRouter RoleOptions$OfStage RoleSpec RoleSpec$Bridge
                    RoleSpec$Router RouterPolicy Topology)))

(set! *warn-on-reflection* true)

(defmacro ^:private with
  "A Consumer that runs the calls on its argument of that class."
  [class & calls]
  (let [o (with-meta (gensym "o") {:tag class})]
    `(reify Consumer (accept [_ o#] (let [~o o#] (doto ~o ~@calls))))))

(defn- names ^"[Ljava.lang.String;" [& xs] (into-array String xs))

(defn- built
  "A graph with every kind of lane, role and endpoint, by the builder."
  ^GraphSpec []
  (-> (GraphSpec/builder "all")
      (.onFull OnFull/DROP) (.idle Idle/PARK) (.allowCycles true)
      (.events "e" (with LaneOptions (.slots 8) (.slotBytes 16) (.codec "edn") (.onFull OnFull/BLOCK) (.retain false)))
      (.events "e2") (.events "e3") (.events "e4")
      (.fanoutBroadcast "f" 2 (with LaneOptions (.codec "edn")))
      (.fanoutBroadcast "f2" 2)
      (.sequencedSlots "s" 3 (with LaneOptions (.slots 16)))
      (.sequencedSlots "s2" 1)
      (.journal "j" (with JournalOptions (.segmentBytes 8192) (.retainBytes 16384) (.retainMillis 1000)
                      (.syncEvery 20) (.codec "json") (.onFull OnFull/DROP)))
      (.journal "j2" (with JournalOptions (.syncEach)))
      (.journal "j3")
      (.stage "st" "com.acme.Stage" (with RoleOptions$OfStage (.as "filter") (.sequence true) (.args "{:a 1}")
                                      (.from (names "e")) (.to (names "f")) (.onError (OnError/deadLetter "j3")) (.idle Idle/YIELD)
                                      (.thread "slow")))
      (.stage "su" "com.acme.Sum" (with RoleOptions$OfStage (.from (names "j3")) (.to (names "e4")) (.recover "j3" "start")))
      (.bridge "br" (with RoleOptions (.from "s" 2) (.to (names "j")) (.onError (OnError/skip))))
      (.router "ro" (with RoleOptions$OfRouter (.from (names "f2")) (.to (names "e2" "e3"))
                                     (.policy (RouterPolicy/by "com.acme.Kind"))))
      (.merge "me" (with RoleOptions$OfMerge (.from (names "j" "j2")) (.from "f" 1) (.to (names "s2"))
                                    (.policy MergePolicy/PRIORITY)))
      (.ingress "in" "e") (.egress "out" "s2") (.egress "out2" "s" 1)
      (.build)))

(deftest s2-s3-s4-s5-a-builder-for-every-kind
  (is (= (kit/spec
          {:name "all" :on-full :drop :idle :park :allow-cycles true
           :lanes {"e"  {:kind :events :slots 8 :slot-bytes 16 :codec "edn" :on-full :block :retain false}
                   "e2" {:kind :events} "e3" {:kind :events} "e4" {:kind :events}
                   "f"  {:kind :fanout-broadcast :consumers 2 :codec "edn"}
                   "f2" {:kind :fanout-broadcast :consumers 2}
                   "s"  {:kind :sequenced-slots :gating 3 :slots 16}
                   "s2" {:kind :sequenced-slots :gating 1}
                   "j"  {:kind :journal :segment-bytes 8192 :retain-bytes 16384 :retain-ms 1000
                         :sync "interval:20" :codec "json" :on-full :drop}
                   "j2" {:kind :journal :sync "each"}
                   "j3" {:kind :journal}}
           :roles {"st" {:kind :stage :stage "com.acme.Stage" :as "filter" :sequence true :args "{:a 1}" :rx "e" :tx "f"
                         :on-error {:to "j3"} :idle :yield :thread "slow"}
                   "su" {:kind :stage :stage "com.acme.Sum" :rx "j3" :tx "e4" :recover ["j3" "start"]}
                   "br" {:kind :bridge :rx ["s" 2] :tx "j" :on-error :skip}
                   "ro" {:kind :router :rx "f2" :tx ["e2" "e3"] :policy {:by "com.acme.Kind"}}
                   "me" {:kind :merge :rx ["j" "j2" ["f" 1]] :tx "s2" :policy :priority}}
           :endpoints {"in"   {:kind :ingress :lane "e"}
                       "out"  {:kind :egress :lane "s2"}
                       "out2" {:kind :egress :lane ["s" 1]}}})
         (built)))
  (is (= #{"events" "fanout-broadcast" "sequenced-slots" "journal"}
         (set (map #(.kind ^LaneSpec %) (vals (.lanes (built)))))))
  (is (= #{"stage" "bridge" "router" "merge"} (set (map #(.kind ^RoleSpec %) (vals (.roles (built))))))))

(deftest a-builder-refuses-what-cannot-be-a-spec
  (doseq [[code f] {Codes/DUPLICATE_NAME #(-> ^GraphBuilder % (.events "a") (.journal "a"))
                    Codes/INCOMPLETE     #(.bridge ^GraphBuilder % "r" (with RoleOptions (.from (names "a"))))}]
    (let [e (is (thrown? LaneGraphException (f (GraphSpec/builder "g"))))]
      (is (= code (.code ^LaneGraphException e)))))
  (is (thrown-with-msg? LaneGraphException #"found from=\[a, b\]; expected: one lane"
                        (.stage (GraphSpec/builder "g") "r" "s"
                                (with RoleOptions (.from (names "a" "b")) (.to (names "c")))))))

(deftest s3-defaults-are-the-same-everywhere
  (let [spec (-> (GraphSpec/builder "g") (.events "e") (.journal "j")
                 (.bridge "b" (with RoleOptions (.from (names "e")) (.to (names "j")))) (.build))
        ^LaneSpec$Events e (.get (.lanes spec) "e")
        ^LaneSpec$Journal j (.get (.lanes spec) "j")
        ^RoleSpec r (.get (.roles spec) "b")]
    (is (= (Defaults/asMap)
           {"graph/on-full"      (.key (.onFull spec))
            "graph/idle"         (.key (.idle spec))
            "graph/allow-cycles" (.allowCycles spec)
            "lane/slots"         (.slots e)
            "lane/slot-bytes"    (.slotBytes e)
            "lane/codec"         (.codec e)
            "lane/retain"        (.retain e)
            "lane/gating"        1
            "lane/segment-bytes" (.segmentBytes j)
            "lane/retain-bytes"  (.retainBytes j)
            "lane/retain-ms"     (.retainMillis j)
            "lane/sync"          (.sync j)
            "role/as"            "map"
            "role/on-error"      (when (= (OnError/stop) (.onError r)) "stop")
            "role/sequence"      false
            "role/recover"       "fresh"
            "router/policy"      "broadcast"
            "merge/policy"       "round-robin"}))
    (is (= [4096 256 "bytes" true 16777216] [(.slots e) (.slotBytes e) (.codec e) (.retain e) (.segmentBytes j)]))))

(deftest s6-on-full-of-a-lane-goes-before-the-graphs
  (let [spec (kit/spec {:on-full :drop :lanes {"a" {:kind :events} "b" {:kind :events :on-full :block}
                                               "c" {:kind :journal :on-full :drop}}})]
    (is (= [OnFull/DROP OnFull/BLOCK OnFull/DROP] (map #(.onFull spec %) ["a" "b" "c"])))
    (is (thrown-with-msg? IllegalArgumentException #"no such lane: lane=x" (.onFull spec "x"))))
  (is (= OnFull/BLOCK (.onFull (.build (GraphSpec/builder "g"))))))

(deftest records-cannot-be-changed
  (let [lanes (TreeMap. ^java.util.Map (hash-map "a" (kit/lane {:kind :events})))
        spec  (GraphSpec. "g" OnFull/BLOCK Idle/PARK false lanes (TreeMap.) (TreeMap.))
        tx    (ArrayList. ["a"])
        role  (RoleSpec$Router. (LaneRef/of "x") tx (RouterPolicy/broadcast) (OnError/stop) nil nil nil)
        value (ArrayList. ["a"])
        found (Problem. "graph/x" ["lanes"] value "m" nil Problem$Severity/ERROR)]
    (.clear lanes) (.clear tx) (.clear value)
    (is (= ["a"] (keys (.lanes spec)) (.tx role) (.value found)))
    (doseq [f [#(.clear (.lanes spec)) #(.clear (.tx role)) #(.clear ^java.util.List (.value found))
               #(.clear (.path found)) #(.clear (.producers (Topology/of spec) "a"))
               #(.clear (Defaults/asMap)) #(.clear (Codes/all))]]
      (is (thrown? UnsupportedOperationException (f))))))

(deftest null-is-a-programming-error
  (doseq [f [#(GraphSpec. nil OnFull/BLOCK Idle/PARK false (TreeMap.) (TreeMap.) (TreeMap.))
             #(GraphSpec. "g" OnFull/BLOCK Idle/PARK false (TreeMap. ^java.util.Map (hash-map "a" nil)) (TreeMap.) (TreeMap.))
             #(LaneRef/of nil)
             #(EndpointSpec. EndpointSpec$Kind/EGRESS nil nil)
             #(RoleSpec$Bridge. nil "a" (OnError/stop) nil nil nil)
             #(OnError/deadLetter nil)]]
    (is (thrown? NullPointerException (f)))))

(deftest s8-who-owns-which-cell-is-derived-in-one-place
  (let [t (Topology/of (built))]
    (testing "producers: ingress endpoints, every tx, dead letters"
      (is (= {"e" ["endpoint/in"] "e2" ["role/ro"] "e3" ["role/ro"] "e4" ["role/su"] "f" ["role/st"] "f2" [] "s" [] "s2" ["role/me"]
              "j" ["role/br"] "j2" [] "j3" ["role/st/error"]}
             (into {} (for [l (.lanes t)] [l (.producers t l)])))))
    (testing "cursors: by number, a router has all of a fanout, nobody is unread"
      (is (= {"e" ["role/st"] "e2" ["unread"] "e3" ["unread"] "e4" ["unread"] "f" ["unread" "role/me"] "f2" ["role/ro/0" "role/ro/1"]
              "s" ["unread" "endpoint/out2" "role/br"] "s2" ["endpoint/out"] "j" ["role/me"] "j2" ["role/me"]
              "j3" ["role/su"]}
             (into {} (for [l (.lanes t)] [l (.cursors t l)])))))
    (is (= [2 -1] [(.cursor t "s" "role/br") (.cursor t "s" "role/me")]))
    (is (= [true false] [(.isRead t "e") (.isRead t "e2")]))
    (is (thrown-with-msg? IllegalArgumentException #"no such lane: lane=x" (.producers t "x")))))

(deftest s8-one-producer-or-many
  (let [base {:lanes     {"a" {:kind :events} "b" {:kind :events}}
              :roles     {"r" {:kind :stage :rx "a" :tx "b"}}
              :endpoints {"in" {:kind :ingress :lane "a"} "out" {:kind :egress :lane "b"}}}
        many #(.manyProducers (Topology/of (kit/spec %)) "b")]
    (is (false? (many base)))
    (is (true? (many (assoc-in base [:endpoints "in2"] {:kind :ingress :lane "b"}))))
    (is (true? (many (assoc-in base [:roles "r" :on-error] {:to "b"}))))
    (is (true? (many (assoc-in base [:roles "q"] {:kind :router :rx "a" :tx ["b" "a"]}))))
    (is (= ["role/q" "role/r"]
           (.producers (Topology/of (kit/spec (assoc-in base [:roles "q"] {:kind :router :rx "a" :tx ["b" "b"]}))) "b")))))

(deftest s8-journal-readers-are-sorted-by-name
  (let [g {:lanes     {"j" {:kind :journal}}
           :roles     {"z" {:kind :bridge :rx "j" :tx "x"} "b" {:kind :bridge :rx "j" :tx "y"}}
           :endpoints {"out" {:kind :egress :lane "j"}}}]
    (is (= ["endpoint/out" "role/b" "role/z"] (.cursors (Topology/of (kit/spec g)) "j")))))

(defspec s8-every-cell-of-a-valid-graph-has-one-owner
  {:num-tests 100 :seed (seed/of ::s8-every-cell-of-a-valid-graph-has-one-owner)}
  (prop/for-all [g kit/valid-graph]
    (let [spec (kit/spec g)
          t    (Topology/of spec)]
      (every? (fn [lane]
                (let [{:keys [kind consumers gating]} (get-in g [:lanes lane])
                      cursors   (.cursors t lane)
                      producers (.producers t lane)]
                  (and (apply distinct? cursors)
                       (not-any? #{Topology/UNREAD} cursors)
                       (apply distinct? producers)
                       (= (sort producers) producers)
                       (case kind
                         :events           (= 1 (count cursors))
                         :fanout-broadcast (= consumers (count cursors))
                         :sequenced-slots  (and (= gating (count cursors)) (= 1 (count producers)))
                         :journal          (and (= (sort cursors) cursors) (= 1 (count producers)))))))
              (.lanes t)))))

(defspec s8-a-damaged-graph-still-has-a-topology
  {:num-tests 100 :seed (seed/of ::s8-a-damaged-graph-still-has-a-topology)}
  (prop/for-all [g kit/damaged-graph]
    (let [t (Topology/of (kit/spec g))]
      (every? #(<= 1 (count (.cursors t %)) 64)
              (remove #(= :journal (get-in g [:lanes % :kind])) (.lanes t))))))

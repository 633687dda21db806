(ns lanegraph.picture-test
  (:require [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.gen :as lgen]
            [lanegraph.picture :as picture]
            [lanegraph.read :as read]
            [tools.seed :as seed])
  (:import (clojure.lang ExceptionInfo)))

(set! *warn-on-reflection* true)

(defn- drawn [& lines] (str/join "\n" lines))

(deftest the-example-is-drawn-from-top-to-bottom
  (is (= (drawn "                         (in)"
                "                          ▼ lines"
                "                       [split]"
                "                          ▼ rows"
                "                       [parse]"
                "                   ┌──────┴──────┐"
                "                   ▼ log         ▼ !rejects"
                "             [read: bridge]  (rejects)"
                "      ┌────────────┼────────────┐"
                "      ▼ days 0     ▼ days 2     ▼ days 1"
                "    [heat]      [watch]      [month]"
                "      ▼ highs      ▼ alarms     ▼ months"
                "   (highs)      [number]     (months)"
                "                   ▼ numbered"
                "      [by-kind: router by …/kind]"
                "     ┌─────────────┼────────────┐"
                "     ▼ frost       ▼ rain       ▼ wind"
                "[tell-frost]  [tell-rain]  [tell-wind]"
                "     └─┐           │          ┌─┘"
                "       ▼ of-frost  ▼ of-rain  ▼ of-wind"
                "      [      join: merge       ]"
                "                  ▼ told"
                "               [order]"
                "                  ▼ warnings"
                "              (warnings)"
                ""
                "! dead letters")
         (picture/picture (read/from-file "resources/lanegraph/examples/weather.edn")))))

(def ^:private back-and-forth
  '{:name      :x
    :lanes
    {:a {:kind :events} :b {:kind :fanout-broadcast :consumers 2} :c {:kind :events} :d {:kind :events}
     :e {:kind :events} :dead {:kind :events} :retry {:kind :events :on-full :drop}}
    :roles     {:take   {:kind :merge :rx [:a :retry] :tx :b}
                :spread {:kind :router :rx :b :tx [:c :d] :on-error {:to :dead}}
                :again  {:kind :bridge :rx :dead :tx :retry}
                :join   {:kind :merge :rx [:c :d] :tx :e}}
    :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :e}}})

(deftest cycles-and-fans-are-drawn
  (is (= (drawn "             (in)"
                "              ▼ a"
                "        [take: merge]"
                "              ▼ b"
                "       [spread: router]"
                "    ┌────┬────┴───────┐"
                "    ▼ c  ▼ d          ▼ !dead"
                "[join: merge]  [again: bridge]"
                "      ▼ e             ▼ retry"
                "    (out)           ↑ take"
                ""
                "! dead letters   ↑ back to a role above")
         (picture/picture back-and-forth))))

(deftest policies-that-are-not-the-default-are-told
  (let [roles #(filter (partial re-find #"router|merge") (str/split-lines (picture/picture %)))]
    (is (= ["        [take: merge]" "       [spread: router]" "[join: merge]  [again: bridge]"]
           (roles back-and-forth)))
    (is (= ["    [take: merge priority]" " [spread: router by my/kind]" "[join: merge]  [again: bridge]"]
           (roles (-> back-and-forth
                      (assoc-in [:roles :take :policy] :priority)
                      (assoc-in [:roles :spread :policy] '{:by my/kind})))))
    (is (str/includes? (picture/picture (assoc-in back-and-forth [:roles :spread :policy] :round-robin))
                       "[spread: router round-robin]"))
    (let [spec (-> back-and-forth
                   (assoc-in [:roles :take :policy] :priority)
                   (assoc-in [:roles :spread :policy] '{:by some.longer.namespace/kind}))]
      (is (str/includes? (picture/picture spec) "[spread: router by …/kind]"))
      (is (str/includes? (picture/picture spec {:format :mermaid}) "[\"spread<br/>router by …/kind\"]"))
      (is (str/includes? (picture/picture spec {:format :mermaid}) "[\"take<br/>merge priority\"]"))
      (is (str/includes? (picture/picture spec {:format :dot}) "[label=\"spread\\nrouter by …/kind\"]"))
      (is (str/includes? (picture/picture spec {:format :svg}) ">router by …/kind</text>"))
      (is (str/includes? (picture/picture spec {:format :svg}) ">merge priority</text>")))))

(deftest a-journal-has-readers-without-numbers-and-keeps-what-nobody-reads
  (is (= (drawn "           (in)"
                "     ┌──────┴─────┐"
                "     ▼ log        ▼ log"
                "[a: bridge]  [b: bridge]"
                "     ▼ all        ▼ x"
                "   (kept)       (out)")
         (picture/picture '{:name :x
                            :lanes {:log {:kind :journal} :all {:kind :journal}
                                    :x {:kind :events}}
                            :roles {:a {:kind :bridge :rx :log :tx :all} :b {:kind :bridge :rx :log :tx :x}}
                            :endpoints {:in {:kind :ingress :lane :log} :out {:kind :egress :lane :x}}}))))

(deftest mermaid-and-dot
  (is (= (drawn "flowchart TD"
                "  n0([\"in\"])"
                "  n1[\"r<br/>bridge\"]"
                "  n2((\"nobody\"))"
                "  n0 -->|\"a\"| n1"
                "  n1 -->|\"b\"| n2")
         (picture/picture '{:name :x :lanes {:a {:kind :events} :b {:kind :events}} :roles
                            {:r {:kind :bridge :rx :a :tx :b}}
                            :endpoints {:in {:kind :ingress :lane :a}}}
                          {:format :mermaid})))
  (is (= (drawn "digraph \"x\" {"
                "  node [shape=box];"
                "  n0 [label=\"say \\\"\\\\\\nbridge\"];"
                "  n1 [label=\"nobody\", shape=plaintext];"
                "  n2 [label=\"nobody\", shape=plaintext];"
                "  n1 -> n0 [label=\"a\"];"
                "  n0 -> n2 [label=\"b\"];"
                "}")
         (picture/picture {:name :x :lanes {:a {:kind :events} :b {:kind :events}}
                           :roles {(keyword "say \"\\") {:kind :bridge :rx :a :tx :b}}}
                          {:format :dot}))))

(deftest annotations-stand-in-every-format
  (let [spec        {:name :x :lanes {:a {:kind :events} :b {:kind :fanout-broadcast :consumers 2}}
                     :roles {:r {:kind :bridge :rx :a :tx :b} :s {:kind :merge :rx [[:b 0]] :tx :a}}
                     :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane [:b 1]}}}
        annotations {[:lanes :b] "3 <in>" [:roles :r] "7 \"k\"/s" [:endpoints :in] "all"}
        draw        (fn [format] (picture/picture spec {:format format :annotations annotations}))]
    (is (= (drawn "         (in all)"
                  "            ▼ a"
                  "   [r: bridge 7 \"k\"/s]"
                  "    ┌───────┴───────┐"
                  "    ▼ b 0 3 <in>    ▼ b 1"
                  "[s: merge]        (out)"
                  "    ▼ a"
                  "   ↑ r"
                  ""
                  "↑ back to a role above")
           (draw :text)))
    (is (str/includes? (draw :mermaid) "n2[\"r<br/>bridge<br/>7 #quot;k#quot;/s\"]"))
    (is (str/includes? (draw :mermaid) "|\"b 0<br/>3 #lt;in>\"|"))
    (is (str/includes? (draw :dot) "[label=\"r\\nbridge\\n7 \\\"k\\\"/s\"]"))
    (is (str/includes? (draw :svg) ">7 &quot;k&quot;/s</text>"))
    (doseq [format [:text :mermaid :dot]]
      (is (= 1 (count (re-seq #"3 [<#]" (draw format)))) "once for each lane"))))

(deftest a-drawing-too-wide-is-a-list
  (is (= ["(in)             ── a ─▶ [take: merge]"
          "[again: bridge]  ── retry ─▶ [take: merge]"]
         (take 2 (str/split-lines (picture/picture back-and-forth {:width 20}))))))

(deftest any-value-has-a-picture
  (are [spec] (string? (picture/picture spec))
    nil 42 {} {:name :x :lanes {:a {:kind :events}}} {:lanes {:a nil} :roles {:r nil}}
    '{:lanes {:a {:kind :events}} :roles {:r {:kind :bridge :rx :a :tx :a}}})
  (testing "a long chain is no deep stack"
    (is (string? (picture/picture
                  {:name  :x
                   :lanes (into {} (map (fn [i] [(keyword (str "l" i)) {:kind :events}])) (range 400))
                   :roles
                   (into {} (map (fn [i] [(keyword (str "r" i)) {:kind :bridge :rx (keyword (str "l" i))
                                                                 :tx (keyword (str "l" (inc i)))}]))
                         (range 399))}))))
  (is (= :picture/unknown-format (try (picture/picture {} {:format :png})
                                      (catch ExceptionInfo e (:lanegraph/code (ex-data e)))))))

(defspec every-role-and-lane-is-in-the-picture
  {:num-tests 60 :seed (seed/of ::every-role-and-lane-is-in-the-picture)}
  (prop/for-all [spec lgen/graph, format (gen/elements [:text :mermaid :dot :svg]), width
                 (gen/elements [nil 40 100])]
    (let [text (picture/picture spec {:format format :width width})]
      (every? #(re-find (re-pattern (str (name %) "\\b")) text)
              (concat (keys (:roles spec)) (keys (:lanes spec)) (keys (:endpoints spec)))))))

(defspec damaged-specs-have-pictures-too {:num-tests 60 :seed (seed/of ::damaged-specs-have-pictures-too)}
  (prop/for-all [spec lgen/graph, n gen/large-integer, junk lgen/junk]
    (let [paths (vec (rest (lgen/paths spec [])))]
      (string? (picture/picture (assoc-in spec (nth paths (mod n (count paths))) junk))))))

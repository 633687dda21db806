(ns lanegraph.graph-text-test
  "The canonical text of a graph: one form, every field, read strictly, every mistake told by its line."
  (:require
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [clojure.test.check.clojure-test :refer [defspec]]
   [clojure.test.check.generators :as gen]
   [clojure.test.check.properties :as prop]
   [lanegraph.graph-kit :as kit]
   [tools.seed :as seed])
  (:import
   (lanegraph LaneGraphException LaneGraphException$Category)
   (lanegraph.graph CanonicalText Codes GraphSpec)))

(set! *warn-on-reflection* true)

(def ^:private small
  {:name      "g"
   :lanes     {"a" {:kind :events} "b" {:kind :journal :codec "x.y/z"}}
   :roles     {"r" {:kind :stage :rx "a" :tx "b" :args "{:sep \"\n\"}"}}
   :endpoints {"in" {:kind :ingress :lane "a"}}})

(def ^:private small-text
  "lanegraph=1
allow-cycles=false
endpoints.in.consumer=\\-
endpoints.in.from=\\-
endpoints.in.kind=ingress
endpoints.in.lane=a
idle=backoff
lanes.a.codec=bytes
lanes.a.kind=events
lanes.a.on-full=\\-
lanes.a.retain=true
lanes.a.slot-bytes=256
lanes.a.slots=4096
lanes.b.codec=x.y/z
lanes.b.kind=journal
lanes.b.on-full=\\-
lanes.b.retain-bytes=0
lanes.b.retain-ms=0
lanes.b.segment-bytes=16777216
lanes.b.sync=none
name=g
on-full=block
roles.r.args={:sep \"\\n\"}
roles.r.as=map
roles.r.from=\\-
roles.r.idle=\\-
roles.r.kind=stage
roles.r.on-error=stop
roles.r.recover=fresh
roles.r.rx.consumer=\\-
roles.r.rx.lane=a
roles.r.sequence=false
roles.r.stage=app/f
roles.r.thread=\\-
roles.r.tx=b
")

(defn- parsed
  "The graph of a text, or {:line … :code … :category … :message …} of the error."
  [text]
  (try (GraphSpec/parse text)
       (catch LaneGraphException e
         {:line (get (.details e) "line") :code (.code e) :category (.category e) :message (ex-message e)})))

(deftest the-text-of-a-small-graph
  (is (= small-text (.canonical (kit/spec small))))
  (is (= (kit/spec small) (parsed small-text)))
  (is (= "a90ed5fe05c5f1a213426c5feaaab43200dc6ae0e14b54df85331bb7ad9c36c0" (.hash (kit/spec small)))))

(deftest lists-and-other-kinds
  (let [text (.canonical (kit/spec {:lanes     {"f" {:kind :fanout-broadcast :consumers 3}
                                                "s" {:kind :sequenced-slots :gating 4 :on-full :drop}}
                                    :roles     {"r" {:kind :router :rx ["f" 1] :tx ["s" "t"] :on-error :skip
                                                     :idle :busy-spin :thread "slow"}
                                                "m" {:kind :merge :rx ["s" ["f" 0]] :tx "t" :on-error {:to "d"}}
                                                "b" {:kind :router :rx "t" :tx ["u"] :policy {:by ":f"}}
                                                "p" {:kind :merge :rx ["u"] :tx "v" :policy :priority}}
                                    :endpoints {"out" {:kind :egress :lane ["f" 2]}}}))]
    (doseq [line ["lanes.f.consumers=3" "lanes.s.gating=4" "lanes.s.on-full=drop" "roles.r.rx.consumer=1"
                  "roles.b.policy=by" "roles.b.policy.by=:f" "roles.p.policy=priority"
                  "roles.r.tx.0=s" "roles.r.tx.1=t" "roles.r.policy=broadcast" "roles.r.on-error=skip"
                  "roles.r.idle=busy-spin" "roles.r.thread=slow" "roles.m.rx.0.lane=s" "roles.m.rx.0.consumer=\\-"
                  "roles.m.rx.1.lane=f" "roles.m.rx.1.consumer=0" "roles.m.tx=t" "roles.m.policy=round-robin"
                  "roles.m.on-error=dead-letter" "roles.m.on-error.to=d" "endpoints.out.consumer=2"]]
      (is (str/includes? text (str "\n" line "\n"))))))

(defn- change [from to] (str/replace-first small-text from to))

(deftest each-mistake-is-told-by-its-line
  (doseq [[what line expected text]
          [["empty" 1 "line feed" ""]
           ["another version" 1 "lanegraph=1" (change "lanegraph=1" "lanegraph=2")]
           ["no header" 1 "lanegraph=1" (change "lanegraph=1\n" "")]
           ["a byte order mark" 1 "lanegraph=1" (str "\ufeff" small-text)]
           ["windows line ends" 1 "lanegraph=1" (str/replace small-text "\n" "\r\n")]
           ["no last line feed" 35 "line feed" (subs small-text 0 (dec (count small-text)))]
           ["an empty line" 3 "key=value" (change "endpoints.in.consumer" "\nendpoints.in.consumer")]
           ["no equals sign" 2 "key=value" (change "allow-cycles=false" "allow-cycles")]
           ["no key" 2 "key=value" (change "allow-cycles=false" "=false")]
           ["an escaped equals sign" 2 "key=value" (change "allow-cycles=false" "allow-cycles\\=false")]
           ["a key twice" 22 "each key once" (change "name=g\n" "name=g\nname=g\n")]
           ["a wrong order" 3 "in order" (change "allow-cycles=false\nendpoints.in.consumer=\\-\n"
                                                 "endpoints.in.consumer=\\-\nallow-cycles=false\n")]
           ["an unknown key" 21 "a graph has" (change "name=g\n" "nama=7\nname=g\n")]
           ["an unknown key at the end" 36 "a graph has" (str small-text "zzz=1\n")]
           ["an unknown field" 10 "a graph has" (change "lanes.a.on-full" "lanes.a.ok=1\nlanes.a.on-full")]
           ["a field of another kind" 9 "a graph has" (change "lanes.a.kind" "lanes.a.gating=1\nlanes.a.kind")]
           ["a section without a name" 8 "a graph has" (change "lanes.a.codec" "lanes=1\nlanes.a.codec")]
           ["a name without a field" 8 "a graph has" (change "lanes.a.codec" "lanes.a=1\nlanes.a.codec")]
           ["a key missing" 13 "that key" (change "lanes.a.slots=4096\n" "")]
           ["a key missing at the end" 35 "that key" (change "roles.r.tx=b\n" "")]
           ["a top-level key missing" 21 "that key" (change "name=g\n" "")]
           ["no kind" 9 "that key" (change "lanes.a.kind=events\n" "")]
           ["an unknown kind of lane" 9 "journal" (change "kind=events" "kind=queue")]
           ["an unknown kind of role" 27 "bridge" (change "kind=stage" "kind=node")]
           ["an unknown kind of endpoint" 5 "egress" (change "kind=ingress" "kind=INGRESS")]
           ["a kind not given" 9 "journal" (change "kind=events" "kind=\\-")]
           ["an unknown on-error" 28 "dead-letter" (change "on-error=stop" "on-error=go")]
           ["a dead letter without a lane" 29 "that key" (change "on-error=stop" "on-error=dead-letter")]
           ["a lane for no dead letter" 29 "a graph has" (change "on-error=stop\n" "on-error=stop\nroles.r.on-error.to=b\n")]
           ["an unknown idle" 7 "busy-spin" (change "idle=backoff" "idle=sleep")]
           ["the graph's idle not given" 7 "busy-spin" (change "idle=backoff" "idle=\\-")]
           ["an unknown on-full" 10 "drop" (change "lanes.a.on-full=\\-" "lanes.a.on-full=wait")]
           ["no boolean" 11 "true or false" (change "retain=true" "retain=True")]
           ["no number" 13 "whole number" (change "slots=4096" "slots=many")]
           ["a number not given" 13 "whole number" (change "slots=4096" "slots=\\-")]
           ["an empty number" 13 "whole number" (change "slots=4096" "slots=")]
           ["a number too large for an int" 13 "whole number" (change "slots=4096" "slots=2147483648")]
           ["a number too large for a long" 19 "whole number" (change "=16777216" "=9223372036854775808")]
           ["leading zeros" 13 "plain digits" (change "slots=4096" "slots=04096")]
           ["a plus sign" 13 "plain digits" (change "slots=4096" "slots=+4096")]
           ["other digits" 13 "plain digits" (change "slots=4096" "slots=٤٠٩٦")]
           ["a space" 13 "whole number" (change "slots=4096" "slots=4096 ")]
           ["consumer -1" 3 "\\-" (change "consumer=\\-" "consumer=-1")]
           ["a value that must be given" 21 "a value" (change "name=g" "name=\\-")]
           ["an unknown escape" 21 "escapes" (change "name=g" "name=\\q")]
           ["an open escape" 21 "escapes" (change "name=g" "name=\\")]
           ["a short escape" 21 "escapes" (change "name=g" "name=\\u00")]
           ["an escape without digits" 21 "escapes" (change "name=g" "name=\\u00zz")]
           ["an escape that is not needed" 21 "escapes" (change "name=g" "name=\\u0067")]
           ["an escape in capitals" 21 "escapes" (change "name=g" "name=\\u001B")]
           ["a raw control character" 21 "escapes" (change "name=g" "name=\u001b")]
           ["a raw half of a pair" 21 "escapes" (change "name=g" "name=\ud800")]
           ["an escaped dot in a value" 21 "escapes" (change "name=g" "name=a\\.b")]
           ["a bad escape in a key" 8 "escapes" (change "lanes.a.codec" "lanes.\\x.codec")]]]
    (testing what
      (let [{:keys [message] :as found} (parsed text)]
        (is (= {:line line :code Codes/BAD_TEXT :category LaneGraphException$Category/INCORRECT}
               (dissoc found :message))
            message)
        (is (str/includes? (str message) (str "line " line ": ")))
        (is (str/includes? (str message) expected))))))

(deftest a-missing-or-extra-entry-of-a-list-is-an-unknown-key
  (let [text (.canonical (kit/spec {:roles {"r" {:kind :router :rx "f" :tx ["s" "t" "u"]}}}))]
    (doseq [[from to] [["tx.0=s\n" ""] ["tx.1=t\n" ""] ["tx.1=t" "tx.01=t"]]]
      (is (= Codes/BAD_TEXT (:code (parsed (str/replace-first text from to))))))))

(deftest names-and-values-of-any-characters-survive
  (doseq [s ["" "." "a.b" "a=b" "\\" "\\n" "\\-" "-" "\n" "\r\t\u0000\u0085" "\u2028" "ö" "😀" "\ud800" "\udc00\ud800"]]
    (let [spec (kit/spec {:name      s
                          :lanes     {s {:kind :events :codec s}}
                          :roles     {s {:kind :stage :stage s :as s :args s :rx s :tx s :thread s :on-error {:to s}}}
                          :endpoints {s {:kind :egress :lane s}}})
          text (.canonical spec)]
      (is (= spec (parsed text)) (pr-str s))
      (is (= (count (re-seq #"\n" text)) (count (str/split-lines text)) 29) (pr-str s))
      (is (= spec (parsed (String. (.getBytes text "UTF-8") "UTF-8"))) (pr-str s)))))

(deftest not-given-and-empty-differ
  (let [with-args #(kit/spec (assoc-in small [:roles "r" :args] %))]
    (is (= 4 (count (set (map #(.hash ^GraphSpec (with-args %)) [nil "" "-" "\\-"])))))))

(deftest the-hash-does-not-depend-on-what-was-left-out
  (is (= (.hash (kit/spec small))
         (.hash (kit/spec (-> small
                              (assoc :on-full :block :idle :backoff :allow-cycles false)
                              (update-in [:lanes "a"] merge {:slots 4096 :slot-bytes 256 :codec "bytes" :retain true})
                              (update-in [:roles "r"] merge {:as "map" :on-error :stop}))))))
  (is (not= (.hash (kit/spec small)) (.hash (kit/spec (assoc small :name "h")))))
  (is (re-matches #"[0-9a-f]{64}" (.hash (kit/spec small)))))

(defspec a-graph-survives-its-text {:num-tests 200 :seed (seed/of ::a-graph-survives-its-text)}
  (prop/for-all [g (gen/one-of [kit/valid-graph kit/damaged-graph])]
    (let [spec (kit/spec g)
          text (CanonicalText/write spec)]
      (and (= spec (CanonicalText/parse text))
           (= text (.canonical (CanonicalText/parse text)))
           (= (.hash spec) (.hash (CanonicalText/parse text)))))))

(def ^:private damage
  "Generates functions of a text: cut, doubled, swapped, replaced pieces."
  (gen/let [[a b] (gen/tuple gen/nat gen/nat)
            i     (gen/choose 0 10000)
            s     (gen/one-of [gen/string (gen/elements ["\n" "=" "\\" "." "-" "0" "9" "\\-" "\r" "lanes.a.b=1\n"])])
            op    (gen/elements [:cut :insert :replace :line-twice :line-away :swap-lines])]
    (fn [^String text]
      (let [n     (count text)
            i     (mod i (inc n))
            lines (vec (str/split text #"(?<=\n)"))
            k     (mod i (count lines))]
        (case op
          :cut        (subs text 0 i)
          :insert     (str (subs text 0 i) s (subs text i))
          :replace    (str (subs text 0 i) s (subs text (min n (+ i a b))))
          :line-twice (str/join (concat (take k lines) [(lines k)] (drop k lines)))
          :line-away  (str/join (concat (take k lines) (drop (inc k) lines)))
          :swap-lines (let [j (mod (+ k a) (count lines))]
                        (str/join (assoc lines k (lines j) j (lines k)))))))))

(defspec a-damaged-text-is-an-error-with-a-line-or-a-text-in-form
  {:num-tests 500 :seed (seed/of ::a-damaged-text-is-an-error-with-a-line-or-a-text-in-form)}
  (prop/for-all [g (gen/one-of [kit/valid-graph (gen/return small)])
                 fs (gen/vector damage 1 2)]
    (let [text  (reduce #(%2 %1) (.canonical (kit/spec g)) fs)
          found (parsed text)]
      (if (instance? GraphSpec found)
        (= text (.canonical ^GraphSpec found))
        (and (= Codes/BAD_TEXT (:code found))
             (<= 1 (long (:line found)) (+ 2 (count (re-seq #"\n" text)))))))))

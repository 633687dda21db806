(ns lanegraph.cli.journal-test
  (:require [clojure.datafy :as datafy]
            [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [lanegraph.cli.fixture :as fixture :refer [copy-graph file lanegraph with-dir]]
            [lanegraph.codec :as codec]
            [lanegraph.core :as lg]
            [lanegraph.journal-kit :as jk]
            [lanegraph.json :as json])
  (:import (java.io BufferedReader PipedInputStream PipedOutputStream)
           (java.time Instant)))

(set! *warn-on-reflection* true)

(defn- writing
  "in -> a -> keep -> log, read by the role `late` into b"
  [codec]
  {:name      :writing
   :lanes     {:a   {:kind :events :codec codec}
               :log {:kind :journal :codec codec :segment-bytes 4096}
               :b   {:kind :events :codec codec}}
   :roles     {:keep {:kind :bridge :rx :a :tx :log}
               :late {:kind :bridge :rx :log :tx :b}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}})

(defn- write!
  ([dir messages] (write! dir (writing :edn) {} messages))
  ([dir spec opts messages]
   (with-open [rt (lg/spawn! spec (assoc opts :dir dir))]
     (is (= (count messages) (lg/offer-all! rt :in messages {:timeout-ms 20000})))
     (is (= messages (lg/take! rt :out (count messages) {:timeout-ms 20000})))
     (lg/await-idle! rt {:timeout-ms 20000}))))

(defmacro ^:private with-log
  "Runs the body with a folder whose journal :log holds these messages."
  [[dir messages] & body]
  `(with-dir (fn [~dir] (write! ~dir ~messages) ~@body)))

(defn- journal [command dir & more]
  (apply lanegraph (into ["journal" command dir "log"] (take-while (complement keyword?) more))
         (drop-while (complement keyword?) more)))

(defn- records [dir] (into [] (lg/journal dir :log {:records true})))

(defn- values [{:keys [out]}]
  (map (comp :value edn/read-string) (str/split-lines out)))

(defn- damage!
  "Flips a byte in the payload of record n; its position."
  [dir n]
  (let [{:keys [position]} (nth (records dir) n)]
    (jk/flip! (io/file dir "log.journal" (format "%020d.seg" 0)) (+ 32 (long position)))
    position))

;; ------------------------------------------------------------------ dump

(deftest dump-prints-records-in-three-formats
  (with-log [dir [{:a "é"} [1]]]
    (let [found (records dir)]
      (is (= found (map edn/read-string (str/split-lines (:out (journal "dump" dir))))))
      (is (= (map #(update % :time (comp str Instant/ofEpochMilli inst-ms)) found)
             (map json/read-value (str/split-lines (:out (journal "dump" dir "--format" "json"))))))
      (is (= (str (:position (second found)) " 1 " (Instant/ofEpochMilli (inst-ms (:time (second found)))) " 5b315d\n")
             (:out (journal "dump" dir "--format" "hex" "--last" "1"))))
      (is (= [0 ""] ((juxt :exit :err) (journal "dump" dir)))))))

(deftest dump-takes-a-part
  (with-log [dir (vec (range 300))]
    (let [at #(:position (nth (records dir) %))]
      (are [expected arguments] (= expected (values (apply journal "dump" dir arguments)))
        (range 290 300) ["--last" "10"]
        (range 200 300) ["--from" (at 200)]
        (range 100)     ["--to" (at 100)]
        (range 5 8)     ["--from" (at 5) "--to" (at 8)]
        (range 300)     ["--from" "start" "--to" "tail"]
        (range 300)     ["--from" "2026-01-01"]
        (range 300)     ["--to" "9999-01-01T00:00:00Z"]
        [33 133 233]    ["--grep" ":value .*33}"])
      (are [arguments] (= {:exit 0 :out "" :err ""} (apply journal "dump" dir arguments))
        ["--from" "tail"]
        ["--to" "start"]
        ["--to" "2020-01-01"]
        ["--from" "9999-01-01"]
        ["--grep" "nothing"]
        ["--last" "0"])
      (is (= 300 (count (str/split-lines (:out (journal "dump" dir "--format" "hex")))))))))

(deftest bytes-are-numbers-and-codecs-of-ones-own-need-hex
  (with-dir (fn [dir]
              (write! dir (writing :string) {:codecs {:string (:bytes codec/built-in)} :wire :always} [])
              (is (= {:exit 0 :out "" :err ""} (journal "dump" dir)))))
  (with-dir (fn [dir]
              (let [spec (-> (writing :bytes) (update :roles dissoc :late) (update :lanes dissoc :b)
                             (update :endpoints dissoc :out))]
                (with-open [rt (lg/spawn! spec {:dir dir})]
                  (lg/offer! rt :in (byte-array [1 -1]))
                  (lg/stop! rt {:mode :drain})))
              (is (= [[1 255]] (values (journal "dump" dir))))
              (is (str/includes? (:out (journal "dump" dir "--format" "json")) "\"value\":[1,255]"))))
  (with-dir (fn [dir]
              (write! dir (writing :mine) {:codecs {:mine (:string codec/built-in)}} ["ab"])
              (let [{:keys [exit out err]} (journal "dump" dir)]
                (is (= [2 ""] [exit out]))
                (is (re-find #"codec mine.*--format hex" err)))
              (is (str/ends-with? (:out (journal "dump" dir "--format" "hex")) " 6162\n")))))

(deftest what-stands-before-damage-is-printed
  (with-log [dir (vec (range 20))]
    (let [goes-on  (:position (nth (records dir) 8))
          position (damage! dir 7)
          {:keys [exit err] :as found} (journal "dump" dir)]
      (is (= [1 (range 7)] [exit (values found)]))
      (is (re-find (re-pattern (str "^lanegraph journal dump: .*position=" position
                                    " .*it goes on at position=" goes-on "\n$"))
                   err))
      (is (= (range 8 20) (values (journal "dump" dir "--from" goes-on)))))))

(deftest a-closed-pipe-ends-dump-quietly
  (with-log [dir [1]]
    (is (= {:exit 141 :out nil :err ""} (journal "dump" dir :stdout (fixture/failing-stream "Broken pipe"))))))

(deftest what-is-called-wrong-is-one-line-and-exit-2
  (with-log [dir [1 2]]
    (doseq [command ["info" "dump" "follow" "verify"]
            [pattern folder more] [[#"no journal here" (io/file dir "no") nil]
                                   (when (#{"dump" "follow"} command) [#"no record .* begins" dir ["--from" "129"]])]
            :when pattern
            :let [{:keys [exit out err]} (apply journal command folder more)]]
      (testing command
        (is (= [2 ""] [exit out]))
        (is (re-find pattern err))
        (is (str/starts-with? err (str "lanegraph journal " command ": ")))
        (is (= 1 (count (str/split-lines err))))))))

;; ------------------------------------------------------- info and verify

(deftest info-tells-what-a-journal-holds
  (with-log [dir (vec (range 200))]
    (let [{:keys [exit out err]} (journal "info" dir)]
      (is (= [0 ""] [exit err]))
      (is (re-find #"(?m)^codec     edn$" out))
      (is (re-find #"(?m)^records   200, sequences 0 to 199$" out))
      (is (re-find #"(?m)^positions 128 to \d+$" out))
      (is (re-find #"(?m)^reader    role/late at position \d+, 0 records before it$" out)))
    (is (= (journal "info" dir) (lanegraph ["journal" "info" dir ":log"])))
    (is (= [200 :edn] ((juxt :next-sequence :codec) (edn/read-string (:out (journal "info" dir "--format" "edn"))))))
    (is (= "edn" (:codec (json/read-value (:out (journal "info" dir "--format" "json"))))))))

(deftest info-tells-damage-beside-the-rest
  (with-log [dir (vec (range 20))]
    (let [goes-on  (:position (nth (records dir) 8))
          position (damage! dir 7)
          {:keys [exit out err]} (journal "info" dir)]
      (is (= [0 ""] [exit err]))
      (is (re-find #"(?m)^records   20, sequences 0 to 19$" out))
      (is (re-find (re-pattern (str "(?m)^damage at position " position ": .*\n    it goes on at position " goes-on "\n"
                                    "damage may stand elsewhere, too: verify looks at every record$"))
                   out))
      (is (= [[position goes-on]]
             (map (juxt :position :goes-on) (:damages (edn/read-string (:out (journal "info" dir "--format" "edn")))))
             (map (juxt :position :goes-on) (:damages (datafy/datafy (lg/journal dir :log)))))))))

(deftest verify-tells-damage-and-exits-1
  (with-log [dir (vec (range 20))]
    (let [{:keys [exit out err]} (journal "verify" dir)]
      (is (= [0 ""] [exit err]))
      (is (re-find #"^20 records, \d+ bytes of messages, positions 128 to \d+: no damage\n$" out)))
    (let [goes-on  (:position (nth (records dir) 8))
          position (damage! dir 7)
          {:keys [exit out]} (journal "verify" dir)]
      (is (= 1 exit))
      (is (re-find (re-pattern (str "(?m)^damage at position " position ": ")) out))
      (is (re-find (re-pattern (str "(?m)^    it goes on at position " goes-on "$")) out))
      (is (re-find #"(?m)^19 records, .*: 1 damage$" out))
      (let [{:keys [exit out]} (journal "verify" dir "--format" "edn")]
        (is (= [1 [[:journal/corrupt position goes-on]]]
               [exit (map (juxt :code :position :goes-on) (:damages (edn/read-string out)))])))
      (is (= 1 (:exit (journal "verify" dir "--format" "json")))))))

;; ---------------------------------------------------------------- forget

(deftest forget-frees-a-kept-position
  (with-log [dir [1 2]]
    (let [readers #(keys (:readers (edn/read-string (:out (journal "info" dir "--format" "edn")))))
          {:keys [exit out err]} (journal "forget" dir "role/lat")]
      (is (= [2 ""] [exit out]))
      (is (re-find #"keeps no position of \"role/lat\"; it keeps those of role/late" err))
      (is (= [:role/late] (readers)))
      (is (= [2 1] ((juxt :exit (comp count str/split-lines :err)) (journal "forget" dir "../x"))))
      (with-open [_ (lg/spawn! (writing :edn) {:dir dir})]
        (let [{:keys [exit err]} (journal "forget" dir "role/late")]
          (is (= 2 exit))
          (is (= 1 (count (str/split-lines err))))))
      (is (= [0 ""] ((juxt :exit :err) (journal "forget" dir "role/late"))))
      (is (nil? (readers)))
      (is (= 2 (:exit (journal "forget" dir "role/late"))))
      (is (re-find #"those of nobody" (:err (journal "forget" dir "role/late")))))))

;; ---------------------------------------------------------------- follow

(defn- following
  "Starts `journal follow`, calls (f line! signal!), where (line!) is the value of the next line that comes out; what
  the command ended with."
  [dir arguments f]
  (let [signal (promise)
        stdout (PipedOutputStream.)
        seen   (BufferedReader. (io/reader (PipedInputStream. stdout 65536)))
        opts   [:stdout stdout :on-signal #(deliver signal %)]
        run    (future (try (apply journal "follow" dir (concat arguments opts))
                            (finally (.close stdout))))]
    (f #(some-> (.readLine seen) edn/read-string :value) (deref signal 20000 nil))
    (deref run 20000 :hangs)))

(deftest follow-prints-what-comes-until-ctrl-c
  (with-log [dir (vec (range 100))]
    (with-open [rt (lg/spawn! (writing :edn) {:dir dir})]
      (is (= {:exit 130 :out nil :err ""}
             (following dir []
                        (fn [line! signal!]
                          (is (= (range 90 100) (repeatedly 10 line!)) "the last 10, as tail -f")
                          (dotimes [i 3]
                            (lg/offer! rt :in [i])
                            (is (= [i] (line!))))
                          (lg/offer-all! rt :in (range 1000) {:timeout-ms 20000})
                          (is (= (range 1000) (repeatedly 1000 line!)) "over the ends of segments")
                          (signal! 130)))))
      (is (= 143 (:exit (following dir ["--from" "tail" "--grep" "[13]}"]
                                   (fn [line! signal!]
                                     (lg/offer-all! rt :in [1 2 3])
                                     (is (= [1 3] [(line!) (line!)]))
                                     (signal! 143)))))))))

(deftest one-who-follows-too-slowly-is-told-and-goes-on
  (with-dir
    (fn [dir]
      (let [spec (-> (writing :string) (update :roles dissoc :late) (update :lanes dissoc :b)
                     (update :endpoints dissoc :out) (assoc-in [:lanes :log :retain-bytes] 8192))
            text (str/join (repeat 200 "x"))]
        (with-open [rt (lg/spawn! spec {:dir dir})]
          (let [{:keys [exit err]}
                (following dir ["--from" "start"]
                           (fn [line! signal!]
                             (lg/offer! rt :in "first")
                             (is (= "first" (line!)))
                             ;; more than the buffers on the way to a reader that does not read can hold
                             (is (= 5000 (lg/offer-all! rt :in (repeat 5000 text) {:timeout-ms 20000})))
                             (lg/offer! rt :in "last" {:timeout-ms 20000})
                             (lg/await-idle! rt {:timeout-ms 20000})
                             (is (> 5000 (count (take-while #(and % (not= "last" %)) (repeatedly line!)))))
                             (signal! 130)))]
            (is (= 130 exit))
            (is (re-find #"^(lanegraph journal follow: what stood from position \d+ .*; going on behind that\n)+$"
                         err))))))))

(deftest follow-ends-at-to
  (with-log [dir (vec (range 20))]
    (is (= [0 (range 10 20)] ((juxt :exit values) (journal "follow" dir "--to" "tail"))))
    (is (= [0 [2 3]] ((juxt :exit values)
                      (journal "follow" dir "--from" (:position (nth (records dir) 2))
                               "--to" (:position (nth (records dir) 4))))))
    (is (= [0 ""] ((juxt :exit :out) (journal "follow" dir "--to" "2020-01-01"))))))

(deftest follow-ends-with-a-closed-pipe-and-at-damage
  (with-log [dir (vec (range 20))]
    (is (= {:exit 141 :out nil :err ""} (journal "follow" dir :stdout (fixture/failing-stream "Broken pipe"))))
    (damage! dir 7)
    (let [{:keys [exit err] :as found} (journal "follow" dir "--from" "start")]
      (is (= [1 (range 7)] [exit (values found)]))
      (is (re-find #"it goes on at position=" err)))))

;; ---------------------------------------------------------------- replay

(deftest a-replay-gives-the-output-of-the-run
  (with-dir
    (fn [dir]
      (let [log     {:kind :journal :codec :string}
            weather (edn/read-string (slurp (io/resource "lanegraph/examples/rain.edn")))
            spec    (-> weather
                        (dissoc :tests)
                        (assoc-in [:lanes :raw] {:kind :events :codec :string})
                        (update-in [:lanes :lines] (constantly log))
                        (assoc-in [:roles :record] {:kind :bridge :rx :raw :tx :lines})
                        (assoc-in [:endpoints :in :lane] :raw))
            file-of #(str (io/file dir %))
            one     (lanegraph ["run" (file dir "g.edn" spec) "--dir" (file-of "d") "--out" (str "out=" (file-of "a"))
                                "--in" "in=resources/lanegraph/examples/seattle-weather.csv"])
            two     (lanegraph ["journal" "replay" (file-of "d") "lines" (file dir "w.edn" weather) "in"
                                "--out" (str "out=" (file-of "b"))])]
        (is (= [0 0] [(:exit one) (:exit two)]))
        (is (re-find #"(?m)^lanegraph journal replay: replayed 1,462 records of journal lines$" (:err two)))
        (is (re-find #"(?m)^in 1,462, out " (:err two)))
        (is (< 10 (count (str/split-lines (slurp (file-of "a"))))))
        (is (= (slurp (file-of "a")) (slurp (file-of "b"))))))))

(deftest replay-takes-a-part-into-any-endpoint
  (with-log [dir (vec (range 50))]
    (let [spec (file dir "g.edn" (copy-graph :edn))]
      (is (= {:exit 0 :out "47\n48\n49\n" :err ""} (journal "replay" dir spec "in" "--last" "3" "--quiet")))
      (is (= "0\n1\n" (:out (journal "replay" dir spec ":in" "--to" (:position (nth (records dir) 2))))))
      (is (= "40\n41\n" (:out (journal "replay" dir spec "in" "--grep" ":value 4[0-9]" "--last" "12" "--to"
                                      (:position (nth (records dir) 42))))))
      (is (re-find #"replayed 5 records of journal log" (:err (journal "replay" dir spec "in" "--grep" ":value .?7}"))))
      (testing "the journal of a graph into that graph ends too"
        (let [own (file dir "own.edn" (writing :edn))]
          (is (= 50 (count (str/split-lines (:out (journal "replay" dir own "in" "--dir" dir "--quiet"))))))
          (is (= 100 (count (records dir)))))))))

(deftest a-replay-that-cannot-be-is-told
  (with-log [dir (vec (range 20))]
    (let [spec (file dir "g.edn" (copy-graph :edn))
          long (file dir "l.edn" (copy-graph :string))]
      (are [exit pattern arguments] (let [found (apply journal "replay" arguments)]
                                      (and (= exit (:exit found)) (re-find pattern (:err found))))
        2 #"inn: the graph has no such endpoint; it has in" [dir spec "inn"]
        2 #"there is no such file"                          [dir "/no/such.edn" "in"]
        2 #"no journal here"                                [(io/file dir "no") spec "in"]
        2 #"--fresh needs --dir"                            [dir spec "in" "--fresh"]
        1 #"lanegraph journal replay: journal log, position 128: codec string expected String"
        [dir long "in" "--dir" (io/file dir "e")])
      (damage! dir 7)
      (let [{:keys [exit out err]} (journal "replay" dir spec "in")]
        (is (= [1 "0\n1\n2\n3\n4\n5\n6\n"] [exit out]))
        (is (re-find #"lanegraph journal replay: journal is damaged" err))))))

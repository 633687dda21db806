(ns lanegraph.cli.run-test
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [lanegraph.cli.fixture :as fixture :refer [copy-graph file lanegraph stage-graph with-dir]])
  (:import (java.io InputStream PipedInputStream PipedOutputStream StringWriter)))

(set! *warn-on-reflection* true)

(defn- run-spec [spec arguments & opts]
  (with-dir (fn [dir] (apply lanegraph (into ["run" (file dir "g.edn" spec)] arguments) opts))))

(deftest one-ingress-and-one-egress-are-the-standard-streams
  (is (= {:exit 0 :out "a\n\nb\n" :err ""}
         (run-spec (copy-graph :string) ["--quiet"] :stdin "a\n\nb")))
  (is (= {:exit 0 :out "" :err ""} (run-spec (copy-graph :string) ["--quiet"]))))

(deftest lines-follow-the-codec-of-the-lane
  (are [codec text] (= text (:out (run-spec (copy-graph codec) [] :stdin text)))
    :bytes  "é\r\nb\n"
    :string "é\nb\n"
    :edn    "{:a #{1}}\n[\"x\"]\n"
    :json   "{\"a\":[1,null]}\n\"x\"\n"
    :long   "1\n-9223372036854775808\n"))

(deftest the-summary-tells-each-lane
  (let [{:keys [exit err]} (run-spec (stage-graph :string {:stage 'lanegraph.cli.fixture/boom :on-error :skip})
                                     [] :stdin "a\nboom\nb\n")]
    (is (= 0 exit))
    (is (re-find #"(?m)^lane +kind +in +out +dropped +errors +left$" err))
    (is (re-find #"(?m)^a +events +3 +3 +0 +1 +0$" err))
    (is (re-find #"(?m)^b +events +2 +2 +0 +0 +0$" err))
    (is (re-find #"found boom" err))
    (is (re-find #"(?m)^in 3, out 2, \d" err))))

(deftest files-are-read-in-order-and-written
  (with-dir
    (fn [dir]
      (let [spec (file dir "g.edn" (copy-graph :string))
            a    (file dir "a.txt" "1\n2")
            b    (file dir "b.txt" "3\n")
            out  (str (io/file dir "out.txt"))]
        (is (= {:exit 0 :out "" :err ""}
               (lanegraph ["run" spec "--in" (str "in=" a) "--in" (str "in=" b) "--in" "in=-" "--out" (str "out=" out)
                           "--quiet"]
                          :stdin "4")))
        (is (= "1\n2\n3\n4\n" (slurp out)))))))

(deftest a-bad-line-is-named-and-what-came-before-is-written
  (with-dir
    (fn [dir]
      (let [spec (file dir "g.edn" (copy-graph :long))
            data (file dir "n.txt" "1\n2\nthree\n4\n")
            {:keys [exit out err]} (lanegraph ["run" spec "--in" (str "in=" data)])]
        (is (= [1 "1\n2\n"] [exit out]))
        (is (str/includes? err (str data ":3: found \"three\"; expected a whole number")))))))

(deftest a-line-too-long-for-the-lane-is-named
  (with-dir
    (fn [dir]
      (let [{:keys [exit out err]} (lanegraph ["run" (file dir "g.edn" (copy-graph :string)) "--dir" (io/file dir "d")]
                                              :stdin (str "a\n" (str/join (repeat 300 "x")) "\nb\n"))]
        (is (= [1 "a\n"] [exit out]))
        (is (re-find #"standard input:2: .*256" err))))))

(deftest a-failed-role-is-named-with-its-cause-and-output-so-far-is-written
  (let [{:keys [exit out err]} (run-spec (stage-graph :string {:stage 'lanegraph.cli.fixture/boom})
                                         [] :stdin "a\nboom\nb\n")]
    (is (= [1 "a\n"] [exit out]))
    (is (re-find #"(?s)lanegraph run: .*work" err))
    (is (re-find #"found boom" err))))

(deftest a-closed-pipe-ends-quietly-and-a-full-disk-does-not
  (is (= {:exit 141 :out nil :err ""}
         (run-spec (copy-graph :string) [] :stdin "a\n" :stdout (fixture/failing-stream "Broken pipe"))))
  (let [{:keys [exit err]} (run-spec (copy-graph :string) [] :stdin "a\n"
                                     :stdout (fixture/failing-stream "No space left on device"))]
    (is (= 1 exit))
    (is (re-find #"cannot write standard output: No space left on device" err))))

(deftest an-invalid-graph-does-not-start
  (let [{:keys [exit out err]} (run-spec (assoc-in (copy-graph :string) [:roles :copy :rx] :aa) [])]
    (is (= [1 ""] [exit out]))
    (is (re-find #"graph/unknown-lane" err))))

(deftest endpoints-that-do-not-fit-are-called-wrong
  (with-dir
    (fn [dir]
      (let [one  (file dir "one.edn" (copy-graph :string))
            two  (file dir "two.edn" (-> (copy-graph :string)
                                         (assoc :lanes {:a {:kind :events :codec :string}
                                                        :b {:kind :fanout-broadcast :consumers 2 :codec :string}})
                                         (assoc-in [:endpoints :in2] {:kind :ingress :lane :a})
                                         (assoc-in [:endpoints :out] {:kind :egress :lane [:b 0]})
                                         (assoc-in [:endpoints :out2] {:kind :egress :lane [:b 1]})))
            data (file dir "data" "x\n")]
        (are [pattern arguments] (let [{:keys [exit out err]} (lanegraph (cons "run" arguments))]
                                   (and (= [2 ""] [exit out]) (re-find pattern err) (= 1 (count (str/split-lines err)))))
          #"no such endpoint; it has in"        [one "--in" (str "input=" data)]
          #"no such endpoint; it has out"       [one "--out" (str "output=" data)]
          #"--in /no/such: there is no such"    [one "--in" "in=/no/such"]
          #"is a folder; expected a file"       [one "--in" (str "in=" dir)]
          #"there is no folder /no/such"        [one "--out" "out=/no/such/file"]
          #"is a folder; expected a file"       [one "--out" (str "out=" dir)]
          #"is named twice"                     [one "--in" (str "in=" data) "--out" (str "out=" data)]
          #"is given twice"                     [one "--out" "out=-" "--out" (str "out=" data)]
          #"ingress endpoints in, in2; say --in" [two "--out" "out=-" "--out" "out2=-"]
          #"nobody reads the egress endpoints out2; say --out out2=FILE" [two "--in" "in=-" "--out" "out=-"]
          #"standard input is named twice"      [two "--in" "in=-" "--in" "in2=-" "--out" "out=-" "--out" "out2=-"]
          #"is named twice"                     [two "--in" "in=-" "--out" (str "out=" data) "--out" (str "out2=" data)]
          #"--fresh needs --dir"                [one "--fresh"]
          #"--path /no/such: there is no such"  [one "--path" "/no/such"]
          #"there is no such file"              ["/no/such.edn"])
        (is (= "x\n" (slurp data)) "an input is never emptied")
        (testing "an ingress that is not named gets nothing, two egress may share the standard output"
          (is (= ["x" "x"] (str/split-lines (:out (lanegraph ["run" two "--in" (str "in2=" data)
                                                              "--out" "out=-" "--out" "out2=-"])))))
          (is (= 0 (:exit (lanegraph ["run" two "--in" "in=-" "--out" "out=/dev/null" "--out" "out2=/dev/null"])))))))))

(deftest code-of-your-own-is-found-with-path
  (with-dir
    (fn [dir]
      (let [ns-name (str (gensym "shout")) ; a namespace stays loaded
            _    (file dir (str "code/" ns-name ".clj") (str "(ns " ns-name ") (defn shout [s] (str s \"!\"))"))
            spec (file dir "g.edn" (stage-graph :string {:stage (symbol ns-name "shout")}))
            path (str (io/file dir "code"))]
        (is (= 1 (:exit (lanegraph ["run" spec] :stdin "a"))))
        (is (= 1 (:exit (lanegraph ["check" spec]))))
        (is (= "a!\n" (:out (lanegraph ["run" spec "--path" path] :stdin "a"))))
        (is (= 0 (:exit (lanegraph ["check" spec "--path" path]))))))))

(deftest lanes-that-do-not-fit-are-told-with-the-way-out
  (with-dir
    (fn [dir]
      (let [run (fn [codec & more]
                  (lanegraph (into ["run" (file dir "g.edn" (copy-graph codec)) "--dir" (io/file dir "d")] more)
                             :stdin "1\n"))]
        (is (= "1\n" (:out (run :string))))
        (let [{:keys [exit out err]} (run :long)]
          (is (= [1 ""] [exit out]))
          (is (re-find #"--fresh" err)))
        (is (= "1\n" (:out (run :long "--fresh"))))))))

(deftest a-second-run-goes-on-with-what-the-first-left-and-fresh-does-not
  (with-dir
    (fn [dir]
      (let [bad   (file dir "bad.edn" (stage-graph :string {:stage 'lanegraph.cli.fixture/boom}))
            good  (file dir "good.edn" (stage-graph :string {:stage 'clojure.core/identity}))
            lanes (str (io/file dir "lanes"))
            left  #(lanegraph ["run" bad "--dir" lanes "--fresh"] :stdin "a\nboom\nb\n")]
        (is (= [1 "a\n"] ((juxt :exit :out) (left))))
        (let [{:keys [exit out err]} (lanegraph ["run" good "--dir" lanes] :stdin "c\n")]
          (is (= 0 exit))
          (is (str/starts-with? out "boom\n"))
          (is (str/ends-with? out "c\n"))
          (is (re-find #"going on with \d messages in lane a" err))
          (is (re-find #"(?m)^in 1, out" err) "counts of this run only"))
        (left)
        (is (= "c\n" (:out (lanegraph ["run" good "--dir" lanes "--fresh"] :stdin "c\n"))))))))

(defn- interrupted
  "Runs a graph on an input that stays open, and calls (f signal! out) when it has started."
  [spec f]
  (let [signal (promise)
        feed   (PipedOutputStream.)
        stdin  (PipedInputStream. feed)
        seen   (PipedInputStream.)
        stdout (PipedOutputStream. seen)
        run    (future (run-spec spec [] :stdin stdin :stdout stdout :on-signal #(deliver signal %)))]
    (.write feed (.getBytes "a\n"))
    (.flush feed)
    (f (deref signal 20000 nil) seen)
    (deref run 20000 :hangs)))

(deftest an-interrupt-lets-out-what-is-inside
  (let [{:keys [exit err]} (interrupted (copy-graph :string)
                                        (fn [signal! ^PipedInputStream seen]
                                          (is (= (int \a) (.read seen)))
                                          (signal! 130)))]
    (is (= 130 exit))
    (is (re-find #"interrupted" err))
    (is (re-find #"(?m)^in 1, out 1" err))))

(deftest a-failure-after-an-interrupt-is-told
  (let [{:keys [entered open]} (reset! fixture/gate {:entered (promise) :open (promise)})
        {:keys [exit err]} (interrupted (stage-graph :string {:stage 'lanegraph.cli.fixture/boom-at-last})
                                        (fn [signal! _]
                                          (is (deref entered 20000 false))
                                          (signal! 130)
                                          (deliver open true)))]
    (is (= 1 exit))
    (is (re-find #"found boom" err))))

(deftest a-second-interrupt-does-not-wait-for-a-stage
  (let [{:keys [entered open]} (reset! fixture/gate {:entered (promise) :open (promise)})
        {:keys [exit err]} (interrupted (stage-graph :string {:stage 'lanegraph.cli.fixture/never})
                                        (fn [signal! _]
                                          (is (deref entered 20000 false))
                                          (signal! 130)
                                          (signal! 130)))]
    (deliver open true)
    (is (= 130 exit))
    (is (re-find #"(?m)^a +events +1 +0 +0 +0 +1$" err) "the message is still there")))

(deftest feeding-waits-for-room
  (let [{:keys [entered open]} (reset! fixture/gate {:entered (promise) :open (promise)})
        taken   (atom 0)
        endless (proxy [InputStream] []
                  (read ([] 10)
                        ([^bytes buffer from n]
                         (java.util.Arrays/fill buffer (int from) (int (+ (int from) (int n))) (byte 10))
                         (swap! taken + n)
                         n)))
        signal  (promise)
        run     (future (run-spec (assoc-in (stage-graph :string {:stage 'lanegraph.cli.fixture/never})
                                            [:lanes :a :slots] 16)
                                  ["--quiet"] :stdin endless :on-signal #(deliver signal %)))]
    (is (deref entered 20000 false))
    (dotimes [_ 2] ((deref signal 20000 nil) 130))
    (is (= 130 (:exit (deref run 20000 nil))))
    (deliver open true)
    (is (< @taken 1000000) "what a full lane does not take stays in the file")))

(deftest warnings-are-told-and-do-not-keep-a-graph-from-running
  (let [spec (assoc-in (copy-graph :string) [:lanes :c] {:kind :events})]
    (is (re-find #"warning: " (:err (run-spec spec []))))
    (is (= {:exit 0 :out "a\n" :err ""} (run-spec spec ["--quiet"] :stdin "a")))))

(deftest progress-is-shown-on-a-terminal-only
  (let [shown  (promise)
        stderr (proxy [StringWriter] []
                 (write [text]
                   (let [^StringWriter this this] (.append (.getBuffer this) (str text)))
                   (when (str/includes? text "in 1 ") (deliver shown true))))
        run    (fn [stdin & opts]
                 (apply run-spec (copy-graph :string) ["--out" "out=/dev/null"] :stdin stdin opts))
        feed   (PipedOutputStream.)
        done   (let [stdin (PipedInputStream. feed)]
                 (future (run stdin :terminals #{\1 \2} :stderr stderr)))]
    (.write feed (.getBytes "a\n"))
    (.flush feed)
    (is (deref shown 20000 false))
    (.close feed)
    (is (= 0 (:exit (deref done 20000 nil))))
    (is (not (str/includes? (:err (run "a\n")) "\u001b")))))

(deftest many-lines-come-through-in-order
  (let [text (str/join (map #(str % "\n") (range 100000)))]
    (is (= text (:out (run-spec (copy-graph :long) ["--quiet"] :stdin text))))))

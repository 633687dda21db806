(ns lanegraph.cli.repl-test
  "The command `repl`, and `view`."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.cli.fixture :refer [copy-graph file lanegraph with-dir]]
            [tools.process :as process])
  (:import (java.lang ProcessBuilder$Redirect)
           (java.io BufferedReader InputStreamReader PipedInputStream PipedOutputStream)
           (java.net InetAddress NetworkInterface ServerSocket Socket)
           (java.util.concurrent TimeUnit)))

(set! *warn-on-reflection* true)

(def ^:private patience-ms 60000)

(defn- served
  "What (f port line) answers while the command serves; then it ends by the signal: {:exit :err :answer}."
  [arguments f]
  (let [out     (PipedOutputStream.)
        in      (BufferedReader. (InputStreamReader. (PipedInputStream. out 65536)))
        signal  (promise)
        running (future (lanegraph (cons "repl" arguments) :stdout out :on-signal #(deliver signal %)))
        line    (future (.readLine in))
        text    (deref line patience-ms nil)
        port    (some->> text (re-find #"127\.0\.0\.1:(\d+)") second parse-long)
        answer  (if port (f port text) (deref running patience-ms nil))]
    (when port (@signal 130))
    (assoc (deref running patience-ms {:exit :hangs}) :answer answer)))

(defn- evaluated
  "The lines that the REPL at this port prints for code, up to the one with `done`."
  [port code]
  (with-open [s (Socket. "127.0.0.1" (int port))]
    (.setSoTimeout s patience-ms)
    (let [w (io/writer s), r (io/reader s)]
      (.write w (str code "\n:done-and-over\n"))
      (.flush w)
      (str/join "\n" (take-while #(and % (not (str/includes? % ":done-and-over"))) (repeatedly #(.readLine ^BufferedReader r)))))))

(deftest a-repl-is-served-with-the-library-and-the-spec
  (with-dir
    (fn [dir]
      (let [path (io/file dir "code")
            spec (file dir "g.edn" (assoc-in (copy-graph :string) [:roles :copy] {:kind :stage :stage 'live.own/shout :rx :a :tx :b}))]
        (file path "live/own.clj" "(ns live.own) (defn shout [s] (str s \"!\"))")
        (let [{:keys [exit err answer]}
              (served [spec "--path" path]
                      (fn [port line]
                        (is (str/ends-with? line (str "lg is lanegraph.core, spec is " spec)))
                        [(evaluated port "(lg/simulate spec {:in [\"hey\"]})")
                         (evaluated port "(with-open [rt (lg/spawn! spec)] (lg/offer! rt :in \"a\") (lg/take! rt :out 1 {:timeout-ms 60000}))")
                         (evaluated port "(do (require '[live.own :as own]) (own/shout 1))")
                         (evaluated port "(/ 1 0)")]))]
          (is (= [130 ""] [exit err]))
          (is (every? true? (map str/includes? answer ["{:out [\"hey!\"]}" "[\"a!\"]" "\"1!\"" "Divide by zero"]))
              (str answer)))))))

(deftest it-is-there-for-this-machine-alone
  (served [] (fn [port _]
               (is (str/includes? (evaluated port "lg/spawn!") "spawn"))
               (let [others (for [^NetworkInterface n (enumeration-seq (NetworkInterface/getNetworkInterfaces))
                                  ^InetAddress a      (enumeration-seq (.getInetAddresses n))
                                  :when (not= "127.0.0.1" (.getHostAddress a))]
                              a)]
                 (doseq [^InetAddress a others]
                   (is (thrown? java.io.IOException (.close (Socket. a (int port)))) (str a)))))))

(deftest what-is-wrong-is-told-before-it-serves
  (with-open [taken (ServerSocket. 0 1 (InetAddress/getByName "127.0.0.1"))]
    (doseq [arguments [["/no/such/file.edn"] ["--path" "/no/such/folder"] ["--port" "x"] ["--port" "65536"] ["a" "b"]
                       ["--port" (.getLocalPort taken)]]
            :let [{:keys [exit out err]} (lanegraph (cons "repl" arguments))]]
      (is (= [2 "" 1] [exit out (count (str/split-lines err))]) arguments)))
  (with-dir
    (fn [dir]
      (let [{:keys [err answer]} (served [(file dir "g.edn" (assoc-in (copy-graph :string) [:roles :copy :rx] :aa))]
                                         (fn [port _] (evaluated port "(get-in spec [:roles :copy :rx])")))]
        (is (str/includes? err "[graph/unknown-lane]") "problems do not keep it from serving")
        (is (str/includes? answer ":aa"))))))

(deftest a-signal-ends-it-and-the-graphs-in-it
  (let [^java.util.List command [(str (io/file process/root "bin/lanegraph")) "repl"]
        p (.start (doto (ProcessBuilder. command) (.redirectError ProcessBuilder$Redirect/DISCARD)))
        r (io/reader (.getInputStream p))]
    (try
      (let [line (deref (future (.readLine ^BufferedReader r)) (* 4 (long patience-ms)) "")
            port (some->> (re-find #":(\d+)," line) second parse-long)]
        (is port line)
        (is (str/includes? (evaluated port (str "(do (def rt (lg/spawn! " (pr-str (copy-graph :string)) "))"
                                                " (lg/offer! rt :in \"a\") (lg/take! rt :out 1 {:timeout-ms 60000}))"))
                           "[\"a\"]"))
        (process/run {} "kill" "-TERM" (.pid p))
        (is (.waitFor p 60 TimeUnit/SECONDS))
        (is (= 143 (.exitValue p))))
      (finally (.destroyForcibly p)))))

(deftest view-writes-a-page-or-a-picture
  (with-dir
    (fn [dir]
      (let [spec (file dir "g.edn" (copy-graph :string))
            view (fn [& more] (lanegraph (concat ["view" spec] more)))
            page (str/trim (:out (view)))]
        (try
          (is (re-find #"(?s)^<!DOCTYPE html>.*<svg .*copy.*</html>" (slurp page)))
          (finally (io/delete-file page true)))
        (doseq [[to pattern] {"p.html" #"^<!DOCTYPE html>" "p.SVG" #"^<svg "}
                :let [to (str (io/file dir to))]]
          (is (= {:exit 0 :out (str to "\n") :err ""} (view "--out" to)))
          (is (re-find pattern (slurp to)))
          (is (not (re-find #"(src|href)=" (slurp to))) "it needs nothing else"))
        (testing "what cannot be written is one line"
          (doseq [to [(str dir) (str (io/file dir "no/such/p.html"))]
                  :let [{:keys [exit err]} (view "--out" to)]]
            (is (= [2 1] [exit (count (str/split-lines err))]))))
        (is (= 2 (:exit (lanegraph ["view" "/no/such/file.edn"]))))))))

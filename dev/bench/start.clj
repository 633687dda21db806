(ns bench.start
  "How long bin/lanegraph takes to start, as a whole process: with what it makes on first use (one jar of compiled classes,
  an archive of loaded ones), with the jar alone, and from the sources, without any help."
  (:require
   [bench.figures :as figures]
   [clojure.java.io :as io]
   [clojure.java.shell :as sh]
   [clojure.string :as str])
  (:import
   (java.io BufferedReader)
   (java.lang ProcessBuilder$Redirect)))

(def ^:private spec "resources/lanegraph/examples/rain.edn")

(def ^:private cases
  [{:title "`--help`" :args ["--help"]}
   {:title "`check FILE`" :args ["check" spec]}
   {:title "`run FILE` to its first message" :args ["run" spec "--quiet"]
    :in "date,precipitation,weather\n2012-10-30,34.5,rain\n"}])

(defn- plain
  "The command line on this class path, with no archive."
  [path]
  [(str (System/getProperty "java.home") "/bin/java") "-XX:+UseParallelGC" "-XX:-UsePerfData" "-XX:TieredStopAtLevel=1"
   "-cp" path "clojure.main" "-m" "lanegraph.cli"])

(defn- contenders []
  (let [path (str/trim (:out (sh/sh "bin/clojure" "-Spath")))
        jars (filter #(str/ends-with? % ".jar") (str/split path #":"))]
    [{:title "bin/lanegraph" :command ["bin/lanegraph"]}
     {:title "the jar, no archive" :command (plain (str/join ":" (cons "target/cli/cli.jar" jars)))}
     {:title "the sources" :command (plain path)}]))

(defn- until-line
  "Milliseconds from the start of a process to its first line of output; `in` stays open until then."
  [command in]
  (let [began (System/nanoTime)
        p (.start (doto (ProcessBuilder. ^java.util.List command)
                    (.redirectError ProcessBuilder$Redirect/INHERIT)))]
    (with-open [^BufferedReader out (io/reader (.getInputStream p))]
      (with-open [w (io/writer (.getOutputStream p))]
        (when in (.write w ^String in) (.flush w))
        (when-not (.readLine out)
          (throw (ex-info (str (str/join " " command) " printed nothing") {})))
        (let [ms (/ (- (System/nanoTime) began) 1e6)]
          (.close w)
          (slurp out)
          (.waitFor p)
          ms)))))

(defn- row [{:keys [title]} times]
  {:title title :median (figures/median times) :min (apply min times) :max (apply max times) :rounds (count times) :slow 0})

(defn- measure [{:keys [trials quick]}]
  (let [cases (if quick (take 1 cases) cases)
        contenders (contenders)
        all (for [{:keys [args in]} cases, {:keys [command]} contenders] [(into command args) in])]
    (run! (fn [[command in]] (until-line command in)) all) ; makes what is made on first use
    (let [times (apply mapv vector (repeatedly trials #(mapv (fn [[command in]] (until-line command in)) all)))]
      {:set-up ["Whole processes in turns, from their start to their first line of output."]
       :groups (for [[{:keys [title]} columns] (map vector cases (partition (count contenders) times))]
                 {:case title :title title :unit "ms" :better :less
                  :rows (figures/with-ratios (map row contenders columns))})})))

(def benchmark
  {:title "the command line, from its start to its first line" :measure measure})

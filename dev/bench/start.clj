(ns bench.start
  "How long bin/lanegraph takes to start, as a whole process: with what it makes on first use (one jar of compiled classes,
  an archive of loaded ones), with the jar alone, and from the sources, without any help."
  (:require
   [bench.jvm :as jvm]
   [clojure.java.io :as io]
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
  (let [path (System/getProperty "java.class.path")
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

(defn run
  "bin/clojure -M:bench start [TRIALS]: prints a table of medians, 9 trials of each unless told; the exit code."
  [[trials]]
  (let [trials (parse-long (or trials "9"))
        all (for [{:keys [args in]} cases, {:keys [command]} (contenders)] [(into command args) in])]
    (run! (fn [[command in]] (until-line command in)) all) ; makes what is made on first use
    (let [times (apply mapv vector (repeatedly trials #(mapv (fn [[command in]] (until-line command in)) all)))
          rows (partition (count (contenders)) (map #(sort %) times))]
      (println "Machine:" (jvm/machine))
      (println "\n| median [min–max] of" trials "processes, ms | " (str/join " | " (map :title (contenders))) "|")
      (println (str "|" (str/join (repeat (inc (count (contenders))) " --- |"))))
      (doseq [[{:keys [title]} columns] (map vector cases rows)]
        (println "|" title "|"
                 (str/join " | " (for [c columns]
                                   (format "%.0f [%.0f–%.0f]" (nth c (quot trials 2)) (first c) (last c))))
                 "|"))
      0)))

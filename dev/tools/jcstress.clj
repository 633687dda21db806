(ns tools.jcstress
  "Runs the tests of test/jcstress, and tells which outcomes were seen; what bin/jcstress starts.

  Without --full each test runs in this JVM, one after the other: a few hundred milliseconds each, since no JVM has to be
  started and looked into for it. With --full jcstress itself runs them, in a JVM for each way to compile and schedule them.

  Exit 0: only acceptable outcomes, 1: others, or a test that did not end, 2: no test ran."
  (:require
   [clojure.string :as str]
   [clojure.tools.cli :as cli])
  (:import
   (java.lang.reflect Constructor)
   (java.nio.file Files Path)
   (java.nio.file.attribute FileAttribute)
   (java.time LocalDate)
   (org.openjdk.jcstress JCStress Options)
   (org.openjdk.jcstress.infra TestInfo)
   (org.openjdk.jcstress.infra.collectors DiskReadCollector InProcessCollector TestResult)
   (org.openjdk.jcstress.infra.grading GradingResult TestGrading)
   (org.openjdk.jcstress.infra.runners ForkedTestConfig Runner TestConfig TestList)
   (org.openjdk.jcstress.os AffinityMode NodeType SchedulingClass)
   (org.openjdk.jcstress.vm CompileMode)))

(set! *warn-on-reflection* true)

(def ^:private option-specs
  [[nil "--full" "with every way to compile each test, in JVMs of their own"]
   [nil "--test REGEX" "only the tests whose names contain this" :default ""]
   [nil "--millis N" "how long each test runs, each time" :default 300 :parse-fn parse-long :validate [pos? "is more than 0"]]
   [nil "--table FILE" "append what was seen, as rows of Markdown"]
   [nil "--totals FILE" "write 'passed failed skipped' there instead of the closing line"]])

(def ^:private strides
  "So many states live at once: half as many as lanegraph.lane.Rings has rings, at the most."
  ["-strideSize" "64" "-strideCount" "16"])

(def ^:private cpus "Told, since jcstress would look for a second." (str (.availableProcessors (Runtime/getRuntime))))

(defn- options ^Options [{:keys [test millis]} more]
  (doto (Options. (into-array String (concat ["-t" test "-iters" "1" "-time" (str millis) "-c" cpus] strides more)))
    (.parse)))

;; ------------------------------------------------------------------ in this JVM

(defn- run-here ^TestResult [^Options options ^String test]
  (let [^TestInfo info (TestList/getInfo test)
        class   (SchedulingClass. AffinityMode/NONE (.threads info) NodeType/PACKAGE)
        config  (TestConfig. options info 0 [] CompileMode/UNIFIED class)
        ^Constructor make (.getConstructor (Class/forName (.generatedRunner info)) (into-array Class [ForkedTestConfig]))
        ^Runner runner (.newInstance make (object-array [(ForkedTestConfig. config)]))]
    (doto (.run runner)
      (.setConfig config))))

(defn- quick [{:keys [test] :as opts}]
  (let [options (options opts [])]
    (for [name (sort (TestList/tests)) :when (re-find (re-pattern test) name)]
      (run-here options name))))

;; ------------------------------------------------------------------ by jcstress

(defn- full [opts more]
  (let [dir     (str (Files/createTempDirectory "jcstress" (make-array FileAttribute 0)))
        options (options opts (concat ["-f" "1" "-fsm" "1" "-r" dir] more))
        found   (InProcessCollector.)]
    (.run (JCStress. options))
    (doto (DiskReadCollector. (.getResultFile options) found)
      (.dump)
      (.close))
    (Files/delete (Path/of (.getResultFile options) (make-array String 0)))
    (println "report:" (str dir "/index.html"))
    (sort-by #(.getName ^TestResult %) (.getTestResults found))))

;; ------------------------------------------------------------------ what was seen

(defn- short-name [^TestResult result]
  (str/replace (.getName result) "lanegraph.lane." ""))

(defn- outcome
  "{:test :passed? :runs :seen {id count} :trouble [text]} of all results of one test."
  [results]
  (let [gradings (map #(TestGrading/grade %) results)
        cases    (mapcat #(vals (.gradingResults ^TestGrading %)) gradings)]
    {:test    (short-name (first results))
     :passed? (every? #(.isPassed ^TestGrading %) gradings)
     :runs    (count results)
     :seen    (reduce (fn [m ^GradingResult g] (cond-> m (pos? (.count g)) (update (.id g) (fnil + 0) (.count g))))
                      (sorted-map) cases)
     :trouble (distinct (concat (mapcat #(.failureMessages ^TestGrading %) gradings)
                                (mapcat #(.getMessages ^TestResult %) results)))}))

(defn- tell! [{:keys [test passed? runs seen trouble]}]
  (println (format "%s %-26s %3d runs  %s" (if passed? " ok  " "FAIL ") test runs
                   (str/join "  " (for [[id n] seen] (str "(" id ") × " n)))))
  (when-not passed?
    (run! println trouble)))

(defn- row [{:keys [full]} {:keys [test passed? runs seen]}]
  (str "| `" test "` | " (System/getProperty "java.specification.version") " | " (if full "full" "quick") " | " runs " | "
       (str/join ", " (for [[id n] seen] (str "(" id ") × " n))) " | " (if passed? "none" "**seen**") " | " (LocalDate/now) " |\n"))

(defn- finish [passed failed totals]
  (if totals
    (spit totals (str passed " " failed " 0\n"))
    (println (str passed " passed, " failed " failed")))
  (cond (pos? (long failed)) 1 (zero? (long passed)) 2 :else 0))

(defn -main [& args]
  (let [{:keys [options errors summary arguments]} (cli/parse-opts args option-specs)]
    (when (or errors (and (seq arguments) (not (:full options))))
      (run! println (concat errors arguments ["options:" summary]))
      (System/exit 2))
    (println "jcstress - Java" (System/getProperty "java.version"))
    (let [results  (if (:full options) (full options arguments) (quick options))
          outcomes (mapv outcome (partition-by short-name results))]
      (run! tell! outcomes)
      (when-let [table (:table options)]
        (spit table (str/join (map #(row options %) outcomes)) :append true))
      (flush)
      (System/exit (finish (count (filter :passed? outcomes)) (count (remove :passed? outcomes)) (:totals options))))))

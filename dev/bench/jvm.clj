(ns bench.jvm
  "Fresh JVMs for trials: compiles the Java of the benchmarks, starts one JVM for each trial, describes the machine."
  (:require
   [clojure.edn :as edn]
   [clojure.java.io :as io]
   [clojure.java.shell :as sh]
   [clojure.string :as str])
  (:import
   (java.nio.file Files)))

(def ^:private classes "target/bench-classes")

(defn- java-home [tool] (str (System/getProperty "java.home") "/bin/" tool))

(defn- sh! [& command]
  (let [{:keys [exit out err]} (apply sh/sh command)]
    (when-not (zero? exit)
      (throw (ex-info (str (str/join " " (take 3 command)) " … failed:\n" out err) {:exit exit})))
    out))

(defn- our-path [] (str classes ":target/test-classes:" (System/getProperty "java.class.path")))

(def ^:private peer-path
  "The same with the newest Agrona, which the newest Aeron wants."
  (delay (str classes ":" (str/trim (sh! "bin/clojure" "-A:bench:agrona2" "-Spath")))))

(def ^:private peer-flags "What Agrona 2 asks for."
  ["--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"])

(defn prepare!
  "Compiles the library and the benchmarks."
  []
  (sh! "bin/compile")
  (.mkdirs (io/file classes))
  (apply sh! (java-home "javac") "-nowarn" "-processor" "org.openjdk.jmh.generators.BenchmarkProcessor" "-d" classes "-cp" (str (our-path) ":" @peer-path)
         (filter #(str/ends-with? % ".java") (map str (file-seq (io/file "dev/bench/java"))))))

(def common-flags ["-Xms512m" "-Xmx512m" "-XX:+AlwaysPreTouch"])

(defn- parsed [line]
  (into {} (for [[_ k v] (re-seq #"(\w+)=(\S+)" line)]
             [(keyword k) (or (parse-double v) (parse-boolean v))])))

(defn trial
  "The rounds of one trial in a fresh JVM: maps of :rate (millions a second) :trip (ns) :bytes :disturbed :pinned, and of
  single messages :p50 :p99 (ns); or what another `main` than bench.Trial prints. Contenders whose id begins with `lane` run
  on the Agrona that lanegraph brings, others on the newest."
  [{:keys [id main properties flags args]}]
  (let [ours (str/starts-with? id "lane")
        command (concat [(java-home "java")] common-flags (when-not ours peer-flags) flags
                        (for [[k v] properties] (str "-D" k "=" v))
                        ["-cp" (if ours (our-path) @peer-path) (or main "bench.Trial")]
                        (map str args))]
    (mapv parsed (str/split-lines (apply sh! command)))))

(defn call
  "What a function, named by a symbol, returns in a fresh JVM for these arguments: data, as they are."
  [f & args]
  (let [call (cons (list 'requiring-resolve (list 'quote f)) (map #(list 'quote %) args))
        form (list 'do (list 'prn call) '(shutdown-agents))] ; else threads that ran commands keep it for a minute
    (edn/read-string (apply sh! (concat [(java-home "java")] common-flags
                                        ["-Dagrona.disable.bounds.checks=true" "-cp" (our-path) "clojure.main" "-e" (pr-str form)])))))

(defn jmh!
  "Runs the JMH benchmarks of these classes with these options, which say where the results go."
  [options names]
  (apply sh! (concat [(java-home "java") "-cp" (our-path) "org.openjdk.jmh.Main"] options names)))

(defn- first-match [re file]
  (when (.canRead (io/file file))
    (some-> (re-find re (Files/readString (.toPath (io/file file)))) second str/trim)))

(defn machine
  "One line about the machine and the Java."
  []
  (str (or (first-match #"model name\s*:(.*)" "/proc/cpuinfo") (System/getProperty "os.arch"))
       ", " (.availableProcessors (Runtime/getRuntime)) " cores, "
       (System/getProperty "os.name") " " (System/getProperty "os.version")
       ", " (System/getProperty "java.vm.name") " " (System/getProperty "java.version")
       (when-let [load (first-match #"(\S+)" "/proc/loadavg")] (str ", load at the start " load))))

(defn pinning?
  "Whether threads can be bound to cores here: taskset is there, and two cores."
  []
  (and (< 1 (.availableProcessors (Runtime/getRuntime)))
       (.exists (io/file "/proc/thread-self"))
       (try (zero? (:exit (sh/sh "taskset" "--version"))) (catch java.io.IOException _ false))))

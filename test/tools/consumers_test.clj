(ns tools.consumers-test
  "Throw-away projects that use the library as its users do: from a checkout, from a Maven repository, and from
  Java without Clojure. Their files are in test/consumer/ and test/java/example/."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [tools.process :as process]
   [tools.skip :as skip])
  (:import
   (java.io File)
   (java.lang.management ManagementFactory)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (java.util.jar JarEntry JarFile)))

(set! *warn-on-reflection* true)

(def ^:private clojure (io/file process/root "bin/clojure"))

(def ^:private quick "For JVMs that end before the optimising compiler has paid." "-J-XX:TieredStopAtLevel=1")

(def ^:private said "What test/consumer/app.clj prints." "{:out [\"SIMULATED\"]}\n[\"SPAWNED\"]\n")

(defn- copy-of-project "A clean one, nothing compiled." ^File []
  (let [dir (process/temp-dir)]
    (process/run {} "cp" "-r" "src" "java-src" "resources" "deps.edn" "build.clj" "javac.args" "LICENSE" dir)
    dir))

(defn- write!
  "The template test/consumer/`from` as `dir`/`to`, its @WORDS@ replaced."
  [from dir to words]
  (spit (io/file dir to)
        (reduce-kv (fn [s k v] (str/replace s (str "@" (name k) "@") (str v)))
                   (slurp (io/file "test/consumer" from))
                   words)))

(defn- succeeds
  "Runs the command in `dir`; its output. A command that fails makes the test fail and says what it said."
  [dir & command]
  (let [{:keys [exit out err]} (apply process/run {:dir dir :limit-s 200} command)]
    (is (= 0 exit) (str (str/join " " command) "\n" out err))
    out))

(def ^:private version "0.0.0-consumer")

(def ^:private repository
  "A local Maven repository (File) that has all that the user's has, by links, and our jar for itself."
  (delay
    (let [dir  (process/temp-dir)
          jar  (io/file (first (process/jars #"^agrona-")))
          user (nth (iterate #(.getParentFile ^File %) jar) 5)]
      (doseq [^File f (.listFiles ^File user) :when (not= "lanegraph" (.getName f))]
        (Files/createSymbolicLink (.toPath (io/file dir (.getName f))) (.toPath f) (make-array FileAttribute 0)))
      (succeeds (copy-of-project)
                clojure quick "-T:build" "install" ":version" (pr-str version) ":local-repo" (pr-str (str dir)))
      dir)))

(defn- our-jar ^File []
  (io/file @repository "lanegraph/lanegraph" version (str "lanegraph-" version ".jar")))

(deftest a-checkout-is-prepared-and-used
  (let [dir (process/temp-dir)]
    (write! "deps-local.edn" dir "deps.edn" {:ROOT (copy-of-project)})
    (write! "app.clj" dir "app.clj" {})
    (testing "before: told what to do"
      (is (re-find #"must be prepared" (:err (process/run {:dir dir} clojure quick "-M" "-m" "app")))))
    (succeeds dir clojure quick "-X:deps" "prep")
    (is (= said (succeeds dir clojure quick "-M" "-m" "app")))))

(deftest a-maven-repository-serves-clojure
  (let [dir (process/temp-dir)]
    (write! "deps-maven.edn" dir "deps.edn" {:REPO @repository :VERSION version})
    (write! "app.clj" dir "app.clj" {})
    (is (= said (succeeds dir clojure quick "-M" "-m" "app")))))

(def ^:private program "The Java API from end to end." "example.WordLengths")

(deftest java-needs-the-jar-and-agrona-alone
  (let [dir  (process/temp-dir)
        path (str/join File/pathSeparator (concat [(our-jar) dir] (process/jars #"^agrona-")))]
    (succeeds process/root (str (System/getProperty "java.home") "/bin/javac") "-d" dir "-cp" path
              "test/java/example/WordLengths.java")
    (is (str/starts-with? (succeeds dir process/java "-cp" path program) "ok 10000 "))))

(deftest ^:matrix java-runs-on-this-jdk-and-this-agrona
  (let [path  (str/join File/pathSeparator (concat ["target/classes" "target/test-classes"] (process/jars #"^agrona-")))
        flags (filter #(re-find #"^--(add-exports|sun-misc)" %)
                      (.getInputArguments (ManagementFactory/getRuntimeMXBean)))]
    (is (str/starts-with? (apply succeeds process/root process/java (concat flags ["-cp" path program]))
                          "ok 10000 "))))

(deftest a-maven-project-resolves-it
  (let [dir (process/temp-dir)]
    (write! "pom.xml" dir "pom.xml" {:VERSION version})
    (if (= 0 (:exit (process/run {} "sh" "-c" "command -v mvn")))
      (do (succeeds dir "mvn" "-B" "-q" (str "-Dmaven.repo.local=" @repository)
                    "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath"
                    "-Dmdep.outputFile=path")
          (is (= ["agrona" "lanegraph"]
                 (sort (map #(second (re-find #"([a-z]+)-[^/]*\.jar$" %))
                            (str/split (slurp (io/file dir "path")) #":"))))))
      (skip/skip! "no mvn on the PATH, so no Maven project was resolved"))))

(deftest the-jar-holds-what-it-should
  (with-open [jar (JarFile. (our-jar))]
    (let [names (set (map #(.getName ^JarEntry %) (enumeration-seq (.entries jar))))
          pom   "META-INF/maven/lanegraph/lanegraph/pom.xml"]
      (doseq [n [pom "META-INF/LICENSE" "lanegraph/read.clj" "lanegraph/model.edn"
                 "lanegraph/region/Memory.class" "lanegraph/region/Memory.java"]]
        (is (contains? names n) n))
      (is (not-any? #(re-find #"stamp|_test|^user|^build|bench|jcstress" %) names))
      (is (not (re-find #"clojars" (slurp (.getInputStream jar (.getEntry jar pom)))))))))

(ns build
  "What `clojure -T:build` does: javac, jar, install, clean. Everything lands in target/."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.tools.build.api :as b]))

(def lib 'io.github.lanegraph/lanegraph)
(def version "0.1.0-SNAPSHOT")
(def class-dir "target/classes")
(def jar-dir "target/jar")

(defn- basis [] (b/create-basis {:project "deps.edn"}))

(defn clean "Deletes target/." [opts]
  (b/delete {:path "target"})
  opts)

(defn javac
  "java-src -> target/classes, from nothing, with the flags of javac.args. The class path is Agrona alone: the
  Java core knows no Clojure. The JDK's command and not its compiler API, which does not take all of the flags."
  [opts]
  (b/delete {:path class-dir})
  (.mkdirs (io/file class-dir))
  (let [agrona  (first (filter #(str/includes? % "agrona") (:classpath-roots (basis))))
        sources (filter #(str/ends-with? % ".java") (map str (file-seq (io/file "java-src"))))
        javac   (str (System/getProperty "java.home") "/bin/javac")
        {:keys [exit]} (b/process {:command-args (into [javac "@javac.args" "-d" class-dir "-cp" agrona]
                                                       (sort sources))})]
    (when-not (zero? exit)
      (throw (ex-info "the Java sources in java-src do not compile" {:exit exit}))))
  opts)

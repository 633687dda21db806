(ns build
  "What `clojure -T:build` does: javac, jar, install, clean. Everything lands in target/.
  Options: :version of the jar (a string), :local-repo to install into another local Maven repository."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.tools.build.api :as b]))

(def lib 'lanegraph/lanegraph)
(def default-version "0.1.0-SNAPSHOT")
(def class-dir "target/classes")
(def jar-dir "target/jar")

(def ^:private pom-data
  [[:description "Graphs of bounded shared-memory lanes, as data"]
   [:licenses
    [:license
     [:name "Apache-2.0"]
     [:url "https://www.apache.org/licenses/LICENSE-2.0.txt"]]]])

(defn- basis
  "Without Clojars, which nothing here needs: the pom would carry it to every user."
  []
  (update (b/create-basis {:project "deps.edn"}) :mvn/repos dissoc "clojars"))

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

(defn- jar-file [{:keys [version] :or {version default-version}}]
  (str "target/lanegraph-" version ".jar"))

(defn jar
  "target/lanegraph-VERSION.jar: the classes, the Clojure and Java sources, the resources, pom and licence."
  [{:keys [version] :or {version default-version} :as opts}]
  (javac opts)
  (b/delete {:path jar-dir})
  (b/write-pom {:class-dir jar-dir :lib lib :version version :basis (basis) :src-dirs ["src"] :pom-data pom-data})
  (b/copy-dir {:src-dirs [class-dir "src" "java-src" "resources"] :target-dir jar-dir})
  (b/copy-file {:src "LICENSE" :target (str jar-dir "/META-INF/LICENSE")})
  (b/jar {:class-dir jar-dir :jar-file (jar-file opts) :manifest {"Automatic-Module-Name" "lanegraph"}})
  opts)

(defn install
  "The jar into the local Maven repository."
  [{:keys [version local-repo] :or {version default-version} :as opts}]
  (jar opts)
  (b/install {:basis     (cond-> (basis) local-repo (assoc :mvn/local-repo local-repo))
              :lib       lib
              :version   version
              :jar-file  (jar-file opts)
              :class-dir jar-dir})
  opts)

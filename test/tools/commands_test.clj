(ns tools.commands-test
  "The commands in bin/ on a machine where something is missing, and from places they were not written in."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [tools.process :as process])
  (:import
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)))

(set! *warn-on-reflection* true)

(def ^:private java-home (System/getProperty "java.home"))

(defn- link! [from to]
  (Files/createSymbolicLink (.toPath (io/file from)) (.toPath (io/file to)) (make-array FileAttribute 0)))

(defn- script! [file text]
  (io/make-parents file)
  (spit file (str "#!/bin/sh\n" text "\n"))
  (.setExecutable (io/file file) true))

(defn- bare-path
  "A folder to be the whole PATH: what every machine has, plus what is asked for."
  [& {:keys [mvn java]}]
  (let [dir (process/temp-dir)]
    (doseq [tool ["bash" "dirname" "readlink" "cat" "cksum" "tr" "grep" "sort" "find" "xargs" "mktemp" "mkdir" "mv"
                  "rm" "chmod" "sed" "awk" "timeout" "env" "sh"]
            :let [found (some #(let [f (io/file % tool)] (when (.canExecute f) f)) ["/usr/bin" "/bin"])]
            :when found]
      (link! (io/file dir tool) found))
    (when mvn (script! (io/file dir "mvn") mvn))
    (when java (link! (io/file dir "java") (io/file java-home "bin/java")))
    dir))

(defn- refused
  "Runs bin/`command` with this PATH and other environment where it has to refuse; its only line of output."
  [command path env]
  (let [home (process/temp-dir)
        {:keys [exit out err]} (process/run {:env (merge {"PATH" path "JAVA_HOME" nil "JAVA_CMD" nil
                                                          "CLJ_BOOT_HOME" home} env)}
                                            (io/file process/root "bin" command) "--version-of-nothing")]
    (is (not= 0 exit))
    (is (= "" out))
    (is (= 1 (count (str/split-lines err))) err)
    (str/trim err)))

(deftest no-java-is-told-in-one-line
  (doseq [command ["clojure" "lanegraph" "compile"]]
    (is (re-find #"no java at 'java': install a JDK, 17 or newer" (refused command (bare-path) {})))))

(deftest a-java-that-is-too-old-is-told-in-one-line
  (let [home (process/temp-dir)]
    (script! (io/file home "bin/java") "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2")
    (is (re-find #"is Java 11, too old: install a JDK, 17 or newer"
                 (refused "lanegraph" (bare-path :java true) {"JAVA_HOME" home})))
    (script! (io/file home "bin/java") "echo 'java version \"1.8.0_402\"' >&2")
    (is (re-find #"is Java 1, too old|is Java 8, too old"
                 (refused "clojure" (bare-path :java true) {"JAVA_HOME" home})))
    (script! (io/file home "bin/java") "echo 'no idea' >&2")
    (is (re-find #"does not tell its version"
                 (refused "clojure" (bare-path :java true) {"JAVA_HOME" home})))))

(deftest no-maven-is-told-in-one-line
  (is (re-find #"no mvn on the PATH: install Maven" (refused "clojure" (bare-path :java true) {}))))

(deftest an-official-clojure-stands-in-for-maven
  (let [path (bare-path :java true)]
    (testing "Debian's command of that name reads no deps.edn and is not it"
      (script! (io/file path "clojure") "echo 'Clojure 1.11.1'")
      (is (re-find #"no mvn on the PATH" (refused "clojure" path {}))))
    (script! (io/file path "clojure")
             "if [ \"$1\" = --version ]; then echo 'Clojure CLI version 1.12.1.1550'; else echo \"got $*\"; fi")
    (is (= "got -M -e 1\n"
           (:out (process/run {:env {"PATH" path "JAVA_HOME" nil "CLJ_BOOT_HOME" (process/temp-dir)}}
                              (io/file process/root "bin/clojure") "-M" "-e" "1"))))))

(deftest no-network-on-first-use-is-told-in-one-line
  (is (re-find #"first use needs the network"
               (refused "clojure" (bare-path :java true :mvn "echo '[ERROR] a'; echo '[ERROR] b'; exit 1") {})))
  (testing "and when only a library of the project is missing"
    (let [dir (process/temp-dir)
          _   (spit (io/file dir "deps.edn")
                    "{:mvn/repos {\"central\" {:url \"https://127.0.0.1:9/\"} \"clojars\" nil}
                      :deps {none.such/library {:mvn/version \"1.0.0\"}}}")
          {:keys [exit err]} (process/run {:dir dir} (io/file process/root "bin/clojure") "-Spath")]
      (is (not= 0 exit))
      (is (re-find #"^clojure: .*none.such.*first use needs the network" err))
      (is (= 1 (count (str/split-lines err))) err))))

(deftest a-runtime-without-a-compiler-is-told-in-one-line
  (let [dir  (process/temp-dir)
        copy (io/file dir "project")]
    (process/run {} "cp" "-r" (io/file process/root "bin") (io/file process/root "javac.args")
                 (io/file process/root "java-src") (io/file process/root ".cpcache") (doto copy .mkdirs))
    (spit (io/file copy "deps.edn") (slurp (io/file process/root "deps.edn")))
    (let [{:keys [exit err]} (process/run {:env {"PATH"      (str (bare-path :java true :mvn "exit 1"))
                                                 "JAVA_HOME" nil
                                                 "JAVA_CMD"  nil}}
                                          (io/file copy "bin/compile"))]
      (is (not= 0 exit))
      (is (re-find #"no javac at 'javac': install a JDK, 17 or newer \(a JRE is not enough\)" err)))))

(deftest wrong-options-of-bin-test-are-refused
  (is (re-find #"unknown option --bad" (:err (process/run {} (io/file process/root "bin/test") "--bad"))))
  (is (re-find #"--seed wants a value" (:err (process/run {} (io/file process/root "bin/test") "--seed")))))

(deftest the-tool-works-from-any-folder-and-through-a-link
  (let [dir (process/temp-dir)]
    (link! (io/file dir "lg") (io/file process/root "bin/lanegraph"))
    (spit (io/file dir "in.txt") "one\ntwo\n")
    (spit (io/file dir "copy.edn")
          (pr-str {:name      :copy
                   :lanes     {:a {:kind :events :codec :string} :b {:kind :events :codec :string}}
                   :roles     {:copy {:kind :bridge :rx :a :tx :b}}
                   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}}))
    (is (= {:exit 0 :out "" :err ""}
           (process/run {:dir dir} "./lg" "run" "copy.edn" "--quiet" "--in" "in=in.txt" "--out" "out=out.txt")))
    (is (= "one\ntwo\n" (slurp (io/file dir "out.txt"))))))

(defn- tiny-project
  "A folder with a command line of its own that prints `text`."
  [text]
  (let [dir (process/temp-dir)
        cli (io/file dir "src/lanegraph/cli.clj")]
    (doseq [folder ["target/classes" "resources"]] (.mkdirs (io/file dir folder)))
    (spit (io/file dir "target/classes/.stamp") "1")
    (io/make-parents cli)
    (spit cli (format "(ns lanegraph.cli) (defn -main [& args] (println %s args))" text))
    dir))

(defn- tiny-run
  "Starts the command line of a tiny project as bin/lanegraph does; the lines that it prints."
  [dir]
  (let [path   (str/join ":" (into [(str dir "/src") (str dir "/resources")] (process/jars #"clojure|alpha")))
        script (str "set -euo pipefail; source bin/common.bash; root=$1; find_java; path=$(cli_path \"$2\");"
                    " options=$(cli_archive \"$path\" -XX:TieredStopAtLevel=1);"
                    " echo \"${options//$'\\n'/ }\";"
                    " \"$java\" -XX:TieredStopAtLevel=1 $options -cp \"$path\" clojure.main -m lanegraph.cli arg")]
    (str/split-lines (:out (process/run {:env {"JAVA_HOME" java-home}} "bash" "-c" script "tiny" dir path)))))

(deftest the-quick-start-never-runs-what-is-old
  (let [dir  (tiny-project ":first")
        cli  (io/file dir "src/lanegraph/cli.clj")
        jar  (io/file dir "target/cli/cli.jar")
        made #(.lastModified jar)]
    (testing "the first start makes the jar and the archive"
      (let [[options out] (tiny-run dir)]
        (is (= ":first (arg)" out))
        (is (.exists jar))
        (is (.exists (io/file (second (re-find #"SharedArchiveFile=(\S+)" options)))))))
    (testing "the next one takes them as they are"
      (let [before (made)]
        (is (= ":first (arg)" (second (tiny-run dir))))
        (is (= before (made)))))
    (testing "a changed source counts, were it as old as the hills"
      (spit cli (str/replace (slurp cli) ":first" ":second"))
      (.setLastModified cli 1000000000000)
      (is (= ":second (arg)" (second (tiny-run dir)))))
    (testing "an archive of another jar is passed over in silence"
      (.setLastModified jar 1000000000000)
      (is (= ":second (arg)" (second (tiny-run dir)))))
    (testing "what does not compile speaks for itself"
      (spit cli "(ns lanegraph.cli) (println :loaded) (defn -main [& args] (undefined))")
      (is (= ["" ":loaded"] (tiny-run dir))))))

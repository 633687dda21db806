(ns tools.compile-test
  "bin/compile recompiles what changed, and only then; on a copy of the project's folder."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [tools.process :as process])
  (:import
   (java.io File)))

(set! *warn-on-reflection* true)

(defn- copy
  "A copy of what bin/compile needs, with one small class instead of the project's."
  ^File []
  (let [dir (process/temp-dir)]
    (process/run {} "cp" "-r" "bin" "deps.edn" "javac.args" dir)
    (process/run {} "cp" "-r" ".cpcache" dir)
    (io/make-parents (io/file dir "java-src/a/A.java"))
    (spit (io/file dir "java-src/a/A.java") "package a; class A { static final int N = 1; }\n")
    dir))

(defn- compile! [dir] (process/run {:dir "/"} (io/file dir "bin/compile")))

(defn- class-file ^File [dir n] (io/file dir "target/classes/a" (str n ".class")))

(deftest only-what-changed-is-compiled-again
  (let [dir (copy)
        a   (class-file dir "A")]
    (is (= {:exit 0 :out "" :err ""} (compile! dir)))
    (is (.exists a))
    (.setLastModified a 1000000)
    (testing "nothing changed: the class stays as it is, whatever the times of the sources say"
      (.setLastModified (io/file dir "java-src/a/A.java") (System/currentTimeMillis))
      (compile! dir)
      (is (= 1000000 (.lastModified a))))
    (testing "other content: compiled"
      (spit (io/file dir "java-src/a/A.java") "package a; class A { static final int N = 2; }\n")
      (compile! dir)
      (is (not= 1000000 (.lastModified a))))
    (testing "a class whose source is gone is gone"
      (.renameTo (io/file dir "java-src/a/A.java") (io/file dir "java-src/a/B.java"))
      (spit (io/file dir "java-src/a/B.java") "package a; class B { }\n")
      (compile! dir)
      (is (.exists (class-file dir "B")))
      (is (not (.exists a))))
    (testing "a mistake is told, nothing is left, and the old classes stay"
      (spit (io/file dir "java-src/a/B.java") "package a; class B { int }\n")
      (let [{:keys [exit err]} (compile! dir)]
        (is (= 1 exit))
        (is (str/ends-with? err "compile: the Java sources in java-src do not compile\n")))
      (is (.exists (class-file dir "B")))
      (is (= ["classes"] (remove #{"test-classes"} (seq (.list (io/file dir "target")))))))
    (testing "a warning is a mistake"
      (spit (io/file dir "java-src/a/B.java") "package a; class B { java.util.List l; }\n")
      (is (= 1 (:exit (compile! dir)))))))

(deftest first-runs-at-the-same-time-all-find-complete-classes
  (let [dir (copy)]
    (doseq [n (range 40)]
      (spit (io/file dir "java-src/a" (str "C" n ".java")) (str "package a; class C" n " { }\n")))
    (let [runs (mapv (fn [_] (future [(compile! dir) (count (.list (io/file dir "target/classes/a")))])) (range 4))]
      (doseq [r runs] (is (= [{:exit 0 :out "" :err ""} 41] @r))))
    (is (= #{"classes" "test-classes"} (set (.list (io/file dir "target")))))))

(deftest a-link-to-the-command-finds-the-project
  (let [dir  (copy)
        link (io/file dir "elsewhere/lg-compile")]
    (io/make-parents link)
    (process/run {} "ln" "-s" "../bin/compile" link)
    (is (zero? (:exit (process/run {:dir "/"} link))))
    (is (.exists (class-file dir "A")))))

(deftest a-program-or-repl-of-the-project-finds-the-java-compiled
  (let [dir (copy)]
    (is (= "a.A\n" (:out (process/run {:dir dir} "bin/clojure" "-M" "-e" "(println (.getName a.A))"))))))

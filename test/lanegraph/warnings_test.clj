(ns lanegraph.warnings-test
  "No namespace of the library warns of reflection or of boxed arithmetic."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is]]
   [tools.process :as process])
  (:import
   (java.io File)))

(set! *warn-on-reflection* true)

(defn- sources [] (filter #(str/ends-with? (str %) ".clj") (file-seq (io/file "src"))))

(defn- ns-name-of [^File f]
  (-> (str (.relativize (.toPath (io/file "src")) (.toPath f)))
      (str/replace #"\.clj$" "") (str/replace "/" ".") (str/replace "_" "-") symbol))

(defn- warnings
  "The warnings that loading these namespaces in a fresh JVM gives for files under the class path entries `paths`.
  A fresh one, because loading again here would make new protocols and records under the feet of other tests."
  [paths namespaces]
  (let [code (list 'do
                   '(set! *warn-on-reflection* true)
                   '(set! *unchecked-math* :warn-on-boxed)
                   (cons 'require (map #(list 'quote %) namespaces)))
        {:keys [exit err]} (process/run {} process/java "-XX:TieredStopAtLevel=1" "-cp"
                                        (str/join File/pathSeparator
                                                  (concat paths [(System/getProperty "java.class.path")]))
                                        "clojure.main" "-e" (pr-str code))]
    (is (= 0 exit) err)
    (let [ours (set (for [p paths, ^File f (file-seq (io/file p)) :when (.isFile f)]
                      (str (.relativize (.toPath (io/file p)) (.toPath f)))))]
      (filter (fn [line] (some->> (re-find #"^(?:Reflection|Boxed math) warning, ([^:]+):" line) second ours))
              (str/split-lines err)))))

(deftest no-namespace-warns
  (let [namespaces (map ns-name-of (sources))]
    (is (seq namespaces))
    (is (empty? (warnings ["src"] namespaces)))))

(deftest a-warning-would-be-seen
  (let [dir (process/temp-dir)]
    (spit (io/file dir "warns.clj") "(ns warns)\n(defn f [x] (.length x))\n(defn g [x] (+ x 1))\n")
    (is (= 2 (count (warnings [(str dir)] '[warns]))))))

(deftest every-namespace-switches-the-warnings-on
  (doseq [f (sources)
          :let [text (slurp f)]]
    (is (str/includes? text "(set! *warn-on-reflection* true)") (str f))
    (is (str/includes? text "(set! *unchecked-math* :warn-on-boxed)") (str f))))

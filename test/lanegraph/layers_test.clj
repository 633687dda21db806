(ns lanegraph.layers-test
  "Who may know whom: the folders are the layers, and an import points down only."
  (:require
   [clojure.edn :as edn]
   [clojure.java.io :as io]
   [clojure.set :as set]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]])
  (:import
   (java.io File PushbackReader)))

(set! *warn-on-reflection* true)

(def ^:private below
  "Package -> what its classes may use. \"\" is the root package lanegraph."
  {""        #{}
   "region"  #{""}
   "lane"    #{"" "region" "org.agrona"}
   "stage"   #{"" "org.agrona"}
   "graph"   #{""}
   "runtime" #{"" "region" "lane" "stage" "graph" "org.agrona"}})

(defn- files [dir suffix]
  (filter #(str/ends-with? (str %) suffix) (file-seq (io/file dir))))

(defn- package-of [^File f]
  (let [p (str (.relativize (.toPath (io/file "java-src/lanegraph")) (.toPath f)))]
    (if (str/includes? p "/") (first (str/split p #"/")) "")))

(defn- without-comments [text]
  (-> text (str/replace #"(?s)/\*.*?\*/" " ") (str/replace #"//[^\n]*" " ")))

(defn- uses
  "What a Java source names outside java.* and its own package, as import or with the full name."
  [text]
  (let [code (without-comments text)]
    (set/union
     (set (for [[_ p] (re-seq #"\blanegraph\.([a-z]+)\.[A-Z]" code)] p))
     (set (for [_ (re-seq #"\blanegraph\.[A-Z]" code)] ""))
     (set (for [_ (re-seq #"\borg\.agrona\b" code)] "org.agrona"))
     (set (for [[_ p] (re-seq #"import (?:static )?((?:[a-z0-9_]+\.)+)[A-Z]" code)
                :when (not (re-find #"^(java\.|sun\.misc|lanegraph\.|org\.agrona\.)" p))]
            p)))))

(deftest java-imports-point-down
  (let [sources (files "java-src/lanegraph" ".java")]
    (is (seq sources))
    (doseq [f sources
            :let [p (package-of f)]]
      (testing (str f)
        (is (contains? below p) "a package that has no place in the layers: add it to this test")
        (is (empty? (set/difference (uses (slurp f)) (below p) #{p})))))))

(deftest only-one-class-knows-unsafe
  (is (= ["Memory.java"]
         (for [^File f (files "java-src" ".java")
               :when (str/includes? (without-comments (slurp f)) "misc.Unsafe")]
           (.getName f)))))

(defn- ns-form [f]
  (with-open [r (PushbackReader. (io/reader f))] (edn/read r)))

(defn- requires
  "The namespaces that a file loads, at once or later."
  [f]
  (into (set (for [clause (ns-form f)
                   :when (and (seq? clause) (= :require (first clause)))
                   lib (rest clause)]
               (if (vector? lib) (first lib) lib)))
        (map (comp symbol second))
        (re-seq #"requiring-resolve '([a-z.-]+)/" (slurp f))))

(defn- cycle-in
  "A cycle of the graph {node #{node}} as a vector, or nil."
  [graph]
  (letfn [(walk [path node]
            (if (some #{node} path)
              (conj (vec (drop-while #(not= node %) path)) node)
              (some #(walk (conj path node) %) (graph node))))]
    (some #(walk [] %) (keys graph))))

(deftest clojure-namespaces-have-no-cycles
  (is (= '[a b c a] (cycle-in '{a #{b} b #{c} c #{a}})) "the search finds one")
  (let [uses  (into {} (map (juxt (comp second ns-form) requires)) (files "src" ".clj"))
        graph (update-vals uses #(set/intersection (set (keys uses)) %))]
    (is (seq graph))
    (is (nil? (cycle-in graph)))))

(deftest clojure-names-and-java-packages-do-not-clash
  (doseq [n (map (comp second ns-form) (files "src" ".clj"))]
    (is (not (contains? (disj (set (keys below)) "") (second (str/split (str n) #"\.")))) (str n))))

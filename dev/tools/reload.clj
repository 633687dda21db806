(ns tools.reload
  "Changed code in the running JVM: Java is compiled and its classes are loaded by a new class loader, and the namespaces
  that use them, or whose files have changed, are loaded again.

  A class is another class in another loader. So nothing that was made of the old ones works together with the new ones:
  stop what runs before, and make objects of Java's interfaces anew."
  (:require
   [clojure.java.io :as io]
   [clojure.set :as set]
   [clojure.string :as str])
  (:import
   (clojure.lang Compiler DynamicClassLoader RT)
   (java.net URL URLClassLoader)))

(set! *warn-on-reflection* true)

(def ^:private folders "Where bin/compile puts classes." ["target/classes" "target/test-classes"])

(defn- stamps "What the classes were compiled from, as bin/compile notes it." []
  (mapv #(let [f (io/file % ".stamp")] (when (.exists f) (slurp f))) folders))

(defonce ^:private loaded (atom {:stamps (stamps) :at (System/currentTimeMillis)}))

;; ------------------------------------------------------------------ classes

(defn- of-folders? [class-name]
  (let [file (str (str/replace class-name "." "/") ".class")]
    (boolean (some #(.exists (io/file % file)) folders))))

(defonce ^:private first-loader (RT/baseLoader))

(defn- all-but-ours
  "A loader that finds what the JVM was started with, but for the classes in the folders."
  ^ClassLoader []
  (let [^ClassLoader parent first-loader]
    (proxy [ClassLoader] [parent]
      (loadClass
        ([class-name] (if (of-folders? class-name)
                        (throw (ClassNotFoundException. class-name))
                        (.loadClass parent class-name)))
        ([class-name _] (if (of-folders? class-name)
                          (throw (ClassNotFoundException. class-name))
                          (.loadClass parent class-name)))))))

(defn- new-loader ^ClassLoader []
  (let [urls (map #(.toURL (.toURI (.getCanonicalFile (io/file %)))) folders)]
    (DynamicClassLoader. (URLClassLoader. (into-array URL urls) (all-but-ours)))))

;; ------------------------------------------------------------------ namespaces

(defn- source ^URL [n]
  (let [path (-> (str (ns-name n)) (str/replace "-" "_") (str/replace "." "/"))]
    (io/resource (str path ".clj"))))

(defn- changed-since? [^long at n]
  (let [url (source n)]
    (and url (= "file" (.getProtocol url)) (< at (.lastModified (io/file url))))))

(defn- uses-classes? [n]
  (some (fn [^Class c] (of-folders? (.getName c))) (vals (ns-imports n))))

(defn- needs
  "The namespaces that this one names, or has names of."
  [n]
  (disj (into (set (vals (ns-aliases n)))
              (map #(:ns (meta %)))
              (vals (ns-refers n)))
        n nil (the-ns 'clojure.core)))

(defn- with-users
  "These namespaces, and all that need them, each behind those it needs."
  [roots all]
  (let [needs    (into {} (map (juxt identity needs)) all)
        affected (loop [found (set roots)]
                   (let [more (into found (filter #(seq (set/intersection found (needs %)))) all)]
                     (if (= more found) found (recur more))))]
    (loop [left affected, order []]
      (if (empty? left)
        order
        (let [free (or (seq (remove #(seq (set/intersection left (needs %))) left)) left)]
          (recur (reduce disj left free) (into order (sort-by ns-name free))))))))

(defn- stale
  "The namespaces to load again, in this order. Those that a file does not hold stay, and so do this one and user, which
  hold what runs."
  [java-changed? at]
  (let [all (filter source (remove #{(the-ns 'user) (the-ns 'tools.reload)} (all-ns)))]
    (map ns-name (with-users (filter #(or (changed-since? at %) (and java-changed? (uses-classes? %))) all) all))))

;; ------------------------------------------------------------------ both

(defn compile-java!
  "Compiles the Java that has changed. Throws what the compiler says; then the old classes stay."
  []
  (let [p   (.start (doto (ProcessBuilder. ^"[Ljava.lang.String;" (into-array ["bin/compile"])) (.redirectErrorStream true)))
        out (slurp (.getInputStream p))]
    (when-not (zero? (.waitFor p))
      (throw (ex-info (str "the Java does not compile, and nothing was loaded\n" out) {})))))

(defn reload!
  "Loads what has changed; returns {:java changed? :namespaces [those loaded again]}. If Java has, what this thread evaluates
  from now on sees the new classes."
  []
  (let [{:keys [stamps at]} @loaded
        now    {:stamps (tools.reload/stamps) :at (System/currentTimeMillis)}
        java?  (not= stamps (:stamps now))
        names  (stale java? at)
        loader (if java? (new-loader) (RT/baseLoader))]
    (with-bindings {Compiler/LOADER loader}
      (run! #(require % :reload) names))
    (when java?
      (.setContextClassLoader (Thread/currentThread) loader))
    (reset! loaded now)
    {:java java? :namespaces (vec names)}))

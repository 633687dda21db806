(ns tools.process
  "Other programs, for tests: started, waited for within a limit, and never left behind."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str])
  (:import
   (java.io File)
   (java.lang ProcessHandle)
   (java.nio.file Files FileVisitOption Path)
   (java.nio.file.attribute FileAttribute)
   (java.util.concurrent TimeUnit)))

(set! *warn-on-reflection* true)

(def ^String root "The project's folder." (System/getProperty "user.dir"))

(defn delete-tree!
  "Deletes the folder and all that is in it. Follows no link: what a link leads to is somebody else's."
  [dir]
  (with-open [paths (Files/walk (.toPath (io/file dir)) (make-array FileVisitOption 0))]
    (doseq [^Path p (reverse (vec (.toArray paths)))]
      (Files/deleteIfExists p))))

(defn temp-dir "A new folder, deleted when the JVM ends." ^File []
  (let [dir (.toFile (Files/createTempDirectory "lanegraph" (make-array FileAttribute 0)))]
    (.addShutdownHook (Runtime/getRuntime) (Thread. ^Runnable #(delete-tree! dir)))
    dir))

(defn run
  "Runs a command (strings) and waits; {:exit n :out text :err text}. Options: :dir, :env (a map added to this
  process's; nil removes), :in (text), :limit-s (120: then it and its children are killed and :exit is :timeout)."
  [{:keys [dir env in limit-s] :or {dir root limit-s 120}} & command]
  (let [pb (ProcessBuilder. ^java.util.List (mapv str command))
        e  (.environment pb)
        _  (doseq [[k v] env] (if v (.put e k (str v)) (.remove e k)))
        p  (.start (.directory pb (io/file dir)))
        out (future (slurp (.getInputStream p)))
        err (future (str/replace (slurp (.getErrorStream p)) #"(?m)^Picked up JAVA_TOOL_OPTIONS: .*\n" ""))]
    (with-open [w (io/writer (.getOutputStream p))] (when in (.write w (str in))))
    (if (.waitFor p limit-s TimeUnit/SECONDS)
      {:exit (.exitValue p) :out @out :err @err}
      (do (run! #(.destroyForcibly ^ProcessHandle %) (iterator-seq (.iterator (.descendants (.toHandle p)))))
          (.destroyForcibly p)
          {:exit :timeout :out @out :err @err}))))

(def java "The java command of this JVM." (str (System/getProperty "java.home") "/bin/java"))

(def compiled-path
  "A delay of the class path with everything of src compiled, as bin/lanegraph uses it: what loads all of it starts in a
  quarter of the time."
  (delay (str/trim (:out (run {} "bash" "-c" "source bin/common.bash; find_java; cli_path \"$(class_path)\"")))))

(defn jars
  "The entries of this JVM's class path whose file name matches the pattern."
  [pattern]
  (filter #(re-find pattern (.getName (io/file %)))
          (str/split (System/getProperty "java.class.path") (re-pattern File/pathSeparator))))

(ns lanegraph.scratch
  "What tests of files and processes share: directories that go away, what is in them, second processes."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str])
  (:import
   (java.io BufferedReader File)
   (java.lang ProcessBuilder$Redirect)
   (java.nio.file Files LinkOption Path)
   (java.nio.file.attribute FileAttribute PosixFilePermissions)
   (java.util.concurrent TimeUnit)
   (lanegraph LaneGraphException)))

(set! *warn-on-reflection* true)

(defn path ^Path [& parts]
  (.toPath ^File (apply io/file (map str parts))))

(defn delete-tree! [dir]
  (doseq [f (reverse (file-seq (io/file (str dir))))]
    (Files/deleteIfExists (.toPath ^File f))))

(defn with-dir*
  "Calls f with the path of a fresh directory, which is removed afterwards with all that is in it."
  [f]
  (let [dir (Files/createTempDirectory "lanegraph" (make-array FileAttribute 0))]
    (try (f dir) (finally (delete-tree! dir)))))

(defmacro with-dir
  "Runs the body with `sym` bound to the path of a fresh directory."
  [[sym] & body]
  `(with-dir* (fn [~(with-meta sym {:tag `Path})] ~@body)))

(defn tree
  "What is below dir: {relative path, rights as text}, such as {\"in.ring\" \"rw-------\"}."
  [dir]
  (into (sorted-map)
        (for [^File f (rest (file-seq (io/file (str dir))))]
          [(str (.relativize (path dir) (.toPath f)))
           (PosixFilePermissions/toString
            (Files/getPosixFilePermissions (.toPath f) (into-array [LinkOption/NOFOLLOW_LINKS])))])))

(defn rights [p]
  (PosixFilePermissions/toString (Files/getPosixFilePermissions p (make-array LinkOption 0))))

(defn refusal*
  "What (f) was refused with, as {:code :category :message :details}; {:code nil :value v} if it returned v."
  [f]
  (try {:code nil :value (f)}
       (catch LaneGraphException e
         {:code     (.code e)
          :category (str (.category e))
          :message  (.getMessage e)
          :details  (into {} (.details e))})))

(defmacro refusal [& body]
  `(refusal* (fn [] ~@body)))

(defn java-on
  "The command line that runs the main class on this class path."
  [path jvm-opts main & args]
  (-> [(str (System/getProperty "java.home") "/bin/java")]
      (into (filter #(str/starts-with? % "--")) ; what a JDK or Agrona 2 asks for
            (.getInputArguments (java.lang.management.ManagementFactory/getRuntimeMXBean)))
      (into ["-XX:TieredStopAtLevel=1" "-XX:+UseSerialGC"])
      (into jvm-opts)
      (into ["-cp" path main])
      (into (map str) args)))

(defn java-command
  "The same on the class path of this JVM, without Clojure and its start."
  [jvm-opts main & args]
  (apply java-on (System/getProperty "java.class.path") jvm-opts main args))

(defn start!
  "Starts a process; its error output joins its output. `lines` reads that, `tell!` lets one go on that waits."
  ^Process [command]
  (.start (doto (ProcessBuilder. ^java.util.List (vec command))
            (.redirectErrorStream true)
            (.redirectInput ProcessBuilder$Redirect/PIPE))))

(defn line! [^Process p]
  (.readLine ^BufferedReader (.inputReader p)))

(defn lines
  "Every line until the process ends, which it must within a minute."
  [^Process p]
  (let [out (vec (line-seq (.inputReader p)))]
    (when-not (.waitFor p 60 TimeUnit/SECONDS) (.destroyForcibly p))
    out))

(defn tell! [^Process p]
  (.close (.getOutputStream p)))

(defn kill! [^Process p]
  (.waitFor (.destroyForcibly p) 60 TimeUnit/SECONDS))

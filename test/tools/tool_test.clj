(ns tools.tool-test
  "bin/lanegraph as a process: from any folder, through a link, with signals and pipes."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is]]
   [tools.process :as process])
  (:import
   (java.io BufferedReader File)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (java.util.concurrent TimeUnit)))

(set! *warn-on-reflection* true)

(def ^:private copy-spec
  "{:name :copy
    :lanes {:a {:kind :events :codec :string} :b {:kind :events :codec :string}}
    :roles {:copy {:kind :bridge :rx :a :tx :b}}
    :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}}")

(defn- folder
  "A folder with the spec copy.edn and a link to bin/lanegraph."
  ^File []
  (let [dir (process/temp-dir)]
    (spit (io/file dir "copy.edn") copy-spec)
    (Files/createSymbolicLink (.toPath (io/file dir "lg")) (.toPath (io/file process/root "bin/lanegraph"))
                              (make-array FileAttribute 0))
    dir))

(deftest files-belong-to-the-folder-of-the-caller
  (let [dir (folder)]
    (spit (io/file dir "in.txt") "one\ntwo\n")
    (is (= {:exit 0 :out "" :err ""}
           (process/run {:dir dir} "./lg" "run" "copy.edn" "--quiet" "--in" "in=in.txt" "--out" "out=out.txt")))
    (is (= "one\ntwo\n" (slurp (io/file dir "out.txt"))))
    (is (= 2 (:exit (process/run {:dir dir} "./lg" "check" "none.edn"))))))

(deftest ^:matrix the-demo-runs
  (let [{:keys [exit out err]} (process/run {:dir "/"} (io/file process/root "bin/lanegraph") "demo")]
    (is (= 0 exit))
    (is (= "" err))
    (is (str/includes? out "Seattle"))))

(deftest a-signal-reaches-the-program-and-what-is-inside-comes-out
  (let [p (.start (doto (ProcessBuilder. ["./lg" "run" "copy.edn" "--quiet"]) (.directory (folder))))]
    (try
      (let [in  (io/writer (.getOutputStream p))
            out (BufferedReader. (io/reader (.getInputStream p)))]
        (.write in "one\n")
        (.flush in)
        (is (= "one" (.readLine out)))
        (process/run {} "kill" "-INT" (.pid p))
        (is (.waitFor p 60 TimeUnit/SECONDS))
        (is (= 130 (.exitValue p)))
        (is (nil? (.readLine out))))
      (finally (.destroyForcibly p)))))

(deftest a-reader-that-goes-away-ends-it-quietly
  (is (= {:exit 0 :out "x\n141\n" :err ""}
         (process/run {:dir (folder)} "bash" "-c"
                      "yes x | head -500000 | ./lg run copy.edn --quiet | head -1; echo ${PIPESTATUS[2]}"))))

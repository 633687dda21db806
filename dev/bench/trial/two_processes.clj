(ns bench.trial.two-processes
  "One trial of bench.two-processes, in a JVM of its own: a bridge between two mapped lanes, in this process and in one of
  its own, in turns."
  (:require
   [lanegraph.convert :as convert]
   [lanegraph.core :as lg])
  (:import
   (bench ProcessTrip)
   (java.io BufferedReader File)
   (java.lang ProcessBuilder$Redirect)
   (java.nio.file Files Path)
   (java.nio.file.attribute FileAttribute)
   (lanegraph.graph GraphSpec)))

(set! *warn-on-reflection* true)

(def ^:private lane {:kind :events :codec :bytes :slot-bytes 64})

(def ^:private spec
  {:name      :trip
   :idle      :busy-spin
   :lanes     {:a lane :b lane}
   :roles     {:copy {:kind :bridge :rx :a :tx :b}}
   :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :b}}})

(defn- temp-dir
  "In memory, where there is such a place."
  ^Path []
  (let [shm (.toPath (File. "/dev/shm")), attributes (make-array FileAttribute 0)]
    (if (Files/isWritable shm)
      (Files/createTempDirectory shm "trip" attributes)
      (Files/createTempDirectory "trip" attributes))))

(defn- delete-tree [^File f]
  (run! delete-tree (.listFiles f))
  (.delete f))

(defn- percentiles [^longs nanos]
  {:p50 (aget nanos (quot (alength nanos) 2)) :p99 (aget nanos (quot (* 99 (alength nanos)) 100))})

(defn- trips [rt n]
  (with-open [in (lg/writer rt :in), out (lg/reader rt :out)]
    (percentiles (ProcessTrip/trips in out n))))

(defn- two-threads [dir n]
  (with-open [^java.lang.AutoCloseable rt (lg/spawn! spec {:dir dir})]
    (trips rt n)))

(defn- two-processes [dir n]
  (let [kv (str dir "/spec.kv")]
    (.mkdirs (File. (str dir)))
    (spit kv (.canonical ^GraphSpec (convert/spec->java spec)))
    (let [command [(str (System/getProperty "java.home") "/bin/java")
                   "-Dagrona.disable.bounds.checks=true"
                   "-cp" (System/getProperty "java.class.path")
                   "lanegraph.runtime.RoleProcess" kv "copy" (str dir)]
          p       (.start (doto (ProcessBuilder. ^java.util.List command)
                            (.redirectError ProcessBuilder$Redirect/INHERIT)))]
      (try
        (.readLine ^BufferedReader (.inputReader p)) ; ready
        (with-open [^java.lang.AutoCloseable rt (lg/attach dir)]
          (trips rt n))
        (finally
          (.destroy p)
          (.waitFor p))))))

(defn trial
  "{:threads [{:p50 ns :p99 ns} of each round] :processes …}"
  [rounds n]
  (let [dir (temp-dir)]
    (try
      (two-threads (str dir "/warm") n)
      (let [found (vec (for [i (range rounds)]
                         [(two-threads (str dir "/t" i) n) (two-processes (str dir "/p" i) n)]))]
        {:threads (mapv first found) :processes (mapv second found)})
      (finally (delete-tree (.toFile dir))))))

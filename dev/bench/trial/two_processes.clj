(ns bench.trial.two-processes
  "One trial of bench.two-processes, in a JVM of its own: a bridge between two mapped lanes, in this process and in one of
  its own, in turns."
  (:require
   [clojure.java.shell :as sh]
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

(def ^:private warm-up
  "Trips before each round: a graph that is spawned has a loop of its own, which is compiled while it runs."
  1000000)
(def ^:private moved "A round whose cores are so much further apart at one end of it than at the other ran on moved cores." 1.6)

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

(defn- trips
  "The times of n trips through a running graph that has warmed up."
  [rt n]
  (with-open [in (lg/writer rt :in), out (lg/reader rt :out)]
    (ProcessTrip/trips in out warm-up)
    (percentiles (ProcessTrip/trips in out n))))

(defn- two-threads [dir n]
  (with-open [^java.lang.AutoCloseable rt (lg/spawn! spec {:dir dir})]
    (trips rt n)))

(defn- role-process
  "A process that runs the bridge of the graph in this directory, once it is ready."
  ^Process [dir]
  (let [kv (str dir "/spec.kv")]
    (.mkdirs (File. (str dir)))
    (spit kv (.canonical ^GraphSpec (convert/spec->java spec)))
    (let [p (.start (doto (ProcessBuilder. ^java.util.List
                                           [(str (System/getProperty "java.home") "/bin/java")
                                            "-Dagrona.disable.bounds.checks=true"
                                            "-cp" (System/getProperty "java.class.path")
                                            "lanegraph.runtime.RoleProcess" kv "copy" (str dir)])
                      (.redirectError ProcessBuilder$Redirect/INHERIT)))]
      (.readLine ^BufferedReader (.inputReader p)) ; ready
      p)))

(defn- signal! [^Process p signal]
  (sh/sh "kill" (str "-" signal) (str (.pid p))))

(defn- two-processes
  "While the process has its core; stopped before and after, so that it takes it from nobody else."
  [rt p n]
  (signal! p "CONT")
  (try
    (trips rt n)
    (finally (signal! p "STOP"))))

(defn- round
  "What `measure` finds, with the distance of the cores as :trip; again if they were moved meanwhile."
  [measure]
  (loop [tries 20]
    (let [before (ProcessTrip/distance)
          found  (measure)
          after  (ProcessTrip/distance)]
      (if (and (pos? tries) (< (* moved (min before after)) (max before after)))
        (recur (dec tries))
        (assoc found :trip (/ (+ before after) 2))))))

(defn trial
  "Rounds of n trips each: {:threads [{:p50 ns :p99 ns :trip ns} of each round] :processes …}. One process serves all of
  them, and is stopped while the other way has its turn."
  [rounds n]
  (let [dir (temp-dir)
        p   (role-process (str dir "/p"))]
    (try
      (with-open [^java.lang.AutoCloseable rt (lg/attach (str dir "/p"))]
        (signal! p "STOP")
        (let [found (vec (for [i (range rounds)]
                           [(round #(two-threads (str dir "/t" i (System/nanoTime)) n)) (round #(two-processes rt p n))]))]
          {:threads (mapv first found) :processes (mapv second found)}))
      (finally
        (.destroyForcibly p)
        (.waitFor p)
        (delete-tree (.toFile dir))))))

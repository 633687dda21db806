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
  "A process that runs the bridge of the graph in this directory, once it is ready. It does not outlive this one, unless that
  is killed while it is stopped itself."
  ^Process [dir]
  (let [kv (str dir "/spec.kv")]
    (.mkdirs (File. (str dir)))
    (spit kv (.canonical ^GraphSpec (convert/spec->java spec)))
    (let [^java.util.List command [(str (System/getProperty "java.home") "/bin/java")
                                   "-Dagrona.disable.bounds.checks=true"
                                   "-Dlanegraph.supervised=true"
                                   "-cp" (System/getProperty "java.class.path")
                                   "lanegraph.runtime.RoleProcess" kv "copy" (str dir)]
          p (.start (doto (ProcessBuilder. command) (.redirectError ProcessBuilder$Redirect/INHERIT)))]
      (.addShutdownHook (Runtime/getRuntime) (Thread. #(.destroyForcibly p))) ; a stopped one hears of nothing else
      (when-not (.readLine ^BufferedReader (.inputReader p))
        (throw (ex-info "the role's process ended before it was ready" {:exit (.waitFor p)})))
      p)))

(defn- signal! [^Process p signal]
  (let [{:keys [exit err]} (sh/sh "kill" (str "-" signal) (str (.pid p)))]
    (when-not (zero? (long exit))
      (throw (ex-info (str "the role's process takes no signal: " err) {:signal signal :alive (.isAlive p)})))))

(defn- two-processes
  "While the process has its core; stopped before and after, so that it takes it from nobody else."
  [rt p n]
  (signal! p "CONT")
  (try
    (trips rt n)
    (finally (signal! p "STOP"))))

(defn- distance
  "The least of some, since two threads may begin on one core."
  []
  (apply min (repeatedly 5 #(ProcessTrip/distance))))

(defn- round
  "What `measure` finds, with the distance of the cores as :trip; again if they were moved meanwhile."
  [measure]
  (loop [tries 1]
    (let [before (distance)
          found  (measure)
          after  (distance)]
      (cond (<= (max before after) (* moved (min before after))) (assoc found :trip (/ (+ before after) 2))
            (< tries 20) (recur (inc tries))
            :else (throw (ex-info "the cores were moved in each of 20 rounds" {:before before :after after}))))))

(defn trial
  "Rounds of n trips each: {:threads [{:p50 ns :p99 ns :trip ns} of each round] :processes …}. One process serves all of
  them, and is stopped while the other way has its turn."
  [rounds n]
  (let [dir (temp-dir)
        p   (role-process (str dir "/p"))]
    (try
      (with-open [^java.lang.AutoCloseable rt (lg/attach (str dir "/p"))]
        (signal! p "STOP")
        (dotimes [_ 50] (distance)) ; compiled before it counts
        (let [found (vec (for [i (range rounds)]
                           [(round #(two-threads (str dir "/t" i (System/nanoTime)) n)) (round #(two-processes rt p n))]))]
          {:threads (mapv first found) :processes (mapv second found)}))
      (finally
        (.destroyForcibly p)
        (.waitFor p)
        (delete-tree (.toFile dir))))))

(ns lanegraph.kill-test
  "A graph with every kind of role and lane, one process for each role, under load, on real observations: roles are killed again
  and again, half of them at a random moment and half before a store of their own, and what comes out is exactly what went in."
  (:require [clojure.java.io :as io]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.lane-kit :as lane-kit]
            [lanegraph.mortal-graph :refer [differences line spec]]
            [lanegraph.run-kit :as kit]
            [lanegraph.scratch :as scratch]
            [tools.seed :as seed])
  (:import (java.io File)
           (java.lang AutoCloseable)
           (java.util Random)
           (java.util.concurrent TimeUnit)
           (java.util.concurrent.locks LockSupport)
           (lanegraph.graph GraphSpec)))

(set! *warn-on-reflection* true)

;; ------------------------------------------------------------------ processes

(defn- start-role!
  "Starts a role that lives, or, with `stores`, one that dies before that store."
  ^Process [{:keys [file dir]} role stores]
  (scratch/start! (if stores
                    (scratch/java-command ["-Xmx64m" "-Xshare:auto"] "lanegraph.runtime.MortalRole" file (name role) dir stores)
                    (scratch/java-command ["-Xmx64m" "-Xshare:auto"] "lanegraph.runtime.RoleProcess" file (name role) dir))))

(defn- ready? [^Process p role]
  (= (str "ready " (name role)) (scratch/line! p)))

(defn- kill-one!
  "Kills the role's process, or lets it die at a store of its own; starts another one. The new process."
  [run role ^Process p ^Random random]
  (let [stores (when (.nextBoolean random) (bit-shift-left 1 (.nextInt random 16)))]
    (LockSupport/parkNanos (* 1000000 (.nextInt random 100)))
    (scratch/kill! p)
    (if-not stores
      [(start-role! run role nil) 1]
      (let [mortal (start-role! run role (+ (long stores) (.nextInt random (int stores))))]
        (.waitFor mortal 3 TimeUnit/SECONDS)
        (scratch/kill! mortal)
        [(start-role! run role nil) 2]))))

(defn- kill-all-the-time!
  "Kills one role after another until `enough?`, given how many were killed; their number."
  [run processes roles ^Random random enough?]
  (loop [kills 0]
    (if (enough? kills)
      kills
      (let [role (nth roles (.nextInt random (count roles)))
            [p n] (kill-one! run role (@processes role) random)]
        (swap! processes assoc role p)
        (if (ready? p role)
          (recur (+ kills (long n)))
          (throw (ex-info (str "role " role " did not start again") {:said (scratch/lines p)})))))))

;; ------------------------------------------------------------------ load

(def ^:private least-lines 1001)

(defn- feed!
  "Sends lines until told to stop, but some at least; how many."
  [rt go?]
  (loop [n 0]
    (if-not (or @go? (< n (long least-lines)))
      n
      (recur (if (lg/offer! rt :in (line n) {:timeout-ms 100}) (inc n) n)))))

(defn- take-all! [rt egress going?]
  (loop [taken (transient [])]
    (let [more (lg/take! rt egress 256 {:timeout-ms 100})]
      (if (or (seq more) @going?)
        (recur (reduce conj! taken more))
        (persistent! taken)))))

(defn- drained?
  "True as soon as no lane holds a message any more; false if that takes longer than half a minute."
  [rt]
  (kit/eventually (every? #(zero? (long (:depth %))) (vals (:lanes (lg/status rt))))))

(defn- trial!
  "{:kills :sent :drained? :differences} of a run that ends after so many kills, or so many seconds, but not before
  :at-least so many kills."
  [^File dir {:keys [kills seconds at-least] :or {at-least 0}} ^Random random]
  (let [file      (io/file dir "spec.kv")
        lanes     (str (io/file dir "lanes"))
        run       {:file (str file) :dir lanes}
        roles     (vec (sort (keys (:roles spec))))
        processes (atom {})]
    (spit file (.canonical ^GraphSpec (convert/spec->java spec)))
    (try
      (doseq [role roles] (swap! processes assoc role (start-role! run role nil)))
      (doseq [[role p] @processes] (when-not (ready? p role) (throw (ex-info (str role " did not start") {:said (scratch/lines p)}))))
      (with-open [rt ^AutoCloseable (lg/attach lanes)]
        (let [feeding (atom true), going (atom true)
              feeder  (future (feed! rt feeding))
              takers  (into {} (for [e [:log :x :even :odd :bad]] [e (future (take-all! rt e going))]))
              end     (+ (System/nanoTime) (* (long seconds) 1000000000))
              enough? #(let [of-both (* 2 (long %))] ; there are two who kill
                         (or (<= (long kills) of-both) (and (<= (long at-least) of-both) (pos? (- (System/nanoTime) end)))))
              killers (mapv (fn [i seed] (future (kill-all-the-time! run processes (vec (take-nth 2 (drop i roles))) (Random. seed) enough?)))
                            [0 1] (repeatedly 2 #(.nextLong random)))
              killed  (try (reduce + (map deref killers)) (finally (reset! feeding false)))
              sent    @feeder
              empty?  (drained? rt)]
          (reset! going false)
          {:kills killed :sent sent :drained? empty? :differences (doall (differences sent (update-vals takers deref)))}))
      (finally
        (run! scratch/kill! (vals @processes))))))

(defn- survives
  "The kills of a run that lost nothing, doubled nothing and kept order; a failure of the test keeps the directory."
  ^long [s limits]
  (let [dir (lane-kit/temp-dir true)
        {:keys [kills sent differences drained?] :as outcome} (trial! dir limits (Random. s))]
    (testing (str "seed " s ", directory " dir ": " (dissoc outcome :differences))
      (is drained?)
      (is (<= (long least-lines) (long sent)))
      (if (is (= [] differences))
        (lane-kit/delete-dir dir)
        (println "kept:" (str dir) "seed" s)))
    (long kills)))

(deftest roles-killed-again-and-again-lose-nothing-and-double-nothing
  (is (<= 15 (survives (seed/of ::kill) {:kills Long/MAX_VALUE :seconds 20 :at-least 15}))))

(deftest ^:long a-thousand-kills-lose-nothing-and-double-nothing
  (let [seeds (Random. (seed/of ::kills))
        end   (+ (System/nanoTime) 3000000000000)]
    (loop [kills 0, runs 0]
      (if (and (< kills 1000) (pos? (- end (System/nanoTime))))
        (recur (+ kills (survives (.nextLong seeds) {:kills (- 1000 kills) :seconds 60})) (inc runs))
        (do (println kills "kills in" runs "runs")
            (is (<= 1000 kills)))))))

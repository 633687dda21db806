(ns lanegraph.kill-test
  "A graph with every kind of role and lane, one process for each role, under load, on real observations: roles are killed again
  and again, half of them at a random moment and half before a store of their own, and what comes out is exactly what went in."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.lane-kit :as lane-kit]
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

(defn- class-name [n] (str "lanegraph.crash.Weather$" n))

(def ^:private spec
  (let [lane {:kind :events :codec :string :slots 64 :slot-bytes 128}]
    {:name      :mortal
     :lanes     {:raw    lane
                 :obs    (assoc lane :kind :sequenced-slots)
                 :both   (assoc lane :kind :fanout-broadcast :consumers 2)
                 :left   lane, :right (assoc lane :slots 16)
                 :joined lane
                 :log    {:kind :journal :codec :string :segment-bytes 65536 :retain-bytes 262144}
                 :x      (assoc lane :slots 32)
                 :y      (assoc lane :kind :fanout-broadcast :consumers 2) ; which pick reads whole
                 :even   lane, :odd lane, :bad lane}
     :roles     {:tidy    {:kind :stage :stage (class-name "Tidy") :rx :raw :tx :obs :on-error {:to :bad}}
                 :fan     {:kind :bridge :rx :obs :tx :both}
                 :deal    {:kind :router :rx [:both 0] :tx [:left :right] :policy :round-robin}
                 :join    {:kind :merge :rx [:left :right] :tx :joined}
                 :several {:kind :stage :stage (class-name "Several") :rx [:both 1] :tx :log}
                 :keep    {:kind :stage :stage (class-name "NoOnes") :as :filter :rx :log :tx :x}
                 :copy    {:kind :router :rx :joined :tx [:x :y]} ; so x has two producers
                 :pick    {:kind :router :rx :y :tx [:even :odd] :policy {:by (class-name "Even")}}}
     :endpoints {:in  {:kind :ingress :lane :raw}
                 :log {:kind :egress :lane :log}, :x {:kind :egress :lane :x}, :even {:kind :egress :lane :even}
                 :odd {:kind :egress :lane :odd}, :bad {:kind :egress :lane :bad}}}))

(def ^:private observations
  (delay (vec (rest (line-seq (io/reader "resources/lanegraph/examples/seattle-weather.csv"))))))

(defn- line [n]
  (str n "," (nth @observations (mod (long n) (count @observations)))))

;; ------------------------------------------------------------------ what must come out

(defn- good? [n] (pos? (mod (long n) 17)))

(defn- place
  "The place of a good line among the good ones, from 0."
  ^long [n]
  (- (long n) 1 (quot (long n) 17)))

(defn- results [n] (map #(str (line n) ";" %) (range (mod (long n) 4))))

(defn- expected
  "{egress {part its messages, in order}} of the first n lines. What a merge joins has an order in each part only."
  [n]
  (let [good  (filter good? (range n))
        sides (fn [ns] (update-vals (group-by #(even? (place %)) ns) #(map line %)))
        log   (mapcat results good)]
    {:bad  {:all (map line (remove good? (range n)))}
     :log  {:all log}
     :x    (assoc (sides good) :log (remove #(str/ends-with? % "1") log))
     :even (sides (filter even? good))
     :odd  (sides (filter odd? good))}))

(defn- part [egress message]
  (cond
    (#{:bad :log} egress)       :all
    (str/includes? message ";") :log
    :else                       (even? (place (parse-long (first (str/split message #",")))))))

(defn- first-difference [wanted got]
  (let [n (count (take-while true? (map = wanted got)))]
    (when-not (= n (count wanted) (count got))
      {:at n :wanted (take 3 (drop n wanted)) :got (take 3 (drop n got)) :counts [(count wanted) (count got)]})))

(defn- differences
  "Where what was taken of each egress is not what the first n lines make, in each of its parts."
  [n taken]
  (for [[egress parts] (expected n)
        :let [got (group-by #(part egress %) (taken egress))]
        p (distinct (concat (keys parts) (keys got)))
        :let [d (first-difference (get parts p) (get got p))]
        :when d]
    (assoc d :egress egress :part p)))

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

(defn- feed!
  "Sends lines until told to stop; how many."
  [rt go?]
  (loop [n 0]
    (if-not @go?
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
  "{:kills :sent :drained? :differences} of a run that ends after so many kills, or so many seconds."
  [^File dir {:keys [kills seconds]} ^Random random]
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
              enough? #(or (<= (long kills) (* 2 (long %))) (pos? (- (System/nanoTime) end)))
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
      (is (< 1000 (long sent)))
      (if (is (= [] differences))
        (lane-kit/delete-dir dir)
        (println "kept:" (str dir) "seed" s)))
    (long kills)))

(deftest ^{:limit-s 180} roles-killed-again-and-again-lose-nothing-and-double-nothing
  (is (<= 15 (survives (seed/of ::kill) {:kills Long/MAX_VALUE :seconds 20}))))

(deftest ^:long a-thousand-kills-lose-nothing-and-double-nothing
  (let [seeds (Random. (seed/of ::kills))
        end   (+ (System/nanoTime) 3000000000000)]
    (loop [kills 0, runs 0]
      (if (and (< kills 1000) (pos? (- end (System/nanoTime))))
        (recur (+ kills (survives (.nextLong seeds) {:kills (- 1000 kills) :seconds 60})) (inc runs))
        (do (println kills "kills in" runs "runs")
            (is (<= 1000 kills)))))))

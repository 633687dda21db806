(ns lanegraph.handover-test
  "A graph with every kind of role and lane runs in one process, then with a process for each role, then in one again, in one
  folder, each time with messages inside: what comes out is what one that never stopped would send."
  (:require [clojure.test :refer [deftest is testing]]
            [lanegraph.convert :as convert]
            [lanegraph.core :as lg]
            [lanegraph.mortal-graph :refer [differences line spec]]
            [lanegraph.run-kit :refer [eventually]]
            [lanegraph.scratch :as scratch :refer [path with-dir]])
  (:import (java.util.concurrent TimeUnit)
           (lanegraph.graph GraphSpec)))

(set! *warn-on-reflection* true)

(def ^:private egresses (for [[name {:keys [kind]}] (:endpoints spec) :when (= :egress kind)] name))

(defn- take-while!
  "Takes so many at most."
  [rt egress most going?]
  (loop [taken []]
    (let [taken (into taken (lg/take! rt egress (min 256 (- (long most) (count taken))) {:timeout-ms 20}))]
      (if (and (going?) (< (count taken) (long most))) (recur taken) taken))))

(def ^:private few-bad "Fewer bad lines than a life has, and so many that what is left of two lives has room in their lane." 40)

(defn- life!
  "Sends lines and takes what comes meanwhile: until all are sent, or, with `to-the-end?`, until no lane holds a message;
  without it not all that is bad, so that there are messages inside. {egress messages}"
  [rt numbers to-the-end?]
  (let [going  (atom true)
        takers (into {} (for [e egresses] [e (future (take-while! rt e (if (and (= :bad e) (not to-the-end?)) few-bad Long/MAX_VALUE)
                                                                      #(deref going)))]))]
    (is (= (count numbers) (lg/offer-all! rt :in (map line numbers) {:timeout-ms 20000})))
    (when to-the-end?
      (is (eventually (every? #(zero? (long (:depth %))) (vals (:lanes (lg/status rt)))))))
    (reset! going false)
    (update-vals takers deref)))

(defn- in-one! [dir numbers to-the-end?]
  (with-open [rt (lg/spawn! spec {:dir (str (path dir "run"))})]
    (life! rt numbers to-the-end?)))

(defn- role! ^Process [dir role]
  (scratch/start! (scratch/java-command ["-Xmx64m" "-Xshare:auto"] "lanegraph.runtime.RoleProcess"
                                        (path dir "spec.kv") (name role) (path dir "run"))))

(defn- end-all!
  "Sends SIGTERM to each; their exit codes."
  [processes]
  (doseq [^Process p processes] (.destroy (.toHandle p)))
  (set (for [^Process p processes]
         (if (.waitFor p 20 TimeUnit/SECONDS) (.exitValue p) :hangs))))

(defn- in-many! [dir numbers to-the-end?]
  (spit (str (path dir "spec.kv")) (.canonical ^GraphSpec (convert/spec->java spec)))
  (let [roles (into {} (map (fn [role] [role (role! dir role)])) (keys (:roles spec)))]
    (try
      (doseq [[role p] roles] (is (= (str "ready " (name role)) (scratch/line! p))))
      (with-open [rt (lg/attach (path dir "run"))]
        (life! rt numbers to-the-end?))
      (finally
        (is (= #{0} (end-all! (vals roles))))))))

(defn- handed-over
  "Where it differs from a run without an end, and what was inside at each change."
  [runs]
  (with-dir [dir]
    (let [each  1000
          lives (map-indexed vector runs)
          taken (reduce (fn [taken [i run!]]
                          (let [numbers (range (* each (long i)) (* each (inc (long i))))
                                last?   (= i (dec (count runs)))]
                            (when (pos? (long i))
                              (with-open [g (lg/attach (path dir "run"))]
                                (is (some #(pos? (long (:depth %))) (vals (:lanes (lg/status g)))) "there are messages inside")))
                            (merge-with into taken (run! dir numbers last?))))
                        (zipmap egresses (repeat [])) lives)]
      (doall (differences (* each (count runs)) taken)))))

(deftest one-process-hands-over-to-many-and-many-to-one
  (testing "in one, in many, in one"
    (is (= [] (handed-over [in-one! in-many! in-one!])))))

(deftest ^:long many-processes-hand-over-to-one-and-one-to-many
  (is (= [] (handed-over [in-many! in-one! in-many!])))
  (is (= [] (handed-over [in-many!])) "and each way alone")
  (is (= [] (handed-over [in-one!]))))

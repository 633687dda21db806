(ns tools.run-tests
  "Runs the clojure.test tests under test/ in a seeded random order; what bin/test starts.

  A test var tagged ^:long (or in a namespace tagged so) runs only with --long, or when it is named by --focus.
  ^:matrix marks what CI runs again on another JDK and on another Agrona (--matrix). ^{:limit-s n} sets how long a
  test may take: 600 s otherwise, an hour if ^:long. A test that cannot run here says so with `tools.skip/skip!` and
  is counted as skipped. A namespace that does not load is one failure.

  Exit 0: all passed, 1: something failed, 2: no test ran."
  (:require
   [clojure.java.io :as io]
   [clojure.main :as main]
   [clojure.string :as str]
   [clojure.test :as t]
   [clojure.tools.cli :as cli]
   [tools.seed :as seed]
   [tools.skip :as skip]
   [tools.watchdog :as watchdog])
  (:import
   (java.util ArrayList Collection Collections Random)))

(set! *warn-on-reflection* true)

(def ^:private option-specs
  [[nil "--long" "also the tests tagged ^:long"]
   [nil "--matrix" "only the tests tagged ^:matrix"]
   [nil "--seed N" "order and random data of an earlier run" :parse-fn parse-long :validate [some? "is a number"]]
   [nil "--focus NS[/VAR]" "only this; may be repeated" :multi true :default [] :update-fn conj]
   [nil "--dir DIR" "where the tests are" :default "test"]
   [nil "--totals FILE" "write 'passed failed skipped' there instead of the closing line"]])

(defn- test-namespaces
  "Those under the folder; with `matrix` only those that can have a test for it, since to load all takes longer than to run them."
  [{:keys [dir matrix]}]
  (let [root (.toPath (io/file dir))]
    (for [f (sort (file-seq (io/file dir)))
          :let [path (str (.relativize root (.toPath ^java.io.File f)))]
          :when (and (str/ends-with? path "_test.clj")
                     (or (not matrix) (str/includes? (slurp f) "^:matrix")))]
      (-> path (str/replace #"\.clj$" "") (str/replace "/" ".") (str/replace "_" "-") symbol))))

(defn- shuffled [^Random rnd ^Collection xs]
  (let [l (ArrayList. xs)]
    (Collections/shuffle l rnd)
    (vec l)))

(defn- tags [v] (merge (meta (:ns (meta v))) (meta v)))

(defn- named? [focus v]
  (let [n (str (symbol v))]
    (some #(or (= n %) (str/starts-with? n (str % "/"))) focus)))

(defn- limit-s
  "How many seconds test var v may take."
  [v]
  (let [{:keys [long limit-s]} (tags v)]
    (or limit-s (if long 3600 600))))

(defn- in-focus?
  "Whether namespace n has to be loaded."
  [focus n]
  (or (empty? focus) (some #(= (str n) (first (str/split % #"/"))) focus)))

(defn- why-not
  "Why var v is not run: nil, :hidden (not asked for) or a reason to say aloud."
  [{:keys [focus long matrix]} v]
  (cond
    (and (seq focus) (not (named? focus v)))      :hidden
    (and matrix (not (:matrix (tags v))))         :hidden
    (and (:long (tags v)) (not long) (empty? focus)) "long: runs with --long"))

(defn- load-namespace
  "Requires the namespace; false, after printing why, when it does not load."
  [n]
  (try (require n)
       true
       (catch Throwable e
         (println "FAIL " n "does not load:")
         (println (main/ex-str (main/ex-triage (Throwable->map e))))
         false)))

(defn- reporter
  "A clojure.test report function that adds {:var :outcome :ms} of each var to the atom `done`."
  [{:keys [hung]} done]
  (let [plain t/report
        now   (atom nil)]
    (fn [{:keys [type] :as m}]
      (case type
        :begin-test-var (reset! now {:bad   0
                                     :start (System/nanoTime)
                                     :alarm (watchdog/set-alarm! (symbol (:var m))
                                                                 (limit-s (:var m))
                                                                 hung)})
        (:fail :error)  (do (swap! now update :bad (fnil inc 0))
                            ((get-method plain type) m))
        ::skip/skip     (swap! now assoc :skipped (:message m))
        :end-test-var   (let [{:keys [bad start skipped alarm]} @now
                              outcome (cond (pos? (long bad)) :failed skipped :skipped :else :passed)]
                          (watchdog/cancel! alarm)
                          (case outcome
                            :failed  (println "FAIL " (symbol (:var m)))
                            :skipped (println "skip " (symbol (:var m)) "-" skipped)
                            nil)
                          (swap! done conj {:var     (:var m)
                                            :outcome outcome
                                            :ms      (/ (- (System/nanoTime) (long start)) 1e6)}))
        nil))))

(defn- run-namespace
  "Runs the vars of one namespace with its fixtures; what a throwing fixture kept from running has failed."
  [opts n vars]
  (let [done (atom [])]
    (binding [t/report (reporter opts done)]
      (try
        (t/test-vars vars)
        (catch Throwable e
          (println "FAIL " n "a fixture threw")
          (.printStackTrace e))))
    (let [ran    (set (map :var @done))
          missed (for [v vars :when (not (ran v))] {:var v :outcome :failed :ms 0.0})]
      (println (format "%-50s %4d tests %7.0f ms" n (count vars) (reduce + 0.0 (map :ms @done))))
      (into @done missed))))

(defn- slowest [results]
  (println "slowest:")
  (doseq [{:keys [ms var]} (take 8 (sort-by (comp - :ms) results))]
    (println (format "%9.0f ms  %s" ms (symbol var)))))

(defn run
  "Runs what the options choose; {:passed n :failed n :skipped n}."
  [{:keys [seed focus] :as opts}]
  (let [rnd     (Random. seed)
        names   (filter #(in-focus? focus %) (test-namespaces opts))
        loaded  (filterv load-namespace names)
        chosen  (for [n (shuffled rnd loaded)
                      :let [vars (->> (vals (ns-interns n))
                                      (filter (comp :test meta))
                                      (sort-by (comp (juxt :line :name) meta))
                                      (shuffled rnd)
                                      (group-by #(why-not opts %)))]
                      :when (seq (dissoc vars :hidden))]
                  [n (dissoc vars :hidden)])
        results (vec (for [[n vars] chosen, r (when (seq (vars nil)) (run-namespace opts n (vars nil)))] r))
        unrun   (for [[_ vars] chosen, [why vs] (dissoc vars nil), v vs] [v why])
        count-of (frequencies (map :outcome results))]
    (doseq [[v why] unrun] (println "skip " (symbol v) "-" why))
    (slowest results)
    {:passed  (:passed count-of 0)
     :failed  (+ (:failed count-of 0) (- (count names) (count loaded)))
     :skipped (+ (:skipped count-of 0) (count unrun))}))

(defn- finish [{:keys [passed failed skipped]} totals]
  (if totals
    (spit totals (str passed " " failed " " skipped "\n"))
    (println (str passed " passed, " failed " failed" (when (pos? skipped) (str ", " skipped " skipped")))))
  (flush)
  (cond (pos? failed) 1 (zero? passed) 2 :else 0))

(defn -main [& args]
  (let [{:keys [options errors summary arguments]} (cli/parse-opts args option-specs)
        totals (:totals options)
        seed (or (:seed options) (bit-and (System/nanoTime) 0xffffff))]
    (when (or errors (seq arguments))
      (run! println (concat errors arguments ["options:" summary]))
      (System/exit 2))
    (seed/use! seed)
    (println "seed" seed "- Java" (System/getProperty "java.version"))
    (System/exit (finish (run (assoc options :seed seed :hung #(finish {:passed 0 :failed 1 :skipped 0} totals)))
                         totals))))

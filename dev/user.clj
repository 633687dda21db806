(ns user
  "For the REPL: bin/clojure -M:dev, then (start), (feed), (results), (stop), and (reset) after a change of Clojure or Java:
  it compiles, loads what has changed, also classes, and starts again. dev/tour.clj shows the rest. Loads nothing big by
  itself, because every alias with dev/ on its path loads this file."
  (:require
   [clojure.java.io :as io]))

(set! *warn-on-reflection* true)

(defonce ^{:doc "The running graph, or nil."} rt nil)
(defonce ^{:doc "Its spec."} spec nil)
(defonce ^:private started (atom ["resources/lanegraph/examples/weather.edn" {:dev true}]))

(defn- lg [f & args] (apply (requiring-resolve (symbol "lanegraph.core" (name f))) args))

(defn start
  "Spawns the example, or the spec in another file, as `rt`. Options: those of spawn!, {:dev true} if left out. Without
  arguments, as the last time."
  ([] (apply start @started))
  ([file] (start file {:dev true}))
  ([file opts]
   (when rt (throw (ex-info "a graph is running; (stop) ends it" {:rt rt})))
   (reset! started [file opts])
   (alter-var-root #'spec (constantly (lg :read-spec file)))
   (alter-var-root #'rt (constantly (lg :spawn! spec opts)))))

(defn feed
  "Offers the lines of a file, or of the example's data, to the ingress :in; how many were taken."
  ([] (feed "resources/lanegraph/examples/seattle-weather.csv"))
  ([file] (lg :offer-all! rt :in (line-seq (io/reader file)) {:timeout-ms 1000})))

(defn results
  "What has come out so far: {egress messages}."
  []
  (into {} (for [[n {:keys [kind]}] (:endpoints spec) :when (= :egress kind)]
             [n (lg :take! rt n 100)])))

(defn stop "Drains and closes the graph; how it ended." []
  (when rt
    (let [end (lg :stop! rt {:mode :drain})]
      (.close ^java.lang.AutoCloseable rt)
      (alter-var-root #'rt (constantly nil))
      end)))

(defn reset
  "Compiles the Java that has changed, stops the graph, loads what has changed, and starts the graph again as it was started
  last. Java that does not compile is told, and the graph runs on. Returns what was loaded; see tools.reload/reload!."
  []
  ((requiring-resolve 'tools.reload/compile-java!))
  (stop)
  (let [loaded ((requiring-resolve 'tools.reload/reload!))]
    ;; here too, for what this form evaluates next has the loader that it began with
    (with-bindings {clojure.lang.Compiler/LOADER (.getContextClassLoader (Thread/currentThread))}
      (start))
    loaded))

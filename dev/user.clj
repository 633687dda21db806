(ns user
  "For the REPL: bin/clojure -M:dev, then (start), (feed), (results), (stop), or (reset) after a change of the
  example's stages. Loads nothing big by itself, because every alias with dev/ on its path loads this file."
  (:require
   [clojure.java.io :as io]))

(set! *warn-on-reflection* true)

(defonce ^{:doc "The running graph, or nil."} rt nil)
(defonce ^{:doc "Its spec."} spec nil)

(defn- lg [f & args] (apply (requiring-resolve (symbol "lanegraph.core" (name f))) args))

(defn start
  "Spawns the example, or the spec in another file, as `rt`."
  ([] (start "resources/lanegraph/examples/weather.edn"))
  ([file]
   (when rt (throw (ex-info "a graph is running; (stop) ends it" {:rt rt})))
   (alter-var-root #'spec (constantly (lg :read-spec file)))
   (alter-var-root #'rt (constantly (lg :spawn! spec {})))))

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

(defn reset "Stops, loads the example's stages again, starts." []
  (stop)
  (require 'lanegraph.examples.weather :reload)
  (start))

(ns tools.pages
  "Makes the pages of doc/ that are made from data: bin/clojure -M:dev -m tools.pages"
  (:require [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.string :as str]
            [lanegraph.model :as model])
  (:import (lanegraph.graph Codes)))

(set! *warn-on-reflection* true)

(defn- cell [s]
  (str/replace (str s) "|" "\\|"))

(defn- code [v]
  (str "`" (pr-str v) "`"))

(defn- default-of [{:keys [required default inherits] :as entry}]
  (cond
    required                   "*required*"
    (contains? entry :default) (code default)
    inherits                   (str "as " (code inherits) " of the graph")
    :else                      "–"))

(defn- expected-of [{:keys [type values] :as entry}]
  (if (= :one-of type)
    (str/join ", " (map code values))
    (model/expected entry)))

(defn- row [{:keys [key kinds doc example] :as entry}]
  (str "| `" key "` | " (cell (expected-of entry)) " | " (cell (default-of entry)) " | "
       (when kinds (str "*" (str/join ", " (map #(str "`" % "`") kinds)) ".* ")) (cell doc) " | "
       (cell (code example)) " |"))

(defn- place [[in title text]]
  (str "## " title "\n\n" text
       "\n\n| key | value | default | meaning | example |\n| --- | --- | --- | --- | --- |\n"
       (str/join "\n" (map row (model/entries in))) "\n"))

(defn reference
  "doc/03-reference.md: every key of a spec and every option."
  []
  (str "# 3. Every key and option\n\n"
       "This page is made from `resources/lanegraph/model.edn`, as are the checks and their hints. A key with a namespace,\n"
       "such as `:my.app/note`, is yours: it passes everywhere and means nothing.\n\n"
       (str/join "\n" (map place (:places model/model)))))

(defn codes
  "{code text} of every :lanegraph/code."
  []
  (merge (into {} (map (fn [[c text]] [(keyword c) text])) (Codes/all))
         (edn/read-string (slurp (io/resource "lanegraph/codes.edn")))))

(defn errors
  "doc/04-errors.md: every code."
  []
  (str "# 4. Every error\n\n"
       "An error is an `ex-info` with `:cognitect.anomalies/category`, `:lanegraph/code` and the facts; in Java a\n"
       "`LaneGraphException` with the same code, category and details. A problem of a spec is a map with `:code`, `:path`,\n"
       "`:value`, `:message`, `:severity`, often a `:hint`, and `:file`, `:line`, `:column` when it was read from a file.\n"
       (apply str
              (for [[area found] (sort-by key (group-by (comp namespace key) (codes)))]
                (str "\n## " area "\n\n| code | what it means |\n| --- | --- |\n"
                     (apply str (for [[c text] (sort found)] (str "| `" c "` | " (cell text) " |\n"))))))))

(def pages
  "{file function}: the pages that are made."
  {"doc/03-reference.md" reference
   "doc/04-errors.md"    errors})

(defn -main []
  (doseq [[file make] pages]
    (spit file (make))
    (println "wrote" file)))

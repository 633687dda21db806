(ns lanegraph.live-picture
  "A running graph as a picture, with depths and rates on it; a picture as a page to look at in a browser."
  (:require [clojure.string :as str]
            [lanegraph.convert :as convert]
            [lanegraph.options :as options]
            [lanegraph.picture :as picture]
            [lanegraph.table :as table]
            [lanegraph.top :as top]
            [lanegraph.watch :as watch]
            [lanegraph.xml :as xml])
  (:import (java.nio.charset StandardCharsets)
           (java.nio.file Files OpenOption Path)
           (java.nio.file.attribute FileAttribute)
           (lanegraph.runtime GraphAccess)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- per-second [rate] (str (table/number rate) "/s"))

(defn annotations
  "What a picture says of the lanes and roles of a status with rates."
  [{:keys [lanes roles]}]
  (into {}
        (concat
         (for [[k {:keys [depth capacity in-rate dropped]}] lanes]
           [[:lanes k] (str (table/number depth) (when capacity (str "/" (table/number capacity))) " " (per-second in-rate)
                            (when (pos? (long dropped)) (str " -" (table/number dropped))))])
         (for [[k {:keys [state rate busy blocked-on]}] roles]
           [[:roles k] (cond
                         (not= :running state) (name state)
                         blocked-on            "blocked"
                         :else                 (str (per-second rate) " " (table/percent busy)))]))))

(defn- picture
  "The picture of a running graph with this status; options as lanegraph.picture/picture."
  [^GraphAccess rt {:keys [lanes] :as status} opts]
  (picture/picture (convert/java->spec (.spec rt))
                   (assoc opts
                          :annotations (annotations status)
                          :fills (into {} (keep (fn [[k {:keys [fill]}]] (when fill [k fill]))) lanes))))

(defn- page [title svg text]
  (str "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
       (xml/write [:title {} title])
       "\n<style>body{margin:1rem;background:#fff;color:#222}svg{max-width:100%;height:auto}"
       "pre{font:13px/1.4 monospace;overflow-x:auto}</style>\n</head>\n<body>\n"
       svg "\n"
       (when text (xml/write [:pre {} text]))
       "\n</body>\n</html>\n"))

(defn- write-page
  "Writes a page that needs no other file: the picture, below it the table of `status`, if not nil. `file` is a Path, or
  nil for a new one in the folder for such files. Returns the path as a string."
  [^Path file title svg status]
  (let [^Path file (or file (Files/createTempFile "lanegraph-" ".html" (make-array FileAttribute 0)))
        text (page title svg (when status (str/join "\n" (top/lines status))))]
    (Files/write file (.getBytes ^String text StandardCharsets/UTF_8) ^"[Ljava.nio.file.OpenOption;" (make-array OpenOption 0))
    (str (.toAbsolutePath file))))

(defn shown
  "As lanegraph.core/graph."
  [spec-or-rt opts]
  (let [opts (options/checked :graph-picture opts)]
    (if (instance? GraphAccess spec-or-rt)
      (picture spec-or-rt (watch/status spec-or-rt (select-keys opts [:over-ms])) opts)
      (picture/picture spec-or-rt opts))))

(defn page-of
  "As lanegraph.core/view."
  [spec-or-rt opts]
  (let [{:keys [file over-ms]} (options/checked :view opts)
        file (some-> file options/path)]
    (if (instance? GraphAccess spec-or-rt)
      (let [status (watch/status spec-or-rt {:over-ms over-ms})]
        (write-page file (.name ^GraphAccess spec-or-rt) (picture spec-or-rt status {:format :svg}) status))
      (write-page file "lanegraph" (picture/picture spec-or-rt {:format :svg}) nil))))

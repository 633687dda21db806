(ns lanegraph.model
  "The information model of resources/lanegraph/model.edn: every key of a spec and every option, as data.

  A place is :graph, :lane, :role, :endpoint, :test, :spawn, or a call that takes options: :graph-picture,
  :offer, :take, :peek, :journal, :control, :swap, :rehearse, :status, :why, :latency, :tap, :top, :view, :await-idle,
  :join, :stop. An entry is one map of the file. Immutable; any thread."
  (:require [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.string :as str])
  (:import (java.util Collection)
           (lanegraph.graph Suggest)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def model
  "The whole file: {:types {type text} :places [[place title text]] :keys [entry]}."
  (edn/read-string (slurp (io/resource "lanegraph/model.edn"))))

(defn entries
  "The entries of a place; with a kind, those which that kind knows."
  ([place] (filterv #(= place (:in %)) (:keys model)))
  ([place kind]
   (filterv (fn [{:keys [kinds]}] (or (nil? kinds) (some #{kind} kinds))) (entries place))))

(defn kinds
  "The kinds of a place: [] where there is no choice."
  [place]
  (:values (first (filter #(= :kind (:key %)) (entries place))) []))

(defn defaults
  "{key default} of a place and kind, for the keys that have a default."
  [place kind]
  (into {} (keep (fn [{:keys [key] :as entry}] (when (contains? entry :default) [key (:default entry)])))
        (entries place kind)))

(defn expected
  "What a value of this entry looks like, as the end of a sentence."
  [{:keys [type values min max]}]
  (case type
    :one-of (if (= 1 (count values))
              (str (first values))
              (str (str/join ", " (butlast values)) " or " (last values)))
    :int    (str "a whole number" (if max (str " from " min " to " max) (str " of at least " min)))
    (get-in model [:types type])))

(defn- plain
  "A misspelt keyword as we would have spelt it: :slotBytes and :slot_bytes are slot-bytes."
  [x]
  (-> (if (instance? clojure.lang.Named x) (name x) (str x))
      (str/replace #"([a-z0-9])([A-Z])" "$1-$2")
      (str/replace #"[_ ]" "-")
      (str/lower-case)))

(defn nearest
  "The one of `known` (keywords) that `found` (keyword, symbol or string) was probably meant to be, or nil."
  [found known]
  (when (or (string? found) (instance? clojure.lang.Named found))
    (let [^Collection names (mapv name known)]
      (some-> (Suggest/find (plain found) names) keyword))))

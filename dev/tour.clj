(ns tour
  "A tour of a pipeline's life, to be evaluated form by form at a REPL: bin/clojure -M:dev, or an editor. What follows
  `=>` is what the form above it answers; the tests hold it."
  (:require [clojure.datafy :refer [datafy nav]]
            [lanegraph.core :as lg]))

;; ---------------------------------------------------------------- a pipeline is data

(defn reading [line]
  (let [[_ place t] (re-matches #"(\w+) (-?\d+)" line)]
    {:place (keyword place) :t (parse-long t)})) ; throws for a line that does not match

(defn hot? [{:keys [t]} {:keys [above]}] (< above t))

(def spec
  {:name      :thermometers
   :lanes     {:lines    {:kind :events :codec :string}
               :readings {:kind :fanout-broadcast :consumers 2 :codec :edn}
               :alarms   {:kind :events :codec :edn}
               :rejects  {:kind :events :codec :string}}
   :roles     {:parse {:kind :stage :stage `reading :rx :lines :tx :readings :on-error {:to :rejects}}
               :hot   {:kind :stage :stage `hot? :as :filter :args {:above 30} :rx [:readings 0] :tx :alarms}}
   :endpoints {:in      {:kind :ingress :lane :lines}
               :all     {:kind :egress :lane [:readings 1]}
               :alarms  {:kind :egress :lane :alarms}
               :rejects {:kind :egress :lane :rejects}}
   :tests     [{:name "heat is told" :in {:in ["oven 200" "hall 20"]} :out {:alarms [{:place :oven :t 200}]}}]})

(lg/check spec)
;; => []
(println (lg/graph spec))
(println (lg/describe spec))

;; the whole of it in this thread, without files
(lg/simulate spec {:in ["oven 200" "hall 20" "?"]})
;; => {:all [{:place :oven :t 200} {:place :hall :t 20}] :alarms [{:place :oven :t 200}] :rejects ["?"]}
(:failed (lg/test spec))
;; => 0

;; ---------------------------------------------------------------- run it, and change it while it runs

(def rt (lg/spawn! spec {:dev true}))

(defn alarm! [line]
  (lg/offer! rt :in line)
  (first (lg/take! rt :alarms 1 {:timeout-ms 5000})))

(alarm! "oven 200")
;; => {:place :oven :t 200}

;; define a stage again, and the next message meets the new one; here one more answers in kelvin
(defn reading [line]
  (let [[_ place t unit] (re-matches #"(\w+) (-?\d+)(K?)" line)]
    {:place (keyword place) :t (cond-> (parse-long t) (= "K" unit) (- 273))}))
(alarm! "oven 473K")
;; => {:place :oven :t 200}

;; what would another function make of what was seen?
(-> (lg/rehearse rt :hot (fn [{:keys [t]} _] (< 500 t)) {:last 1}) :differences first)
;; => {:position 1 :input {:place :oven :t 200} :now {:place :oven :t 200} :then nil}

;; it takes over between two messages, at a place that is told
(:at (lg/swap-stage! rt :hot (fn [{:keys [place t]} _] (and (= :fridge place) (< 8 t)))))
;; => {:lane :readings :position 2}
(alarm! "fridge 12")
;; => {:place :fridge :t 12}
(:of (lg/rollback-stage! rt :hot))
;; => 1
(mapv (juxt :version :how) (lg/stage-history rt :hot))
;; => [[1 :spawn] [2 :swap] [3 :rollback]]

;; broken code costs nothing: the message waits until the function is mended
(defn hot? [{:keys [temperature]} {:keys [above]}] (< above temperature))
(lg/offer! rt :in "oven 300")
(:halted (try (lg/await-idle! rt) (catch clojure.lang.ExceptionInfo e (ex-data e))))
;; => [:hot]
(:message (first (lg/errors rt)))
;; => {:place :oven :t 300}
(defn hot? [{:keys [t]} {:keys [above]}] (< above t))
(:moved (lg/retry! rt :hot))
;; => 1
(lg/take! rt :alarms 1 {:timeout-ms 5000})
;; => [{:place :oven :t 300}]

;; message by message
(:state (lg/pause! rt :hot))
;; => :paused
(lg/inject! rt :readings {:place :attic :t 60})
;; => true
(lg/offer-all! rt :in ["oven 40" "oven 50"])
;; => 2

;; ---------------------------------------------------------------- look inside

(try (lg/await-idle! rt) (catch clojure.lang.ExceptionInfo _ :hot-is-paused))
;; => :hot-is-paused
(get-in (lg/status rt) [:lanes :readings :readers "role/hot"])
;; => 3
(println (lg/graph rt))
(lg/top rt {:refresh false})
(:text (lg/why rt))
(into #{} (map :place) (lg/peek rt :readings {:at 0 :n 10}))
;; => #{:oven :fridge :attic}
(-> (datafy rt) :lanes (nav :alarms {}) :messages)
;; => []

(def seen (promise))
(def tap (lg/tap! rt :alarms #(deliver seen %) {:first 1}))
(:moved (lg/step! rt :hot 1))
;; => 1
(deref seen 5000 nil)
;; => {:place :attic :t 60}
(:state (lg/resume! rt :hot))
;; => :running

;; ---------------------------------------------------------------- what another spec would need

(mapv (juxt :path :needs) (lg/diff spec (assoc-in spec [:roles :hot :args :above] 45)))
;; => [[[:roles :hot :args] :live-swap]]

(:drained (lg/stop! rt {:mode :drain}))
;; => true
(.close ^java.lang.AutoCloseable rt)

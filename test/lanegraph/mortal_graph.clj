(ns lanegraph.mortal-graph
  "A graph with every kind of role and lane, whose stages are Java, on real observations; and what must come out of it."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]))

(set! *warn-on-reflection* true)

(defn- class-name [n] (str "lanegraph.crash.Weather$" n))

(def spec
  "in → tidy → obs → fan → both, from there two ways: dealt, joined and copied, or several results into a journal."
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

(defn line
  "The observation of this number, with the number before it."
  [n]
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

(defn differences
  "Where what was taken of each egress is not what the first n lines make, in each of its parts."
  [n taken]
  (for [[egress parts] (expected n)
        :let [got (group-by #(part egress %) (taken egress))]
        p (distinct (concat (keys parts) (keys got)))
        :let [d (first-difference (get parts p) (get got p))]
        :when d]
    (assoc d :egress egress :part p)))

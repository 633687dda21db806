(ns bench.calls
  "Single calls, by JMH: a message written and read on one thread, a full and an empty lane, codecs."
  (:require
   [bench.figures :as figures]
   [bench.jvm :as jvm]
   [clojure.string :as str])
  (:import
   (java.io File)))

(set! *warn-on-reflection* true)

(def ^:private cases
  [["a message in place" [["laneInPlace" "lanegraph: claim, commit, peek, advance, release"]
                          ["agronaInPlace" "Agrona: tryClaim, commit, read"]]]
   ["a message copied" [["laneCopied" "lanegraph: offer, peek, copy, advance, release"]
                        ["agronaCopied" "Agrona: write, read, copy"]]]
   ["other calls" [["laneByReference" "offer and take of an object"]
                   ["offerToFullLane" "offer to a full lane"]
                   ["peekAtEmptyLane" "peek at an empty lane"]]]
   ["codecs" (for [codec ["long" "string" "edn" "json"], call ["encode" "decode"]]
               [[call codec] (str codec ", " call)])]])

(defn- rows
  "By [call codec] what JMH has written: a line of text in quotes for each figure."
  [csv]
  (let [[header & lines] (map #(mapv (fn [cell] (str/replace cell "\"" "")) (str/split % #",(?=[\"\d\-N]|$)")) (str/split-lines csv))
        column #(.indexOf ^java.util.List header %)
        cell   (fn [line title] (let [i (column title)] (when (<= 0 i) (get line i))))]
    (reduce (fn [m line]
              (let [[name profile] (str/split (cell line "Benchmark") #":" 2)
                    call  (last (str/split name #"\."))
                    codec (cell line "Param: codec")
                    score (parse-double (cell line "Score"))
                    error (or (parse-double (cell line "Score Error (99.9%)")) 0.0)
                    k     (if (str/blank? codec) call [call codec])]
                (cond (nil? profile)                             (update m k merge {:median score :error (if (NaN? error) 0.0 error)
                                                                                    :rounds (parse-long (cell line "Samples"))})
                      (str/ends-with? profile "alloc.rate.norm") (assoc-in m [k :bytes] score)
                      :else                                      m)))
            {} lines)))

(defn- measure [{:keys [rounds trials quick]}]
  (let [file (File/createTempFile "calls" ".csv")]
    (try
      (jvm/jmh! (concat ["-rf" "csv" "-rff" (str file) "-prof" "gc" "-jvmArgs" "-Dagrona.disable.bounds.checks=true -Xmx512m"]
                        (if quick ["-f" "1" "-wi" "1" "-w" "300ms" "-i" "2" "-r" "100ms"]
                            ["-f" (str trials) "-wi" "3" "-w" "1s" "-i" (str rounds) "-r" "500ms"]))
                (if quick ["bench.Calls.lane" "bench.Calls.agrona"] ["bench.Calls" "bench.CodecCalls"]))
      (let [found (rows (slurp file))]
        {:set-up ["One thread, by JMH; mean [less and plus the error at 99.9 %]; messages of 64 bytes, rings of 4,096."
                  "  -Dagrona.disable.bounds.checks=true for all."]
         :groups (for [[title calls] cases
                       :let [rows (for [[k title] calls, :let [{:keys [median error] :as row} (found k)], :when row]
                                    (assoc (dissoc row :error) :title title :slow 0
                                           :min (max 0.0 (- median error)) :max (+ median error)))]
                       :when (seq rows)]
                   {:case title :title title :unit "ns" :better :less :rows (if (str/starts-with? title "a message") (figures/with-ratios rows) (vec rows))})})
      (finally (.delete file)))))

(def benchmark
  {:title "single calls, by JMH" :measure measure})

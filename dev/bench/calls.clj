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
  "By call, or [call codec], what JMH has written: a line of cells, texts in quotes, for each figure. No cell has a comma."
  [csv]
  (let [[header & lines] (map #(str/split (str/replace % "\"" "") #"," -1) (str/split-lines csv))
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

(defn- jmh
  "What JMH finds, see `rows`; of a first look the messages alone."
  [{:keys [rounds trials quick]}]
  (let [file (File/createTempFile "calls" ".csv")]
    (try
      (jvm/jmh! (concat ["-foe" "true" "-rf" "csv" "-rff" (str file) "-prof" "gc"
                         "-jvmArgs" "-Dagrona.disable.bounds.checks=true -Xmx512m"]
                        (if quick ["-f" "1" "-wi" "1" "-w" "300ms" "-i" "2" "-r" "100ms"]
                            ["-f" (str trials) "-wi" "3" "-w" "1s" "-i" (str rounds) "-r" "500ms"]))
                (if quick ["bench.Calls.*(InPlace|Copied)"] ["bench.Calls" "bench.CodecCalls"]))
      (rows (slurp file))
      (finally (.delete file)))))

(defn- row [found [call title]]
  (let [{:keys [median error] :as figures} (or (found call) (throw (ex-info (str "JMH has no figure of " call) {:found (keys found)})))]
    (assoc (dissoc figures :error) :title title :slow 0 :min (max 0.0 (- median error)) :max (+ median error))))

(defn- measure [{:keys [quick] :as options}]
  (let [found (jmh options)]
    {:set-up ["One thread, by JMH; mean [less and plus the error at 99.9 %]; messages of 64 bytes, rings of 4,096."
              "  -Dagrona.disable.bounds.checks=true for all."]
     :groups (for [[title calls] (if quick (take 2 cases) cases)
                   :let [rows (mapv (partial row found) calls)]]
               {:case title :title title :unit "ns" :better :less
                :rows (if (str/starts-with? title "a message") (figures/with-ratios rows) rows)})}))

(def benchmark
  {:title "single calls, by JMH" :measure measure})

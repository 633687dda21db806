(ns lanegraph.problem
  "Problems and errors as data, in the one format of the library.

  A problem of a spec: {:code :graph/unknown-lane, :path [:roles :parse :rx], :value :linse, :message string,
  :hint string (may be missing), :severity :error | :warning} and :file :line :column when it was read from a
  file.

  An error: ex-info with :cognitect.anomalies/category, :lanegraph/code and the facts."
  (:require [clojure.string :as str]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private longest 120)

(defn printed
  "`v` as EDN text on one line, never longer than 120 characters. Ends for endless sequences, and answers for
  objects that cannot print themselves."
  [v]
  (let [text (try
               (binding [*print-length* 12 *print-level* 4 *print-meta* false *print-namespace-maps* false
                         *print-dup* false *print-readably* true]
                 (str/replace (pr-str v) #"\p{Cntrl}" " "))
               (catch Exception _ (str "an object of " (.getName (class v))))
               (catch StackOverflowError _ (str "a very deep object of " (.getName (class v)))))]
    (if (> (count text) (long longest))
      (str (subs text 0 (- (long longest) 1)) "…")
      text)))

(defn problem
  "A problem map. `more` may hold :hint and :severity (default :error)."
  [code path value message & {:keys [hint severity] :or {severity :error}}]
  (cond-> {:code code :path (vec path) :value value :message message :severity severity}
    hint (assoc :hint hint)))

(defn error?
  "Whether a problem is an error, which a warning is not."
  [problem]
  (= :error (:severity problem)))

(defn ex
  "An ex-info in the library's format. `category` is :incorrect, :not-found, :fault, :conflict, :forbidden,
  :unsupported, :busy, :interrupted or :unavailable."
  ([category code message details] (ex category code message details nil))
  ([category code message details cause]
   (ex-info message
            (assoc details
                   :cognitect.anomalies/category (keyword "cognitect.anomalies" (name category))
                   :lanegraph/code code)
            cause)))

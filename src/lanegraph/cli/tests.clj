(ns lanegraph.cli.tests
  "The command `test`: runs the tests of a spec and tells what differs, as text or data."
  (:require [clojure.string :as str]
            [lanegraph.cli.args :as args]
            [lanegraph.cli.files :as files]
            [lanegraph.cli.look :as look]
            [lanegraph.core :as lg]
            [lanegraph.edn-text :as edn-text]
            [lanegraph.json :as json]
            [lanegraph.problem :refer [printed]]
            [lanegraph.stages :as stages]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

;; ------------------------------------------------------------------ text

(def ^:private most-shown 5)

(defn- messages [title found]
  (when (seq found)
    (concat [(str "      " title ":")]
            (map #(str "        " (printed %)) (take most-shown found))
            (when (< (long most-shown) (count found))
              [(str "        and " (- (count found) (long most-shown)) " more")]))))

(defn- ended [m k]
  (if (contains? m k) (printed (k m)) "no message"))

(defn- first-lines [{:keys [index parts] :as found}]
  (concat [(str "      first at " index ":")
           (str "        expected " (ended found :expected))
           (str "        found    " (ended found :actual))]
          (for [{:keys [path expected actual]} (take most-shown parts) :when (seq path)]
            (str "        at " (printed path) " expected " (printed expected) ", found " (printed actual)))))

(defn- counted [n]
  (str n " message" (when (not= 1 n) "s")))

(defn- told-first?
  "Whether the first difference has told all that is missing and unexpected."
  [{:keys [missing unexpected] {:keys [expected actual]} :first}]
  (and (= missing (if (some? expected) [expected] []))
       (= unexpected (if (some? actual) [actual] []))))

(defn- difference-lines [{:keys [endpoint expected-count actual-count missing unexpected reordered?] :as found}]
  (concat [(str "    " endpoint ": " (if (= expected-count actual-count)
                                       (str (counted actual-count) ", but not as expected")
                                       (str "expected " (counted expected-count) ", found " actual-count)))]
          (first-lines (:first found))
          (when-not (told-first? found)
            (concat (messages "missing" missing) (messages "unexpected" unexpected)))
          (when reordered?
            [(if (or (seq missing) (seq unexpected))
               "      the others came in another order"
               "      the same messages in another order")])))

(defn- result-lines [{:keys [name pass? differences error]}]
  (concat [(str (if pass? "ok    " "FAIL  ") name)]
          (mapcat difference-lines differences)
          (when-let [{:keys [code message causes]} error]
            (concat [(str "    error: " message " [" (subs (str code) 1) "]")]
                    (map #(str "    cause: " %) causes)))))

(defn- text [{:keys [passed failed results]}]
  (str/join "\n" (concat (mapcat result-lines results)
                         ["" (str passed " passed, " failed " failed")])))

;; ------------------------------------------------------------------ data

(defn- data
  "The results with nothing in them that cannot be written."
  [found write]
  (let [message  #(look/writable write %)
        messages #(mapv message %)
        pair     #(cond-> % (contains? % :expected) (update :expected message)
                          (contains? % :actual) (update :actual message))
        parts    (fn [found] (mapv #(update (pair %) :path messages) found))]
    (update found :results
            (partial mapv
                     (fn [{:keys [error] :as result}]
                       (cond-> (-> result
                                   (update :expected update-vals messages)
                                   (update :actual update-vals messages)
                                   (update :differences
                                           (partial mapv #(-> %
                                                              (update :missing messages)
                                                              (update :unexpected messages)
                                                              (update :first pair)
                                                              (cond-> (:parts (:first %))
                                                                (update-in [:first :parts] parts))))))
                         error (update :error dissoc :exception)))))))

;; ------------------------------------------------------------------ the command

(defn run
  "Runs the tests of the spec in a file: {:exit 0 or, when one fails or the spec has errors, 1, :text string}.
  Error: :cli/usage when it has none."
  [file {:keys [path format]}]
  (files/with-paths path
    (fn []
      (let [spec     (files/read-spec file)
            findings (look/findings spec)]
        (cond
          (:error? findings)     {:exit 1 :text (:text findings) :error? true}
          (empty? (:tests spec))
          (throw (args/usage (str file ": found no tests; expected some under :tests, such as"
                                  " [{:name \"is copied\" :in {:in [1]} :out {:out [1]}}]")))
          :else
          (let [found (lg/test spec)]
            {:exit (if (zero? (long (:failed found))) 0 1)
             :text (case format
                     "text" (text found)
                     "edn"  (stages/print-edn (data found edn-text/write))
                     "json" (json/write-string (data found json/write-string)))}))))))

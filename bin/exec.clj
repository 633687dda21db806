;; -X and -T for bin/clojure: finds the function, reads the arguments as EDN, calls it with one map.
(ns exec
  (:require
   [clojure.edn :as edn])
  (:import
   (java.io PushbackReader)))

(set! *warn-on-reflection* true)

(defn- read-all [in]
  (let [r (PushbackReader. in)]
    (take-while #(not= ::eof %) (repeatedly #(edn/read {:eof ::eof :default tagged-literal} r)))))

(defn- fail [& msg]
  (binding [*out* *err*] (apply println msg))
  (System/exit 1))

(let [{:keys [exec-fn exec-args ns-default ns-aliases]}
      (:argmap (edn/read-string {:default tagged-literal} (slurp (System/getProperty "clojure.basis"))))
      forms    (vec (mapcat #(if (= "-" %) (read-all *in*) [(edn/read-string {:default tagged-literal} %)])
                            *command-line-args*))
      named?   (symbol? (first forms))
      fsym     (or (if named? (first forms) exec-fn)
                   (fail "No function given, and no :exec-fn in the aliases"))
      kvs      (if named? (subvec forms 1) forms)
      last-map (when (odd? (count kvs)) (peek kvs))
      _        (when-not (or (nil? last-map) (map? last-map))
                 (fail "Key is missing its value:" (pr-str last-map)))
      args     (merge (reduce (fn [m [k v]] (if (vector? k) (assoc-in m k v) (assoc m k v)))
                              exec-args (partition 2 kvs))
                      last-map)
      ns-sym   (some-> (namespace fsym) symbol)
      ns-sym   (get ns-aliases ns-sym (or ns-sym ns-default (fail "No namespace for function" fsym)))
      f        (or (requiring-resolve (symbol (str ns-sym) (name fsym)))
                   (fail "No such function:" (str ns-sym "/" (name fsym))))]
  (if (= :fn (:clojure.exec/invoke args)) ; how clojure.repl.deps calls the CLI
    (let [plain   (into {} (remove (fn [[k _]] (and (keyword? k) (= "clojure.exec" (namespace k))))) args)
          [tag v] (try [:ret (binding [*out* *err*] (f plain))]
                       (catch Throwable t [:err (Throwable->map t)]))]
      (binding [*print-namespace-maps* false] (prn {:tag tag :val (pr-str v)})))
    (f args))
  (flush)
  (shutdown-agents))

(ns lanegraph.resolver
  "From the stage keys of a spec to stages.

    weather.stages/parse  a var, which is followed; its namespace is loaded when it is not there yet
    :upper                an entry of the registry, {:stages {:upper f}}
    \"com.acme.Stage\"      a Java class, a new instance for each role

  What is found decides: an object of a stage interface of lanegraph.stage is used as it is, a StageFactory
  is asked for one, anything else is a function of one value, used as the role's :as says.

  Errors: :stage/namespace-not-found :stage/var-not-found :stage/load-failed :stage/not-registered
  :stage/class-not-found :stage/not-a-stage :stage/needless-args :stage/init-failed (:init or a StageFactory
  threw; an ex-info of its own with :lanegraph/code keeps that) :stage/shared-state; as LaneGraphException
  where the core asks, as data from `lookup`."
  (:require [clojure.edn :as edn]
            [clojure.main :as main]
            [clojure.string :as str]
            [lanegraph.error :as error]
            [lanegraph.model :as model]
            [lanegraph.problem :as problem]
            [lanegraph.value-stage :as value-stage])
  (:import (clojure.lang RT Var)
           (java.io FileNotFoundException)
           (java.util Collection IdentityHashMap)
           (lanegraph LaneGraphException)
           (lanegraph.graph Suggest)
           (lanegraph.stage ClassNames FilterStage InspectStage MapOkStage MapStage RouteStage SequenceAware
                            StageFactory StageRequest StageResolver StageSource StatefulStage StatefulTransformStage
                            ValueFilter ValueInspect ValueRoute ValueStage)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn read-args
  "The arguments of a role from their EDN text, or nil."
  [text]
  (when text (edn/read-string {:default tagged-literal} text)))

(defn- fail [category code stage message hint cause]
  (error/exception category code (str "stage " stage ": " message)
                   (cond-> {:stage stage} hint (assoc :hint (str "did you mean " hint "?")))
                   cause))

(defn- nearest [found ^Collection known]
  (Suggest/find (str found) known))

(defn- stage? [x]
  (boolean (some #(instance? % x) [MapOkStage MapStage FilterStage InspectStage StatefulTransformStage
                                   ValueStage ValueFilter ValueInspect RouteStage ValueRoute])))

(defn- load-failed [stage space ^Throwable e]
  (fail :fault :stage/load-failed stage
        (str "namespace " space " does not load: "
             (str/trim (main/ex-str (main/ex-triage (Throwable->map e)))))
        nil e))

(defn- no-such-file? [space e]
  (and (instance? FileNotFoundException e)
       (str/includes? (str (ex-message e))
                      (str (-> (str space) (str/replace "-" "_") (str/replace "." "/")) "__init.class"))))

(defn- load-namespace [stage space]
  (try
    (locking RT/REQUIRE_LOCK
      (if (find-ns space)
        (require space)
        (require space :reload))) ; Clojure takes a namespace as loaded that once began to load, and failed
    (catch Throwable e
      (cond
        (not (no-such-file? space e)) (throw (load-failed stage space e))
        (find-ns space)               nil ; made at a REPL
        :else (throw (fail :not-found :stage/namespace-not-found stage
                           (str "there is no namespace " space
                                " on the class path; check its name, or add its folder")
                           (nearest space (mapv (comp str ns-name) (all-ns))) e))))))

(defn- find-var-of [stage]
  (let [sym     (symbol stage)
        space   (symbol (namespace sym))
        there   #(when-let [n (find-ns space)] (ns-resolve n (symbol (name sym))))
        found   (or (there) (do (load-namespace stage space) (there)))]
    (cond
      (not (var? found))
      (throw (fail :not-found :stage/var-not-found stage
                   (str "namespace " space " has no var " (name sym))
                   (some->> (nearest (name sym) (mapv str (keys (ns-publics space)))) (str space "/")) nil))
      (:macro (meta found))
      (throw (fail :incorrect :stage/not-a-stage stage "it is a macro; expected a function" nil nil))
      (not (.hasRoot ^Var found))
      (throw (fail :incorrect :stage/not-a-stage stage "the var has no value; define it" nil nil))
      :else found)))

(defn- find-registered [stage registry]
  (let [k     (keyword (subs stage 1))
        found (get registry k)]
    (if (some? found)
      found
      (throw (fail :not-found :stage/not-registered stage
                   (if (empty? registry)
                     "no registry was given; spawn with {:stages {name function}}, or name a var"
                     (str "the registry (:stages) knows " (str/join ", " (sort (keys registry)))))
                   (model/nearest k (vec (filter keyword? (keys registry)))) nil)))))

(defn- find-class [stage]
  (try
    (Class/forName stage true (RT/baseLoader))
    (catch ClassNotFoundException e
      (throw (fail :not-found :stage/class-not-found stage
                   "there is no such class on the class path; check its name and package" nil e)))
    (catch LinkageError e
      (throw (fail :fault :stage/load-failed stage (str "the class does not load: " e) nil e)))))

(defn- find-stage
  "The var, registered object or class of a stage key."
  [^String stage registry]
  (cond
    (str/starts-with? stage ":") (find-registered stage registry)
    (str/includes? stage "/")    (find-var-of stage)
    :else                        (find-class stage)))

(defn- check-stage [stage found made]
  (if (stage? made)
    made
    (throw (fail :incorrect :stage/not-a-stage stage
                 (str "found " (problem/printed made)
                      (when-not (identical? found made) " from its StageFactory")
                      "; expected an object of one of the interfaces of lanegraph.stage")
                 nil nil))))

(defn- as-it-is [^StageRequest request object]
  (if (.args request)
    (throw (fail :incorrect :stage/needless-args (.stage request)
                 (str "role " (.role request)
                      " gives it :args, but an object cannot take them; use a StageFactory")
                 nil nil))
    object))

(defn- make
  "The stage of one role, from what find-stage found, or from what its var holds."
  [found ^StageRequest request]
  (let [stage (.stage request)]
    (cond
      (instance? StageFactory found) (check-stage stage found (.create ^StageFactory found request))
      (stage? found)                 (as-it-is request found)
      (class? found) (check-stage stage found (.resolve (ClassNames. (RT/baseLoader)) request))
      :else          (value-stage/of stage found (.as request) (read-args (.args request))
                                     (.sequence request) (.carried request)))))

(defn- refuse-shared
  "One instance per role: an object with state, or one that is told its role's sequences, may be the stage of
  one role only."
  [^IdentityHashMap owners ^StageRequest request made]
  (when (some #(instance? % made) [StatefulStage StatefulTransformStage SequenceAware])
    (when-let [owner (some-> (locking owners (.put owners made (.role request))) ; stages are made on many threads
                             (as-> o (when (not= o (.role request)) o)))]
      (throw (fail :incorrect :stage/shared-state (.stage request)
                   (str "roles " owner " and " (.role request) " would share one object with state; "
                        "use a StageFactory or a class, which make one for each role")
                   nil nil)))))

(defn- made
  "As make; whatever the code of a stage throws meanwhile is a LaneGraphException."
  [found ^StageRequest request]
  (try
    (make found request)
    (catch LaneGraphException e (throw e))
    (catch Throwable e
      (throw (fail :incorrect (:lanegraph/code (ex-data e) :stage/init-failed) (.stage request)
                   (str "it cannot be made for role " (.role request) ": " (or (ex-message e) e)) nil e)))))

(defn- source
  "The StageSource of a var: a stage of what it holds, and `check` called with a request and what was made."
  ^StageSource [^Var v check]
  (reify StageSource
    (revision [_] (.getRawRoot v))
    (create [_ request root]
      (doto (made root request) (->> (check request))))))

(defn candidate
  "What a running role can be given for `found`: [name x], x being a stage object, a StageFactory or, for a symbol or a
  var, a StageSource. A function is used as the role says; a string names a class. Error: :stage/not-a-stage, also
  for a keyword, which names what only the spawn knows, and those of finding a var."
  [found]
  (cond
    (or (nil? found) (keyword? found) (simple-symbol? found))
    (throw (fail :incorrect :stage/not-a-stage (problem/printed found)
                 (str "expected a function, a var, a symbol with a namespace, a class name in a string or an object of "
                      "lanegraph.stage")
                 nil nil))
    (symbol? found)  [(str found) (source (find-var-of found) (fn [_ _]))]
    (var? found)     [(str (symbol ^Var found)) (source found (fn [_ _]))]
    (string? found)  (let [c (find-class found)] [found (reify StageFactory (create [_ request] (made c request)))])
    (or (stage? found) (instance? StageFactory found) (instance? StageSource found))
    [(.getName (class found)) found]
    :else            [(problem/printed found) (reify StageFactory (create [_ request] (made found request)))]))

(defn resolver
  "A StageResolver for one spawn, which answers a StageSource where the key names a var. `registry` is {keyword stage} or
  nil."
  ^StageResolver [registry]
  (let [owners (IdentityHashMap.)]
    (reify StageResolver
      (resolve [_ request]
        (let [found (find-stage (.stage request) registry)
              check #(refuse-shared owners %1 %2)]
          (if (var? found)
            (source found check)
            (doto (made found request) (->> (check request)))))))))

(defn lookup
  "A function of a stage key (symbol, keyword or string) that answers nil when the stage is there, and
  otherwise says why not: {:code :message :hint}. Loads the namespace or class that the key names, makes no
  stage."
  [registry]
  (fn [stage]
    (try
      (find-stage (str stage) registry)
      nil
      (catch LaneGraphException e
        (let [{:keys [hint]} (error/facts (.details e))]
          (cond-> {:code (keyword (.code e)) :message (ex-message e)}
            hint (assoc :hint hint)))))))

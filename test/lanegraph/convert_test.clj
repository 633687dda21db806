(ns lanegraph.convert-test
  (:require [clojure.test :refer [are deftest is]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.properties :as prop]
            [lanegraph.convert :as convert]
            [lanegraph.gen :as lgen]
            [lanegraph.model :as model]
            [tools.seed :as seed])
  (:import (clojure.lang ExceptionInfo)
           (lanegraph.graph GraphSpec RoleSpec$Stage Topology)))

(set! *warn-on-reflection* true)

(defn- with-defaults
  "The spec with its defaults, by the model alone."
  [spec]
  (let [add (fn [place m] (update-vals m #(merge (model/defaults place (:kind %)) %)))]
    (-> (merge (model/defaults :graph nil) (dissoc spec :my.app/note :tests))
        (update :lanes (partial add :lane))
        (update :roles (partial add :role))
        (update :endpoints (partial add :endpoint)))))

(defspec edn-to-java-to-edn-is-exact {:num-tests 100 :seed (seed/of ::edn-to-java-to-edn-is-exact)}
  (prop/for-all [spec lgen/graph]
    (let [there (convert/spec->java spec)
          back  (convert/java->spec there)]
      (and (= (with-defaults spec) back)
           (= there (convert/spec->java back))))))

(deftest stage-keys-are-exact
  (are [k text] (and (= text (convert/stage-key->string k)) (= k (convert/string->stage-key text)))
    'weather.stages/parse "weather.stages/parse"
    :upper                ":upper"
    :my.app/upper         ":my.app/upper"
    "com.acme.Stage"      "com.acme.Stage"))

(defn- args-of ^String [spec]
  (.args ^RoleSpec$Stage (get (.roles (convert/spec->java spec)) "r")))

(deftest args-are-canonical-text
  (let [spec {:name :x :lanes {} :roles {:r {:kind :stage :stage 'a/b :rx :a :tx :b}}}
        with #(assoc-in spec [:roles :r :args] %)]
    (is (nil? (args-of spec)))
    (is (= "nil" (args-of (with nil))))
    (is (= "{:a 1, :b #{1 2}}" (args-of (with {:b #{2 1} :a 1}))))
    (is (= :spec/not-data (try (args-of (with inc)) (catch ExceptionInfo e (:lanegraph/code (ex-data e))))))))

(deftest s8-producers-are-endpoints-outputs-and-dead-letters
  (let [^GraphSpec g (convert/spec->java
                      '{:name      :x
                        :lanes     {:a {:kind :events} :b {:kind :events} :c {:kind :events}}
                        :roles     {:r {:kind :router :rx :a :tx [:b :c]}
                                    :s {:kind :bridge :rx :b :tx :c :on-error {:to :c}}}
                        :endpoints {:in {:kind :ingress :lane :a} :also {:kind :ingress :lane :c}}})
        topology (Topology/of g)]
    (is (= ["endpoint/in"] (.producers topology "a")))
    (is (= ["endpoint/also" "role/r" "role/s" "role/s/error"] (.producers topology "c")))
    (is (= ["role/s"] (.cursors topology "b")))))

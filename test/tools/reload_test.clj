(ns tools.reload-test
  "(reset) at the REPL of the project: Java and Clojure that have changed are what runs, in the same process."
  (:require
   [clojure.edn :as edn]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [tools.process :as process])
  (:import
   (java.io File)))

(set! *warn-on-reflection* true)

(def ^:private spec
  '{:name      :words
    :lanes     {:a {:kind :events :codec :string} :b {:kind :events :codec :bytes} :c {:kind :events :codec :edn}}
    :roles     {:length {:kind :stage :stage "example.WordLengths$Length" :rx :a :tx :b}
                :tag    {:kind :stage :stage own.stage/tag :rx :b :tx :c}}
    :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}})

(def ^:private session
  "Each line is evaluated by itself; a line that begins with an answer's name tells it."
  ["(require '[lanegraph.core :as lg] '[clojure.string :as str])"
   "(defn change [file from to] (spit file (str/replace (slurp file) from to)))"
   "(def java \"test/java/example/WordLengths.java\")"
   "(defn one [] (lg/offer! rt :in \"four\") (first (lg/take! rt :out 1 {:timeout-ms 20000})))"
   "(defmacro tell [k form] `(do (prn [:told ~k (try ~form (catch Throwable e# (ex-message e#)))]) nil))"
   "(start \"spec.edn\")"
   "(tell :first (one))"
   "(change java \"in.capacity());\" \"10 * in.capacity());\")"
   "(tell :still (one))"
   "(tell :java (update (reset) :namespaces #(filterv '#{lanegraph.core own.stage} %)))"
   "(tell :changed (one))"
   ;; what is evaluated now implements the interfaces that the core now knows
   "(tell :swap (:version (lg/swap-stage! rt :length (reify lanegraph.stage.MapStage (apply [_ in out] (.putInt out 0 7) (int 4))))))"
   "(tell :swapped (one))"
   "(tell :raw (:version (lg/swap-stage! rt :length (lg/raw-stage :map (fn ^long [in ^org.agrona.MutableDirectBuffer out] (.putInt out 0 8) 4)))))"
   "(tell :raw-one (one))"
   "(change \"test/own/stage.clj\" \":old\" \":new\")"
   "(tell :clojure (reset))"
   "(tell :tagged (one))"
   "(tell :nothing (reset))"
   "(def running rt)"
   "(change java \"out.putInt\" \"out.noSuchMethod\")"
   "(tell :broken (reset))"
   "(tell :runs-on [(identical? running rt) (one)])"
   "(change java \"out.noSuchMethod\" \"out.putInt\")"
   "(change java \"10 *\" \"5 *\")"
   "(tell :mended (:java (reset)))"
   "(tell :again (one))"
   "(tell :stopped (:drained (stop)))"])

(defn- project
  "A copy of the project with the graph of this test in it."
  ^File []
  (let [dir (process/temp-dir)]
    (process/run {} "cp" "-r" "src" "java-src" "resources" "dev" "bin" "deps.edn" "javac.args" ".cpcache" dir)
    (io/make-parents (io/file dir "target/classes/x"))
    (process/run {} "cp" "-r" "target/classes" (io/file dir "target"))
    (io/make-parents (io/file dir "test/java/x"))
    (process/run {} "cp" "-r" "test/java/example" (io/file dir "test/java"))
    (io/make-parents (io/file dir "test/own/stage.clj"))
    (spit (io/file dir "test/own/stage.clj") "(ns own.stage) (defn tag [b] [:old (first b)])\n")
    (spit (io/file dir "spec.edn") (pr-str spec))
    dir))

(deftest reset-runs-what-has-changed
  (let [{:keys [exit out err]} (process/run {:dir (project) :limit-s 300 :in (str (str/join "\n" session) "\n")}
                                            "bin/clojure" "-J-XX:TieredStopAtLevel=1" "-M:dev")
        told (into {} (comp (keep #(second (re-find #"(\[:told .*\])" %))) (map edn/read-string) (map (comp vec rest)))
                   (str/split-lines out))]
    (is (= 0 exit) err)
    (testing (str out err)
      (is (= {:first   [:old 4]
              :still   [:old 4]
              :java    {:java true :namespaces '[lanegraph.core]}
              :changed [:old 40]
              :swap    2
              :swapped [:old 7]
              :raw     3
              :raw-one [:old 8]
              :clojure {:java false :namespaces '[own.stage]}
              :tagged  [:new 40]
              :nothing {:java false :namespaces []}
              :runs-on [true [:new 40]]
              :mended  true
              :again   [:new 20]
              :stopped true}
             (dissoc told :broken)))
      (is (re-find #"the Java does not compile, and nothing was loaded" (str (:broken told))))
      (is (re-find #"noSuchMethod" (str (:broken told)))))))

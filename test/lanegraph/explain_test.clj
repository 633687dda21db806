(ns lanegraph.explain-test
  (:require [clojure.test :refer [deftest is]]
            [lanegraph.check :as check]
            [lanegraph.explain :as explain]
            [lanegraph.read :as read]))

(set! *warn-on-reflection* true)

(deftest a-problem-says-where-what-and-what-to-do
  (is (= (str "x.edn:2:13: error: lane :a: found the unknown key :slotz; expected one of :codec, :kind, :on-full, :retain, "
              ":slot-bytes, :slots [spec/unknown-key]\n"
              "    at [:lanes :a :slotz]; did you mean :slots?")
         (first (re-seq #"(?s)^.*slots\?"
                        (explain/text
                         (check/check
                          (read/from-string "{:name :x :roles {} :lanes {\n        :a {:slotz 3 :kind :events}}}"
                                            {:file "x.edn"}))))))))

(deftest problems-are-counted
  (is (= "No problems." (explain/text [])))
  (is (= "error: found 42; expected a spec: a map such as {:name :demo :lanes {…} :roles {…}} [spec/bad-value]\n    at []\n1 error"
         (explain/text (check/check 42))))
  (let [p {:code :a/b :path [] :value nil :message "m" :severity :error}]
    (is (re-find #"\n2 errors, 1 warning$" (explain/text [p p (assoc p :severity :warning)])))))

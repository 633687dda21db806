(ns lanegraph.own-class-test
  (:require
   [clojure.test :refer [deftest is]])
  (:import
   (java.lang.ref WeakReference)
   (lanegraph.runtime OwnClasses)))

(set! *warn-on-reflection* true)

(deftest each-role-has-a-class-of-its-own
  (is (not= (OwnClasses/ofNewRole) (OwnClasses/ofNewRole)))
  (is (.isHidden (OwnClasses/ofNewRole)))
  (is (OwnClasses/sameInOneRole) "a swap keeps what was compiled"))

(deftest the-class-of-a-role-is-freed-with-it
  (let [gone     (OwnClasses/gone)
        deadline (+ (System/nanoTime) 30000000000)]
    (while (and (not (.refersTo gone nil)) (< (System/nanoTime) deadline))
      (System/gc)
      (Thread/yield))
    (is (.refersTo gone nil))))

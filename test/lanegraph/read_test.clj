(ns lanegraph.read-test
  (:require [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.read :as read]
            [lanegraph.source :as source]
            [tools.seed :as seed])
  (:import (clojure.lang ExceptionInfo)
           (java.io File StringReader)
           (java.nio.file Files OpenOption)
           (java.nio.file.attribute FileAttribute)))

(set! *warn-on-reflection* true)

(defn- failure [f]
  (try (f) nil (catch ExceptionInfo e (assoc (ex-data e) :message (ex-message e)))))

(defn- refused [text]
  (let [{:keys [line column] code :lanegraph/code} (failure #(read/from-string text))]
    [code line column]))

(deftest places-are-those-of-the-text
  (let [text (str "; a graph\n"
                  "{:name :x\n"
                  " :lanes {:a {:kind :events, #_ {:left #out 1} :slots 8}}\r\n"
                  " :roles {:b {:rx [:a 0]}}}")
        spec (read/from-string text {:file "x.edn"})]
    (is (= {:name :x :lanes {:a {:kind :events :slots 8}} :roles {:b {:rx [:a 0]}}} spec))
    (are [path side line column] (= {:file "x.edn" :line line :column column} (source/place spec path side))
      []                  :value 2 1
      [:name]             :value 2 8
      [:name]             :key   2 2
      [:lanes :a]         :key   3 10
      [:lanes :a]         :value 3 13
      [:lanes :a :slots]  :key   3 47
      [:lanes :a :slots]  :value 3 54
      [:roles :b :rx]     :value 4 18
      [:roles :b :rx 1]   :value 4 22)))

(deftest a-value-that-was-changed-since-has-no-place
  (let [spec (read/from-string "{:name :x :lanes {:a {:slots 8}}}")]
    (is (= {:line 1 :column 30} (source/place spec [:lanes :a :slots] :value)))
    (is (= {} (source/place (assoc-in spec [:lanes :a :slots] 9) [:lanes :a :slots] :value)))
    (is (= {} (source/place spec [:lanes :b] :value)))
    (is (= {} (source/place {:name :x} [:name] :value)))))

(deftest texts-that-are-no-spec-are-refused-with-their-place
  (are [text answer] (= answer (refused text))
    ""                                [:read/empty 1 1]
    " ; nothing\n"                    [:read/empty 1 1]
    "{:a 1} \n {:b 2}"                [:read/several-forms 2 2]
    "42"                              [:read/not-a-map 1 1]
    " [1 2]"                          [:read/not-a-map 1 2]
    "{:a 1\n :a 2}"                   [:read/duplicate-key 2 2]
    "{:a {:b 1 :b 1}}"                [:read/duplicate-key 1 11]
    "{:a #{1 1}}"                     [:read/duplicate-key 1 5]
    "{:a 1\n :b}"                     [:read/syntax 2 2]
    "{:a"                             [:read/syntax 1 2]
    "\n{:a 1"                         [:read/syntax 2 1]
    "{:a [1 2}"                       [:read/syntax 1 9]
    "}"                               [:read/syntax 1 1]
    "{:a 12x}"                        [:read/syntax 1 5]
    "{:a \"open}"                     [:read/syntax 1 5]
    "{:a #_}"                         [:read/syntax 1 5]
    "{:a 1 #_}"                       [:read/syntax 1 7]
    "{:a #foo 1}"                     [:read/tag 1 5]
    "{:a #=(System/exit 1)}"          [:read/tag 1 5]
    "{:a #?(:clj 1)}"                 [:read/tag 1 5]
    (apply str (repeat 200 "["))      [:read/too-deep 1 102]
    (apply str (repeat 200000 "#_[")) [:read/too-deep 1 303]))

(deftest endless-depth-behind-a-tag-is-refused
  (is (= :read/too-deep (first (refused (str "#a " (apply str (repeat 200000 "["))))))))

(deftest the-message-begins-with-the-place
  (is (= "x.edn:1:7: the key :a is in this map already; keep one of the two"
         (:message (failure #(read/from-string "{:a 1 :a 2}" {:file "x.edn"}))))))

(deftest the-marks-that-editors-put-before-a-text-are-passed-over
  (is (= {:a 1} (read/from-string "\uFEFF{:a 1}"))))

(deftest a-reader-is-read-to-its-end
  (is (= {:a 1} (read/from-reader (StringReader. "{:a 1}")))))

(defn- with-file [^bytes content f]
  (let [file (File/createTempFile "lanegraph" ".edn")]
    (try
      (Files/write (.toPath file) content ^"[Ljava.nio.file.OpenOption;" (make-array OpenOption 0))
      (f file)
      (finally (.delete file)))))

(deftest files
  (testing "a good one, by File, Path and string"
    (with-file (.getBytes "{:a \"é\"}" "UTF-8")
      (fn [^File file]
        (is (= {:a "é"} (read/from-file file) (read/from-file (.toPath file)) (read/from-file (str file))))
        (is (= (str file) (:file (source/place (read/from-file file) [:a] :value)))))))
  (testing "bytes that are no UTF-8, and a character cut short"
    (with-file (byte-array (concat (.getBytes "{:a\n \"é" "UTF-8") [0xff] (.getBytes "\"}")))
      (fn [file]
        (is (= {:lanegraph/code :read/not-utf-8 :line 2 :column 4}
               (select-keys (failure #(read/from-file file)) [:lanegraph/code :line :column])))))
    (with-file (byte-array [(byte \{) (unchecked-byte 0xc3)])
      (fn [file] (is (= :read/not-utf-8 (:lanegraph/code (failure #(read/from-file file))))))))
  (testing "no file, a directory, a name that cannot be, a file without end"
    (let [dir (Files/createTempDirectory "lanegraph" (make-array FileAttribute 0))]
      (are [file code] (= code (:lanegraph/code (failure #(read/from-file file))))
        (str dir "/none.edn") :read/not-found
        dir                   :read/not-readable
        "a\u0000b"            :read/not-readable)
      (Files/delete dir))
    (when (.exists (File. "/dev/zero"))
      (is (= :read/too-large (:lanegraph/code (failure #(read/from-file "/dev/zero"))))))))

(defspec every-place-is-where-its-value-begins
  {:num-tests 60 :seed (seed/of ::every-place-is-where-its-value-begins)}
  (prop/for-all [spec (gen/map gen/keyword (gen/recursive-gen
                                            (fn [inner] (gen/one-of [(gen/vector inner 0 3)
                                                                     (gen/map gen/keyword inner
                                                                              {:max-elements 3})]))
                                            (gen/one-of [gen/small-integer gen/keyword gen/boolean])))]
    (let [text  (str/replace (pr-str spec) "," "\n,")
          read  (read/from-string text)
          lines (str/split text #"\n" -1)
          paths (fn paths [v path]
                  (cons path (cond (map? v)    (mapcat (fn [[k v]] (paths v (conj path k))) v)
                                   (vector? v) (mapcat (fn [i v] (paths v (conj path i))) (range) v))))]
      (and (= spec read)
           (every? (fn [path]
                     (let [{:keys [line column]} (source/place read path :value)]
                       (str/starts-with? (str/join "\n" (cons (subs (nth lines (dec line)) (dec column))
                                                              (drop line lines)))
                                         (let [v (get-in spec path)]
                                           (cond (map? v) "{" (vector? v) "[" :else (pr-str v))))))
                   (paths spec []))))))

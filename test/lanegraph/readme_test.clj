(ns lanegraph.readme-test
  "Every code block of the README and of the pages in doc/ does what it says.

  ```clojure   evaluated, block after block of a page in one namespace; `;; => value` behind a form is its
  value ```bash      run by bash in the project's folder, stopping at the first error
  ```text      right behind one of these: exactly what it prints
  ```edn       one value, read and not evaluated"
  (:require [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.test :refer [deftest is testing]]
            [tools.process :as process])
  (:import (java.io File StringReader)
           (clojure.lang LineNumberingPushbackReader)
           (lanegraph.region JournalDescriptor RingDescriptor)))

(set! *warn-on-reflection* true)

(defn- blocks
  "[{:lang :text :line}] of a page; a :text block behind another becomes its :prints."
  [page]
  (let [lines (str/split-lines (slurp page))]
    (loop [[line & more] lines, n 1, open nil, found []]
      (cond
        (nil? line) found
        (and open (= "```" line))
        (let [{:keys [lang from body]} open
              block {:lang lang :line from :text (str/join "\n" body)}]
          (recur more (inc n) nil
                 (if (and (= "text" lang) (seq found) (nil? (:prints (peek found))))
                   (conj (pop found) (assoc (peek found) :prints (:text block)))
                   (conj found block))))
        open (recur more (inc n) (update open :body conj line) found)
        (re-find #"^```\w" line) (recur more (inc n) {:lang (subs line 3) :from n :body []} found)
        :else (recur more (inc n) nil found)))))

(defn- steps
  "The code of a block up to each `;; =>`, with the value that is promised there."
  [text]
  (loop [[line & more] (str/split-lines text), code [], found []]
    (cond
      (nil? line) (cond-> found (seq code) (conj {:code (str/join "\n" code)}))
      (str/starts-with? line ";; =>")
      (let [[rest-of-value others] (split-with #(re-find #"^;;  +" %) more)
            value (str/join "\n" (cons (subs line 5) (map #(subs % 2) rest-of-value)))]
        (recur others [] (conj found {:code (str/join "\n" code) :value (edn/read-string value)})))
      :else (recur more (conj code line) found))))

(defn- evaluate [code]
  (let [in (LineNumberingPushbackReader. (StringReader. code))]
    (loop [value nil]
      (let [form (read {:eof ::end} in)]
        (if (= ::end form) value (recur (eval form)))))))

(defn- run-clojure [{:keys [text]}]
  (let [out (java.io.StringWriter.)]
    (binding [*out* out]
      (doseq [{:keys [code] :as step} (steps text)
              :let [value (evaluate code)]]
        (when (contains? step :value)
          (is (= (:value step) value) code))))
    (str out)))

(defn- run-bash [{:keys [text]}]
  (let [{:keys [exit out err]} (process/run {:in text} "bash" "-e")]
    (is (= 0 exit) err)
    out))

(defn- try-page [page]
  (binding [*ns* (create-ns 'user)]
    (refer-clojure)
    (doseq [{:keys [lang line text prints] :as block} (blocks page)]
      (testing (str page ":" line)
        (let [printed (case lang
                        "clojure" (run-clojure block)
                        "bash"    (run-bash block)
                        "edn"     (do (is (some? (edn/read-string text))) nil)
                        (is (not lang) "a block that no test can try: make it clojure, bash or edn, or indent it"))]
          (when prints
            (is (= (str/trim-newline prints) (str/trim-newline (str printed))))))))))

(deftest every-block-of-the-readme-runs
  (is (< 6 (count (blocks "README.md"))))
  (try-page "README.md"))

(deftest every-block-of-getting-started-runs
  (try-page "doc/01-getting-started.md"))

(deftest every-block-of-the-command-line-page-runs
  (try-page "doc/07-command-line.md"))

(deftest every-block-of-looking-inside-runs
  (try-page "doc/10-look-inside.md"))

(deftest every-block-of-many-processes-runs
  (try-page "doc/11-many-processes.md"))

(deftest every-block-of-the-concepts-runs
  (try-page "doc/02-concepts.md"))

(deftest every-block-of-live-work-runs
  (try-page "doc/09-live-work.md"))

(deftest every-form-of-the-tour-runs
  (binding [*ns* *ns*]
    (run-clojure {:text (slurp "dev/tour.clj")})))

(deftest the-byte-layouts-are-those-of-the-code
  (let [rows (re-seq #"(?m)^\|[^|]+\| `([A-Z_]+)` \| (\d+) \|$" (slurp "doc/06-byte-layouts.md"))]
    (is (< 20 (count rows)))
    (doseq [[_ constant value] rows]
      (is (= (parse-long value)
             (long (.get (.getField RingDescriptor constant) nil)))
          constant))))

(deftest the-pictures-of-a-journal-are-those-of-its-source
  (let [picture #(map (fn [l] (str/trim (str/replace l #"^[ *]*(?=\d|[|+])" "")))
                      (filter (fn [l] (re-find #"\+-{20}|\|.*\|$" l)) (str/split-lines %)))
        javadoc (picture (slurp "java-src/lanegraph/region/JournalDescriptor.java"))
        segment (take-while #(not (re-find #"LANEJRNL" %)) javadoc)
        page    (slurp "doc/06-byte-layouts.md")
        [_ doc] (re-find #"(?s)A segment:\n\n```text\n(.*?)```" page)]
    (is (< 8 (count (picture doc))))
    (is (= (picture doc) (take (count (picture doc)) segment)))
    (doseq [[what value] {"magic" "LANESEGM" "cells" "LANEJRNL"}]
      (is (str/includes? page value) what))
    (is (= [JournalDescriptor/RECORD_WORD_OFFSET JournalDescriptor/RECORD_POSITION_OFFSET
            JournalDescriptor/RECORD_SEQUENCE_OFFSET JournalDescriptor/RECORD_STAMP_OFFSET
            JournalDescriptor/RECORD_PAYLOAD_OFFSET]
           (for [[_ n] (re-seq #"(?m)^\| (\d+) \|" (second (re-find #"(?s)A record:(.*?)The word of a message" page)))]
             (parse-long n))))))

(defn- pages []
  (cons (io/file "README.md")
        (filter #(re-find #"^\d\d-.*\.md$" (.getName ^File %)) (file-seq (io/file "doc")))))

(deftest every-link-leads-somewhere
  (doseq [^File page (pages)
          [_ target] (re-seq #"\]\(([^)#:]+)(?:#[^)]*)?\)" (slurp page))]
    (is (.exists (io/file (.getParentFile (.getAbsoluteFile page)) target)) (str page " -> " target))))

(ns lanegraph.svg-test
  (:require [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [lanegraph.gen :as lgen]
            [lanegraph.picture :as picture]
            [lanegraph.scene-test :as scene-test]
            [lanegraph.xml :as xml]
            [tools.seed :as seed])
  (:import (java.io StringReader)
           (javax.xml.parsers DocumentBuilderFactory)
           (org.w3c.dom Element NodeList)
           (org.xml.sax ErrorHandler InputSource)))

(set! *warn-on-reflection* true)

(defn- parsed
  "The root of an XML text; throws for what is no XML."
  ^Element [^String text]
  (let [builder (.newDocumentBuilder (doto (DocumentBuilderFactory/newInstance) (.setNamespaceAware true)))]
    (.setErrorHandler builder (reify ErrorHandler
                                (warning [_ e] (throw e)) (error [_ e] (throw e)) (fatalError [_ e] (throw e))))
    (.getDocumentElement (.parse builder (InputSource. (StringReader. text))))))

(defn- elements [^Element root tag]
  (let [^NodeList found (.getElementsByTagNameNS root "http://www.w3.org/2000/svg" tag)]
    (mapv (fn [i] (.item found (int i))) (range (.getLength found)))))

(defn- texts [root tag]
  (map #(.getTextContent ^Element %) (elements root tag)))

(defn- with-class [root tag css-class]
  (filter #(some #{css-class} (str/split (.getAttribute ^Element % "class") #" ")) (elements root tag)))

(defn- svg [spec & {:as opts}]
  (parsed (picture/picture spec (assoc opts :format :svg))))

(deftest a-picture-is-an-svg-document-of-its-own
  (doseq [[n spec] scene-test/sizes]
    (testing n
      (let [^Element root (svg spec)]
        (is (= "svg" (.getLocalName root)))
        (is (= (str "0 0 " (.getAttribute root "width") " " (.getAttribute root "height")) (.getAttribute root "viewBox")))
        (is (= [] (mapcat #(elements root %) ["script" "image" "use" "link" "foreignObject"])))
        (is (not-any? #(re-find #"url\(|@import|http" %) (texts root "style")))
        (is (some #(str/includes? % "prefers-color-scheme: dark") (texts root "style")))))))

(deftest shapes-tell-what-a-box-is
  (let [root (svg (scene-test/sizes 12))]
    (are [n tag css-class] (= n (count (with-class root tag css-class)))
      12 "rect" "outline", 14 "path" "outline", 14 "path" "rim", 2 "polygon" "outline",
      12 "g" "role", 14 "g" "lane", 2 "g" "endpoint", 1 "g" "back", 9 "g" "dead-letter", 0 "path" "fill")
    (is (some #{"stage, filter"} (texts root "text")))
    (is (some #(str/starts-with? % ":work-0-0\n:as :filter\n:kind :stage") (texts root "title")))
    (is (some #{":parse → :failed, dead letters"} (texts root "title")))
    (is (some #{":all → :work-2-0, consumer 2"} (texts root "title")))))

(deftest how-full-a-lane-is-can-be-seen
  (let [root  (svg (scene-test/sizes 12) :fills {:rows 0.5 :all 0.95 :done 0.0})
        width (fn [^Element path] (let [[_ left right] (re-find #"^M ([0-9.]+) [0-9.]+ H ([0-9.]+)" (.getAttribute path "d"))]
                                    (- (parse-double right) (parse-double left))))
        lane  (fn [n] (first (filter #(some #{n} (texts % "text")) (with-class root "g" "lane"))))]
    (is (= [2 1] (map #(count (with-class root "path" %)) ["fill" "full"])))
    (is (= (/ (width (first (with-class (lane "rows") "path" "outline"))) 2)
           (width (first (with-class (lane "rows") "path" "fill")))))
    (is (= 0.0 (width (first (with-class (lane "done") "path" "fill")))))))

(deftest dashes-are-drawn-once
  (let [root  (svg (scene-test/sizes 40))
        steps (mapcat (fn [^Element path]
                        (let [numbers (re-seq #"[MHC][^MHC]*" (.getAttribute path "d"))]
                          (map vector numbers (rest numbers))))
                      (mapcat #(elements % "path") (with-class root "g" "dead-letter")))]
    (is (seq steps))
    (is (apply distinct? (remove (fn [[a _]] (str/starts-with? a "C")) steps)))))

(deftest xml-is-escaped
  (is (= "<a b=\"&lt;&quot;&amp;\" c=\"1.5\"><d/>&lt;x&gt;?12</a>"
         (xml/write [:a {:b "<\"&" :c 1.52 :none nil} [:d {}] "<x>\u0000" nil (list "1" (list "2"))])))
  (are [s] (= s (.getTextContent (parsed (xml/write [:a {} s])))) "a & b" "]]>" "\"'" "😀" "tab\tend")
  (is (= "??" (.getTextContent (parsed (xml/write [:a {} "\uD800\uFFFE"]))))))

(defspec damaged-specs-are-documents-too {:num-tests 60 :seed (seed/of ::damaged-specs-are-documents-too)}
  (prop/for-all [spec lgen/graph, n gen/large-integer, junk lgen/junk, note gen/string]
    (let [paths (vec (rest (lgen/paths spec [])))]
      (some? (svg (assoc-in spec (nth paths (mod n (count paths))) junk)
                  :annotations {[:lanes :lane-0] note [:roles :role-0] note})))))

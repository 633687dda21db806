(ns bench.chart
  "Groups of figures as an SVG picture: a panel for each, in it a bar for each contender, as long as its median, with a
  whisker from its least to its largest."
  (:require
   [bench.figures :as figures]
   [lanegraph.xml :as xml]))

(set! *warn-on-reflection* true)

(def ^:private width 960)
(def ^:private left 360)
(def ^:private right 150)
(def ^:private bar 14)
(def ^:private line 22)
(def ^:private head 34)

(defn- text [x y anchor fill s]
  [:text {:x x :y y :text-anchor anchor :fill fill} s])

(defn number
  "With three digits that mean something."
  [x]
  (format (cond (< x 10) "%.2f" (< x 100) "%.1f" :else "%.0f") (double x)))

(defn- bar-of [scale y first? {:keys [title median min max ratio]}]
  (let [x      #(+ left (* scale (double %)))
        middle (+ y (/ bar 2.0))]
    (list (text (- left 10) (+ y 11) "end" "#222" title)
          (if median
            (list [:rect {:x left :y y :width (* scale (double median)) :height bar :fill (if first? "#0b6e99" "#b8c4cc")}]
                  [:path {:d      (str "M" (xml/number (x min)) " " (xml/number middle) "H" (xml/number (x max))
                                       "M" (xml/number (x min)) " " (+ y 3) "v8M" (xml/number (x max)) " " (+ y 3) "v8")
                          :stroke "#222" :fill "none"}]
                  (text (+ 8 (x max)) (+ y 11) "start" "#222"
                        (str (number median) (when (and ratio (not first?)) (format " (%.2f)" ratio)))))
            (text (+ left 8) (+ y 11) "start" "#888" "no round at this distance")))))

(defn- panel [y {:keys [rows better] :as group}]
  (let [most  (apply max 1e-9 (keep :max rows))
        scale (/ (- width left right) (double most))]
    (list [:text {:x 20 :y (+ y 18) :fill "#222" :font-weight "bold"}
           (str (figures/heading group) (if (= :more better) ", longer is better" ", shorter is better"))]
          (map-indexed (fn [i row] (bar-of scale (+ y head (* line i)) (zero? i) row)) rows))))

(defn svg
  "The text of a picture; `footer`: lines below it."
  [title groups footer]
  (let [heights (map #(+ head (* line (count (:rows %))) 16) groups)
        tops    (reductions + 50 heights)
        foot    (last tops)
        height  (+ foot (* 18 (count footer)) 20)]
    (xml/write
     [:svg {:xmlns   "http://www.w3.org/2000/svg" :width width :height height
            :viewBox (str "0 0 " width " " height) :font-family "sans-serif" :font-size 12}
      [:rect {:width width :height height :fill "#fff"}]
      [:text {:x 20 :y 30 :fill "#222" :font-size 16} title]
      (map panel tops groups)
      (map-indexed (fn [i s] (text 20 (+ foot 10 (* 18 i)) "start" "#666" s)) footer)])))

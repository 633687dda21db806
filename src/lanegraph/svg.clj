(ns lanegraph.svg
  "A scene (lanegraph.scene) as an SVG document that needs nothing else: no script, no font, no style sheet. Follows
  the light or dark theme of whoever shows it. Roles are rounded boxes, lanes are pipes, endpoints point to the right;
  what leads to dead letters is dashed."
  (:require [clojure.string :as str]
            [lanegraph.scene :as scene]
            [lanegraph.xml :as xml]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private style "
text { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1b1f24; }
.title { font-size: 16px; font-weight: bold; }
.name { font-size: 13px; font-weight: bold; text-anchor: middle; }
.fact, .note { font-size: 11px; text-anchor: middle; }
.label, .legend { font-size: 11px; }
.fact, .label, .legend { fill: #57606a; }
.label { text-anchor: end; paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
.page { fill: #ffffff; }
.role .outline { fill: #dbeafe; stroke: #2563eb; }
.lane .outline { fill: #f1f3f5; stroke: #6b7280; }
.lane .fill { fill: #86efac; }
.lane .full { fill: #fca5a5; }
.endpoint .outline { fill: #fef3c7; stroke: #b45309; }
.outline, .rim { stroke-width: 1.5; }
.lane .rim { fill: none; stroke: #6b7280; }
.line { fill: none; stroke: #6b7280; stroke-width: 1.5; }
.tip { fill: #6b7280; }
.dead-letter .line { stroke: #dc2626; stroke-dasharray: 6 4; }
.dead-letter .tip { fill: #dc2626; }
.back .line { stroke: #7c3aed; }
.back .tip { fill: #7c3aed; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .fact, .label, .legend { fill: #9da7b1; }
  .label { stroke: #0d1117; }
  .page { fill: #0d1117; }
  .role .outline { fill: #172b4d; stroke: #60a5fa; }
  .lane .outline { fill: #21262d; stroke: #8b949e; }
  .lane .rim { stroke: #8b949e; }
  .lane .fill { fill: #166534; }
  .lane .full { fill: #991b1b; }
  .endpoint .outline { fill: #3b2a08; stroke: #f59e0b; }
  .line { stroke: #8b949e; }
  .tip { fill: #8b949e; }
  .dead-letter .line { stroke: #f87171; }
  .dead-letter .tip { fill: #f87171; }
  .back .line { stroke: #a78bfa; }
  .back .tip { fill: #a78bfa; }
}
")

(defn- path
  "The text of a path or of points: numbers with one digit behind the point."
  [& parts]
  (str/join " " (map #(if (number? %) (xml/number %) %) parts)))

(defn- pipe
  "The outline of a pipe, round at both ends."
  [x y width height]
  (let [x (double x), y (double y), h (double height), r (double scene/bulge)
        right (- (+ x (double width)) r)]
    (path "M" (+ x r) y "H" right "A" r (/ h 2) 0 0 1 right (+ y h)
          "H" (+ x r) "A" r (/ h 2) 0 0 1 (+ x r) y "Z")))

(defn- outline [{:keys [shape x y width height]}]
  (let [x (double x), y (double y), w (double width), h (double height), neck (- (+ x w) 14.0)]
    (case shape
      :role     [:rect {:class "outline" :x x :y y :width w :height h :rx 8}]
      :lane     [:path {:class "outline" :d (pipe x y w h)}]
      :endpoint [:polygon {:class  "outline"
                           :points (path x y neck y (+ x w) (+ y (/ h 2)) neck (+ y h) x (+ y h))}])))

(defn- filling
  "The messages in a pipe: a shorter pipe. One that is nearly full has another colour."
  [{:keys [fill x y width height]}]
  (when fill
    (let [round (* 2.0 (double scene/bulge))]
      [:path {:class (if (<= 0.9 (double fill)) "full" "fill")
              :d     (pipe x y (+ round (* (double fill) (- (double width) round))) height)}])))

(defn- rim
  "The outline of a pipe and its near rim, over what is in it."
  [{:keys [shape x y width height]}]
  (when (= :lane shape)
    (let [x (double x), y (double y), h (double height), r (double scene/bulge)
          right (- (+ x (double width)) r)]
      [:path {:class "rim"
              :d     (str (pipe x y width height)
                          (path " M" right y "A" r (/ h 2) 0 0 0 right (+ y h)))}])))

(def ^:private line-height 15)

(defn- draw-box [{:keys [shape kind lines title x y width height] :as box}]
  (let [middle (+ (double x) (/ (double width) 2) (if (= :role shape) 0.0 -4.0)) ; others take room at their right end
        top    (- (+ (double y) (/ (double height) 2) 4.0) (* 0.5 (long line-height) (dec (count lines))))]
    [:g {:class (str (name shape) " " (name kind))}
     [:title {} title]
     (outline box)
     (filling box)
     (rim box)
     (map-indexed (fn [i {:keys [class text]}]
                    [:text {:class (name class) :x middle :y (+ top (* (double line-height) (long i)))} text])
                  lines)]))

(defn- drawn-steps
  "The text of the path of a line: level, or bent between two columns."
  [steps]
  (str/join " "
            (mapcat (fn [end [[a b] [c d]]]
                      (let [middle (/ (+ (double a) (double c)) 2)]
                        (cond-> []
                          (not= end [a b]) (conj (path "M" a b))
                          (= b d)          (conj (path "H" c))
                          (not= b d)       (conj (path "C" middle b middle d c d)))))
                    (cons nil (map second steps)) steps)))

(defn- draw-line [{:keys [from to points steps label dead-letter? back?]}]
  (let [[x y]  (peek points)
        x      (double x), y (double y)
        behind (+ x (if back? 8.0 -8.0))]
    [:g {:class (str/join " " (cond-> ["edge"] dead-letter? (conj "dead-letter") back? (conj "back")))}
     [:title {} (str (second from) " → " (second to) (when label (str ", consumer " label))
                     (when dead-letter? ", dead letters") (when back? ", back"))]
     (when (seq steps)
       [:path {:class "line" :d (drawn-steps steps)}])
     [:polygon {:class "tip" :points (path x y behind (- y 4.0) behind (+ y 4.0))}]
     (when label
       [:text {:class "label" :x (- x 10.0) :y (- y 4.0)} label])]))

(defn- legend [lines]
  (str "boxes: roles · pipes: lanes · pointed: endpoints"
       (when (some :dead-letter? lines) " · dashed: dead letters")
       (when (some :back? lines) " · violet: back to an earlier role")))

(defn svg
  "The scene as the text of an SVG document."
  [{:keys [width height boxes lines] graph-name :name}]
  (xml/write
   [:svg {:xmlns "http://www.w3.org/2000/svg" :width width :height height :viewBox (str "0 0 " width " " height)
          :role "img"}
    [:title {} (str "Graph " graph-name)]
    [:style {} style]
    [:rect {:class "page" :width width :height height}]
    [:text {:class "title" :x 24 :y 32} graph-name]
    (map draw-line lines)
    (map draw-box boxes)
    [:text {:class "legend" :x 24 :y (- (long height) 16)} (legend lines)]]))

(ns lanegraph.picture
  "A spec as a picture: text (lanegraph.drawing), SVG (lanegraph.svg), Mermaid or DOT."
  (:require [clojure.string :as str]
            [lanegraph.drawing :as drawing]
            [lanegraph.flow :as flow]
            [lanegraph.problem :as problem]
            [lanegraph.scene :as scene]
            [lanegraph.svg :as svg]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- ids [nodes]
  (into {} (map-indexed (fn [i {:keys [id]}] [id (str "n" i)])) nodes))

(defn- lines-of
  "A name and its annotation, each as `escape` makes it, in quotes."
  [escape line-break & texts]
  (str "\"" (str/join line-break (map #(escape (str/replace % #"\p{Cntrl}" "?")) (remove nil? texts))) "\""))

(def ^:private mermaid-text
  (partial lines-of #(-> % (str/replace "#" "#35;") (str/replace "\"" "#quot;") (str/replace "<" "#lt;")) "<br/>"))

(defn- mermaid [{:keys [nodes edges]}]
  (let [id (ids nodes)]
    (str/join "\n"
              (concat
               ["flowchart TD"]
               (for [{:keys [kind name note] :as node} nodes
                     :let [text (mermaid-text name (flow/does node) note)]]
                 (str "  " (id (:id node)) (case kind
                                             (:ingress :egress) (str "([" text "])")
                                             :nobody            (str "((" text "))")
                                             (str "[" text "]"))))
               (for [{:keys [from to label note dead-letter?]} edges]
                 (str "  " (id from) (if dead-letter? " -.->|" " -->|") (mermaid-text label note) "| "
                      (id to)))))))

(def ^:private dot-text
  (partial lines-of #(-> % (str/replace "\\" "\\\\") (str/replace "\"" "\\\"")) "\\n"))

(defn- dot [{:keys [nodes edges] graph-name :name}]
  (let [id (ids nodes)]
    (str/join "\n"
              (concat
               [(str "digraph " (dot-text graph-name) " {") "  node [shape=box];"]
               (for [{:keys [kind name note] :as node} nodes]
                 (str "  " (id (:id node)) " [label=" (dot-text name (flow/does node) note)
                      (case kind (:ingress :egress) ", shape=oval" :nobody ", shape=plaintext" "") "];"))
               (for [{:keys [from to label note dead-letter?]} edges]
                 (str "  " (id from) " -> " (id to) " [label=" (dot-text label note)
                      (when dead-letter? ", style=dashed") "];"))
               ["}"]))))

(defn picture
  "A string that shows `spec`, which may have problems: what is damaged is left out. Options: :format :text
  (default), :mermaid, :dot or :svg; :width (100) of :text in columns: a drawing that would be wider becomes a list
  of the edges; nil for no limit; :annotations, {[:lanes :lines] \"12 in\", [:roles :parse] \"3/s\"}, short texts that
  stand at them; :fills, {:lines share}, how full :svg shows a lane, from 0.0 to 1.0. Error:
  :picture/unknown-format."
  ([spec] (picture spec {}))
  ([spec {:keys [format width annotations fills] :or {format :text width 100}}]
   (let [graph (flow/flow spec (or annotations {}))]
     (case format
       :text    (drawing/draw graph width)
       :mermaid (mermaid graph)
       :dot     (dot graph)
       :svg     (svg/svg (scene/scene graph (or fills {})))
       (throw (problem/ex :incorrect :picture/unknown-format
                          (str "found the format " (problem/printed format)
                               "; expected :text, :mermaid, :dot or :svg")
                          {:format format}))))))

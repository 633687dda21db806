(ns lanegraph.picture
  "A spec as a picture: text (lanegraph.drawing), Mermaid or DOT."
  (:require [clojure.string :as str]
            [lanegraph.drawing :as drawing]
            [lanegraph.flow :as flow]
            [lanegraph.problem :as problem]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- ids [nodes]
  (into {} (map-indexed (fn [i {:keys [id]}] [id (str "n" i)])) nodes))

(defn- mermaid-text [s]
  (str "\"" (-> (str/replace s #"\p{Cntrl}" "?") (str/replace "#" "#35;") (str/replace "\"" "#quot;")) "\""))

(defn- mermaid [{:keys [nodes edges]}]
  (let [id (ids nodes)]
    (str/join "\n"
              (concat
               ["flowchart TD"]
               (for [{:keys [kind name] :as node} nodes
                     :let [text (mermaid-text (if (= :nobody kind) "nobody" name))]]
                 (str "  " (id (:id node)) (case kind
                                             (:ingress :egress) (str "([" text "])")
                                             :nobody            (str "((" text "))")
                                             (str "[" text "]"))))
               (for [{:keys [from to label dead-letter?]} edges]
                 (str "  " (id from) (if dead-letter? " -.->|" " -->|") (mermaid-text label) "| "
                      (id to)))))))

(defn- dot-text [s]
  (str "\"" (-> (str/replace s #"\p{Cntrl}" "?") (str/replace "\\" "\\\\") (str/replace "\"" "\\\"")) "\""))

(defn- dot [{:keys [nodes edges] graph-name :name}]
  (let [id (ids nodes)]
    (str/join "\n"
              (concat
               [(str "digraph " (dot-text graph-name) " {") "  node [shape=box];"]
               (for [{:keys [kind name] :as node} nodes]
                 (str "  " (id (:id node)) " [label=" (dot-text name)
                      (case kind (:ingress :egress) ", shape=oval" :nobody ", shape=plaintext" "") "];"))
               (for [{:keys [from to label dead-letter?]} edges]
                 (str "  " (id from) " -> " (id to) " [label=" (dot-text label)
                      (when dead-letter? ", style=dashed") "];"))
               ["}"]))))

(defn picture
  "A string that shows `spec`, which may have problems: what is damaged is left out. Options: :format :text
  (default), :mermaid or :dot; :width (100) of :text in columns: a drawing that would be wider becomes a list
  of the edges; nil for no limit. Error: :picture/unknown-format."
  ([spec] (picture spec {}))
  ([spec {:keys [format width] :or {format :text width 100}}]
   (let [graph (flow/flow spec)]
     (case format
       :text    (drawing/draw graph width)
       :mermaid (mermaid graph)
       :dot     (dot graph)
       (throw (problem/ex :incorrect :picture/unknown-format
                          (str "found the format " (problem/printed format)
                               "; expected :text, :mermaid or :dot")
                          {:format format}))))))

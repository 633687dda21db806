(ns lanegraph.why
  "Where the back-pressure of a graph starts: from the roles that wait for room in a full lane to who does not empty it."
  (:require [clojure.string :as str]
            [lanegraph.table :refer [number percent]]))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- full?
  "Whether a lane is so full that its writers have to wait for its readers, or soon will: by less than a tenth of it."
  [{:keys [capacity depth]}]
  (boolean (when capacity
             (<= (- (long capacity) (quot (long capacity) 10)) (long depth)))))

(defn- slowest
  "The reader with the most before it, [owner depth]; nil if a lane has none."
  [{:keys [readers]}]
  (last (sort-by (fn [[owner depth]] [depth owner]) readers)))

(defn- reader-of
  "Who a reader of a lane is: [:role name], [:endpoint name] without a consumer, or [:nobody name]."
  [{:keys [roles]} owner]
  (let [[section named] (str/split owner #"/")
        named           (keyword named)
        consumer        (keyword owner)]
    (cond
      (and (= "role" section) (contains? roles named)) [:role named]
      (contains? roles consumer)                       [:role consumer]
      (= "endpoint" section)                           [:endpoint named]
      :else                                            [:nobody owner])))

(defn- in-function?
  "Whether a role has been in its function all the time that the status was taken over."
  [{:keys [state rate busy blocked-on]}]
  (and (= :running state) (nil? blocked-on) (zero? (double rate)) (< 0.9 (double busy))))

(defn- holds-the-thread
  "The role on the same thread, if another one, that has not come out of its function."
  [{:keys [roles]} role]
  (let [{:keys [thread]} (roles role)]
    (first (for [[k other] (sort roles)
                 :when (and (not= k role) (= thread (:thread other)) (in-function? other))]
             k))))

(defn- cause-of
  "Why a role that waits for no room does not empty its lane: {:cause :role}."
  [{:keys [roles] :as status} role]
  (let [{:keys [state] :as it} (roles role)
        other (holds-the-thread status role)]
    (cond
      (not= :running state) {:cause state :role role}
      (in-function? it)     {:cause :in-function :role role}
      other                 {:cause :in-function :role other}
      :else                 {:cause :slow-role :role role})))

(defn- follow
  "Who does not empty `lane`, through the roles that wait themselves: {:cause :lane :path [role …]} with the last lane,
  and :role or :endpoint."
  [{:keys [lanes roles] :as status} lane]
  (loop [lane lane, path []]
    (let [[owner]   (slowest (lanes lane))
          [what it] (if owner (reader-of status owner) [:nobody nil])
          onward    (when (= :role what) (:blocked-on (roles it)))]
      (cond
        (= :nobody what)                     (cond-> {:cause :nobody-reads :lane lane :path path}
                                               (and it (not= "unread" it)) (assoc :owner it))
        (= :endpoint what)                   {:cause :egress :endpoint it :lane lane :path path}
        (some #{it} path)                    {:cause :cycle :role it :lane lane :path path}
        (and onward (contains? lanes onward)) (recur onward (conj path it))
        :else                                (assoc (cause-of status it) :lane lane :path path)))))

;; ------------------------------------------------------------------ words

(defn- holds [{:keys [depth capacity]}]
  (str "holds " (number depth) (when capacity (str " of " (number capacity))) " messages"))

(defn- waiting [blocked]
  (if (seq blocked)
    (str "; for room " (if (next blocked) "wait the roles " "waits the role ") (str/join " " blocked))
    ""))

(defn- sentence [{:keys [lanes roles over-ms]} {:keys [cause role endpoint lane owner blocked]}]
  (let [{:keys [rate busy]} (roles role)
        before (str "lane " lane " " (holds (lanes lane)))
        rate   (some-> rate number (str " messages/s"))]
    (str (case cause
           :egress       (let [out (double (get-in lanes [lane :out-rate]))]
                           (if (zero? out)
                             (str "Nobody takes from egress " endpoint ": " before)
                             (str "Egress " endpoint " is taken from at " (number out)
                                  " messages/s, slower than they come: " before)))
           :slow-role    (str "Role " role " is the slowest: it works " (percent busy)
                              " of the time, at " rate ", and " before)
           :in-function  (str "Role " role " has been in its function for more than " over-ms " ms: " before)
           :paused       (str "Role " role " is paused: " before "; resume! or step! it")
           :parked       (str "Role " role " is parked with a message that its stage could not do: " before
                              "; retry! or skip! that")
           :cycle        (str "Role " role " waits for room in a circle of full lanes: " before)
           :nobody-reads (str (if owner (str "Reader " owner ", which is not in this graph,") "Nobody")
                              (if owner " is behind: " " reads: ") before)
           :never        (str "Role " role " was never started: " before)
           (str "Role " role " has " (name cause) ": " before))
         (waiting blocked) ".")))

(defn- told [status {:keys [cause] :as found}]
  (assoc found :text (if (= :none cause)
                       "Nothing is wrong: no lane is full, no role waits for room."
                       (sentence status found))))

;; ------------------------------------------------------------------ the answer

(defn- pressure
  "The causes that full lanes lead to, the one that most roles wait for first."
  [{:keys [lanes roles] :as status}]
  (let [waiting (into (sorted-map) (filter (comp :blocked-on val)) roles)
        begins  (distinct (concat (map :blocked-on (vals waiting)) (sort (keys (filter (comp full? val) lanes)))))]
    (->> (for [lane begins :when (contains? lanes lane)]
           (assoc (follow status lane)
                  :blocked (vec (for [[k role] waiting :when (= lane (:blocked-on role))] k))))
         (group-by #(select-keys % [:cause :role :endpoint :owner]))
         vals
         (map (fn [found]
                (-> (last (sort-by (comp count :path) found))
                    (assoc :blocked (vec (sort (distinct (mapcat #(into (:blocked %) (:path %)) found))))))))
         (sort-by (fn [{:keys [blocked cause] :as found}] [(- (count blocked)) (str cause (:role found))])))))

(defn- quiet
  "What keeps messages waiting though no lane is full: roles that are halted or do not return."
  [{:keys [lanes] :as status}]
  (for [[lane {:keys [readers]}] (sort lanes)
        [owner depth]            (sort readers)
        :let [[what role] (reader-of status owner)]
        :when (and (= :role what) (pos? (long depth)))
        :let [{:keys [cause] :as found} (cause-of status role)]
        :when (not= :slow-role cause)]
    (assoc found :lane lane :path [] :blocked [])))

(defn why
  "The answer of lanegraph.core/why to a status with rates."
  [{:keys [state roles] :as status}]
  (if (#{:running :starting :draining} state)
    (let [[found & also] (or (seq (pressure status)) (seq (quiet status)) [{:cause :none}])]
      (cond-> (told status found)
        also (assoc :also (mapv #(told status %) also))))
    (let [failed (vec (sort (keys (filter (comp #{:failed :died} :state val) roles))))]
      (cond-> {:cause state
               :text  (str "The graph is " (name state)
                           (when (seq failed) (str ", because of " (str/join " " failed))) ".")}
        (seq failed) (assoc :roles failed)))))

(ns lanegraph.core-test
  (:require [clojure.datafy :as datafy]
            [clojure.string :as str]
            [clojure.test :refer [are deftest is testing]]
            [lanegraph.codec :as codec]
            [lanegraph.core :as lg]
            [lanegraph.run-kit :as kit :refer [code-of eventually pipe refusal]]
            [lanegraph.model :as model]
            [lanegraph.scratch :as scratch]))

(set! *warn-on-reflection* true)

;; ------------------------------------------------------------------ the namespace itself

(def ^:private public
  '[check explain normalise describe graph read-spec diff simulate test spawn! offer! offer-all! take! poll!
    run-role! supervise! attach ack! postmortem writer reader peek journal status why latency top view tap! untap!
    await-idle! pause! resume! step! inject! swap-stage! rehearse rollback-stage! stage-history errors retry! skip! join! stop! emit raw-stage DROP FORWARD-INPUT])

(deftest the-docstring-tells-every-function
  (is (= (set public) (set (remove #(str/starts-with? (str %) "->") (keys (ns-publics 'lanegraph.core))))))
  (let [doc (:doc (meta (find-ns 'lanegraph.core)))]
    (doseq [f public]
      (is (str/includes? doc (str f)))
      (is (:doc (meta (ns-resolve 'lanegraph.core f))) (str f)))))

(defn- wrapped
  "`text` in lines of at most 106 characters, the first with `begin` before it,
    the others indented below its end."
  [begin text]
  (loop [line begin, [word & more] (str/split text #" "), lines []]
    (cond
      (nil? word)                                (conj lines line)
      (<= (+ (count line) 1 (count word)) 106) (recur (str line " " word) more lines)
      :else (recur (str (apply str (repeat (count begin) " ")) " " word) more (conj lines line)))))

(defn option-lines
  "What the docstring says of the options of a place of the model."
  [place]
  (mapcat (fn [{:keys [key type values doc] :as entry}]
            (wrapped (format "    %-13s" key)
                     (str doc
                          (when (= :one-of type) (str " One of " (str/join " " values) "."))
                          (when (contains? entry :default) (str " Default " (:default entry) ".")))))
          (model/entries place)))

(deftest the-docstring-tells-every-option
  (let [doc (:doc (meta (find-ns 'lanegraph.core)))]
    (doseq [[place title] (drop-while #(not= :spawn (first %)) (:places model/model))]
      (is (str/includes? doc (str/join "\n" (cons (str "  " title ":") (option-lines place)))) (str place)))))

;; ------------------------------------------------------------------ specs

(deftest check-looks-for-the-stages
  (is (= [] (lg/check (pipe {:stage 'clojure.core/inc}))))
  (is (= [[:stage/var-not-found [:roles :r :stage]]]
         (map (juxt :code :path) (lg/check (pipe {:stage 'clojure.core/incc})))))
  (is (= [:stage/not-registered] (map :code (lg/check (pipe {:stage :up})))))
  (is (= [] (lg/check (pipe {:stage :up}) {:stages {:up inc}}))))

(deftest explain-prints
  (is (str/includes? (with-out-str (lg/explain (pipe {:stage 'clojure.core/incc}))) "stage/var-not-found"))
  (is (= "No problems.\n" (with-out-str (lg/explain (pipe {:stage 'clojure.core/inc}))))))

;; ------------------------------------------------------------------ options

(deftest unknown-options-are-refused
  (let [spec (pipe {:stage 'clojure.core/inc})]
    (are [opts hint] (= [:options/invalid hint]
                        ((juxt :lanegraph/code (comp :hint first :problems))
                        (refusal #(lg/spawn! spec opts))))
      {:on-evnt println}           "did you mean :on-event?"
      {:wire :allways}             "did you mean :always?"
      {:threads 3}                 nil
      {:dir 3}                     nil
      {:dir (str "a" (char 0))}    nil
      {:stages [inc]}              nil
      {:stages {"up" inc}}         "write :up"
      {:codecs {:edn nil}}         nil
      {:consumers {:out 5}}        nil
      {:on-event 3}                nil
      [:dir "x"]                   nil)
    (is (= :codec/not-a-codec (code-of #(lg/spawn! spec {:codecs {:mine {}}}))))
    (is (= :graph/unknown-endpoint (code-of #(lg/spawn! spec {:consumers {:outt println}}))))
    (is (= :options/invalid (code-of #(lg/simulate spec {:in [1]} {:stagess {}}))))
    (is (= :options/invalid (code-of #(lg/simulate spec [1]))))
    (is (= :options/invalid (code-of #(lg/simulate spec {:in 1}))))
    (is (= :options/invalid (code-of #(lg/check spec {:stagess {}}))))
    (with-open [rt (lg/spawn! spec {:my/note 1 :dir nil})]
      (are [f] (= :options/invalid (code-of f))
        #(lg/offer! rt :in 1 {:timeout 1})
        #(lg/offer! rt :in 1 {:timeout-ms -1})
        #(lg/take! rt :out 1 {:timeout-ms "1"})
        #(lg/take! rt :out -1)
        #(lg/take! rt :out nil)
        #(lg/peek rt :a 1.5)
        #(lg/await-idle! rt {:deadline-ms 1})
        #(lg/join! rt {:timeout-ms 1.5})
        #(lg/stop! rt {:mode :later})))))

(deftest a-bad-spec-is-refused-with-every-problem
  (let [{:lanegraph/keys [code] :keys [problems]}
        (refusal #(lg/spawn! (-> (pipe {:stage 'no.such/stage}) (assoc-in [:roles :r :tx] :nowhere))))]
    (is (= :graph/invalid code))
    (is (= #{:stage/namespace-not-found :graph/unknown-lane}
           (set (map :code (filter #(= :error (:severity %)) problems)))))
    (is (= :graph/invalid (code-of #(lg/simulate {} {}))))
    (is (= :graph/invalid (code-of #(lg/spawn! nil))))))

(deftest a-codec-nobody-gave-is-refused
  (let [spec (pipe {:stage 'clojure.core/inc} {:codec :jsom})]
    (is (= [[:graph/unknown-codec [:lanes :a :codec] "did you mean :json?"]
            [:graph/unknown-codec [:lanes :b :codec] "did you mean :json?"]]
           (map (juxt :code :path :hint) (lg/check spec))))
    (is (= :graph/invalid (code-of #(lg/spawn! spec))))
    (is (= [] (lg/check spec {:codecs {:jsom (:edn codec/built-in)}})))))

;; ------------------------------------------------------------------ simulate

(deftest simulate-runs-the-whole-graph
  (is (= {:out [2 3 4]} (lg/simulate (pipe {:stage 'clojure.core/inc}) {:in [1 2 3]})))
  (is (= {:out []} (lg/simulate (pipe {:stage 'clojure.core/inc}) {})))
  (is (= {:out []} (lg/simulate (pipe {:stage 'clojure.core/inc}) {:in nil})))
  (testing "more messages than the lanes hold, some left out, some several"
    (let [f #(case (long (mod % 3)) 0 nil 1 % 2 (lg/emit % (- (long %))))]
      (is (= {:out (mapcat #(case (long (mod % 3)) 0 nil 1 [%] 2 [% (- (long %))]) (range 1000))}
             (lg/simulate (pipe {:stage :f}) {:in (range 1000)} {:stages {:f f}}))))))

(deftest simulate-closes-every-stage
  (let [closed (atom #{})
        stage  (fn [k] {:step (fn [s v] [s v]) :close (fn [_] (swap! closed conj k) (throw (ex-info (str k) {})))})
        lane   {:kind :events :codec :edn}
        spec   {:name :two :lanes {:a lane :b lane :c lane}
                :roles {:r1 {:kind :stage :stage :s1 :as :stateful :rx :a :tx :b}
                        :r2 {:kind :stage :stage :s2 :as :stateful :rx :b :tx :c}}
                :endpoints {:in {:kind :ingress :lane :a} :out {:kind :egress :lane :c}}}]
    (doseq [[code inputs] {:role/close-failed {:in [1]}, :graph/unknown-endpoint {:inn [1]}, :lane/no-value {:in [nil]}}]
      (reset! closed #{})
      (is (= code (code-of #(lg/simulate spec inputs {:stages {:s1 (stage 1) :s2 (stage 2)}}))))
      (is (= #{1 2} @closed) (str code)))))

(deftest simulate-tells-errors
  (let [spec  (pipe {:stage :f})
        error (ex-info "no" {})
        {:lanegraph/keys [code] :keys [role position cause]}
        (refusal #(lg/simulate spec {:in [1 2]} {:stages {:f (fn [v] (if (= 2 v) (throw error) v))}}))]
    (is (= [:role/failed :r 1] [code role position]))
    (is (identical? error (ex-cause cause)))
    (is (= :graph/unknown-endpoint (code-of #(lg/simulate spec {:inn [1]} {:stages {:f inc}}))))
    (is (= :graph/unknown-endpoint (code-of #(lg/simulate spec {"in" [1]} {:stages {:f inc}}))))
    (is (= :options/invalid (code-of #(lg/simulate spec {:in "text"} {:stages {:f inc}}))))
    (is (= :lane/no-value (code-of #(lg/simulate spec {:in [nil]} {:stages {:f inc}}))))
    (is (= :codec/wrong-type (code-of #(lg/simulate spec {:in [(Object.)]}
                             {:stages {:f identity} :wire :always}))))))

;; ------------------------------------------------------------------ endpoints

(deftest a-graph-prints-in-one-line-and-datafies
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (is (= "#lanegraph[pipe running, 2 lanes, 1 role]" (pr-str rt)))
    (is (= (lg/status rt) (datafy/datafy rt)))
    (lg/stop! rt)
    (is (= "#lanegraph[pipe stopped, 2 lanes, 1 role]" (pr-str rt)))))

(deftest offer-and-take
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (is (true? (lg/offer! rt :in 1)))
    (is (= [2] (lg/take! rt :out 1 {:timeout-ms 20000})))
    (is (= [] (lg/take! rt :out)))
    (is (= [] (lg/take! rt :out 5 {:timeout-ms 1})))
    (is (nil? (lg/poll! rt :out)))
    (is (= 5 (lg/offer-all! rt :in (range 5))))
    (is (eventually (= 5 (:depth (:b (:lanes (lg/status rt)))))))
    (is (= [1 2] (lg/peek rt :b 2)))
    (is (= [1] (lg/peek rt :b)))
    (is (= [1 2 3] (lg/take! rt :out 3)))
    (is (= 4 (lg/poll! rt :out)))
    (is (= [5] (lg/take! rt :out 100)))
    (is (= [] (lg/peek rt :b 10)))
    (is (= [] (lg/take! rt :out 0)))))

(deftest a-full-lane-says-so
  (let [{:keys [open! pass!]} (kit/gate)]
    (with-open [rt (lg/spawn! (pipe {:stage :f}) {:stages {:f (fn [v] (pass!) v)}})]
      (is (= 8 (lg/offer-all! rt :in (range 100))) "the message that the role works on keeps its slot")
      (is (false? (lg/offer! rt :in :more)))
      (is (false? (lg/offer! rt :in :more {:timeout-ms 5})))
      (open!)
      (is (true? (lg/offer! rt :in :more {:timeout-ms 20000})))
      (is (= [0 1 2 3 4 5 6 7 :more] (kit/taken rt 9))))))

(deftest wrong-names-and-values
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:slot-bytes 16}) {:wire :always})]
    (are [code f] (= code (code-of f))
      :graph/unknown-endpoint #(lg/offer! rt :inn 1)
      :graph/unknown-endpoint #(lg/offer! rt :out 1)
      :graph/unknown-endpoint #(lg/take! rt :in)
      :graph/unknown-endpoint #(lg/offer! rt "in" 1)
      :graph/unknown-lane     #(lg/peek rt :c)
      :graph/unknown-lane     #(lg/peek rt nil)
      :lane/no-value          #(lg/offer! rt :in nil)
      :lane/too-large         #(lg/offer! rt :in "a text of more than 16 bytes")
      :codec/wrong-type       #(lg/offer! rt :in (Object.)))
    (let [{:lanegraph/keys [code] :keys [accepted]} (refusal #(lg/offer-all! rt :in [1 2 nil 3]))]
      (is (= [:lane/no-value 2] [code accepted])))
    (is (= [1 2] (kit/taken rt 2)))))

(deftest bare-handles
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (with-open [w (lg/writer rt :in)]
      (is (true? (.offer w 1)))
      (is (= :endpoint/taken (code-of #(lg/offer! rt :in 1))))
      (is (= :endpoint/taken (code-of #(lg/writer rt :in)))))
    (is (true? (lg/offer! rt :in 2)))
    (with-open [r (lg/reader rt :out)]
      (is (eventually (.peek r)))
      (is (= 2 (.take r)))
      (is (= :endpoint/taken (code-of #(lg/take! rt :out)))))
    (is (= [3] (kit/taken rt 1)))))

(deftest an-interrupted-thread-is-told-and-stays-so
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}))]
    (are [f] (= [:call/interrupted true]
                @(future (.interrupt (Thread/currentThread))
                         [(code-of f) (Thread/interrupted)]))
      #(lg/take! rt :out 1 {:timeout-ms 20000})
      #(lg/await-idle! rt {:timeout-ms 20000})
      #(lg/join! rt {:timeout-ms 20000}))
    (is (= [:stopped true] @(future (.interrupt (Thread/currentThread))
                                    [(:state (lg/stop! rt {:mode :drain})) (Thread/interrupted)])))))

(deftest any-thread-may-call
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:slots 1024}))]
    (let [writers (mapv #(future (lg/offer-all! rt :in (range % (+ % 100)) {:timeout-ms 20000}))
                        (range 0 400 100))
          readers (doall (repeatedly 2 #(future (lg/take! rt :out 200 {:timeout-ms 20000}))))]
      (is (= [100 100 100 100] (mapv deref writers)))
      (is (= (range 400) (sort (mapcat deref readers)))))))

(deftest a-function-consumes-an-egress
  (let [seen (atom [])]
    (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) {:consumers {:out #(swap! seen conj %)}})]
      (lg/offer-all! rt :in (range 5))
      (lg/await-idle! rt)
      (is (= [1 2 3 4 5] @seen))
      (is (= :endpoint/taken (code-of #(lg/take! rt :out))))
      (is (= {:kind :consumer :processed 5 :thread "lanegraph:pipe:endpoint/out"}
             (select-keys (get-in (lg/status rt) [:roles :endpoint/out]) [:kind :processed :thread]))))))

(deftest a-consumer-may-look-at-bytes-in-place
  (let [seen (atom [])
        look (lg/raw-stage :inspect (fn [^org.agrona.DirectBuffer in] (swap! seen conj (.getLong in 0))))]
    (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc} {:codec :long}) {:consumers {:out look}})]
      (is (= {:a :by-reference :b :in-memory} (update-vals (:lanes (lg/status rt)) :memory)))
      (lg/offer-all! rt :in [1 2])
      (lg/await-idle! rt)
      (is (= [2 3] @seen)))))

(deftest a-consumer-that-fails-stops-the-graph
  (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/inc}) {:consumers {:out #(throw (ex-info (str %) {}))}})]
    (lg/offer! rt :in 1)
    (let [{:lanegraph/keys [code] :keys [roles]} (refusal #(lg/join! rt {:timeout-ms 20000}))]
      (is (= [:graph/failed [:endpoint/out]] [code (keys roles)])))))

(deftest bytes-are-copied
  (let [sent (byte-array [1 2 3])]
    (with-open [rt (lg/spawn! (pipe {:stage 'clojure.core/identity} {:codec :bytes}))]
      (lg/offer! rt :in sent)
      (let [[received] (kit/taken rt 1)]
        (is (= [1 2 3] (seq received)))
        (is (not (identical? sent received)))))))

(deftest codecs-of-ones-own-are-used
  (let [c (reify codec/Codec
            (encode [_ v] (.getBytes (str/reverse v) "UTF-8"))
            (decode [_ found] (str/reverse (String. ^bytes found "UTF-8"))))
        spec (pipe {:stage 'clojure.string/upper-case} {:codec :mine})]
    (with-open [rt (lg/spawn! spec {:codecs {:mine c} :wire :always})]
      (lg/offer! rt :in "abc")
      (is (= ["ABC"] (kit/taken rt 1))))
    (is (= {:out ["X"]} (lg/simulate spec {:in ["x"]} {:codecs {:mine c} :wire :always})))))

(deftest values-pass-by-reference-and-by-wire
  (let [value {:a [1 2 3]}
        spec  (pipe {:stage 'clojure.core/identity})
        pass  (fn [opts] (with-open [rt (lg/spawn! spec opts)]
                           (lg/offer! rt :in value)
                           [(first (kit/taken rt 1)) (get-in (lg/status rt) [:lanes :a :memory])]))]
    (let [[v memory] (pass {})]
      (is (identical? value v))
      (is (= :by-reference memory)))
    (let [[v memory] (pass {:wire :always})]
      (is (= value v))
      (is (not (identical? value v)))
      (is (= :in-memory memory)))
    (scratch/with-dir [dir]
      (let [[v memory] (pass {:dir dir})]
        (is (= value v))
        (is (not (identical? value v)))
        (is (= :mapped memory))))
    (testing "a raw stage makes its lanes carry bytes"
      (is (= :in-memory (with-open [rt (lg/spawn! (pipe {:stage 'lanegraph.fixture.good/raw-copy}))]
                          (lg/offer! rt :in value)
                          (is (= [value] (kit/taken rt 1)))
                          (get-in (lg/status rt) [:lanes :a :memory])))))))

(deftest events-are-told-as-maps
  (let [events (atom []), failure (promise)
        rt (lg/spawn! (pipe {:stage :f}) {:stages {:f (fn [_] (throw (ex-info "broken" {})))}
                                          :on-event #(swap! events conj %)
                                          :on-failure #(deliver failure %)})]
    (lg/offer! rt :in 1)
    (let [e (deref failure 20000 nil)]
      (is (= :graph/failed (:lanegraph/code (ex-data e))))
      (is (= :role/failed (:lanegraph/code (ex-data (get-in (ex-data e) [:roles :r]))))))
    (.close rt)
    (is (eventually (some #(= :closed (:type %)) @events)))
    (is (= [:started :failed :closed] (map :type @events)))
    (is (every? #(= :pipe (:graph %)) @events))
    (is (= :r (:role (second @events))))))

(deftest nothing-is-printed
  (let [out (java.io.ByteArrayOutputStream.), before System/out, before-err System/err]
    (try
      (System/setOut (java.io.PrintStream. out))
      (System/setErr (java.io.PrintStream. out))
      (let [text (with-out-str
                   (binding [*err* *out*]
                     (with-open [rt (lg/spawn! (pipe {:stage :f :on-error :skip})
                                                {:stages {:f #(/ 1 (long %))}})]
                       (lg/offer-all! rt :in [1 0 2])
                       (lg/await-idle! rt)
                       (lg/stop! rt))
                     (let [rt (lg/spawn! (pipe {:stage :f}) {:stages {:f #(/ 1 (long %))}})]
                       (lg/offer! rt :in 0)
                       (eventually (= :failed (:state (lg/status rt))))
                       (.close rt))))]
        (is (= "" text)))
      (finally (System/setOut before) (System/setErr before-err)))
    (is (= "" (str out)))))

(ns lanegraph.journal-process-test
  "Journals on a full disk."
  (:require
   [clojure.string :as str]
   [clojure.test :refer [deftest is]]
   [lanegraph.scratch :as scratch :refer [path with-dir]]
   [tools.skip :as skip]))

(set! *warn-on-reflection* true)

(deftest s15-a-full-disk-is-an-error-and-what-was-written-is-whole
  (with-dir [dir]
    (let [small (path dir "small")
          user  (str/trim (slurp (.getInputStream (.start (ProcessBuilder. ["id" "-u"])))))
          script (str "mkdir -p '" small "' && mount -t tmpfs -o size=1m tmpfs '" small "' || { echo unmountable; exit; }\n"
                      "head -c 300000 /dev/zero >'" small "/room'\nexec \"$@\"")
          p (scratch/start! (into ["unshare" (if (= "0" user) "-m" "-rm") "sh" "-c" script "sh"]
                                  (scratch/java-command [] "lanegraph.lane.JournalTraffic" "fill" small 65536)))
          lines (do (scratch/tell! p) (scratch/lines p))]
      (if (or (empty? lines) (re-find #"^(unmountable|unshare:|mount:)" (first lines)))
        (skip/skip! (str "mounting a small tmpfs is not possible here: " (first lines)))
        (let [[refused whole again went-on whole-again] lines]
          (is (str/starts-with? refused "region/no-space"))
          (is (re-find #"needed=65536 bytes" refused))
          (is (= "whole" whole))
          (is (str/starts-with? again "region/no-space"))
          (is (= ["went on" "whole"] [went-on whole-again])))))))

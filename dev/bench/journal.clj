(ns bench.journal
  "A journal lane that is written and read at its end beside Chronicle Queue: in files of shared memory, and on the disk."
  (:require
   [bench.trials :refer [unchecked]]))

;; what Chronicle asks for on a JDK from 17 on
(def ^:private chronicle-flags
  (concat (map #(str "--add-exports=" % "=ALL-UNNAMED")
               ["java.base/jdk.internal.ref" "java.base/sun.nio.ch" "jdk.unsupported/sun.misc"
                "jdk.compiler/com.sun.tools.javac.file"])
          (map #(str "--add-opens=" % "=ALL-UNNAMED")
               ["jdk.compiler/com.sun.tools.javac" "java.base/java.lang" "java.base/java.lang.reflect" "java.base/java.io"
                "java.base/java.util" "java.base/sun.nio.ch"])))

(defn- contenders [[case dir]]
  (let [properties (assoc unchecked "bench.dir" dir)
        journal (assoc properties "bench.shape" "journal" "bench.background" true)]
    (map #(assoc % :case case)
         [{:id "lane" :title "lanegraph journal, 64 MiB retained" :properties journal}
          {:id "chronicle" :title "Chronicle Queue" :properties properties :flags chronicle-flags}
          {:id "lane" :title "lanegraph journal, all retained" :properties (assoc journal "bench.retain" 0)}])))

(def benchmark
  {:title "append and tail of 64-byte messages, beside Chronicle Queue"
   :contenders (mapcat contenders [[:memory "/dev/shm"] [:disk (System/getProperty "java.io.tmpdir")]])
   :cases {:memory "files in /dev/shm" :disk "files on the disk"}
   :set-up
   (fn [_]
     ["Set-up: one writer, one reader at the end, messages of 64 bytes written and read in place, every word checked; nothing is"
      "  forced to the disk. Journal: segments of 16 MiB, made ready by the journal's own thread, a checksum in each record,"
      "  the reader's position is kept; where that thread would have no core, both sides wait as roles do by default there."
      "  Chronicle: LARGE_DAILY roll cycle, appender and tailer, which spin; on empty 16 × onSpinWait."])})

(ns lanegraph.cli.lines
  "Lines of bytes to messages and back, by the codec of the lane. Reads with a buffer that holds one line,
  so the size of a file does not matter."
  (:require [clojure.string :as str]
            [lanegraph.edn-text :as edn-text]
            [lanegraph.json :as json]
            [lanegraph.problem :as problem]
            [lanegraph.stages :as stages])
  (:import (java.io InputStream OutputStream)
           (java.nio.charset StandardCharsets)
           (java.util Arrays)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private longest-line (* 16 1024 1024))
(def ^:private ^:const lf 10)

(defn- at-line [file number message cause]
  (problem/ex :incorrect :cli/bad-line (str file ":" number ": " message) {:file file :line number} cause))

(defn- grown ^bytes [^bytes buffer file number]
  (when (<= (long longest-line) (alength buffer))
    (throw (at-line file number (str "the line is longer than " longest-line " bytes; break it up") nil)))
  (Arrays/copyOf buffer (int (* 2 (alength buffer)))))

(defn- newline-from
  "Index of the first LF in buffer[from, end), or -1."
  ^long [^bytes buffer ^long from ^long end]
  (loop [i from]
    (cond
      (= i end)                                -1
      (= lf (aget buffer i))                   i
      :else                                    (recur (inc i)))))

(defn each-line
  "Calls (f buffer from to number) for each line of a stream until it ends or f answers false; the bytes
  [from, to) of the buffer are the line, without its LF, until f returns. Numbers count from 1. Answers the
  number of lines for which f answered true."
  ^long [^InputStream in file f]
  (loop [buffer (byte-array 65536), from 0, scanned 0, end 0, number 1]
    (let [to (newline-from buffer scanned end)]
      (cond
        (not (neg? to))
        (if (f buffer from to number)
          (recur buffer (inc to) (inc to) end (inc number))
          (dec number))

        (pos? from)
        (do (System/arraycopy buffer from buffer 0 (- end from))
            (recur buffer 0 (- end from) (- end from) number))

        (= end (alength buffer))
        (recur (grown buffer file number) 0 end end number)

        :else
        (let [n (.read in buffer (int end) (int (- (alength buffer) end)))]
          (cond
            (pos? n)    (recur buffer 0 end (+ end n) number)
            (zero? end) (dec number)
            (f buffer 0 end number) number
            :else       (dec number)))))))

(defn- text
  "The line as a string, without a CR at its end; throws when it is not UTF-8."
  ^String [^bytes buffer ^long from ^long to]
  (let [to (if (and (< from to) (= 13 (aget buffer (dec to)))) (dec to) to)
        s  (String. buffer (int from) (int (- to from)) StandardCharsets/UTF_8)]
    ;; what is not UTF-8 becomes U+FFFD, which may also stand in the line itself
    (when (and (<= 0 (.indexOf s 0xFFFD))
               (not (Arrays/equals (.getBytes s StandardCharsets/UTF_8)
                                   (Arrays/copyOfRange buffer (int from) (int to)))))
      (throw (problem/ex :incorrect :cli/bad-line "the line is not UTF-8" {})))
    s))

(defn- expected-long [^String line]
  (or (parse-long line)
      (throw (problem/ex :incorrect :cli/bad-line
                         (str "found " (problem/printed line) "; expected a whole number") {}))))

(def ^:private blank ::blank)

(defn parser
  "A function of buffer, from and to that makes the message of a line for a lane with this codec; ::blank
  for a line to pass over. It throws when the line does not hold one."
  [codec]
  (let [value (fn [parse]
                (fn [buffer from to]
                  (let [line (text buffer from to)]
                    (if (str/blank? line) blank (parse line)))))]
    (case codec
      :bytes (fn [buffer from to] (Arrays/copyOfRange ^bytes buffer (int from) (int to)))
      :edn   (value stages/parse-edn)
      :json  (value stages/parse-json)
      :long  (value (comp expected-long str/trim))
      (fn [buffer from to] (text buffer from to)))))

(def stopped-codes
  "The codes with which an endpoint refuses because its graph has ended; not the fault of a line."
  #{:graph/stopped :graph/failed :lane/closed})

(defn feed
  "Calls (offer message) for each line of a stream, until it answers false. Answers how many lines were read.
  Error: :cli/bad-line, the message beginning with file:line, for a line that holds no message of this
  codec or that `offer` throws an error for."
  ^long [^InputStream in file codec offer]
  (let [parse (parser codec)]
    (each-line in file
               (fn [buffer from to number]
                 (try
                   (let [message (parse buffer from to)]
                     (cond
                       (= blank message) true
                       (nil? message)    (throw (problem/ex :incorrect :cli/bad-line
                                                            "found nil, which is no message" {}))
                       :else             (offer message)))
                   (catch clojure.lang.ExceptionInfo e
                     (throw (if (stopped-codes (:lanegraph/code (ex-data e)))
                              e
                              (at-line file number (ex-message e) e)))))))))

(defn- utf-8 ^bytes [^String s]
  (.getBytes s StandardCharsets/UTF_8))

(defn printer
  "A function of a message that answers the bytes of its line, for a lane with this codec. It throws as the
  codec does when the message is none that the lane carries."
  [codec]
  (fn ^bytes [message]
    (cond
      (= :json codec)   (json/write-bytes message)
      (= :edn codec)    (utf-8 (edn-text/write message))
      (string? message) (utf-8 message)
      (bytes? message)  message
      :else             (utf-8 (edn-text/write message)))))

(defn write-all
  "Writes the messages as lines; whole lines, also when several threads write to one stream."
  [^OutputStream out print messages]
  (locking out
    (doseq [m messages]
      (.write out ^bytes (print m))
      (.write out (int lf)))))

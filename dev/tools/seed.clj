(ns tools.seed
  "The seed of this test run, so that `bin/test --seed N` repeats the random data as well as the order.
  For defspec: (defspec name {:num-tests 100 :seed (seed/of ::name)} …).")

(set! *warn-on-reflection* true)

(defonce ^:private seed (atom (bit-and (System/nanoTime) 0xffffff)))

(defn use! "Called by the runner, before it loads the tests." [n] (reset! seed n))

(defn of
  "A seed (long) for the test named by keyword k: the run's seed, spread so that tests do not share one."
  [k]
  (+ (* 31 (long @seed)) (hash (str k))))

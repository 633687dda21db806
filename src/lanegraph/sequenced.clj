(ns lanegraph.sequenced
  "Stages that are told the sequence of each message."
  (:import (lanegraph.stage SequenceAware)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defmacro stage
  "A reify of `body`, which begins with a stage interface. Where `at`, the symbol of a long array or of nil, is
  an array, the stage is SequenceAware too and puts the sequence there before each message."
  [at & body]
  `(if ~at
     (reify ~@body
       SequenceAware (sequence [_# sequence#]
                       (aset ~(with-meta at {:tag 'longs}) 0 sequence#)
                       nil)) ; the number itself, in this place, would be boxed
     (reify ~@body)))

package lanegraph.runtime;

import java.util.SortedMap;

/**
 * A lane at an instant.
 *
 * @param kind {@code events} …
 * @param capacity in messages; 0 for a journal, which limits bytes
 * @param depth how many messages the slowest reader has before it
 * @param written how many messages were ever written, over all lives of the lane's memory
 * @param read how many of them the slowest reader has passed
 * @param dropped how many were dropped because the lane was full
 * @param repaired how many slots were given up that a producer had claimed when it died
 * @param memory {@code mapped}, {@code in-memory} or {@code by-reference}
 * @param segments of a journal, with one that is prepared for later; else 0
 * @param bytes of memory or files that it takes
 * @param highWater the largest depth that was seen since the spawn, as {@link lanegraph.lane.Lane#highWater} says
 * @param oldestMillis for how long the oldest message has been there that the slowest reader has before it, as {@link
 *     lanegraph.lane.Lane#oldestMillis} knows; -1 if there is none
 * @param readers the depth of each reader by its owner: {@code role/parse}, {@code endpoint/out}
 */
public record LaneStatus(String kind, int capacity, int depth, long written, long read, long dropped, long repaired,
        String memory,
        int segments, long bytes, int highWater, long oldestMillis, SortedMap<String, Integer> readers) {}

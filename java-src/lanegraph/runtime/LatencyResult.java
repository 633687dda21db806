package lanegraph.runtime;

import java.util.List;

/**
 * What is left when a measurement of latency is over.
 *
 * @param waiting the messages that their readers were not done with: they are in no sample
 * @param missed samples that were lost, because there were more than had room
 */
public record LatencyResult(List<LatencyWaiting> waiting, long missed) {}

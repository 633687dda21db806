package lanegraph.runtime;

import java.util.Map;

/**
 * Something that happened to a running graph.
 *
 * @param type {@code started}, {@code continued} (a lane held messages at the start), {@code notes-void} (a lane
 *     is not the one of which a role had noted where it goes on, but made anew: its {@code pairs} of an input and an output
 *     go on from what the lanes themselves keep), {@code warning}, {@code failed}, {@code stuck} (a role did not end by a deadline), {@code stopped}, {@code closed},
 *     {@code tap-failed} (its function threw)
 * @param graph the graph's name
 * @param data the facts
 */
public record GraphEvent(String type, String graph, Map<String, Object> data) {}

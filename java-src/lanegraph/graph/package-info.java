/**
 * The graph as data: lanes, roles and endpoints as records, a builder, the rules, the canonical text.
 *
 * <p>Everything here is immutable and may be shared between threads, except
 * {@link lanegraph.graph.GraphBuilder} and the option classes it hands out, which belong to one thread.
 * Nothing here knows how a lane works.
 */
package lanegraph.graph;

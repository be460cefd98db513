/**
 * What a node tells of itself in numbers. Each event loop writes its own {@link io.kvorum.server.metrics.LoopMetrics};
 * whoever scrapes adds them up. Must not import the parts of the server that it counts.
 */
@NullMarked
package io.kvorum.server.metrics;

import org.jspecify.annotations.NullMarked;

/**
 * How this node sees its peers: a local opinion, driven by traffic (Dynamo §4.8.3).
 *
 * <p>Owned by the control thread. Time is handed in, effects go out through {@code DetectorEffects}. Must not import
 * Netty, clocks or threads.
 */
@NullMarked
package io.kvorum.ring.detector;

import org.jspecify.annotations.NullMarked;

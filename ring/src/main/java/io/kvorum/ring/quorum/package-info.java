/**
 * When enough replicas have answered: pure counts, without replies, time or network.
 *
 * <p>A tally is owned by the event loop of its request; a {@link io.kvorum.ring.quorum.Quorum} is an immutable value.
 * Must not import anything but the JDK.
 */
@NullMarked
package io.kvorum.ring.quorum;

import org.jspecify.annotations.NullMarked;

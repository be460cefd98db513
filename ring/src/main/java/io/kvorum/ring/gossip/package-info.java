/**
 * How members come to know the same: push-pull gossip of the membership history and of what each node says of itself.
 *
 * <p>Owned by the control thread. Peers, time (as ticks) and randomness are handed in, effects go out through
 * {@code GossipEffects}. Must not import Netty, clocks, threads or I/O.
 */
@NullMarked
package io.kvorum.ring.gossip;

import org.jspecify.annotations.NullMarked;

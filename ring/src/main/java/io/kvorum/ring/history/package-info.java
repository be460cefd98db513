/**
 * The membership history: immutable events, the set of them, and the fold that makes a ring of it.
 *
 * <p>Everything here is an immutable value or a pure function; any thread may use it. Must not import gossip, clocks,
 * random sources or I/O.
 */
@NullMarked
package io.kvorum.ring.history;

import org.jspecify.annotations.NullMarked;

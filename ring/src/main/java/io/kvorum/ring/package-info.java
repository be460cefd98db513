/**
 * The ring: positions, partitions, preference lists and the immutable snapshot that joins them.
 *
 * <p>Pure: no I/O, no clock, no randomness, no thread; everything here is an immutable value, so any thread may read it.
 * Must not import Netty, storage, or any package of {@code io.kvorum.ring.*}: those build on this one.
 */
@NullMarked
package io.kvorum.ring;

import org.jspecify.annotations.NullMarked;

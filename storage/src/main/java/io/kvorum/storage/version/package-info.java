/**
 * Versions of a key: stamps, dots, vectors, the record as one byte array, its merge and what readers see of it.
 *
 * <p>Pure: every function takes what it needs, time included, and keeps nothing; any thread may call it. The few
 * mutable types name their owner. Must not import the table, the engines, the network, or anything that reads a clock.
 */
@NullMarked
package io.kvorum.storage.version;

import org.jspecify.annotations.NullMarked;

/**
 * Storage engines: the copies of partitions that a node holds, changed under one lock each and read without.
 *
 * <p>Called from any thread, by the replica service alone. Clock, randomness and the placing of keys are handed in;
 * must not import the ring, the network, or anything that reads a clock.
 */
@NullMarked
package io.kvorum.storage.engine;

import org.jspecify.annotations.NullMarked;

/**
 * Records in memory: one {@link io.kvorum.storage.table.PartitionTable} and one
 * {@link io.kvorum.storage.table.MerkleSums} for each copy of a partition.
 *
 * <p>Any thread reads a table; who changes a table or touches sums holds the lock of its copy, which lives in
 * {@code storage.engine}. Must not import the engine, the ring, the network, or anything that reads a clock.
 */
@NullMarked
package io.kvorum.storage.table;

import org.jspecify.annotations.NullMarked;

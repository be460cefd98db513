package io.kvorum.storage.engine;

/**
 * What is remembered of a copy beside its records.
 *
 * @param actor of its life
 * @param settled whether it had all of the partition's data
 * @param flushedUpTo the newest stamp it was flushed up to
 */
record CopyState(long actor, boolean settled, long flushedUpTo) {}

package io.kvorum.server.repair;

/**
 * A position at which two copies differed at the first look.
 *
 * @param partition its partition
 * @param leaf the leaf above it
 * @param position upper half
 * @param own what {@link AntiEntropyEffects#hashAt} was here; 0 for nothing
 * @param other what it was there; 0 for nothing
 */
record Suspect(int partition, int leaf, long position, long own, long other) {}

package io.kvorum.ring;

/**
 * A range of Redis Cluster hash slots, both ends included.
 *
 * @param first 0 to 16383
 * @param last at least {@code first}
 */
public record SlotRange(int first, int last) {}

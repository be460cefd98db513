package io.kvorum.server.replica;

/**
 * A key with its place on the ring, computed once where the request came in.
 *
 * @param partition its partition
 * @param positionHigh upper half of its position
 * @param positionLow lower half of its position
 * @param bytes the key; nobody changes it
 */
public record KeyRef(int partition, long positionHigh, long positionLow, byte[] bytes) {}

package io.kvorum.storage.engine;

/** Places keys on the ring; what the partitioner of the cluster does, without knowing it. Pure, for any thread. */
@FunctionalInterface
public interface PositionFunction {
    /** Returns the high 64 bits of the key's position: partition, leaf and table hash are cut from them. */
    long high(byte[] key, int offset, int length);
}

package io.kvorum.server.repair;

/** Takes records of other owners into this node's copies. Called on the control thread. */
@FunctionalInterface
public interface RecordMerger {
    /**
     * Merges a record. Bytes that are no record are counted elsewhere and left out: they cannot be had from there.
     *
     * @return false if there is no memory or disk for it now
     */
    boolean merge(int partition, byte[] record);
}

package io.kvorum.server.command.memcached;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who was told to make a value anew, or to reconcile siblings: one client for each key and version, so that the others need
 * not. Kept by the first healthy owner of a key, in memory alone, for a while: whoever was told so may be gone. So two
 * clients may be told, when that owner changes or the table is full; nothing depends on it but work done twice.
 *
 * <p>Safe from every thread: all loops of a node share it, under a lock that is held for a few steps. It is not asked about
 * keys with one fresh value.
 */
public final class Leases {
    /** How long a client has. */
    public static final long LEASE_NANOS = 30_000_000_000L;

    /** How many there are at the most; the oldest goes when one more is given. */
    static final int LEASES_MAX = 16 * 1024;

    /** In the order in which they end. */
    private final Map<Lease, Long> endNanos = new LinkedHashMap<>();

    /** No leases. */
    public Leases() {}

    /** The version of a key that somebody works on: the key by its position. */
    private record Lease(long positionHigh, long positionLow, long token) {}

    /** Gives the lease to who asks; false if somebody has it. */
    synchronized boolean take(long positionHigh, long positionLow, long token, long nowNanos) {
        if (isTaken(positionHigh, positionLow, token, nowNanos)) {
            return false;
        }
        if (endNanos.size() >= LEASES_MAX) {
            removeFirst();
        }
        endNanos.put(new Lease(positionHigh, positionLow, token), nowNanos + LEASE_NANOS);
        return true;
    }

    /** Whether somebody has it. */
    synchronized boolean isTaken(long positionHigh, long positionLow, long token, long nowNanos) {
        Iterator<Long> ends = endNanos.values().iterator();
        while (ends.hasNext() && ends.next() - nowNanos <= 0) {
            ends.remove();
        }
        return endNanos.containsKey(new Lease(positionHigh, positionLow, token));
    }

    /** How many there are. */
    synchronized int size() {
        return endNanos.size();
    }

    private void removeFirst() {
        Iterator<Lease> oldest = endNanos.keySet().iterator();
        oldest.next();
        oldest.remove();
    }
}

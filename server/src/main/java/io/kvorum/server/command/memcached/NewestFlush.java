package io.kvorum.server.command.memcached;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Which {@code flush_all} a node was asked for last: as in memcached it takes the place of one that waits for its time, be
 * that in another loop. Shared by all loops.
 */
final class NewestFlush {
    private final AtomicLong newest = new AtomicLong();

    /** A flush was asked for, and gets this number. */
    long next() {
        return newest.incrementAndGet();
    }

    /** Whether no other was asked for since. */
    boolean is(long number) {
        return newest.get() == number;
    }
}

package io.kvorum.server.client;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound on what all clients of the node hold together: requests that are not whole, requests that are not answered,
 * replies that are not read. Whoever holds the most is evicted when the bound is passed (as by Redis' {@code
 * maxmemory-clients}): so it takes no timeout to get rid of those who send half a request and fall silent, and a client
 * with little is never a victim of others with much.
 *
 * <p>Any thread. Each connection tells what it holds from its own loop, in steps of some kilobytes, so that small
 * requests touch nothing shared. The monitor guards the choice of a victim alone, which two loops must not make at once.
 */
public final class ClientMemory {
    /** What is held is told when it has changed by this much. */
    static final int STEP_BYTES = 4 << 10;

    /** Who holds less is evicted only if it is itself what passes the bound. */
    private static final int LARGE_BYTES = 64 << 10;

    private final long bytesMax;
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicLong evictions = new AtomicLong();
    private final Set<Holding> large = ConcurrentHashMap.newKeySet();

    /** Nobody holds anything yet. */
    public ClientMemory(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** A new client, which holds nothing; {@code evict} is run once at most, by any thread, and must not wait. */
    Holding join(Runnable evict) {
        return new Holding(evict);
    }

    /** What all clients hold, in bytes. */
    public long heldBytes() {
        return heldBytes.get();
    }

    /** How many clients were evicted. */
    public long evictions() {
        return evictions.get();
    }

    private synchronized void evictLargest(Holding growing) {
        while (heldBytes.get() > bytesMax) {
            Holding largest = growing;
            for (Holding other : large) {
                if (other.bytes.get() > largest.bytes.get()) {
                    largest = other;
                }
            }
            boolean evicted = largest.evict();
            if (!evicted && largest.equals(growing)) {
                return;
            }
        }
    }

    /** What one client holds. Its connection's loop tells; any loop may evict it. */
    final class Holding {
        private final Runnable onEvicted;
        private final AtomicLong bytes = new AtomicLong();
        private boolean isLarge;
        private volatile boolean ended;

        private Holding(Runnable onEvicted) {
            this.onEvicted = onEvicted;
        }

        /** Tells what the client holds now. May evict this client or others before it returns. On its loop. */
        void set(long now) {
            long before = bytes.get();
            if (ended || ((now > 0 || before == 0) && Math.abs(now - before) < STEP_BYTES)) {
                return;
            }
            heldBytes.addAndGet(now - bytes.getAndSet(now));
            if (isLarge != now >= LARGE_BYTES) {
                isLarge = !isLarge;
                boolean unused = isLarge ? large.add(this) : large.remove(this);
            }
            if (ended) {
                // Evicted meanwhile by another loop.
                giveBack();
            } else if (now > before && heldBytes.get() > bytesMax) {
                evictLargest(this);
            }
        }

        /** The client is gone. On its loop. */
        void end() {
            ended = true;
            giveBack();
        }

        /** Whether it was evicted, or has ended. */
        boolean hasEnded() {
            return ended;
        }

        private boolean evict() {
            if (ended) {
                // It is on its way out: what it held is no longer counted.
                giveBack();
                return false;
            }
            ended = true;
            giveBack();
            evictions.incrementAndGet();
            onEvicted.run();
            return true;
        }

        private void giveBack() {
            heldBytes.addAndGet(-bytes.getAndSet(0));
            large.remove(this);
        }
    }
}

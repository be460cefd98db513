package io.kvorum.server.command.memcached;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * When this node's memcached clients last read which version of an item, as the flags {@code h} and {@code l} tell: of the
 * versions read last, a fixed number. Nothing of it is written, sent or waited for. A version that is not here counts as
 * unread; so what is displaced is only told less of.
 *
 * <p>A version is known by its token ({@link io.kvorum.storage.version.VersionToken}), a hash of dots, of which no two writes
 * have the same: it tells keys apart as well as versions, so no key is hashed, and a value that is written anew is unread
 * without a word from who wrote it. Two versions are taken for one if 47 bits of their tokens are equal.
 *
 * <p>Safe from every thread, without locks: an entry is one long, read and written as a whole.
 *
 * <pre>
 *   token   0 │ tag: 32 bits │ not used: 16 bits │ set: 15 bits
 *   entry       tag: 32 bits │ when, in seconds: 32 bits            all bits 0: empty. A set has 4.
 * </pre>
 */
final class ReadMemory {
    /** What {@link #idleSeconds} answers of a version that nobody is known to have read. */
    static final long UNREAD = -1;

    /** How many versions are remembered at the most: 1 MiB. */
    static final int ENTRIES = 1 << 17;

    private static final int WAYS = 4;
    private static final int TAG_SHIFT = 31;

    private final AtomicLongArray entries;
    private final int setMask;

    /** Remembers {@link #ENTRIES}, and nothing yet. */
    ReadMemory() {
        this(ENTRIES);
    }

    /** Remembers so many: a power of two, 4 at the least. */
    ReadMemory(int capacity) {
        entries = new AtomicLongArray(capacity);
        setMask = capacity / WAYS - 1;
    }

    /**
     * How long ago a version was read, or {@link #UNREAD}.
     *
     * @param nowSeconds by the clock that {@link #read} goes by
     */
    long idleSeconds(long token, long nowSeconds) {
        int tag = tagOf(token);
        int first = firstOf(token);
        long idle = UNREAD;
        for (int i = first; i < first + WAYS; i++) {
            long entry = entries.getOpaque(i);
            if (tagIn(entry) == tag) {
                // Two threads that met may have written it twice: the later counts.
                long found = Math.max(0, idleIn(entry, nowSeconds));
                idle = idle == UNREAD ? found : Math.min(idle, found);
            }
        }
        return idle;
    }

    /** A version was read. It takes an empty place of its set, or that of the version read the longest ago. */
    void read(long token, long nowSeconds) {
        int tag = tagOf(token);
        int first = firstOf(token);
        int place = first;
        int longestIdle = Integer.MIN_VALUE;
        for (int i = first; i < first + WAYS; i++) {
            long entry = entries.getOpaque(i);
            int idle = entry == 0 ? Integer.MAX_VALUE : idleIn(entry, nowSeconds);
            if (tagIn(entry) == tag) {
                if (idle <= 0) {
                    // What all loops read all the time is written once a second.
                    return;
                }
                place = i;
                break;
            }
            if (idle > longestIdle) {
                longestIdle = idle;
                place = i;
            }
        }
        entries.setOpaque(place, (long) tag << Integer.SIZE | Integer.toUnsignedLong((int) nowSeconds));
    }

    private int firstOf(long token) {
        return ((int) token & setMask) * WAYS;
    }

    /** Never 0, as empty places have it. */
    private static int tagOf(long token) {
        int tag = (int) (token >>> TAG_SHIFT);
        return tag == 0 ? 1 : tag;
    }

    private static int tagIn(long entry) {
        return (int) (entry >>> Integer.SIZE);
    }

    /** Below 0 if another loop, whose reading of the clock is newer, was faster. The difference may wrap, after 68 years. */
    private static int idleIn(long entry, long nowSeconds) {
        return (int) nowSeconds - (int) entry;
    }
}

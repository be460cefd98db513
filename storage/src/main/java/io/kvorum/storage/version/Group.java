package io.kvorum.storage.version;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The born siblings of a key: one counter, begun by several coordinators that did not know of each other.
 *
 * <p>An EXPIRE reaches only the members its coordinator knew, but was meant for the key; so it governs the others too,
 * with three exceptions, without any of which a counter is lost or comes back. A member's own amendment, and what is newer,
 * stands over older ones of others: who made it saw the member live. An expiry governs no member born after the time it
 * sets: that one is the counter's next life. And an amendment made after a member had ended does not revive it: it was
 * meant for that next life.
 */
final class Group {
    private static final Comparator<Sibling> BY_EXPIRY = Comparator.<Sibling>comparingLong(member -> member.expiryStamp)
            .thenComparing(member -> member.expiryActor, Long::compareUnsigned)
            .thenComparing(member -> member.expiryMillis);

    private final List<Sibling> byExpiry = new ArrayList<>();

    Group(List<Sibling> siblings) {
        for (Sibling sibling : siblings) {
            if (sibling.isBorn() && sibling.hasExpiry()) {
                byExpiry.add(sibling);
            }
        }
        byExpiry.sort(BY_EXPIRY);
    }

    /** When a sibling ends, in milliseconds since 1970, or 0: by its own amendment if it is no member. */
    long expireAtMillis(Sibling sibling) {
        long end = sibling.expiryMillis;
        if (!sibling.isBorn()) {
            return end;
        }
        for (Sibling other : byExpiry) {
            if (BY_EXPIRY.compare(other, sibling) <= 0) {
                continue;
            }
            if (end != 0 && end <= Stamp.millis(other.expiryStamp)) {
                break;
            }
            if (other.expiryMillis == 0 || other.expiryMillis > Stamp.millis(sibling.stamp)) {
                end = other.expiryMillis;
            }
        }
        return end;
    }

    boolean isLive(Sibling sibling, long nowMillis) {
        long end = expireAtMillis(sibling);
        return !sibling.isTombstone() && (end == 0 || end > nowMillis);
    }
}

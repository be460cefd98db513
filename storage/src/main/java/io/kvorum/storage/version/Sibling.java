package io.kvorum.storage.version;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One sibling as an object, for the paths that change siblings or show them. Immutable, over bytes nobody changes. */
public final class Sibling {
    static final long[] NO_INCREMENTS = {};
    private static final int TRIPLE = 3;
    private static final byte[] NO_BYTES = {};
    /** The value of a born counter. */
    private static final byte[] ZERO = {'0'};

    final long actor;
    final long stamp;
    /** {@link RecordBytes#TOMBSTONE} and {@link RecordBytes#BORN} alone. */
    final int kind;

    final int clientFlags;
    /** 0 without an expiry amendment. */
    final long expiryStamp;

    final long expiryActor;
    final long expiryMillis;
    /** Actor, stamp, sum; and again, ascending by actor. */
    final long[] increments;

    final byte[] source;
    final int valueAt;
    /** -1 where only the hash is known. */
    final int valueLength;

    final long valueHash;

    /** What {@code base} is, with other amendments and with the value's bytes from elsewhere. */
    private Sibling(Sibling base, Amendment.Expiry expiry, long[] increments, byte[] source, int at, int length) {
        this.actor = base.actor;
        this.stamp = base.stamp;
        this.kind = base.kind;
        this.clientFlags = base.clientFlags;
        this.expiryStamp = expiry.stamp();
        this.expiryActor = expiry.actor();
        this.expiryMillis = expiry.timeMillis();
        this.increments = increments;
        this.source = source;
        this.valueAt = at;
        this.valueLength = length;
        this.valueHash = base.valueHash;
    }

    Sibling(SiblingCursor at) {
        actor = at.actor;
        stamp = at.stamp;
        kind = at.flags & (RecordBytes.TOMBSTONE | RecordBytes.BORN);
        clientFlags = at.clientFlags;
        expiryStamp = at.expiryStamp;
        expiryActor = at.expiryActor;
        expiryMillis = at.expiryMillis;
        increments = at.incrementCount == 0 ? NO_INCREMENTS : new long[at.incrementCount * TRIPLE];
        for (int i = 0; i < at.incrementCount; i++) {
            increments[i * TRIPLE] = at.incrementActor(i);
            increments[(i * TRIPLE) + 1] = at.incrementStamp(i);
            increments[(i * TRIPLE) + 2] = at.incrementSum(i);
        }
        source = at.record;
        valueAt = at.valueAt;
        valueLength = at.isDropped() ? -1 : at.valueLength;
        valueHash = at.valueHash();
    }

    Sibling(Draft draft) {
        actor = draft.actor;
        stamp = draft.stamp;
        kind = draft.tombstone ? RecordBytes.TOMBSTONE : 0;
        clientFlags = draft.clientFlags;
        expiryStamp = draft.expireAtMillis == 0 ? 0 : draft.stamp;
        expiryActor = draft.expireAtMillis == 0 ? 0 : draft.actor;
        expiryMillis = draft.expireAtMillis;
        increments = NO_INCREMENTS;
        source = draft.value;
        valueAt = draft.valueOffset;
        valueLength = draft.valueLength;
        valueHash = RecordHash.value(source, valueAt, valueLength);
    }

    /** A counter that begins: value 0, and the first increment under the stamp of the dot. */
    Sibling(Draft draft, long sum) {
        actor = draft.actor;
        stamp = draft.stamp;
        kind = RecordBytes.BORN;
        clientFlags = draft.clientFlags;
        expiryStamp = draft.expireAtMillis == 0 ? 0 : draft.stamp;
        expiryActor = draft.expireAtMillis == 0 ? 0 : draft.actor;
        expiryMillis = draft.expireAtMillis;
        increments = new long[] {draft.actor, draft.stamp, sum};
        source = ZERO;
        valueAt = 0;
        valueLength = 1;
        valueHash = RecordHash.value(ZERO, 0, 1);
    }

    /** The event that made it. */
    public Dot dot() {
        return new Dot(actor, stamp);
    }

    /** Whether it says that the value was deleted. */
    public boolean isTombstone() {
        return (kind & RecordBytes.TOMBSTONE) != 0;
    }

    /** Whether it is a counter that an increment made where there was nothing. */
    public boolean isBorn() {
        return (kind & RecordBytes.BORN) != 0;
    }

    /** The flags a memcached client gave, or 0. */
    public int clientFlags() {
        return clientFlags;
    }

    /** Its own expiry in milliseconds since 1970, or 0; for members of a group see {@link Visible}. */
    public long expireAtMillis() {
        return expiryMillis;
    }

    /** The newest stamp in dot and increments: how new it counts everywhere. */
    public long newestStamp() {
        long newest = stamp;
        for (int i = 1; i < increments.length; i += TRIPLE) {
            newest = Math.max(newest, increments[i]);
        }
        return newest;
    }

    /** What was added to its value since, by each actor. */
    public List<Amendment.Increment> increments() {
        List<Amendment.Increment> list = new ArrayList<>();
        for (int i = 0; i < increments.length; i += TRIPLE) {
            list.add(new Amendment.Increment(increments[i], increments[i + 1], increments[i + 2]));
        }
        return list;
    }

    /** Whether the value's bytes are here. */
    public boolean hasBytes() {
        return valueLength >= 0;
    }

    /** A copy of the value without increments, or null where only its hash is known. */
    public byte @Nullable [] value() {
        return hasBytes() ? Arrays.copyOfRange(source, valueAt, valueAt + valueLength) : null;
    }

    /** XXH3-64 of the value. */
    public long valueHash() {
        return valueHash;
    }

    /** For logs and timelines: dot and what is special about it, never the value, which is a client's secret. */
    @Override
    public String toString() {
        return dot()
                + (isTombstone() ? " tombstone" : isBorn() ? " born" : " " + valueLength + " bytes")
                + (hasExpiry() ? " ends " + expiryMillis : "")
                + (increments.length == 0 ? "" : " plus " + increments());
    }

    /** Live by its own flags and expiry; of a member of a group {@link Group} decides. */
    boolean isLiveAlone(long nowMillis) {
        return !isTombstone() && (expiryMillis == 0 || expiryMillis > nowMillis);
    }

    boolean hasExpiry() {
        return expiryStamp != 0;
    }

    Amendment.Expiry expiry() {
        return new Amendment.Expiry(expiryStamp, expiryActor, expiryMillis);
    }

    /** Without the value's bytes, unless they are no longer than their hash: so for tombstones and born counters. */
    Sibling withoutBytes() {
        return valueLength <= Long.BYTES ? this : new Sibling(this, expiry(), increments, NO_BYTES, 0, -1);
    }

    /** This sibling with the newer of its expiry and another. */
    Sibling withExpiry(long otherStamp, long otherActor, long otherMillis) {
        if (otherStamp == 0 || compareExpiry(otherStamp, otherActor, otherMillis) <= 0) {
            return this;
        }
        Amendment.Expiry newer = new Amendment.Expiry(otherStamp, otherActor, otherMillis);
        return new Sibling(this, newer, increments, source, valueAt, valueLength);
    }

    private int compareExpiry(long otherStamp, long otherActor, long otherMillis) {
        if (otherStamp != expiryStamp) {
            return Long.compare(otherStamp, expiryStamp);
        }
        int byActor = Long.compareUnsigned(otherActor, expiryActor);
        // The same stamp and actor with another time is damage; the later time at least converges.
        return byActor != 0 ? byActor : Long.compare(otherMillis, expiryMillis);
    }

    /** This sibling with an actor's sum, unless a newer one is known. */
    Sibling withIncrement(long byActor, long atStamp, long sum) {
        int at = 0;
        while (at < increments.length && Long.compareUnsigned(increments[at], byActor) < 0) {
            at += TRIPLE;
        }
        boolean known = at < increments.length && increments[at] == byActor;
        if (known) {
            int order = Long.compare(atStamp, increments[at + 1]);
            if (order < 0 || (order == 0 && sum <= increments[at + 2])) {
                return this;
            }
        }
        long[] more = new long[increments.length + (known ? 0 : TRIPLE)];
        System.arraycopy(increments, 0, more, 0, at);
        more[at] = byActor;
        more[at + 1] = atStamp;
        more[at + 2] = sum;
        int rest = known ? at + TRIPLE : at;
        System.arraycopy(increments, rest, more, at + TRIPLE, increments.length - rest);
        return new Sibling(this, expiry(), more, source, valueAt, valueLength);
    }

    /** An actor's sum so far. */
    long sumOf(long byActor) {
        for (int i = 0; i < increments.length; i += TRIPLE) {
            if (increments[i] == byActor) {
                return increments[i + 2];
            }
        }
        return 0;
    }

    /** One sibling of the same dot and content with the amendments of both, and the bytes if either has them. */
    Sibling amendedBy(Sibling twin) {
        Sibling merged = withExpiry(twin.expiryStamp, twin.expiryActor, twin.expiryMillis);
        for (int i = 0; i < twin.increments.length; i += TRIPLE) {
            merged = merged.withIncrement(twin.increments[i], twin.increments[i + 1], twin.increments[i + 2]);
        }
        if (merged.hasBytes() || !twin.hasBytes()) {
            return merged;
        }
        return new Sibling(merged, merged.expiry(), merged.increments, twin.source, twin.valueAt, twin.valueLength);
    }

    /** Newest first, then actors ascending; the rest only parts siblings of one actor and damaged twins. */
    static int compareCanonical(Sibling a, Sibling b) {
        int byNewest = Long.compare(b.newestStamp(), a.newestStamp());
        if (byNewest != 0) {
            return byNewest;
        }
        int byActor = Long.compareUnsigned(a.actor, b.actor);
        if (byActor != 0) {
            return byActor;
        }
        int byStamp = Long.compare(b.stamp, a.stamp);
        return byStamp != 0 ? byStamp : compareContent(a, b);
    }

    /** By dot, then by content: 0 means the same sibling, though its amendments may differ. */
    static int compareIdentity(Sibling a, Sibling b) {
        int byDot = compareDot(a, b);
        return byDot != 0 ? byDot : compareContent(a, b);
    }

    static int compareDot(Sibling a, Sibling b) {
        return Dot.compare(a.actor, a.stamp, b.actor, b.stamp);
    }

    private static int compareContent(Sibling a, Sibling b) {
        int byHash = Long.compareUnsigned(a.valueHash, b.valueHash);
        if (byHash != 0) {
            return byHash;
        }
        int byKind = Integer.compare(a.kind, b.kind);
        return byKind != 0 ? byKind : Integer.compareUnsigned(a.clientFlags, b.clientFlags);
    }
}

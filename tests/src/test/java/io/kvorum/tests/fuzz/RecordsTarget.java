package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.storage.version.Amendment;
import io.kvorum.storage.version.Amendments;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Flush;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Sibling;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.Value;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.VersionVector;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Records as peers and disks hand them over. Any bytes are accepted or refused. What is accepted is canonical: taken
 * apart and put together it is the same bytes. Everything that reads or changes a record works on it, and what comes out
 * is accepted again; GET and KV.GET agree. Merging two such records, however hostile, is commutative, idempotent, absorbs
 * either side and forgets nothing that either has seen.
 *
 * <pre>
 *   u8 options | u16 length of the first record | first record | second record
 * </pre>
 *
 * Where nothing but the hash is wrong with a record it is put right.
 */
final class RecordsTarget implements FuzzTarget {
    private static final byte[] VALUE = "12".getBytes(US_ASCII);

    @Override
    public String name() {
        return "records";
    }

    @Override
    public void run(byte[] input) {
        Input in = new Input(input);
        int options = in.u8();
        byte[] first = in.take(in.u16());
        byte[] second = in.rest();
        Claims.allocates(256, first.length, () -> Records.accepted(first));
        byte[] a = Records.accepted(first);
        byte[] b = Records.accepted(second);
        if (a != null) {
            use(a, options);
        }
        if (b != null) {
            use(b, options >> 1);
        }
        if (a != null && b != null) {
            mergeBoth(a, b, options);
        }
    }

    private static void use(byte[] record, int options) {
        requireCanonical(record);
        long now = nowMillis(record, options);
        read(record, now);
        change(record, now, options);
        amend(record, now, options);
    }

    private static void requireCanonical(byte[] record) {
        byte[] nothing = Records.nothingOf(record);
        Claims.sameBytes(merge(record, nothing), record, "accepted, but not canonical: put together");
        Claims.sameBytes(merge(nothing, record), record, "accepted, but not canonical: put together");
        Claims.holds(merge(record, record.clone()) == record, "a merge with itself makes a new record");
    }

    /** Before everything, at the newest stamp, at the expiry of a sibling, and at the end of time. */
    private static long nowMillis(byte[] record, int options) {
        List<Sibling> siblings = RecordBytes.siblings(record);
        return switch (options & 3) {
            case 0 -> 0;
            case 1 -> Stamp.millis(Versions.newestStamp(record));
            case 2 -> siblings.isEmpty() ? 1 : siblings.get(siblings.size() - 1).expireAtMillis();
            default -> Stamp.millis(Long.MAX_VALUE);
        };
    }

    private static void read(byte[] record, long now) {
        byte[] key = RecordBytes.key(record);
        Claims.holds(RecordBytes.hasKey(record, key, 0, key.length), "a record is not of its key");
        Context context = RecordBytes.context(record);
        Claims.holds(!context.hasDotUnknownTo(record), "a record does not know its own context");
        Claims.holds(!context.isAheadOf(0, record), "a record's own context is ahead of it");
        long newest = Versions.newestStamp(record);
        Claims.holds(context.newestStamp() <= newest, "a context newer than its record");
        List<Sibling> siblings = RecordBytes.siblings(record);
        Claims.equal(siblings.size(), RecordBytes.siblingCount(record), "siblings");
        for (Sibling sibling : siblings) {
            Claims.holds(context.covers(sibling.dot().actor(), sibling.dot().stamp()), "a sibling is not covered");
            Claims.holds(sibling.newestStamp() <= newest, "a sibling newer than its record");
            Claims.holds(sibling.increments().size() <= record.length, "increments");
            Claims.holds(sibling.hasBytes() == (sibling.value() != null), "bytes of a sibling");
        }
        Claims.equal(RecordBytes.isDeleted(record), siblings.stream().allMatch(Sibling::isTombstone), "all tombstones");
        Claims.equal(RecordBytes.lacksBytes(record), !siblings.stream().allMatch(Sibling::hasBytes), "lacks bytes");
        readValues(record, now);
    }

    private static void readValues(byte[] record, long now) {
        ValueSlice plain = new ValueSlice();
        boolean shown = Visible.plain(record, now, plain);
        boolean live = Visible.hasLive(record, now);
        Claims.holds(live || !shown, "a dead record shows a value");
        Claims.equal(live, Visible.deadSinceMillis(record, now) == Visible.LIVE, "live");
        if (Visible.needsBytes(record, now)) {
            Claims.holds(RecordBytes.lacksBytes(record), "bytes are needed and not lacking");
            return;
        }
        List<Value> values = Visible.values(record, now);
        Claims.equal(live, !values.isEmpty(), "live values");
        if (shown) {
            Claims.holds(!plain.isMissing(), "the bytes of a value are missing and not needed");
            Value newest = values.get(0);
            Claims.sameBytes(plain.bytes(), newest.bytes(), "GET and KV.GET");
            Claims.equal(plain.expireAtMillis(), newest.expireAtMillis(), "expiry of GET and KV.GET");
            Claims.equal(plain.stamp(), newest.stamp(), "stamp of GET and KV.GET");
            Claims.equal(plain.clientFlags(), newest.clientFlags(), "flags of GET and KV.GET");
        }
    }

    private static void change(byte[] record, long now, int options) {
        byte[] stub = Versions.withoutValues(record);
        requireAccepted(stub, "a stub");
        Claims.equal(RecordBytes.hash(stub), RecordBytes.hash(record), "hash of a stub");
        Claims.sameBytes(merge(stub, record), record, "a stub and its record");
        byte[] expired = Versions.withoutExpiredValues(record, now);
        requireAccepted(expired, "a record without expired values");
        Claims.equal(RecordBytes.hash(expired), RecordBytes.hash(record), "hash without expired values");
        if (!Visible.needsBytes(record, now)) {
            Claims.holds(!Visible.needsBytes(expired, now), "dropped the bytes of a live value");
        }
        requireAccepted(Versions.truncate(record, now), "a truncated record");
        for (Sibling sibling : RecordBytes.siblings(record)) {
            long upTo = sibling.dot().stamp();
            byte[] flushed = Flush.without(record, upTo);
            if (flushed != null) {
                requireAccepted(flushed, "a flushed record");
                Claims.holds(
                        RecordBytes.siblings(flushed).stream()
                                .allMatch(kept -> kept.dot().stamp() > upTo),
                        "a flush left what it should not");
            }
        }
        write(record, options);
    }

    private static void write(byte[] record, int options) {
        Draft draft = draft(record, options);
        if (draft == null) {
            return;
        }
        byte[] plain = Versions.write(record, draft);
        requireAccepted(plain, "a plain write");
        Claims.equal(RecordBytes.siblingCount(plain), 1, "siblings after a plain write");
        Claims.sameBytes(merge(record, plain), plain, "a plain write and what it replaced");
        byte[] blind = Versions.write(record, draft, Context.EMPTY, VersionObserver.NONE);
        requireAccepted(blind, "a blind write");
        Claims.equal(
                RecordBytes.siblingCount(blind),
                Math.min(Versions.SIBLINGS_MAX, 1 + RecordBytes.siblingCount(record)),
                "siblings after a blind write");
        Context context = RecordBytes.context(record);
        byte[] informed = Versions.write(record, draft, context, VersionObserver.NONE);
        requireAccepted(informed, "an informed write");
        Claims.equal(RecordBytes.siblingCount(informed), 1, "siblings after an informed write");
        Context after = context.after(record, draft.dot());
        Claims.holds(after.covers(draft.dot().actor(), draft.dot().stamp()), "a write's context lacks its dot");
        long stranger = 0x5EED;
        if (draft.dot().stamp() > 1) {
            Context unknown = new Context(
                    VersionVector.EMPTY, List.of(new Dot(stranger, draft.dot().stamp() - 1)));
            byte[] listed = Versions.write(record, draft, unknown, VersionObserver.NONE);
            requireAccepted(listed, "a write that supersedes an unknown dot");
            // Among more than sixteen the oldest is forgotten; this one is newer than all.
            Claims.holds(RecordBytes.knows(listed, stranger, draft.dot().stamp() - 1), "an unknown dot is forgotten");
        }
    }

    /** A write of the record's key, by one of its own actors or by another; null where time has ended. */
    private static @Nullable Draft draft(byte[] record, int options) {
        long newest = Versions.newestStamp(record);
        if (newest == Long.MAX_VALUE) {
            return null;
        }
        VersionVector vector = RecordBytes.vector(record);
        long actor = (options & 4) == 0 || vector.size() == 0 ? 77 : vector.actor(options % vector.size());
        Draft draft = new Draft()
                .key(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record))
                .value(VALUE, 0, VALUE.length)
                .clientFlags(options & 8)
                .expireAtMillis((options & 16) == 0 ? 0 : newest)
                .dot(actor, newest + 1);
        return (options & 32) == 0 ? draft : draft.tombstone();
    }

    private static void amend(byte[] record, long now, int options) {
        Draft draft = draft(record, options & ~32);
        if (draft != null) {
            long end = (options & 64) == 0 ? 0 : now + 1;
            byte[] expiring =
                    Amendments.expire(record, draft.dot().actor(), draft.dot().stamp(), end, now);
            requireAccepted(expiring, "an expiring record");
            Claims.equal(expiring != record, Visible.hasLive(record, now), "an expiry changes what is live");
            for (long delta : new long[] {1, Long.MIN_VALUE, Long.MAX_VALUE}) {
                Amendments.Increased increased = Amendments.increment(record, draft, delta, now);
                requireAccepted(increased.record(), "an increased record");
                boolean changed = increased.outcome() == Amendments.Outcome.ADDED
                        || increased.outcome() == Amendments.Outcome.BORN;
                Claims.equal(changed, increased.record() != record, "an increment that was made changes the record");
                if (increased.amendment() != null && increased.dot() != null) {
                    Amendments.Arrived arrived = Amendments.arrive(record, increased.dot(), increased.amendment());
                    Claims.equal(arrived.arrival(), Amendments.Arrival.APPLIED, "an increment that travels alone");
                    requireAccepted(arrived.record(), "a record with an amendment that arrived");
                }
            }
        }
        for (Sibling sibling : RecordBytes.siblings(record)) {
            arrive(record, sibling.dot(), new Amendment.Expiry(Long.MAX_VALUE, options | 1, now));
            arrive(record, sibling.dot(), new Amendment.Increment(options | 1, Long.MAX_VALUE, Long.MIN_VALUE));
        }
        arrive(record, new Dot(0x5EED, 1), new Amendment.Expiry(1, 1, 0));
    }

    private static void arrive(byte[] record, Dot dot, Amendment amendment) {
        ByteWriter out = new ByteWriter(32);
        amendment.encode(out);
        Claims.equal(Amendment.decode(new ByteReader(out.toByteArray())), amendment, "an amendment written and read");
        byte[] amended = Amendments.arrive(record, dot, amendment).record();
        requireAccepted(amended, "a record with an amendment that arrived");
        if (amended != null) {
            Claims.holds(Amendments.arrive(amended, dot, amendment).record() == amended, "an amendment counts twice");
        }
    }

    private static void mergeBoth(byte[] a, byte[] b, int options) {
        byte[] key = RecordBytes.key(a);
        if (!RecordBytes.hasKey(b, key, 0, key.length)) {
            try {
                merge(a, b);
            } catch (IllegalArgumentException ofTwoKeys) {
                return;
            }
            throw new AssertionError("records of two keys were merged");
        }
        byte[] merged = merge(a, b);
        requireAccepted(merged, "a merge");
        Claims.sameBytes(merge(b, a), merged, "a merge the other way round");
        Claims.sameBytes(merge(merged, a), merged, "a merge with its first part");
        Claims.sameBytes(merge(merged, b), merged, "a merge with its second part");
        Claims.sameBytes(merge(merged, merged.clone()), merged, "a merge with itself");
        Claims.holds(RecordBytes.vector(merged).dominates(RecordBytes.vector(a)), "a merge forgot");
        Claims.holds(RecordBytes.vector(merged).dominates(RecordBytes.vector(b)), "a merge forgot");
        requireSiblings(merged, a, b);
        requireSiblings(merged, b, a);
        byte[] stubs = merge(Versions.withoutValues(a), Versions.withoutValues(b));
        requireAccepted(stubs, "a merge of stubs");
        Claims.equal(RecordBytes.hash(stubs), RecordBytes.hash(merged), "hash of a merge of stubs");
        requireCanonical(merged);
        read(merged, nowMillis(merged, options));
    }

    /** By the rule as it reads: what one side has stays, amended, unless the other side knew it and has it no more. */
    private static void requireSiblings(byte[] merged, byte[] side, byte[] other) {
        List<Sibling> kept = RecordBytes.siblings(merged);
        List<Dot> dotsOfOther = dots(other);
        for (Sibling sibling : RecordBytes.siblings(side)) {
            Dot dot = sibling.dot();
            boolean stays = dotsOfOther.contains(dot) || !RecordBytes.knows(other, dot.actor(), dot.stamp());
            Claims.equal(dots(merged).contains(dot), stays, "whether " + dot + " stays");
            Claims.holds(
                    !stays || kept.stream().anyMatch(one -> includes(one, sibling)), dot + " lost what was said of it");
        }
        for (Dot dot : dots(merged)) {
            Claims.holds(dots(side).contains(dot) || dotsOfOther.contains(dot), "a merge invented a sibling");
        }
    }

    private static List<Dot> dots(byte[] record) {
        return RecordBytes.siblings(record).stream().map(Sibling::dot).toList();
    }

    /** Whether the one is the other with the same amendments or newer ones. */
    private static boolean includes(Sibling one, Sibling other) {
        return one.dot().equals(other.dot())
                && one.valueHash() == other.valueHash()
                && one.isBorn() == other.isBorn()
                && one.isTombstone() == other.isTombstone()
                && one.clientFlags() == other.clientFlags()
                && (one.hasBytes() || !other.hasBytes())
                && other.increments().stream()
                        .allMatch(increment -> one.increments().stream()
                                .anyMatch(newer -> newer.actor() == increment.actor()
                                        && (newer.stamp() > increment.stamp()
                                                || (newer.stamp() == increment.stamp()
                                                        && newer.sum() >= increment.sum()))));
    }

    private static byte[] merge(byte[] a, byte[] b) {
        return Merge.merge(a, b, VersionObserver.NONE);
    }

    private static void requireAccepted(byte @Nullable [] record, String what) {
        try {
            if (record != null) {
                RecordBytes.check(record);
            }
        } catch (RuntimeException refused) {
            throw new AssertionError(what + " is refused: " + Claims.hex(record), refused);
        }
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            List<byte[]> history = Records.history(random, random.nextInt(1, 16));
            byte[] a = history.get(random.nextInt(history.size()));
            byte[] b = history.get(random.nextInt(history.size()));
            int options = random.nextInt(256);
            seeds.add(pair(options, a, b));
            if (i % 6 == 0) {
                seeds.add(pair(options, Records.longWinded(a), b));
            }
            if (i % 6 == 1) {
                seeds.add(pair(options, a, Records.withVectorOf(a, b)));
            }
        }
        return seeds;
    }

    private static byte[] pair(int options, byte[] a, byte[] b) {
        ByteWriter pair = new ByteWriter(3 + a.length + b.length);
        return pair.u8(options).u16(a.length).raw(a).raw(b).toByteArray();
    }
}

package io.kvorum.storage.version;

import static io.kvorum.storage.version.RecordBytes.ENTRY_BYTES;
import static io.kvorum.storage.version.RecordBytes.u64;

import io.kvorum.codec.binary.DecodeException;
import java.util.ArrayList;
import java.util.List;

/** Verifies a record from outside in one pass. No byte is read before it is known to be there. */
final class RecordCheck {
    private final byte[] record;
    private int at;

    private RecordCheck(byte[] record) {
        this.record = record;
    }

    static void check(byte[] record) {
        new RecordCheck(record).run();
    }

    private void run() {
        need(RecordBytes.KEY_AT, "header");
        if (record[0] != RecordBytes.FORMAT_VERSION) {
            throw invalid("format version", record[0], "1");
        }
        int superseded = RecordBytes.supersededCount(record);
        if (superseded > RecordBytes.SUPERSEDED_MAX) {
            throw invalid("superseded count", superseded, "0 to 16");
        }
        at = RecordBytes.KEY_AT;
        skip(RecordBytes.keyLength(record), "key");
        int vectorAt = at;
        skip((long) RecordBytes.vectorCount(record) * ENTRY_BYTES, "vector");
        skip((long) superseded * ENTRY_BYTES, "superseded dots");
        checkDots(vectorAt, RecordBytes.vectorCount(record), false);
        checkDots(RecordBytes.supersededAt(record), superseded, true);
        checkSiblings();
        if (at != record.length) {
            throw invalid("end of record", record.length, Integer.toString(at));
        }
        long hash = RecordHash.of(record);
        if (hash != RecordBytes.hash(record)) {
            throw new DecodeException(
                    RecordBytes.HASH_AT,
                    "record hash",
                    Long.toHexString(RecordBytes.hash(record)),
                    Long.toHexString(hash));
        }
    }

    private void checkDots(int from, int count, boolean listed) {
        int entry = from;
        for (int i = 0; i < count; i++, entry += ENTRY_BYTES) {
            long actor = u64(record, entry);
            long stamp = u64(record, entry + 8);
            if (actor == 0 || stamp <= 0) {
                throw new DecodeException(entry, "dot", new Dot(actor, stamp).toString(), "actor not 0, stamp above 0");
            }
            if (i > 0) {
                long before = u64(record, entry - ENTRY_BYTES);
                int order = listed
                        ? Dot.compare(before, u64(record, entry - 8), actor, stamp)
                        : Long.compareUnsigned(before, actor);
                if (order >= 0) {
                    throw new DecodeException(entry, "dot", "out of order", "ascending by actor");
                }
            }
            if (listed && RecordBytes.vectorStamp(record, actor) >= stamp) {
                throw new DecodeException(entry, "superseded dot", "covered by the vector", "only what it does not");
            }
        }
    }

    private void checkSiblings() {
        int count = RecordBytes.siblingCount(record);
        // Bounds first: the cursor that reads them again for order and hash trusts what it reads.
        for (int i = 0; i < count; i++) {
            checkSibling();
        }
        if (count < 2) {
            return;
        }
        List<Sibling> siblings = new ArrayList<>();
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            Sibling sibling = new Sibling(cursor);
            if (!siblings.isEmpty() && Sibling.compareCanonical(siblings.get(siblings.size() - 1), sibling) >= 0) {
                throw new DecodeException(cursor.at, "sibling", "out of order", "newest first");
            }
            siblings.add(sibling);
        }
        siblings.sort(Sibling::compareIdentity);
        for (int i = 1; i < count; i++) {
            if (Sibling.compareIdentity(siblings.get(i - 1), siblings.get(i)) == 0) {
                throw invalid("sibling", siblings.get(i).dot() + " twice", "each once");
            }
        }
    }

    private void checkSibling() {
        int start = at;
        skip(1, "flags of sibling");
        int flags = record[start] & 0xff;
        checkFlags(start, flags);
        int index = varInt("actor index");
        if (index >= RecordBytes.vectorCount(record)) {
            throw invalid("actor index", index, "below " + RecordBytes.vectorCount(record));
        }
        int entry = RecordBytes.vectorAt(record) + (index * ENTRY_BYTES);
        long actor = u64(record, entry);
        long stamp = u64(record, entry + 8);
        if ((flags & RecordBytes.NEWEST_OF_ACTOR) == 0) {
            long own = positive("stamp of dot");
            if (own >= stamp) {
                throw invalid("stamp of dot", own, "below " + stamp + ", the vector's");
            }
            stamp = own;
        }
        if ((flags & RecordBytes.CLIENT_FLAGS) != 0) {
            skip(Integer.BYTES, "client flags");
            if ((int) RecordBytes.U32.get(record, at - Integer.BYTES) == 0) {
                throw invalid("client flags", 0, "not 0 where present");
            }
        }
        if ((flags & RecordBytes.EXPIRY) != 0) {
            checkExpiry(flags, actor, stamp);
        }
        if ((flags & RecordBytes.INCREMENTS) != 0) {
            checkIncrements();
        }
        if ((flags & RecordBytes.DROPPED) != 0) {
            skip(Long.BYTES, "hash of value");
            return;
        }
        int length = varInt("length of value");
        skip(length, "value");
        boolean tombstone = (flags & RecordBytes.TOMBSTONE) != 0;
        boolean born = (flags & RecordBytes.BORN) != 0;
        if ((tombstone && length != 0) || (born && (length != 1 || record[at - 1] != '0'))) {
            throw invalid("value of tombstone or born counter", length + " bytes", "none, or 0");
        }
    }

    private void checkFlags(int start, int flags) {
        int withTombstone = flags & ~(RecordBytes.TOMBSTONE | RecordBytes.NEWEST_OF_ACTOR);
        boolean tombstone = (flags & RecordBytes.TOMBSTONE) != 0;
        boolean bornDropped = (flags & RecordBytes.BORN) != 0 && (flags & RecordBytes.DROPPED) != 0;
        boolean noExpiryOfDot = (flags & RecordBytes.EXPIRY_OF_DOT) != 0 && (flags & RecordBytes.EXPIRY) == 0;
        if ((tombstone && withTombstone != 0) || bornDropped || noExpiryOfDot) {
            throw new DecodeException(start, "flags of sibling", Integer.toHexString(flags), "a possible combination");
        }
    }

    private void checkExpiry(int flags, long actor, long stamp) {
        if ((flags & RecordBytes.EXPIRY_OF_DOT) == 0) {
            long expiryStamp = positive("stamp of expiry");
            long expiryActor = fixed("actor of expiry");
            if (expiryActor == 0 || (expiryActor == actor && expiryStamp == stamp)) {
                throw invalid("actor of expiry", Long.toHexString(expiryActor), "not 0, and not that of the dot");
            }
        }
        long time = fixed("expiry time");
        if (time < 0) {
            throw invalid("expiry time", time, "0 and more");
        }
    }

    private void checkIncrements() {
        int count = varInt("count of increments");
        if (count < 1 || count > (record.length - at) / SiblingCursor.INCREMENT_BYTES) {
            throw invalid("count of increments", count, "1 to what there are bytes for");
        }
        long before = 0;
        for (int i = 0; i < count; i++) {
            long actor = fixed("actor of increment");
            if (Long.compareUnsigned(before, actor) >= 0) {
                throw invalid("actor of increment", Long.toHexString(actor), "ascending, not 0");
            }
            before = actor;
            positive("stamp of increment");
            fixed("sum of increment");
        }
    }

    private long positive(String field) {
        long stamp = fixed(field);
        if (stamp <= 0) {
            throw invalid(field, stamp, "above 0");
        }
        return stamp;
    }

    private long fixed(String field) {
        skip(Long.BYTES, field);
        return u64(record, at - Long.BYTES);
    }

    private int varInt(String field) {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            skip(1, field);
            int part = record[at - 1];
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                if (value > Integer.MAX_VALUE || (part == 0 && shift > 0)) {
                    break;
                }
                return (int) value;
            }
        }
        throw invalid(field, value, "shortest form of a number below 2^31");
    }

    private void skip(long bytes, String field) {
        need(bytes, field);
        at += (int) bytes;
    }

    private void need(long bytes, String field) {
        if (record.length - at < bytes) {
            throw invalid(field, (record.length - at) + " bytes left", bytes + " bytes");
        }
    }

    private DecodeException invalid(String field, Object found, String allowed) {
        return new DecodeException(at, field, found.toString(), allowed);
    }
}

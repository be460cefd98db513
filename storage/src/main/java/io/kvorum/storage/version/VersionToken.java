package io.kvorum.storage.version;

/**
 * A 63-bit token of what a record holds, for clients that compare and set by a number. It changes with every write,
 * delete, increment and sibling, and not with an expiry; so whoever gives it back unchanged has seen all there is. The same
 * on every copy with the same siblings; nothing is stored for it. Clients of memcached read it as a signed number
 * (spymemcached), or as an unsigned one.
 */
public final class VersionToken {
    private VersionToken() {}

    /** The token of a record: above 0. */
    public static long of(byte[] record) {
        SiblingCursor cursor = new SiblingCursor().of(record);
        long token = 0;
        while (cursor.next()) {
            token = RecordHash.link(RecordHash.link(token, cursor.actor), cursor.stamp);
            for (int i = 0; i < cursor.incrementCount; i++) {
                token = RecordHash.link(RecordHash.link(token, cursor.incrementActor(i)), cursor.incrementStamp(i));
            }
        }
        long positive = token & Long.MAX_VALUE;
        return positive == 0 ? 1 : positive;
    }
}

package io.kvorum.server.command.memcached;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.RecordReply;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.VersionToken;
import io.kvorum.storage.version.Visible;
import org.jspecify.annotations.Nullable;

/**
 * The reply of a step that shows an item: nil, or {@code [value or nil, length, flags, token, end, live siblings]}, the end in
 * milliseconds since 1970, 0 for none. Immutable.
 */
final class ItemReply implements RecordReply {
    /** With the value. */
    static final ItemReply WITH_VALUE = new ItemReply(true);

    /** All but the value. */
    static final ItemReply WITHOUT_VALUE = new ItemReply(false);

    static final int FIELDS = 6;

    private final boolean withValue;

    private ItemReply(boolean withValue) {
        this.withValue = withValue;
    }

    @Override
    public void write(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
        ValueSlice value = loop.valueSlice();
        long nowMillis = loop.keys().nowMillis();
        if (record == null || !Visible.plain(record, nowMillis, value)) {
            loop.recorder().looked(false);
            out.nil();
        } else if (value.isMissing()) {
            out.error(ValueReplies.BYTES_ELSEWHERE);
        } else {
            loop.recorder().looked(true);
            write(out, record, value, value.expireAtMillis(), nowMillis);
        }
    }

    /** Writes the item that a record shows. */
    void write(RespWriter out, byte[] record, ValueSlice value, long expireAtMillis, long nowMillis) {
        out.array(FIELDS);
        if (withValue) {
            out.bulk(value.array(), value.offset(), value.length());
        } else {
            out.nil();
        }
        out.integer(value.length())
                .integer(Integer.toUnsignedLong(value.clientFlags()))
                .integer(VersionToken.of(record))
                .integer(expireAtMillis)
                .integer(liveSiblings(record, nowMillis));
    }

    /** How many different values live; of those whose bytes are elsewhere it is known that there are some. */
    private static int liveSiblings(byte[] record, long nowMillis) {
        if (RecordBytes.siblingCount(record) == 1) {
            return 1;
        }
        return Visible.needsBytes(record, nowMillis)
                ? 2
                : Visible.values(record, nowMillis).size();
    }
}

package io.kvorum.server.command.memcached;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.RecordReply;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.VersionToken;
import io.kvorum.storage.version.Visible;
import org.jspecify.annotations.Nullable;

/**
 * The reply of a step that shows an item: nil, or {@code [value or nil, length, flags, token, end, live siblings]}, the end in
 * milliseconds since 1970, 0 for none; and, if it is asked for, when the item was written, in milliseconds since 1970.
 * Immutable.
 */
final class ItemReply implements RecordReply {
    /** With the value. */
    static final ItemReply WITH_VALUE = new ItemReply(true, false);

    /** Without what is asked for. */
    static final int FIELDS = 6;

    private static final ItemReply WITHOUT_VALUE = new ItemReply(false, false);
    private static final ItemReply VALUE_AND_WRITTEN = new ItemReply(true, true);
    private static final ItemReply WRITTEN = new ItemReply(false, true);

    private final boolean withValue;
    private final boolean withWritten;

    private ItemReply(boolean withValue, boolean withWritten) {
        this.withValue = withValue;
        this.withWritten = withWritten;
    }

    /** As a step asks: anything in an argument if the value is wanted, in the next if the time of the write is. */
    static ItemReply asAsked(RespRequest request, int index) {
        boolean value = Arguments.has(request, index);
        if (Arguments.has(request, index + 1)) {
            return value ? VALUE_AND_WRITTEN : WRITTEN;
        }
        return value ? WITH_VALUE : WITHOUT_VALUE;
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
        out.array(withWritten ? FIELDS + 1 : FIELDS);
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
        if (withWritten) {
            out.integer(Stamp.millis(value.stamp()));
        }
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

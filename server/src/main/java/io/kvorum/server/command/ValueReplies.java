package io.kvorum.server.command;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Shown;
import io.kvorum.storage.version.Value;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.Visible;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The replies of reads that show a key's value: one value as Redis would, or all siblings with their context. */
public final class ValueReplies {
    /** The error for a value that this node knows of, but whose bytes it has not at hand. */
    public static final String BYTES_ELSEWHERE = "TRYAGAIN the value's bytes are not in memory";

    /** {@link #plain}, as a reply. */
    public static final RecordReply PLAIN = new RecordReply() {
        @Override
        public void write(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
            plain(loop, out, record);
        }

        @Override
        public Context shown(byte @Nullable [] record, long nowMillis) {
            return Shown.newest(record, nowMillis);
        }
    };

    /** {@link #siblings}, as a reply. */
    public static final RecordReply SIBLINGS = showingAll(ValueReplies::siblings);

    private ValueReplies() {}

    /** A reply that shows all siblings. */
    public static RecordReply showingAll(RecordReply reply) {
        return new RecordReply() {
            @Override
            public void write(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
                reply.write(loop, out, record);
            }

            @Override
            public Context shown(byte @Nullable [] record, long nowMillis) {
                return record == null ? Context.EMPTY : RecordBytes.context(record);
            }
        };
    }

    /** The newest sibling, or nil: copied straight from the record into the reply. */
    private static void plain(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
        ValueSlice value = loop.valueSlice();
        if (record == null || !Visible.plain(record, loop.keys().nowMillis(), value)) {
            loop.recorder().looked(false);
            out.nil();
        } else if (value.isMissing()) {
            out.error(BYTES_ELSEWHERE);
        } else {
            loop.recorder().looked(true);
            out.bulk(value.array(), value.offset(), value.length());
        }
    }

    /** The context and all live siblings, newest first: {@code [context, [value, …]]}. */
    public static void siblings(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
        if (record == null) {
            out.array(2).nil().array(0);
            return;
        }
        long nowMillis = loop.keys().nowMillis();
        if (Visible.needsBytes(record, nowMillis)) {
            out.error(BYTES_ELSEWHERE);
            return;
        }
        byte[] key = RecordBytes.key(record);
        List<Value> values = Visible.values(record, nowMillis);
        out.array(2).bulk(loop.contexts().encode(RecordBytes.context(record), key, 0, key.length));
        out.array(values.size());
        for (Value value : values) {
            out.bulk(value.array(), value.offset(), value.length());
        }
    }
}

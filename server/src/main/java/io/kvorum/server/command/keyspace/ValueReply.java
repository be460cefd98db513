package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.RecordReply;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.Visible;
import org.jspecify.annotations.Nullable;

/** A reply that depends on the bytes of what GET shows. */
@FunctionalInterface
interface ValueReply {
    /**
     * Writes the reply.
     *
     * @param live whether there is a value; if not, it has no bytes
     */
    void write(RespWriter out, boolean live, ValueSlice value);

    /** The reply for a record; an error if the bytes are elsewhere. */
    static RecordReply of(ValueReply reply) {
        return (loop, out, record) -> write(loop, out, record, reply);
    }

    private static void write(CommandLoop loop, RespWriter out, byte @Nullable [] record, ValueReply reply) {
        ValueSlice value = loop.valueSlice();
        boolean live = record != null && Visible.plain(record, loop.keys().nowMillis(), value);
        if (live && value.isMissing()) {
            out.error(ValueReplies.BYTES_ELSEWHERE);
            return;
        }
        if (!live) {
            value.clear();
        }
        reply.write(out, live, value);
    }
}

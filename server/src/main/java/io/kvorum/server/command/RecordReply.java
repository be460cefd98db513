package io.kvorum.server.command;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.storage.version.Context;
import org.jspecify.annotations.Nullable;

/** Makes the reply of a read. One that captures nothing costs no allocation. */
@FunctionalInterface
public interface RecordReply {
    /**
     * Writes the reply.
     *
     * @param loop the loop it is written on, with what it uses again and again
     * @param record the merge of what R owners have, or null; not to be changed
     */
    void write(CommandLoop loop, RespWriter out, byte @Nullable [] record);

    /**
     * What a client has seen to whom this is replied, for its session: the values that are shown whole, and no others.
     * Null if the reply shows less than a value.
     */
    default @Nullable Context shown(byte @Nullable [] record, long nowMillis) {
        return null;
    }
}

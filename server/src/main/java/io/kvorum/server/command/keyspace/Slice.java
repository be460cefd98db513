package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;

/**
 * An argument of a request for use by an edit: where it lies if the edit is done before the handler returns, else copied.
 *
 * @param array nobody changes it while the slice is used
 */
record Slice(byte[] array, int offset, int length) {
    static Slice of(Call call, int argument) {
        RespRequest request = call.request();
        return call.answersAlone()
                ? new Slice(request.array(), request.offset(argument), request.length(argument))
                : new Slice(request.copy(argument), 0, request.length(argument));
    }
}

package io.kvorum.server.command.memcached;

import io.kvorum.codec.memcached.McNumbers;
import io.kvorum.codec.resp.RespRequest;

/**
 * The arguments of a step: words of memcached's client as they came, already looked at where they came in; an empty one,
 * or one that is missing, is what was not said. Stateless.
 */
final class Arguments {
    private Arguments() {}

    static boolean has(RespRequest request, int index) {
        return index < request.argumentCount() && request.length(index) > 0;
    }

    /** A time in seconds. */
    static long seconds(RespRequest request, int index) {
        return has(request, index)
                ? McNumbers.parseSeconds(request.array(), request.offset(index), request.length(index))
                : Expiry.NEVER;
    }

    /** An unsigned number. */
    static long unsigned(RespRequest request, int index, long otherwise) {
        return has(request, index)
                ? McNumbers.parseUnsigned(request.array(), request.offset(index), request.length(index))
                : otherwise;
    }
}

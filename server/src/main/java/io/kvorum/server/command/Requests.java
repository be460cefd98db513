package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespRequestBuilder;
import java.util.List;

/** Requests made of arguments that lie in arrays of their own. */
final class Requests {
    private Requests() {}

    static RespRequest of(List<byte[]> arguments) {
        int bytes = 0;
        for (byte[] argument : arguments) {
            bytes = Math.addExact(bytes, argument.length);
        }
        byte[] joined = new byte[bytes];
        RespRequestBuilder builder = new RespRequestBuilder().begin(joined);
        int at = 0;
        for (byte[] argument : arguments) {
            System.arraycopy(argument, 0, joined, at, argument.length);
            builder.add(at, argument.length);
            at += argument.length;
        }
        return builder.request();
    }
}

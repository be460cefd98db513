package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes one client command on one key to a node that may coordinate it.
 *
 * @param protocol the RESP version that the client speaks, 2 or 3: the answer holds bytes for it
 * @param siblings whether the connection asked for the extended reply of GET
 * @param r R that the client asked for, 0 for the cluster's
 * @param w W that the client asked for, 0 for the cluster's
 * @param dw DW that the client asked for, 0 for the cluster's
 * @param strict whether hinted copies must not count
 * @param session whether the connection has a session (docs/sessions.md)
 * @param seen what the session has seen of the key, as a context's text; null if it knows nothing of it, or is none
 * @param arguments the command: its name, then its arguments
 */
public record Forward(
        int protocol,
        boolean siblings,
        int r,
        int w,
        int dw,
        boolean strict,
        boolean session,
        byte @Nullable [] seen,
        List<byte[]> arguments)
        implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.FORWARD;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u8(protocol)
                .bool(siblings)
                .varInt(r)
                .varInt(w)
                .varInt(dw)
                .bool(strict)
                .bool(session);
        OptionalBytes.write(out, seen);
        out.varInt(arguments.size());
        for (byte[] argument : arguments) {
            out.bytes(argument);
        }
    }

    static Forward decode(ByteReader in) {
        int protocol = in.u8();
        boolean siblings = in.bool();
        int r = in.varInt(Limits.TEXT_BYTES_MAX);
        int w = in.varInt(Limits.TEXT_BYTES_MAX);
        int dw = in.varInt(Limits.TEXT_BYTES_MAX);
        boolean strict = in.bool();
        boolean session = in.bool();
        byte[] seen = OptionalBytes.read(in, Limits.RECORD_BYTES_MAX);
        int count = in.varInt(Limits.ARGUMENTS_MAX);
        List<byte[]> arguments = new ArrayList<>(Math.min(count, in.remaining()));
        for (int i = 0; i < count; i++) {
            arguments.add(in.bytes(Limits.RECORD_BYTES_MAX));
        }
        return new Forward(protocol, siblings, r, w, dw, strict, session, seen, arguments);
    }
}

package io.kvorum.server.command.versioned;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.ContextCodec;
import org.jspecify.annotations.Nullable;

/** Reads the contexts that clients give, and says what is wrong with one. */
final class ContextArgument {
    private static final String AGAIN = "read the key again with KV.GET and use the context it returns";

    private ContextArgument() {}

    /** The context of a key, both by their place among the arguments; null if it is none, and then the error is written. */
    static @Nullable Context read(Call call, int key, int context) {
        RespRequest request = call.request();
        ContextCodec.Decoded decoded = call.loop()
                .contexts()
                .decode(
                        request.array(),
                        request.offset(context),
                        request.length(context),
                        request.array(),
                        request.offset(key),
                        request.length(key));
        if (decoded instanceof Context found) {
            return found;
        }
        call.out().error("BADCONTEXT " + reason((ContextCodec.Refusal) decoded) + "; " + AGAIN);
        return null;
    }

    private static String reason(ContextCodec.Refusal refusal) {
        return switch (refusal) {
            case MALFORMED -> "the context is not one that a read or a write returned";
            case OTHER_KEY -> "the context belongs to another key";
            case BAD_MAC -> "the context was changed, or comes from a cluster with another secret";
        };
    }

    /** The error for a context that names what nobody can have written yet. */
    static String ahead(long driftMaxMillis) {
        return "BADCONTEXT the context names a write that no replica asked has, and that is more than " + driftMaxMillis
                + " ms ahead of this node's clock; see to the clocks of the nodes, or " + AGAIN;
    }
}

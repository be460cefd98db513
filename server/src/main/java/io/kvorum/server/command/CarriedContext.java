package io.kvorum.server.command;

import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.ContextCodec;
import org.jspecify.annotations.Nullable;

/**
 * What a client of another node has seen of the key of its request, which travels with that; and back with the answer what it
 * has seen then. Owned by the loop that runs the request.
 */
final class CarriedContext implements SeenContexts {
    /** It travels beside its key, and is bound to that by its message alone. */
    private static final byte[] NO_KEY = {};

    private @Nullable Context seen;
    private boolean noted;

    CarriedContext(@Nullable Context seen) {
        this.seen = seen;
    }

    @Override
    public @Nullable Context of(byte[] array, int offset, int length) {
        return seen;
    }

    @Override
    public void note(byte[] key, @Nullable Context given, Context after) {
        Context current = seen;
        seen = current == null || current.equals(given) ? after : SessionMemory.joined(current, given, after);
        noted = true;
    }

    /** What has been noted; null if nothing was. */
    @Nullable
    Context noted() {
        return noted ? seen : null;
    }

    static byte @Nullable [] encode(ContextCodec codec, @Nullable Context context) {
        return context == null ? null : codec.encode(context, NO_KEY, 0, 0);
    }

    /** The context that another node sent; null if it is none of this cluster's. */
    static @Nullable Context decode(ContextCodec codec, byte[] encoded) {
        return codec.decode(encoded, 0, encoded.length, NO_KEY, 0, 0) instanceof Context context ? context : null;
    }
}

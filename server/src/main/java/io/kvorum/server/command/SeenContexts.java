package io.kvorum.server.command;

import io.kvorum.storage.version.Context;
import org.jspecify.annotations.Nullable;

/**
 * What a client with a session (docs/sessions.md) has seen of keys: of all it knows about, or of the one key of a request
 * that was passed on. Owned by the loop of its requests.
 */
interface SeenContexts {
    /** What was seen of a key; null if nothing is known, and then a write is a plain one. */
    @Nullable
    Context of(byte[] array, int offset, int length);

    /**
     * Notes what has been seen of a key, once a request on it is done. Requests on other parts of the same command may have
     * noted theirs meanwhile: these stay.
     *
     * @param key to keep
     * @param given what {@link #of} said when the request began
     * @param after what has been seen instead
     */
    void note(byte[] key, @Nullable Context given, Context after);
}

package io.kvorum.server.command;

import io.kvorum.storage.version.Context;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a reading command were answered, until the client is shown it: where the reply to the whole is an error,
 * it is shown nothing. Bounded as the session is. Owned by the loop of its requests.
 */
final class WithheldContexts implements SeenContexts {
    private final SeenContexts session;
    private final SessionMemory withheld;

    /** Nothing is withheld yet. */
    WithheldContexts(SeenContexts session, SessionLimits limits, CommandRecorder recorder) {
        this.session = session;
        this.withheld = new SessionMemory(limits, recorder);
    }

    @Override
    public @Nullable Context of(byte[] array, int offset, int length) {
        Context earlier = withheld.of(array, offset, length);
        return earlier == null ? session.of(array, offset, length) : earlier;
    }

    @Override
    public void note(byte[] key, @Nullable Context given, Context after) {
        withheld.note(key, given, after);
    }

    /** The client is shown it. No other request on these keys has come in between: what reads many keys lets all wait. */
    void release() {
        withheld.forEach((key, after) -> session.note(key, session.of(key, 0, key.length), after));
    }
}

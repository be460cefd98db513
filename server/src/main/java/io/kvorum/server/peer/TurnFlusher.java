package io.kvorum.server.peer;

/** The end of an event loop's turn: what was gathered during it is sent then, in one go. Owned by the loop. */
@FunctionalInterface
public interface TurnFlusher {
    /** Calls {@code what} once at the end of this turn. Who asks twice in one turn may be called twice. */
    void flushLater(Flushable what);

    /** Something that gathers bytes during a turn. */
    @FunctionalInterface
    interface Flushable {
        /** Sends what was gathered. */
        void flushNow();
    }
}

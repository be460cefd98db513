package io.kvorum.server.command;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.version.Context;
import org.jspecify.annotations.Nullable;

/**
 * A change of one key, and the reply it makes: what the reply needs, {@link #apply} keeps. Where the engine was too busy to
 * take the change it is run again, on what there is by then, and its last run alone counts.
 */
public interface KeyEdit extends Mutation {
    /**
     * Writes the reply, an error of the command's own included. Called once, after {@link #apply}.
     *
     * @param after the record there is now; not to be changed
     */
    void reply(CommandLoop loop, RespWriter out, byte @Nullable [] after);

    /**
     * The context with which a retry supersedes this attempt, for the error of a write of which nobody knows whether it
     * is one: the context it was given, and its own dot. Null if it was never evaluated.
     */
    default @Nullable Context attempted() {
        return null;
    }

    /**
     * What the client's session has seen of the key once this is acknowledged: what it had seen, what the reply shows
     * whole, and the dot that was made. Null if no more than before.
     */
    default @Nullable Context seen() {
        return null;
    }

    /**
     * Whether {@link #seen} and {@link #attempted} begin with what the session had seen; if not, the request brought a context
     * of its own, and what the session had seen stays beside that.
     */
    default boolean isOfSession() {
        return true;
    }
}

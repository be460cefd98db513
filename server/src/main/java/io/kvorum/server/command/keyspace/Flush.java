package io.kvorum.server.command.keyspace;

import java.util.function.Consumer;

/** Empties the whole cluster: the membership's work, since it is an event of the history. */
@FunctionalInterface
public interface Flush {
    /**
     * Makes everything written up to now vanish everywhere. Never blocks; any thread may call it.
     *
     * @param done run once, on any thread, when every reachable member has persisted it and moved its clock past it
     * @param failed run once instead, on any thread, with an error: first word, blank, text
     */
    void flush(Runnable done, Consumer<String> failed);
}

package io.kvorum.server.command;

import java.util.Locale;

/** What COMMAND says about a command; the names are Redis's. */
public enum CommandFlag {
    WRITE,
    READONLY,
    DENYOOM,
    ADMIN,
    PUBSUB,
    NOSCRIPT,
    LOADING,
    STALE,
    FAST,
    /** Runs before a connection has shown who it is. */
    NO_AUTH,
    ALLOW_BUSY,
    NO_MULTI,
    MOVABLEKEYS,
    /** Waits for what others do; here also for all earlier requests of its connection. */
    BLOCKING,
    /**
     * Repeating it does no harm: it carries a context that supersedes its own attempt. Ours; not told to clients, whose
     * drivers know nothing of it.
     */
    REPEATABLE,
    /**
     * As a plain write it can be made whatever there is: a fallback may run it where no owner can be reached. Ours, too.
     */
    BLIND,
    /** Runs behind a MULTI that was refused. Ours, too. */
    ENDS_MULTI,
    /**
     * A step of what another protocol asks for: no client of Redis's protocol can run it, and none is told of it. Nodes pass
     * it on like any other. Ours, too.
     */
    INTERNAL;

    private final String redisName = name().toLowerCase(Locale.ROOT);

    /** The name in COMMAND INFO. */
    public String redisName() {
        return redisName;
    }

    /** Whether COMMAND INFO shows it. */
    public boolean isShown() {
        return compareTo(REPEATABLE) < 0;
    }
}

package io.kvorum.server.command;

/**
 * What the sessions of a door's clients remember.
 *
 * @param onFromStart whether a connection has a session without asking for one
 * @param keysMax of so many keys a session remembers what it has seen at the most
 * @param bytesMax so many bytes it takes for that at the most
 */
public record SessionLimits(boolean onFromStart, int keysMax, long bytesMax) {
    /** Off, and small where it is asked for: for clients that no configured door let in. */
    public static final SessionLimits DEFAULTS = new SessionLimits(false, 1_000, 128 << 10);
}

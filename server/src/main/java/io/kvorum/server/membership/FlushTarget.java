package io.kvorum.server.membership;

/** The copies, as FLUSHALL needs them. Any thread. */
@FunctionalInterface
public interface FlushTarget {
    /** Lets everything up to the stamp vanish from all copies, for ever: merges must not bring it back. */
    void flushAll(long upToStamp);
}

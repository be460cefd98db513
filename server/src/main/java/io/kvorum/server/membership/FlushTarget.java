package io.kvorum.server.membership;

/** The copies, as FLUSHALL needs them. Any thread. */
public interface FlushTarget {
    /** The newest stamp in any record that the copies have or had. */
    long newestStamp();

    /** Shows nothing up to the stamp from now on, whatever merges bring; in memory alone, and soon done. */
    void beginFlush(long upToStamp);

    /** Lets everything up to the stamp vanish from all copies, for ever: merges must not bring it back. */
    void flushAll(long upToStamp);
}

package io.kvorum.server.command;

/** Where a command runs. */
public enum Route {
    /** On the node and loop it came to: it has no key, or looks after its keys itself. */
    NONE,
    /** On a settled owner of its key: here, or the first healthy one. */
    READ,
    /** As {@link #READ}; it writes what does not depend on what was there. */
    WRITE,
    /** On the first healthy settled owner of its key, wherever it came to: it reads, decides and writes. */
    MODIFY,
    /** On the node it came to, which splits it into commands on one key each. */
    MULTI
}

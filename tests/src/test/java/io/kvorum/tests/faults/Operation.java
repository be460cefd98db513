package io.kvorum.tests.faults;

/** What sessions ask. */
enum Operation {
    GET,
    SET,
    DEL,
    /** The one that reads, modifies and writes in one request: while it is on its way to the node that fails, it is in doubt. */
    INCR,
    KV_GET,
    KV_PUT
}

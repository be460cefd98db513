package io.kvorum.server.config;

/** What becomes of commands that another node runs. */
public enum Redirecting {
    /** They are passed on. */
    NEVER,
    /** Clients that have asked for the slots are told where to go; for others they are passed on. */
    MOVED
}

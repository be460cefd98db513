package io.kvorum.server.command.admin;

/** Lets the clients of this node go. Any thread; nothing here waits. */
public interface DrainControl {
    /** Begins, unless that has been done: no new client is taken, and those that are there are closed when they are idle. */
    void drain();

    /**
     * How far that is.
     *
     * @param clients still connected
     * @param leftMillis until those that are never idle are closed too; 0 then, and before it began
     */
    record Status(int clients, long leftMillis) {}

    /** How far that is now. */
    Status drainStatus();
}

package io.kvorum.server.command;

/** What is counted about commands. Owned by one loop; allocates nothing but for names never seen before. */
public interface CommandRecorder {
    /** Counts nothing: for tests. */
    CommandRecorder NONE = new CommandRecorder() {
        @Override
        public void record(int command, long nanos, boolean failed) {}

        @Override
        public void rejected(int command) {}

        @Override
        public void unknown(String name) {}
    };

    /**
     * A command was answered.
     *
     * @param command the row's number, {@link CommandTable#numberOf}
     * @param nanos from its turn to its reply
     * @param failed whether the reply was an error
     */
    void record(int command, long nanos, boolean failed);

    /** A command was refused before it ran: wrong arity, no authentication. */
    void rejected(int command);

    /** A command that there is not. */
    void unknown(String name);

    /** A client was answered by an error, which begins with this word. */
    default void errorReplied(String firstWord) {}

    /** A client connected. */
    default void connected() {}

    /** A client was turned away. */
    default void turnedAway() {}

    /** A client was closed because it held too much memory. */
    default void dropped() {}

    /** Bytes came from clients. */
    default void received(long bytes) {}

    /** Bytes go to clients. */
    default void sent(long bytes) {}

    /** A session forgot what it had seen of a key. */
    default void forgot() {}

    /** A plain read found a value, or none. */
    default void looked(boolean found) {}
}

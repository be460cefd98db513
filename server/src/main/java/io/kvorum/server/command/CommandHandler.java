package io.kvorum.server.command;

/** What a command does. Writes exactly one reply to {@link Call#out()}, or takes exactly one {@link Call#defer()}. */
@FunctionalInterface
public interface CommandHandler {
    /** Runs on the loop of the connection; the call and its request are valid until it returns. */
    void run(Call call);
}

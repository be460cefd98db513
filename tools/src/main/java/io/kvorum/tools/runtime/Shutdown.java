package io.kvorum.tools.runtime;

/** The end of this JVM by Ctrl-C or SIGTERM. */
public final class Shutdown {
    private Shutdown() {}

    /** Runs the task on a thread of its own when the JVM is told to end; the JVM waits for it to return. */
    public static void onSignal(Runnable task) {
        Runtime.getRuntime().addShutdownHook(new Thread(task, "shutdown"));
    }
}

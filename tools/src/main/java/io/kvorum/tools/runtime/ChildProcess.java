package io.kvorum.tools.runtime;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;

/**
 * A process of ours, whose output goes to a file and whose standard input is a pipe that nobody writes to: when this
 * JVM dies, whatever way, the pipe closes, and a child that watches it knows. Called from any thread.
 */
public final class ChildProcess {
    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts the command in the directory; output and errors are appended to the log.
     *
     * @throws IOException if the program or the directory is not there, or the log cannot be written
     */
    public static ChildProcess start(List<String> command, Path directory, Path log) throws IOException {
        return new ChildProcess(new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(Redirect.PIPE)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start());
    }

    /**
     * Runs the command in this directory, with the input and output of this JVM, and waits until it has ended. If this JVM
     * is told to end meanwhile, so is the process.
     *
     * @return its exit code; 128 + n for one that signal n ended
     * @throws IOException if the program is not there
     */
    public static int runToEnd(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        Shutdown.onSignal(process::destroy);
        return process.waitFor();
    }

    public long pid() {
        return process.pid();
    }

    /** Hands the exit code over once the process is gone; 128 + n for one that signal n ended. */
    public void whenGone(IntConsumer task, Executor executor) {
        var unused = process.onExit().thenAcceptAsync(gone -> task.accept(gone.exitValue()), executor);
    }

    /** Asks it to stop (SIGTERM). */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** Ends it (SIGKILL). */
    public void kill() {
        process.toHandle().destroyForcibly();
    }
}

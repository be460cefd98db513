package io.kvorum.tests.durability;

import io.kvorum.tools.runtime.ControlLoop;
import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Pause;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A JVM of its own without any load, which knows when the machine stood still: then it woke late as well. Sleeps until its
 * standard input ends, and says what it has seen.
 */
public final class ControlProcess implements AutoCloseable {
    private static final String READY = "ready";

    /** Sleeps until its code is loaded and compiled. */
    private static final int WARM_UP_SLEEPS = 500;

    private final Process process;
    private final BufferedReader out;

    private ControlProcess(Process process) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The process itself; started by {@link #start}. */
    public static void main(String[] arguments) throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        try (ControlLoop watch = ControlLoop.start("end", bug -> {
            System.err.println("control process: " + bug);
            ended.set(true);
        })) {
            PauseMeter warm = new PauseMeter(NanoClock.system(), Pause.real());
            for (int i = 0; i < WARM_UP_SLEEPS; i++) {
                warm.sleep();
            }
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            out.println(READY);
            watch.execute(() -> {
                awaitEndOfInput();
                ended.set(true);
            });
            PauseMeter meter = new PauseMeter(NanoClock.system(), Pause.real());
            while (!ended.get()) {
                meter.sleep();
            }
            meter.log().lines().forEach(out::println);
        }
    }

    private static void awaitEndOfInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    /** Starts one, and waits until it measures. */
    static ControlProcess start() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ControlProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        ControlProcess started = new ControlProcess(process);
        String line = started.out.readLine();
        if (!READY.equals(line)) {
            started.close();
            throw new IOException("the control process says '" + line + "'");
        }
        return started;
    }

    /** Ends it, and returns what it has seen. */
    ControlLog finish() throws IOException {
        process.getOutputStream().close();
        List<String> lines = out.lines().toList();
        try {
            return ControlLog.parse(lines);
        } catch (IllegalArgumentException cutOff) {
            throw new IOException("the control process ended before its time", cutOff);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}

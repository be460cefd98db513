package io.kvorum.tools.up;

import io.kvorum.tools.runtime.ChildProcess;
import io.kvorum.tools.runtime.ControlLoop;
import io.kvorum.tools.runtime.HttpProbe;
import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Shutdown;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Gives a {@link Supervisor} its processes, probes and timers. The supervisor lives on the control loop; probes block,
 * so they have a loop of their own and report back.
 */
final class UpDriver implements Supervisor.Effects {
    private static final int READY_STATUS = 200;

    private final ClusterSpec cluster;
    private final NodeCommand command;
    private final NanoClock clock;
    private final PrintStream out;
    private final Supervisor supervisor;
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final Consumer<Throwable> onBug = exitCode::completeExceptionally;
    private final ControlLoop control = ControlLoop.start("control", onBug);
    private final ControlLoop probes = ControlLoop.start("probes", onBug);
    private final List<ChildProcess> processes = new ArrayList<>();

    UpDriver(ClusterSpec cluster, NodeCommand command, NanoClock clock, PrintStream out) {
        this.cluster = cluster;
        this.command = command;
        this.clock = clock;
        this.out = out;
        this.supervisor = new Supervisor(cluster);
    }

    /**
     * Runs the cluster until it is stopped or has died.
     *
     * @return the exit code of {@code up}
     * @throws IOException if a directory cannot be made or Java cannot be started; nothing runs then
     */
    int run() throws IOException, InterruptedException {
        try {
            startProcesses();
            Shutdown.onSignal(this::stopAndWait);
            control.execute(() -> supervisor.onStarted(clock.nanoTime(), this));
            return exitCode.get();
        } catch (ExecutionException bug) {
            throw new IllegalStateException("the supervisor failed", bug.getCause());
        } finally {
            // Whatever happened, no node outlives this process.
            killAll();
            control.close();
            probes.close();
        }
    }

    private void startProcesses() throws IOException {
        for (int node = 0; node < cluster.nodes().size(); node++) {
            NodeSpec spec = cluster.nodes().get(node);
            Files.createDirectories(spec.directory());
            LogTail.rotate(spec.log());
            ChildProcess process = ChildProcess.start(command.of(cluster.arguments(spec)), Path.of("."), spec.log());
            processes.add(process);
            int index = node;
            process.whenGone(code -> onGone(index, code), control);
        }
    }

    private void onGone(int node, int code) {
        List<String> tail = LogTail.of(cluster.nodes().get(node).log());
        supervisor.onExit(node, code, tail, clock.nanoTime(), this);
    }

    /** On the shutdown thread: the JVM ends when this returns, so it waits for the nodes, but not for ever. */
    void stopAndWait() {
        control.execute(() -> supervisor.onStop(clock.nanoTime(), this));
        try {
            var unused = exitCode.get(Supervisor.GIVE_UP_NANOS, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException late) {
            killAll();
        }
    }

    private void killAll() {
        processes.forEach(ChildProcess::kill);
    }

    @Override
    public void say(String text) {
        out.print(text);
        out.flush();
    }

    @Override
    public void probe(int node, long delayNanos) {
        int port = cluster.nodes().get(node).httpPort();
        probes.schedule(
                () -> {
                    HttpProbe.Answer answer = HttpProbe.get(port, "/ready");
                    boolean ready = answer.status() == READY_STATUS;
                    control.execute(() -> supervisor.onProbe(node, ready, answer.detail(), clock.nanoTime(), this));
                },
                delayNanos);
    }

    @Override
    public void terminate(int node) {
        processes.get(node).terminate();
    }

    @Override
    public void kill(int node) {
        processes.get(node).kill();
    }

    @Override
    public void wake(long delayNanos) {
        control.schedule(() -> supervisor.onWake(clock.nanoTime(), this), delayNanos);
    }

    @Override
    public void finish(int code) {
        exitCode.complete(code);
    }
}

package io.kvorum.tools.bench;

import io.kvorum.tools.console.Failures;
import io.kvorum.tools.runtime.EventLoops;
import io.kvorum.tools.runtime.NanoClock;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's part of the load: gives a {@link LoadGenerator} its connections and its timer. Everything but the
 * constructor and the futures belongs to the loop's thread; other threads hand it tasks.
 */
final class LoadLoop implements LoadConnection.Listener, LoadGenerator.Effects {
    private static final int CONNECT_MILLIS_MAX = 5_000;
    private static final long RECONNECT_MILLIS = 100;

    private static final long TICK_NANOS_MIN = 50_000;

    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final NanoClock clock;
    private final Protocol protocol;
    private final @Nullable String password;
    private final CommandWriter writer;
    private final LoadConnection[] connections;
    private final boolean[] dirty;
    private final boolean[] ready;
    private final Tick tick;
    private final CompletableFuture<Void> allReady = new CompletableFuture<>();
    private int readyCount;
    private long reconnects;
    private @Nullable Run run;

    /** A generator at work, and who waits for it. */
    private record Run(LoadGenerator generator, CompletableFuture<Void> finished) {}

    LoadLoop(
            EventLoop loop,
            EventLoops loops,
            NanoClock clock,
            List<Target> targets,
            Protocol protocol,
            @Nullable String password,
            CommandWriter writer) {
        this.loop = loop;
        this.clock = clock;
        this.protocol = protocol;
        this.password = password;
        this.writer = writer;
        int count = targets.size();
        connections = new LoadConnection[count];
        for (int i = 0; i < count; i++) {
            connections[i] = new LoadConnection(i, targets.get(i), protocol, password, this);
        }
        dirty = new boolean[count];
        ready = new boolean[count];
        tick = new Tick(loop, clock, TICK_NANOS_MIN, this::turn);
        bootstrap = new Bootstrap()
                .group(loop)
                .channel(loops.channelType())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX);
    }

    int connectionCount() {
        return connections.length;
    }

    /** Opens all connections; fails with {@link CannotConnectException} if one of them cannot be had. */
    CompletableFuture<Void> connect() {
        loop.execute(() -> {
            for (int i = 0; i < connections.length; i++) {
                connect(i, connections[i].target());
            }
        });
        return allReady;
    }

    /** Runs a generator for as many connections as this loop has; complete when it is done. One at a time. */
    CompletableFuture<Void> run(LoadGenerator generator, long startNanos, long giveUpNanos) {
        CompletableFuture<Void> finished = new CompletableFuture<>();
        loop.execute(() -> {
            for (int i = 0; i < ready.length; i++) {
                if (ready[i]) {
                    generator.onConnected(i);
                }
            }
            run = new Run(generator, finished);
            turnAt(startNanos);
            turnAt(giveUpNanos);
        });
        return finished;
    }

    /** The latencies since the last call; empty between runs. */
    CompletableFuture<Histogram> takeInterval() {
        return CompletableFuture.supplyAsync(
                () -> run == null ? Measurements.histogram() : run.generator().takeInterval(), loop);
    }

    /** How often a connection that was lost came back. To be asked between runs. */
    long reconnects() {
        return reconnects;
    }

    @Override
    public void onReady(LoadConnection connection) {
        int index = connection.index();
        ready[index] = true;
        readyCount++;
        if (run != null) {
            reconnects++;
            run.generator().onConnected(index);
        } else if (readyCount == connections.length) {
            allReady.complete(null);
        }
    }

    @Override
    public void onValue(LoadConnection connection) {
        if (run != null) {
            run.generator().onValue(connection.index(), clock.nanoTime());
        }
    }

    @Override
    public void onAbsent(LoadConnection connection) {
        if (run != null) {
            run.generator().onAbsent(connection.index(), clock.nanoTime());
        }
    }

    @Override
    public void onError(LoadConnection connection, String code) {
        if (run != null) {
            run.generator().onError(connection.index(), code, clock.nanoTime());
        }
    }

    @Override
    public void onTurnEnd() {
        turn();
    }

    @Override
    public void onClosed(LoadConnection connection, String reason) {
        int index = connection.index();
        if (!allReady.isDone()) {
            allReady.completeExceptionally(new CannotConnectException(reason));
            return;
        }
        if (ready[index]) {
            ready[index] = false;
            readyCount--;
        }
        dirty[index] = false;
        if (run != null) {
            run.generator().onDisconnected(index, clock.nanoTime());
            turn();
        }
        var unused = loop.schedule(() -> connect(index, connection.target()), RECONNECT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void send(int connection, Operation operation, long key) {
        writer.write(operation, key, connections[connection].out());
        dirty[connection] = true;
    }

    /** Sends what is due, all of it with one flush per connection, and sees to it that the next turn comes in time. */
    private void turn() {
        if (run == null) {
            return;
        }
        LoadGenerator generator = run.generator();
        long nowNanos = clock.nanoTime();
        generator.onTick(nowNanos, this);
        for (int i = 0; i < dirty.length; i++) {
            if (dirty[i]) {
                dirty[i] = false;
                connections[i].flush();
            }
        }
        if (generator.isDone(nowNanos)) {
            generator.giveUp(nowNanos);
            CompletableFuture<Void> finished = run.finished();
            run = null;
            finished.complete(null);
            return;
        }
        tick.at(generator.nextTickNanos());
    }

    private void turnAt(long nanos) {
        var unused = loop.schedule(this::turn, nanos - clock.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void connect(int index, Target target) {
        LoadConnection connection = new LoadConnection(index, target, protocol, password, this);
        connections[index] = connection;
        bootstrap
                .clone()
                .handler(connection)
                .connect(target.host(), target.port())
                .addListener(future -> {
                    if (!future.isSuccess()) {
                        onClosed(connection, target + ": " + Failures.reason(future.cause()));
                    }
                });
    }
}

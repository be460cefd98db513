package io.kvorum.server.life;

import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.LogThrottle;
import io.kvorum.storage.engine.EngineObserver;
import io.kvorum.storage.engine.StartProgress;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs and counts what the engine does in the background. Safe from every thread. */
public final class EngineWatch implements EngineObserver {
    private static final Logger LOG = LoggerFactory.getLogger(EngineWatch.class);
    private static final long SAY_NANOS = 2_000_000_000L;

    private final Clock clock;
    private final LongAdder checkpoints = new LongAdder();

    /** Volatile as the problems are: written by the checkpoint thread, read by whoever asks. */
    private volatile long lastCheckpointMillis;

    private final LongAdder records = new LongAdder();
    private final LongAdder busyNanos = new LongAdder();
    private final LongAdder collections = new LongAdder();
    private final LongAdder collectNanos = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LogThrottle throttle = new LogThrottle();
    private final long beganNanos;
    private volatile StartProgress progress = new StartProgress(StartProgress.Phase.LOAD, 0, 0);
    private volatile @Nullable String problem;
    private volatile @Nullable String checkpointProblem;

    /** The first failure since a checkpoint was complete; null if there was none. */
    private @Nullable Instant checkpointsFailSince;

    private long saidNanos;

    /** Begins to watch. */
    public EngineWatch(Clock clock) {
        this.clock = clock;
        this.beganNanos = clock.nanoTime();
        this.saidNanos = beganNanos;
    }

    /** Shows what was counted. */
    public void register(NodeMetrics metrics) {
        metrics.gauge("kvorum_checkpoints_total", "Checkpoints completed", checkpoints::sum);
        metrics.gauge(
                "kvorum_checkpoint_records_total",
                "Records put to the checkpoint, each once a checkpoint however often it changed",
                records::sum);
        metrics.gauge(
                "kvorum_checkpoint_busy_microseconds_total",
                "Time the checkpoint thread worked for it",
                () -> busyNanos.sum() / 1_000);
        metrics.gauge(
                "kvorum_checkpoint_collections_total",
                "Times the checkpoint store freed files that were mostly replaced",
                collections::sum);
        metrics.gauge(
                "kvorum_checkpoint_collect_microseconds_total",
                "Time that took, moving what was still in use included",
                () -> collectNanos.sum() / 1_000);
        metrics.gauge("kvorum_disk_failures_total", "Failures of the disk under journal or checkpoint", failures::sum);
    }

    /** How far the start is. */
    public StartProgress progress() {
        return progress;
    }

    /** Records that were put to checkpoints since the start. */
    public long checkpointedRecords() {
        return records.sum();
    }

    /** How long the checkpoint thread has worked for them, in nanoseconds. */
    public long checkpointNanos() {
        return busyNanos.sum();
    }

    /** Checkpoints completed. */
    long checkpoints() {
        return checkpoints.sum();
    }

    /** When the last checkpoint was complete, in milliseconds of the calendar; 0 if none was since the start. */
    long lastCheckpointMillis() {
        return lastCheckpointMillis;
    }

    /** Why changes are refused; null if they are not. */
    public @Nullable String problem() {
        return problem;
    }

    /** Why the last checkpoint failed, and since when they do; null if it did not. */
    public @Nullable String checkpointProblem() {
        return checkpointProblem;
    }

    @Override
    public void starting(StartProgress now) {
        progress = now;
        say(now);
    }

    private synchronized void say(StartProgress now) {
        long nanos = clock.nanoTime();
        if (now.phase() == StartProgress.Phase.DONE) {
            LOG.info("{} records in memory after {} ms", now.done(), (nanos - beganNanos) / 1_000_000);
        } else if (nanos - saidNanos >= SAY_NANOS) {
            saidNanos = nanos;
            LOG.info("{}", describe(now));
        }
    }

    /** What the start does, for people. */
    public static String describe(StartProgress now) {
        return switch (now.phase()) {
            case LOAD -> "loading: " + now.done() + " of " + now.total() + " records";
            case REPLAY -> "replaying the journal: " + (now.done() >> 20) + " of " + (now.total() >> 20) + " MB";
            case DONE -> "starting";
        };
    }

    @Override
    public void checkpointing(long put, long worked) {
        records.add(put);
        busyNanos.add(worked);
    }

    @Override
    public void checkpointed(long put, long worked, long wholeNanos) {
        checkpoints.increment();
        lastCheckpointMillis = clock.wallMillis();
        checkpointsWork();
    }

    private synchronized void checkpointsWork() {
        if (checkpointsFailSince != null) {
            checkpointsFailSince = null;
            checkpointProblem = null;
            LOG.info("checkpoints work again");
        }
    }

    @Override
    public void collected(long nanos) {
        collections.increment();
        collectNanos.add(nanos);
    }

    @Override
    public synchronized void checkpointFailed(Throwable why) {
        failures.increment();
        Instant since = checkpointsFailSince;
        if (since == null) {
            since = Instant.ofEpochMilli(clock.wallMillis()).truncatedTo(ChronoUnit.SECONDS);
            checkpointsFailSince = since;
        }
        checkpointProblem = oneLine(why) + " (since " + since + ")";
        if (permits("checkpoint", why)) {
            LOG.error("a checkpoint failed and is tried again; nothing is lost, the journal has it", why);
        }
    }

    private static String oneLine(Throwable why) {
        String message = why instanceof IOException ? why.getMessage() : why.toString();
        return String.valueOf(message).lines().findFirst().orElse("");
    }

    /** What fails again and again is said once in a while. */
    private boolean permits(String what, Throwable why) {
        return throttle.permits(what + why.getClass().getName(), clock.nanoTime());
    }

    @Override
    public void fetchFailed(Throwable why) {
        failures.increment();
        if (permits("fetch", why)) {
            LOG.error("a value could not be read from the checkpoint", why);
        }
    }

    @Override
    public void diskFailed(String why) {
        failures.increment();
        problem = why;
        LOG.error("the disk does not take the journal, and writes are refused until it does: {}", why);
    }

    @Override
    public void diskRecovered() {
        problem = null;
        LOG.info("the disk takes the journal again, and everything is on it; writes go on, under new actors");
    }
}

package io.kvorum.tools.bench;

import java.util.random.RandomGenerator;
import org.HdrHistogram.Histogram;

/**
 * Decides what is sent when, and measures. Owned by one event loop.
 *
 * <p>In the open loop, operation k is meant to start at a time fixed in advance, and its latency counts from then. If
 * the server stalls, connections fill up to the pipeline limit and later operations wait here, without memory, since
 * their times follow from their numbers; but their clocks run. A generator that waited for answers before it went on
 * would leave out just the operations that a stall hurts (coordinated omission), and so report the stall as one slow
 * request.
 *
 * <p>In the closed loop every connection has as many operations on their way as the pipeline limit says, and latency
 * counts from sending: good for the largest throughput, and for nothing that is said of latency. Batched, it sends the
 * next so many when all are answered: servers that send their replies in other pieces still get the same requests.
 */
final class LoadGenerator {
    /** A send this much after its time is counted as late: more than timers and batches explain. */
    static final long LATE_NANOS = 1_000_000L;

    /** What the generator wants sent; nothing else does it ever want. */
    interface Effects {
        void send(int connection, Operation operation, long key);
    }

    private final LoadPlan plan;
    private final KeyChooser keys;
    private final RandomGenerator random;
    private final Window[] windows;
    private final LoadObserver observer;
    private final Measurements measurements = new Measurements();
    private final Histogram sinceLastLook = Measurements.histogram();
    private long issued;
    private long lastAnswerNanos;
    private int cursor;
    private boolean gaveUp;

    LoadGenerator(LoadPlan plan, KeyChooser keys, RandomGenerator random, int connections, int pipelineLimit) {
        this(plan, keys, random, connections, pipelineLimit, LoadObserver.NONE);
    }

    LoadGenerator(
            LoadPlan plan,
            KeyChooser keys,
            RandomGenerator random,
            int connections,
            int pipelineLimit,
            LoadObserver observer) {
        this.observer = observer;
        this.plan = plan;
        this.keys = keys;
        this.random = random;
        windows = new Window[connections];
        for (int i = 0; i < connections; i++) {
            windows[i] = new Window(pipelineLimit, plan.batched());
        }
        lastAnswerNanos = plan.measureFromNanos();
    }

    /** The connection may be used from now on. */
    void onConnected(int connection) {
        windows[connection].open();
    }

    /** What was on its way is lost. */
    void onDisconnected(int connection, long nowNanos) {
        windows[connection].close();
        abandon(windows[connection], nowNanos);
    }

    /** Sends whatever is due, as far as there is room. */
    void onTick(long nowNanos, Effects effects) {
        while (isDue(nowNanos)) {
            int connection = connectionWithRoom();
            if (connection < 0) {
                return;
            }
            Operation operation = chooseOperation();
            long intended = plan.arrivals() == null ? nowNanos : plan.arrivals().intendedNanos(issued);
            issued++;
            if (nowNanos - intended > LATE_NANOS && isMeasured(intended)) {
                measurements.late();
            }
            windows[connection].add(operation, intended, nowNanos);
            effects.send(connection, operation, keys.next(random));
        }
    }

    void onValue(int connection, long nowNanos) {
        answered(connection, nowNanos);
    }

    void onAbsent(int connection, long nowNanos) {
        if (isMeasured(windows[connection].oldestIntendedNanos())) {
            measurements.absent();
        }
        answered(connection, nowNanos);
    }

    void onError(int connection, String code, long nowNanos) {
        if (isMeasured(windows[connection].oldestIntendedNanos())) {
            measurements.error(code);
        }
        answered(connection, nowNanos);
    }

    /** When {@link #onTick} has to be called next, whatever else happens; {@link Long#MAX_VALUE} for never. */
    long nextTickNanos() {
        if (plan.arrivals() == null || issued >= plan.operationsMax()) {
            return Long.MAX_VALUE;
        }
        long intended = plan.arrivals().intendedNanos(issued);
        return intended >= plan.endNanos() || !hasRoom() ? Long.MAX_VALUE : intended;
    }

    /** Whether everything that was due has been sent and answered, or the time for answers is over. */
    boolean isDone(long nowNanos) {
        if (nowNanos >= plan.giveUpNanos()) {
            return true;
        }
        return isAllIssued(nowNanos) && isNothingOnItsWay();
    }

    /** Counts what has no answer as unanswered, with the time it has waited. The last call to a generator. */
    void giveUp(long nowNanos) {
        if (gaveUp) {
            throw new IllegalStateException("gave up before");
        }
        gaveUp = true;
        for (Window window : windows) {
            abandon(window, nowNanos);
        }
        // Not even sent, but due: leaving these out would be the omission that this generator is there to avoid.
        while (isDue(nowNanos) && plan.arrivals() != null) {
            long intended = plan.arrivals().intendedNanos(issued++);
            if (isMeasured(intended)) {
                unanswered(chooseOperation(), intended, nowNanos);
            }
        }
    }

    Measurements measurements() {
        return measurements;
    }

    /** When the last answer came, or the measured part began. */
    long lastAnswerNanos() {
        return lastAnswerNanos;
    }

    /** The latencies since the last call, warm-up included, for showing progress. */
    Histogram takeInterval() {
        Histogram copy = sinceLastLook.copy();
        sinceLastLook.reset();
        return copy;
    }

    private void answered(int connection, long nowNanos) {
        Window window = windows[connection];
        long intended = window.oldestIntendedNanos();
        long latency = nowNanos - intended;
        if (isMeasured(intended)) {
            measurements.answered(window.oldestOperation(), latency, nowNanos - window.oldestSentNanos());
            observer.over(intended, nowNanos);
        }
        sinceLastLook.recordValue(Math.max(0, Math.min(latency, sinceLastLook.getHighestTrackableValue())));
        lastAnswerNanos = nowNanos;
        window.removeOldest();
        if (plan.arrivals() == null) {
            cursor = connection;
        }
    }

    private void abandon(Window window, long nowNanos) {
        while (!window.isEmpty()) {
            long intended = window.oldestIntendedNanos();
            if (isMeasured(intended)) {
                unanswered(window.oldestOperation(), intended, nowNanos);
            }
            window.removeOldest();
        }
    }

    private void unanswered(Operation operation, long intendedNanos, long nowNanos) {
        measurements.unanswered(operation, nowNanos - intendedNanos);
        observer.over(intendedNanos, nowNanos);
    }

    private boolean isDue(long nowNanos) {
        if (isAllIssued(nowNanos)) {
            return false;
        }
        return plan.arrivals() == null || plan.arrivals().intendedNanos(issued) <= nowNanos;
    }

    private boolean isAllIssued(long nowNanos) {
        if (issued >= plan.operationsMax()) {
            return true;
        }
        long next = plan.arrivals() == null ? nowNanos : plan.arrivals().intendedNanos(issued);
        return next >= plan.endNanos();
    }

    private boolean isNothingOnItsWay() {
        for (Window window : windows) {
            if (!window.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private boolean hasRoom() {
        for (Window window : windows) {
            if (window.hasRoom()) {
                return true;
            }
        }
        return false;
    }

    /** Connections take turns: after each operation in the open loop, when full in the closed; -1 if all are. */
    private int connectionWithRoom() {
        for (int i = 0; i < windows.length; i++) {
            int connection = cursor;
            boolean room = windows[connection].hasRoom();
            if (!room || plan.arrivals() != null) {
                cursor = cursor + 1 == windows.length ? 0 : cursor + 1;
            }
            if (room) {
                return connection;
            }
        }
        return -1;
    }

    private Operation chooseOperation() {
        return random.nextInt(plan.sets() + plan.gets()) < plan.sets() ? Operation.SET : Operation.GET;
    }

    private boolean isMeasured(long intendedNanos) {
        return intendedNanos >= plan.measureFromNanos();
    }
}

package io.kvorum.server.runtime;

import io.kvorum.storage.engine.LoadWorkers;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and names every thread of a node, and sees what escapes from them: {@code io-k} for event loops, {@code control}
 * for what the node does by itself, {@code disk-k} for what may wait for the disk. Safe from every thread.
 */
public final class Threads {
    private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

    private static final int BACKGROUND_QUEUE_MAX = 100_000;

    private final String prefix;
    private final LongAdder uncaught = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LogThrottle throttle = new LogThrottle();

    /** Threads named by their duty alone: one node in this process. */
    public Threads() {
        this("");
    }

    /**
     * Threads whose names begin with the node's, for several nodes in one process.
     *
     * @param prefix for instance {@code "n1/"}; may be empty
     */
    public Threads(String prefix) {
        this.prefix = prefix;
    }

    /** Makes {@code io-0}, {@code io-1} and so on, each fit for Netty's thread-local caches. */
    public ThreadFactory eventLoops() {
        return numbered("io-");
    }

    /**
     * Starts the control thread.
     *
     * @param queueMax how many tasks may wait, at least 1
     */
    public ControlThread control(int queueMax) {
        return new ControlThread(this, task -> thread("control", task), queueMax);
    }

    /**
     * Starts the disk threads.
     *
     * @param name of their duty, to be followed by a number
     * @param count how many, at least 1
     * @param queueMax how many tasks may wait, at least 1
     */
    public DiskThreads disk(String name, int count, int queueMax) {
        return new DiskThreads(this, numbered(name), count, queueMax);
    }

    /**
     * Starts a thread for an engine's work that may wait for the disk.
     *
     * @param name of its duty
     */
    public BackgroundThread background(String name, Clock clock) {
        return new BackgroundThread(new ControlThread(this, task -> thread(name, task), BACKGROUND_QUEUE_MAX), clock);
    }

    /** Loads on so many threads at once. */
    public LoadWorkers loaders(int count) {
        return new ParallelLoad(this, count);
    }

    /** A thread with a duty of its own, not started; a daemon, so that it never keeps the process alive. */
    public Thread thread(String name, Runnable task) {
        Thread thread = new FastThreadLocalThread(task, prefix + name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((on, failure) -> report(failure));
        return thread;
    }

    /** How many tasks and threads have ended with an exception: each is a bug. */
    public long uncaught() {
        return uncaught.sum();
    }

    /** How many tasks a full queue has turned away. */
    public long rejected() {
        return rejected.sum();
    }

    /** Runs a task; what it throws is logged and counted, and the thread lives on. */
    void runGuarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error failure) {
            report(failure);
        }
    }

    void countRejected() {
        rejected.increment();
    }

    static void awaitEnd(ExecutorService executor, long seconds) {
        try {
            if (executor.awaitTermination(seconds, TimeUnit.SECONDS)) return;
            LOG.warn("tasks still run {} s after closing; they are interrupted", seconds);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }

    private void report(Throwable failure) {
        uncaught.increment();
        String thread = Thread.currentThread().getName();
        StackTraceElement[] frames = failure.getStackTrace();
        // A task that repeats may fail again and again.
        String subject = thread + failure.getClass() + (frames.length == 0 ? "" : frames[0]);
        if (throttle.permits(subject, Clock.system().nanoTime())) {
            LOG.error("uncaught on {}", thread, failure);
        }
    }

    private ThreadFactory numbered(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> thread(name + count.getAndIncrement(), task);
    }
}

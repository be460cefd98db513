package io.kvorum.server.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one event loop. Written by that loop alone, without locks and, but for the first use of a command,
 * without allocation; read by whoever scrapes.
 */
public final class LoopMetrics {
    /** Keeps what two loops write out of each other's cache lines. */
    private static final int PADDING = 16;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle HISTOGRAMS = MethodHandles.arrayElementVarHandle(SingleWriterHistogram[].class);

    private final long[] counts = new long[PADDING + LoopCounter.values().length + PADDING];
    private final long[] failures;
    private final long[] rejections;
    private final @Nullable SingleWriterHistogram[] commands;
    private final SingleWriterHistogram[] distributions;

    LoopMetrics(int commandCount) {
        failures = new long[PADDING + commandCount + PADDING];
        rejections = new long[PADDING + commandCount + PADDING];
        commands = new SingleWriterHistogram[commandCount];
        distributions = new SingleWriterHistogram[Distribution.values().length];
        for (int i = 0; i < distributions.length; i++) distributions[i] = new SingleWriterHistogram();
    }

    /**
     * A command has been answered.
     *
     * @param command its index in the command table
     * @param nanos from its arrival to its reply
     */
    public void command(int command, long nanos) {
        SingleWriterHistogram histogram = commands[command];
        if (histogram == null) {
            histogram = new SingleWriterHistogram();
            HISTOGRAMS.setRelease(commands, command, histogram);
        }
        histogram.record(nanos);
    }

    /** A command has been answered with an error; beside {@link #command}. */
    public void commandFailed(int command) {
        add(failures, PADDING + command, 1);
    }

    /** A command was refused before it ran. */
    public void commandRejected(int command) {
        add(rejections, PADDING + command, 1);
    }

    /** Something has happened once. */
    public void increment(LoopCounter counter) {
        add(counts, PADDING + counter.cell(), 1);
    }

    /** Something has happened so many times. */
    public void add(LoopCounter counter, long times) {
        add(counts, PADDING + counter.cell(), times);
    }

    /** A value has been measured. */
    public void record(Distribution distribution, long value) {
        distributions[distribution.cell()].record(value);
    }

    long count(LoopCounter counter) {
        return (long) LONGS.getOpaque(counts, PADDING + counter.cell());
    }

    long failures(int command) {
        return (long) LONGS.getOpaque(failures, PADDING + command);
    }

    long rejections(int command) {
        return (long) LONGS.getOpaque(rejections, PADDING + command);
    }

    @Nullable
    SingleWriterHistogram command(int command) {
        return (SingleWriterHistogram) HISTOGRAMS.getAcquire(commands, command);
    }

    SingleWriterHistogram distribution(Distribution distribution) {
        return distributions[distribution.cell()];
    }

    private static void add(long[] cells, int cell, long amount) {
        LONGS.setOpaque(cells, cell, (long) LONGS.getOpaque(cells, cell) + amount);
    }
}

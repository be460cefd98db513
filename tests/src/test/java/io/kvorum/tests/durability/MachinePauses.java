package io.kvorum.tests.durability;

/**
 * When the machine stood still while a test ran, as a thread of the test's process saw it that only sleeps: what took long
 * then is not the nodes' doing. A node that stands still by itself is not seen, and so not excused. The first question ends it.
 */
public final class MachinePauses implements AutoCloseable {
    private final ControlThread control = new ControlThread();

    /** Whether it ever stood still for so long. */
    public boolean any(long nanosMin) {
        return control.finish().pauses().stream().anyMatch(pause -> pause.nanos() >= nanosMin);
    }

    /** Whether it stood still for so long at a time that touches this stretch of {@link System#nanoTime()}, so much longer on both ends. */
    public boolean touch(long fromNanos, long toNanos, long slackNanos, long nanosMin) {
        return control.finish().longestNanos(new Span(fromNanos, toNanos), slackNanos) >= nanosMin;
    }

    @Override
    public void close() {
        control.close();
    }
}

package io.kvorum.server.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one life of what is started and closed: NEW → STARTING → RUNNING → CLOSING → CLOSED. What start opened is closed in
 * reverse, once, from whatever state; a start that fails, or during which somebody closes, leaves nothing open.
 *
 * <p>Safe from every thread. Its monitor guards the state and the list of what is open, never the opening or closing
 * itself: hand-over would need a thread that outlives the threads it closes.
 */
public final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    /** Where in its life it is. */
    public enum State {
        /** Not yet started. */
        NEW,
        /** Opening its parts. */
        STARTING,
        /** In service. */
        RUNNING,
        /** Closing its parts. */
        CLOSING,
        /** At its end; it does not start again. */
        CLOSED
    }

    /** What start does; registers each part with {@link #opened}. */
    public interface Start {
        /** Opens the parts, in order. */
        void run() throws Exception;
    }

    /** Tells a start that somebody has closed meanwhile. */
    public static final class ClosedWhileStartingException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ClosedWhileStartingException(String what) {
            super(what + " was closed while it started");
        }
    }

    private record Part(String name, AutoCloseable closeable) {}

    private final String what;
    private final Deque<Part> open = new ArrayDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private State state = State.NEW;
    private boolean clean = true;
    private @Nullable Thread closer;

    /**
     * A life that has not begun.
     *
     * @param what names it in messages, for instance {@code "node n1"}
     */
    public Lifecycle(String what) {
        this.what = what;
    }

    /** The state now; another thread may change it at once. */
    public synchronized State state() {
        return state;
    }

    /**
     * Runs the start and is RUNNING afterwards. Whatever it throws is thrown again once all that it had opened is closed.
     *
     * @throws IllegalStateException if it was started or closed before
     * @throws ClosedWhileStartingException if it is closed before its start has ended
     */
    public void start(Start start) throws Exception {
        synchronized (this) {
            if (state != State.NEW) throw new IllegalStateException("start of " + what + ", which is " + state);
            state = State.STARTING;
        }
        try {
            start.run();
            synchronized (this) {
                if (state != State.STARTING) throw new ClosedWhileStartingException(what);
                state = State.RUNNING;
            }
        } catch (Throwable failure) {
            close();
            throw failure;
        }
    }

    /**
     * Remembers a part that has been opened, and returns it.
     *
     * @param name names it in messages
     * @throws ClosedWhileStartingException if somebody has closed meanwhile; the part is closed then
     */
    public <T extends AutoCloseable> T opened(String name, T part) {
        synchronized (this) {
            if (state == State.STARTING || state == State.RUNNING) {
                open.push(new Part(name, part));
                return part;
            }
        }
        closeQuietly(new Part(name, part));
        throw new ClosedWhileStartingException(what);
    }

    /**
     * Closes what is open, the newest first; a part that fails to close is logged and the others are closed all the same.
     * A second caller waits until the first is done, unless it is the first itself, called back by a part.
     */
    public void close() {
        synchronized (this) {
            if (Thread.currentThread().equals(closer)) return;
            if (closer == null) {
                closer = Thread.currentThread();
                state = State.CLOSING;
            }
        }
        if (Thread.currentThread().equals(closer())) {
            for (Part part = newest(); part != null; part = newest()) closeQuietly(part);
            synchronized (this) {
                state = State.CLOSED;
            }
            closed.countDown();
        } else {
            awaitClosed();
        }
    }

    /** Whether no part failed to close, so far. */
    public synchronized boolean isClean() {
        return clean;
    }

    private synchronized void failed() {
        clean = false;
    }

    /** Waits until all is closed, or the caller is interrupted (its interrupt flag stays set). */
    public void awaitClosed() {
        try {
            closed.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable Thread closer() {
        return closer;
    }

    private synchronized @Nullable Part newest() {
        return open.poll();
    }

    private void closeQuietly(Part part) {
        try {
            part.closeable().close();
        } catch (Exception failure) {
            if (failure instanceof InterruptedException) Thread.currentThread().interrupt();
            failed();
            LOG.error("{}: closing {} failed", what, part.name(), failure);
        }
    }
}

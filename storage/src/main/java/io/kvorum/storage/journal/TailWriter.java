package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Background;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what is staged to the files of its segments, on a thread of its own: so a force, however long it takes, keeps
 * nobody from appending. One write at a time; a force makes its own.
 */
final class TailWriter {
    private static final int STEP_BYTES = 1 << 20;

    private final Tail tail;
    private final Background thread;
    private final BiConsumer<String, Throwable> failed;
    private final Runnable work = this::work;
    private final AtomicBoolean queued = new AtomicBoolean();

    /** Guarded by this. */
    private boolean stopped;

    /**
     * A writer with nothing to do.
     *
     * @param failed is told what was being done when the device failed
     */
    TailWriter(Tail tail, Background thread, BiConsumer<String, Throwable> failed) {
        this.tail = tail;
        this.thread = thread;
        this.failed = failed;
    }

    /** Asks for whatever the tail wants. Any thread. */
    void signal() {
        if (!queued.get() && queued.compareAndSet(false, true)) {
            thread.execute(work);
        }
    }

    private void work() {
        queued.set(false);
        tail.writeBegins();
        writeStaged();
        try {
            if (tail.touchAhead(thread::nanoTime)) {
                signal();
            }
        } catch (InternalError deviceFailed) {
            failed.accept("touching", deviceFailed);
        }
    }

    /** Makes ready again what is needed soon. */
    void touchAgain() {
        try {
            tail.touchAgain(thread::nanoTime);
        } catch (InternalError deviceFailed) {
            failed.accept("touching", deviceFailed);
        }
    }

    private synchronized void writeStaged() {
        Tail.@Nullable Cut staged = stopped ? null : tail.staged();
        if (staged != null) {
            boolean unused = tryToWrite(staged);
        }
    }

    /** Writes all that is staged; returns whether that was possible. */
    synchronized boolean writeAll() {
        return tryToWrite(tail.allStaged());
    }

    private boolean tryToWrite(Tail.Cut cut) {
        try {
            write(cut);
            return true;
        } catch (IOException | InternalError failure) {
            failed.accept("writing to", failure);
            return false;
        }
    }

    /** Writes what is in a cut; from then on it survives without the staging. */
    synchronized void write(Tail.Cut cut) throws IOException {
        Staging staging = tail.staging();
        if (staging == null) {
            return;
        }
        int step = Math.min(STEP_BYTES, staging.bytes());
        for (Tail.Part part : cut.parts()) {
            boolean whole = false;
            while (!whole) {
                whole = part.segment().write(staging, part.to(), step);
            }
            // Not before: a step ends within an entry, which must be wholly staged until all of it is written.
            tail.written(part.segment().written());
        }
        tail.written(cut.position());
    }

    /**
     * Writes what can still be written, and gives the segments up.
     *
     * @return those that would have followed
     */
    synchronized List<JournalSegment> abandon() {
        boolean unused = tryToWrite(tail.allStaged());
        return tail.abandon();
    }

    /** Takes no more, and waits until nothing is being written. */
    synchronized void stop() {
        stopped = true;
    }
}

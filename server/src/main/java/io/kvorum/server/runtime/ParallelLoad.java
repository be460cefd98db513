package io.kvorum.server.runtime;

import io.kvorum.storage.engine.LoadWorkers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Loads on several threads, which end with the load. */
final class ParallelLoad implements LoadWorkers {
    private final Threads threads;
    private final int count;

    /** So many threads at once, at least 1. */
    ParallelLoad(Threads threads, int count) {
        this.threads = threads;
        this.count = count;
    }

    @Override
    public void forEach(int parts, Part part) throws IOException {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < Math.min(count, parts); i++) {
            Thread worker = threads.thread("load-" + i, () -> work(next, parts, part, failed));
            workers.add(worker);
            worker.start();
        }
        try {
            for (Thread worker : workers) {
                worker.join();
            }
        } catch (InterruptedException interrupted) {
            failed.compareAndSet(null, interrupted);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the load was interrupted");
        }
        rethrow(failed.get());
    }

    private static void work(AtomicInteger next, int parts, Part part, AtomicReference<@Nullable Throwable> failed) {
        for (int number = next.getAndIncrement();
                number < parts && failed.get() == null;
                number = next.getAndIncrement()) {
            try {
                part.run(number);
            } catch (IOException | RuntimeException | Error failure) {
                failed.compareAndSet(null, failure);
            }
        }
    }

    private static void rethrow(@Nullable Throwable failure) throws IOException {
        if (failure instanceof IOException io) {
            throw new IOException(io.getMessage(), io);
        }
        if (failure != null) {
            throw new IllegalStateException("a part of the load failed", failure);
        }
    }
}

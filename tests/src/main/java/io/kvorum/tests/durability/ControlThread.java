package io.kvorum.tests.durability;

import io.kvorum.tools.runtime.ControlLoop;
import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Pause;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A thread that only sleeps, in the process of the load generator: knows when that stood still, by its own collector too. */
final class ControlThread implements AutoCloseable {
    private final CompletableFuture<ControlLog> log = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final ControlLoop loop;

    ControlThread() {
        loop = ControlLoop.start("control", log::completeExceptionally);
        loop.execute(this::run);
    }

    private void run() {
        PauseMeter meter = new PauseMeter(NanoClock.system(), Pause.real());
        try {
            while (!ended.get()) {
                meter.sleep();
            }
        } catch (InterruptedException interrupted) {
            throw new CompletionException(interrupted);
        }
        log.complete(meter.log());
    }

    /** Ends it, and returns what it has seen. */
    ControlLog finish() {
        ended.set(true);
        return log.join();
    }

    @Override
    public void close() {
        ended.set(true);
        loop.close();
    }
}

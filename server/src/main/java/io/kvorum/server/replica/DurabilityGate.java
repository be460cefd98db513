package io.kvorum.server.replica;

import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.engine.StorageEngine;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Where one loop's changes wait for the disk. Tickets mostly grow, so the waiting stand in line, and the engine is asked
 * for the first alone: one force lets all pass that it covered, with one hand-over between threads. A ticket that goes
 * back is of what an earlier change left, maybe on no disk, and is asked for by itself. Owned by the loop.
 */
final class DurabilityGate {
    private final StorageEngine engine;
    private final Consumer<Runnable> loop;
    private final ArrayDeque<Waiting> line = new ArrayDeque<>();
    private boolean asked;

    private record Waiting(long ticket, DurableCallback callback) {}

    /**
     * A gate with nobody before it.
     *
     * @param loop runs tasks on the loop that owns the gate
     */
    DurabilityGate(StorageEngine engine, Consumer<Runnable> loop) {
        this.engine = engine;
        this.loop = loop;
    }

    /** Calls back, on this loop, once the change of a ticket is on disk or will not be. */
    void await(long ticket, DurableCallback callback) {
        Waiting last = line.peekLast();
        if (last != null && ticket < last.ticket) {
            engine.whenDurable(ticket, (upTo, durable) -> loop.accept(() -> callback.complete(ticket, durable)));
        } else {
            line.add(new Waiting(ticket, callback));
            askForFirst();
        }
    }

    private void askForFirst() {
        Waiting first = line.peek();
        if (first != null && !asked) {
            asked = true;
            engine.whenDurable(first.ticket, (upTo, durable) -> loop.accept(() -> told(upTo, durable)));
        }
    }

    private void told(long upTo, boolean durable) {
        asked = false;
        try {
            for (Waiting next = line.peek(); next != null && next.ticket <= upTo; next = line.peek()) {
                line.remove();
                next.callback.complete(next.ticket, durable);
            }
        } finally {
            askForFirst();
        }
    }
}

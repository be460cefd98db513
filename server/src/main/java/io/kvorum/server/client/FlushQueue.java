package io.kvorum.server.client;

import io.kvorum.server.peer.TurnFlusher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections, of clients and peers alike, that have written something in this turn of their loop: each is flushed once,
 * by one task behind the turn's I/O, so that all replies of a turn leave in one system call for each connection. Owned
 * by its loop.
 */
public final class FlushQueue implements TurnFlusher {
    private static final Logger LOG = LoggerFactory.getLogger(FlushQueue.class);

    private final Executor tasks;
    private final Runnable flushing = this::flushAll;
    private List<Flushable> dirty = new ArrayList<>();
    private List<Flushable> flushed = new ArrayList<>();

    /** A queue whose task runs on {@code tasks}: the event loop itself. */
    public FlushQueue(Executor tasks) {
        this.tasks = tasks;
    }

    @Override
    public void flushLater(Flushable what) {
        if (dirty.isEmpty()) {
            tasks.execute(flushing);
        }
        dirty.add(what);
    }

    private void flushAll() {
        List<Flushable> batch = dirty;
        dirty = flushed;
        flushed = batch;
        for (int i = 0; i < batch.size(); i++) {
            try {
                batch.get(i).flushNow();
            } catch (RuntimeException bug) {
                // One that fails must not keep the others of this turn, and of all to come, from being flushed.
                LOG.error("a connection could not be flushed", bug);
            }
        }
        batch.clear();
    }
}

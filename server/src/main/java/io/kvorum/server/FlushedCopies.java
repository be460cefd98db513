package io.kvorum.server;

import io.kvorum.server.membership.FlushTarget;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.StorageEngine;

/**
 * The copies of a node as FLUSHALL needs them. Nothing that was flushed is seen from the first moment on; what there is of it
 * is taken away at once where a copy is to lose all it has, which is soon done. Where newer records stand among them each
 * record must be looked at: then a copy at a time, so that the control thread does its other work between.
 */
final class FlushedCopies implements FlushTarget {
    private final StorageEngine engine;
    private final TaskLoop control;

    FlushedCopies(StorageEngine engine, TaskLoop control) {
        this.engine = engine;
        this.control = control;
    }

    @Override
    public long newestStamp() {
        return engine.newestStamp();
    }

    @Override
    public void beginFlush(long upToStamp) {
        for (int partition = 0; partition < engine.partitions(); partition++) {
            engine.beginFlush(partition, upToStamp);
        }
    }

    @Override
    public void flushAll(long upToStamp) {
        if (engine.newestStamp() > upToStamp) {
            flushOneByOne(0, upToStamp);
            return;
        }
        for (int partition = 0; partition < engine.partitions(); partition++) {
            engine.flush(partition, upToStamp);
        }
    }

    private void flushOneByOne(int partition, long upToStamp) {
        engine.flush(partition, upToStamp);
        if (partition + 1 < engine.partitions()) {
            control.handBack(() -> flushOneByOne(partition + 1, upToStamp));
        }
    }
}

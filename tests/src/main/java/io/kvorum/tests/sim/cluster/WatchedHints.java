package io.kvorum.tests.sim.cluster;

import io.kvorum.storage.hint.ForwardingHintStore;
import io.kvorum.storage.hint.HintStore;
import java.util.UUID;

/** What a node keeps for others, and a watcher that sees what goes. */
final class WatchedHints extends ForwardingHintStore {
    private final Watcher watcher;
    private final int node;

    WatchedHints(HintStore hints, Watcher watcher, int node) {
        super(hints);
        this.watcher = watcher;
        this.node = node;
    }

    @Override
    public void put(UUID target, long positionHigh, byte[] record, PutCallback callback) {
        watcher.hintOffered(node, record);
        super.put(target, positionHigh, record, outcome -> {
            watcher.hintPut(node, record, outcome);
            callback.done(outcome);
        });
    }

    @Override
    public void read(long positionHigh, byte[] key, ReadCallback callback) {
        super.read(positionHigh, key, record -> {
            watcher.hintRead(node, key, record);
            callback.read(record);
        });
    }

    @Override
    public void remove(UUID target, long positionHigh, byte[] record, RemoveCallback callback) {
        super.remove(target, positionHigh, record, removed -> {
            if (removed) {
                watcher.hintRemoved(node, target, record);
            }
            callback.done(removed);
        });
    }
}

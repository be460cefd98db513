package io.kvorum.storage.hint;

import java.util.List;
import java.util.UUID;

/** A store of hints in front of another, for what changes or sees a part of what it does. */
public abstract class ForwardingHintStore implements HintStore {
    private final HintStore hints;

    /** In front of this one. */
    protected ForwardingHintStore(HintStore hints) {
        this.hints = hints;
    }

    @Override
    public void put(UUID target, long positionHigh, byte[] record, PutCallback callback) {
        hints.put(target, positionHigh, record, callback);
    }

    @Override
    public void read(long positionHigh, byte[] key, ReadCallback callback) {
        hints.read(positionHigh, key, callback);
    }

    @Override
    public void scan(UUID target, long fromPositionHigh, int bytesMax, ScanCallback callback) {
        hints.scan(target, fromPositionHigh, bytesMax, callback);
    }

    @Override
    public void remove(UUID target, long positionHigh, byte[] record, RemoveCallback callback) {
        hints.remove(target, positionHigh, record, callback);
    }

    @Override
    public List<Usage> usage() {
        return hints.usage();
    }

    @Override
    public boolean isBusy() {
        return hints.isBusy();
    }

    @Override
    public void close() {
        hints.close();
    }
}

package io.kvorum.storage.hint;

import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.VersionObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Hints in memory: for a node whose copies are there too. Callbacks run at once on the caller's thread. A lock guards the
 * maps, held for a merge alone, because a write ends on the event loop that it began on, and any loop may bring a hint.
 */
public final class MemoryHintStore implements HintStore {
    private final long bytesMax;
    private final VersionObserver observer;
    private final Map<UUID, Hints> targets = new TreeMap<>();
    private long bytes;
    private boolean closed;

    private static final class Hints {
        final NavigableMap<Place, byte[]> records = new TreeMap<>();
        Usage usage;

        Hints(UUID target) {
            usage = Usage.none(target);
        }
    }

    /**
     * An empty store.
     *
     * @param bytesMax of all records
     * @param observer told of what merges find, under the lock
     */
    public MemoryHintStore(long bytesMax, VersionObserver observer) {
        this.bytesMax = bytesMax;
        this.observer = observer;
    }

    @Override
    public void put(UUID target, long positionHigh, byte[] record, PutCallback callback) {
        callback.done(put(target, positionHigh, record));
    }

    private synchronized Outcome put(UUID target, long positionHigh, byte[] record) {
        if (closed) {
            return Outcome.BUSY;
        }
        Place place = Place.of(positionHigh, record);
        Hints hints = targets.get(target);
        byte[] before = hints == null ? null : hints.records.get(place);
        byte[] merged = before == null ? record : Merge.merge(before, record, observer);
        int more = merged.length - (before == null ? 0 : before.length);
        if (more > 0 && more > bytesMax - bytes) {
            return Outcome.FULL;
        }
        if (hints == null) {
            hints = new Hints(target);
            targets.put(target, hints);
        }
        hints.records.put(place, merged);
        hints.usage = hints.usage.with(record, before == null ? 1 : 0, more);
        bytes += more;
        return Outcome.HELD;
    }

    @Override
    public void read(long positionHigh, byte[] key, ReadCallback callback) {
        callback.read(read(new Place(positionHigh, key)));
    }

    private synchronized byte @Nullable [] read(Place place) {
        byte[] merged = null;
        for (Hints hints : targets.values()) {
            byte[] record = hints.records.get(place);
            if (record != null) {
                merged = merged == null ? record : Merge.merge(merged, record, observer);
            }
        }
        return merged;
    }

    @Override
    public void scan(UUID target, long fromPositionHigh, int bytesMost, ScanCallback callback) {
        callback.scanned(scan(target, fromPositionHigh, bytesMost));
    }

    private synchronized Part scan(UUID target, long fromPositionHigh, int bytesMost) {
        List<byte[]> records = new ArrayList<>();
        Hints hints = targets.get(target);
        if (hints != null) {
            long lastHigh = 0;
            long taken = 0;
            for (Map.Entry<Place, byte[]> each :
                    hints.records.tailMap(Place.first(fromPositionHigh), true).entrySet()) {
                long positionHigh = each.getKey().positionHigh();
                if (taken >= bytesMost && positionHigh != lastHigh) {
                    return new Part(records, false, positionHigh);
                }
                lastHigh = positionHigh;
                taken += each.getValue().length;
                records.add(each.getValue());
            }
        }
        return new Part(records, true, 0);
    }

    @Override
    public void remove(UUID target, long positionHigh, byte[] record, RemoveCallback callback) {
        callback.done(remove(target, positionHigh, record));
    }

    private synchronized boolean remove(UUID target, long positionHigh, byte[] record) {
        Hints hints = targets.get(target);
        Place place = Place.of(positionHigh, record);
        if (hints == null || !Arrays.equals(hints.records.get(place), record)) {
            return false;
        }
        hints.records.remove(place);
        hints.usage = hints.usage.without(record);
        bytes -= record.length;
        if (hints.records.isEmpty()) {
            targets.remove(target);
        }
        return true;
    }

    @Override
    public synchronized List<Usage> usage() {
        return targets.values().stream().map(hints -> hints.usage).toList();
    }

    @Override
    public boolean isBusy() {
        return false;
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}

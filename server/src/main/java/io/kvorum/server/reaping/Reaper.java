package io.kvorum.server.reaping;

import io.kvorum.ring.Partitioner;
import io.kvorum.server.peer.message.Reap;
import io.kvorum.server.peer.message.ReapAgree;
import io.kvorum.server.repair.CopyReader;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a round does with one node's copies. Safe from every thread. */
final class Reaper {
    private static final int RECORDS_A_LOOK = 2_000;

    private final StorageEngine engine;
    private final StampClock stamps;
    private final CopyReader copies;

    Reaper(StorageEngine engine, StampClock stamps, Partitioner partitioner) {
        this.engine = engine;
        this.stamps = stamps;
        this.copies = new CopyReader(engine, partitioner);
    }

    long clock() {
        return stamps.current();
    }

    long clockMillis() {
        return stamps.currentMillis();
    }

    /** Finds what may go, as {@link ReapingEffects#collect}. */
    long collect(int partition, long cursor, long deadBeforeMillis, Candidates into) {
        return engine.scan(partition, cursor, RECORDS_A_LOOK, record -> {
            if (mayGo(record, deadBeforeMillis)) {
                into.add(copies.positionOf(record), RecordBytes.hash(record));
            }
        });
    }

    /** Of which positions this copy has the asker's record, or none. */
    BitSet agreed(ReapAgree question) {
        BitSet agreed = new BitSet();
        for (int i = 0; i < question.positions().length; i++) {
            long hash = copies.hashAt(question.partition(), question.positions()[i]);
            if (hash == 0 || hash == question.hashes()[i]) {
                agreed.set(i);
            }
        }
        return agreed;
    }

    /** Compares and drops, or truncates; false if a record could not be, and still is as it was. */
    boolean reap(Reap request) {
        if (clockMillis() < request.notBeforeMillis()) {
            return false;
        }
        boolean done = true;
        for (int i = 0; i < request.positions().length; i++) {
            List<byte[]> there = copies.recordsAt(request.partition(), request.positions()[i]);
            // Two keys at one position cannot be told apart by it: they stay.
            if (there.size() == 1 && RecordBytes.hash(there.get(0)) == request.hashes()[i]) {
                done &= reap(request, request.positions()[i], request.hashes()[i], there.get(0));
            }
        }
        return done;
    }

    private boolean reap(Reap request, long position, long hash, byte[] record) {
        byte[] key = RecordBytes.key(record);
        long ticket = engine.update(
                request.partition(), position, key, 0, key.length, new Going(hash, request.deadBeforeMillis()));
        if (ticket == StorageEngine.REFUSED_COLD) {
            // Truncated it would lack its values. They are fetched until it is tried again.
            engine.fetch(request.partition(), position, key, (fetched, ok) -> {});
        }
        return ticket >= 0;
    }

    private static boolean mayGo(byte[] record, long deadBeforeMillis) {
        return Visible.isDeadBefore(record, deadBeforeMillis) || Versions.truncate(record, deadBeforeMillis) != record;
    }

    /** A record goes, or the old entries of its vector, if it is the one that was agreed upon. */
    private record Going(long hash, long deadBeforeMillis) implements Mutation {
        @Override
        public byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
            if (current == null || RecordBytes.hash(current) != hash) {
                return current;
            }
            return Visible.isDeadBefore(current, deadBeforeMillis)
                    ? null
                    : Versions.truncate(current, deadBeforeMillis);
        }

        @Override
        public boolean needsValues() {
            return false;
        }

        @Override
        public boolean freesMemory() {
            return true;
        }
    }
}

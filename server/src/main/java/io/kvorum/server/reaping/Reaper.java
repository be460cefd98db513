package io.kvorum.server.reaping;

import io.kvorum.ring.Partitioner;
import io.kvorum.server.peer.message.Reap;
import io.kvorum.server.peer.message.ReapAgree;
import io.kvorum.server.peer.message.ReapAgreed;
import io.kvorum.server.repair.CopyReader;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a round does with one node's copies. Safe from every thread. */
final class Reaper {
    private static final int RECORDS_A_LOOK = 2_000;
    private static final byte[] ANY_KEY = {0};

    /** So many answers may wait for a disk that stalls; who asks then is told that nothing is agreed upon. */
    private static final int WAITING_MAX = 64;

    private final StorageEngine engine;
    private final StampClock stamps;
    private final long staleMillis;
    private final CopyReader copies;
    private final AtomicInteger waiting = new AtomicInteger();

    Reaper(StorageEngine engine, StampClock stamps, Partitioner partitioner, long graceMillis) {
        this.engine = engine;
        this.stamps = stamps;
        this.staleMillis = graceMillis / 2;
        this.copies = new CopyReader(engine, partitioner);
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

    /**
     * Tells at which positions this copy has the asker's record on disk, and at which it has none; maybe later, on any thread.
     * What is in memory alone does not count: without power the copy would be as before, and hand that on as new.
     */
    void agreed(ReapAgree question, Consumer<ReapAgreed> asker) {
        BitSet same = new BitSet();
        BitSet none = new BitSet();
        for (int i = 0; i < question.positions().length; i++) {
            long hash = copies.hashAt(question.partition(), question.positions()[i]);
            same.set(i, hash == question.hashes()[i]);
            none.set(i, hash == 0);
        }
        if (same.isEmpty() || engine.durability() == Durability.NONE) {
            asker.accept(new ReapAgreed(stamps.current(), same, none));
        } else if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            asker.accept(new ReapAgreed(stamps.current(), new BitSet(), none));
        } else {
            whenDurable(question, durable -> {
                waiting.decrementAndGet();
                asker.accept(new ReapAgreed(stamps.current(), durable ? same : new BitSet(), none));
            });
        }
    }

    private void whenDurable(ReapAgree question, Consumer<Boolean> callback) {
        long ticket =
                engine.update(question.partition(), question.positions()[0], ANY_KEY, 0, ANY_KEY.length, Mutation.NONE);
        if (ticket < 0) {
            callback.accept(false);
        } else {
            engine.whenDurable(ticket, (upTo, durable) -> callback.accept(durable));
        }
    }

    /** Frames with records that are older than this are refused here from now on, by their clock in milliseconds. */
    long acceptsFromMillis() {
        return clockMillis() - staleMillis;
    }

    /** A dead record as it is to be planted at an owner that has none; null if there is none any more. */
    byte @Nullable [] dead(int partition, long position, long deadBeforeMillis) {
        List<byte[]> there = copies.recordsAt(partition, position);
        return there.size() == 1 && Visible.isDeadBefore(there.get(0), deadBeforeMillis) ? there.get(0) : null;
    }

    /** Compares and drops, or truncates; one bit for each record that is there no more as it was. */
    BitSet reap(Reap request) {
        BitSet done = new BitSet();
        if (acceptsFromMillis() < request.staleBeforeMillis()) {
            return done;
        }
        for (int i = 0; i < request.positions().length; i++) {
            List<byte[]> there = copies.recordsAt(request.partition(), request.positions()[i]);
            // Two keys at one position cannot be told apart by it: they stay.
            boolean isThere = there.size() == 1 && RecordBytes.hash(there.get(0)) == request.hashes()[i];
            done.set(i, !isThere || reap(request, request.positions()[i], request.hashes()[i], there.get(0)));
        }
        return done;
    }

    private boolean reap(Reap request, long position, long hash, byte[] record) {
        byte[] key = RecordBytes.key(record);
        long ticket = engine.update(
                request.partition(), position, key, 0, key.length, new Going(hash, request.deadBeforeMillis()));
        if (ticket == StorageEngine.REFUSED_COLD) {
            // Truncated as it is, it would lack its values: it is done by the time when it is tried again.
            engine.fetch(request.partition(), position, key, (whole, fetched) -> {
                if (whole != null && fetched) {
                    Mutation truncating = new Truncating(hash, Versions.truncate(whole, request.deadBeforeMillis()));
                    var unused = engine.update(request.partition(), position, key, 0, key.length, truncating);
                }
            });
        }
        return ticket >= 0;
    }

    private static boolean mayGo(byte[] record, long deadBeforeMillis) {
        return Visible.isDeadBefore(record, deadBeforeMillis) || Versions.truncate(record, deadBeforeMillis) != record;
    }

    /** A record whose values were on disk alone gets its shorter vector, if it is the one that was agreed upon. */
    private record Truncating(long hash, byte[] truncated) implements Mutation {
        @Override
        public byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
            return current != null && RecordBytes.hash(current) == hash ? truncated : current;
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

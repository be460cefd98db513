package io.kvorum.server.replica;

import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.NodeId;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.message.HintedWrite;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.FetchCallback;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Flush;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Visible;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The local copies, as coordinators and peers use them; the only caller of storage on the request path. One per event
 * loop (it keeps what it uses again for every request); any number of them share one engine, which locks a partition
 * for a merge alone.
 */
public final class ReplicaService {
    /** What became of an update. */
    public enum Outcome {
        /** The copy has a new record: {@link #lastRecord()}. */
        WRITTEN,
        /** The mutation left the record as it was. */
        UNCHANGED,
        /** Refused: the node is at its memory limit. Nothing was changed. */
        OUT_OF_MEMORY,
        /** Refused: the disk does not take writes. Nothing was changed. */
        DISK,
        /** Refused: the disk is behind for a moment. Nothing was changed; try again within the deadline. */
        BUSY,
        /** Refused: values that are on disk alone are needed. Nothing was changed; {@link #fetch} them and try again. */
        COLD
    }

    private static final long CLOCK_MARGIN_MILLIS = 2_000;
    private static final byte[] ANY_KEY = {0};

    private final StorageEngine engine;
    private final StampClock stamps;
    private final Supplier<ClusterView> views;
    private final ReplicaObserver observer;
    private final long graceMillis;
    private final MergeMutation merging;
    private final ResultMutation result = new ResultMutation();
    private final DurabilityGate gate;
    private final Consumer<Runnable> loop;
    private long lastTicket;

    /**
     * Makes one loop's service.
     *
     * @param engine the copies, shared
     * @param stamps the node's clock, shared
     * @param views what the cluster looks like now
     * @param observer told of what merges find, shared
     * @param loop runs tasks on the loop that this belongs to
     * @param tombstoneGraceMillis a frame older than half of this is refused: what it carries may have been reaped since
     */
    public ReplicaService(
            StorageEngine engine,
            StampClock stamps,
            Supplier<ClusterView> views,
            ReplicaObserver observer,
            Consumer<Runnable> loop,
            long tombstoneGraceMillis) {
        this.engine = engine;
        this.stamps = stamps;
        this.views = views;
        this.observer = observer;
        this.graceMillis = tombstoneGraceMillis;
        this.merging = new MergeMutation(observer);
        this.gate = new DurabilityGate(engine, loop);
        this.loop = loop;
    }

    /** When what is written here is on disk. */
    public Durability durability() {
        return engine.durability();
    }

    /** Calls back, on this loop, once this loop's last update and all before it are on disk, or will not be. */
    public void whenDurable(DurableCallback callback) {
        gate.await(lastTicket, callback);
    }

    /** Calls back, on this loop, once all that any loop has changed in a copy until now is on disk, or will not be. */
    public void whenAllDurable(int partition, DurableCallback callback) {
        long ticket = engine.update(
                partition, views.get().ring().tokenOf(partition), ANY_KEY, 0, ANY_KEY.length, Mutation.NONE);
        if (ticket < 0) {
            loop.accept(() -> callback.complete(0, false));
        } else {
            gate.await(ticket, callback);
        }
    }

    /** The time by which expiry is judged: the node's hybrid clock, in milliseconds. */
    public long nowMillis() {
        return stamps.currentMillis();
    }

    /** The engine, for what is no request: scans, counts, sums. */
    public StorageEngine engine() {
        return engine;
    }

    /** Told of what merges and writes find, from every loop and maybe under a partition's lock. */
    public ReplicaObserver observer() {
        return observer;
    }

    /** This node's record of a key, or null. Not to be changed. */
    public byte @Nullable [] read(KeyRef key) {
        byte[] bytes = key.bytes();
        return engine.read(key.partition(), StorageEngine.tableHash(key.positionHigh()), bytes, 0, bytes.length);
    }

    /** This node's record of a key that still lies in a read buffer, or null. */
    public byte @Nullable [] read(int partition, long positionHigh, byte[] array, int offset, int length) {
        return engine.read(partition, StorageEngine.tableHash(positionHigh), array, offset, length);
    }

    /** Whether a key may be gone here for want of memory: then its absence says nothing. */
    public boolean evicts() {
        return engine.evicts();
    }

    /** Whether an owner that has no record where another has this one is to be left alone: it may have let it go. */
    public boolean mayBeGone(byte[] record) {
        return evicts() || Visible.isDeadBefore(record, nowMillis() - graceMillis);
    }

    /** Whether a record lacks values of live siblings that may be on disk: then it is a stub, to be fetched before it is used. */
    public boolean isStub(byte @Nullable [] record) {
        // With a margin: by the clock of who asks it may live a little longer.
        return record != null && engine.hasStubs() && Visible.needsBytes(record, nowMillis() - CLOCK_MARGIN_MILLIS);
    }

    /** Reads the values of a stub, and keeps them if there is room; calls back on this loop, with the record as it is then. */
    public void fetch(KeyRef key, FetchCallback callback) {
        fetch(key.partition(), key.positionHigh(), key.bytes(), callback);
    }

    void fetch(int partition, long positionHigh, byte[] key, FetchCallback callback) {
        engine.fetch(
                partition,
                positionHigh,
                key,
                (record, fetched) -> loop.accept(() -> callback.fetched(record, fetched)));
    }

    /** Runs a mutation on this node's copy. */
    public Outcome update(KeyRef key, Mutation mutation) {
        return update(key.partition(), key.positionHigh(), key.bytes(), 0, key.bytes().length, mutation);
    }

    /** Runs a mutation on this node's copy of a key that still lies in a read buffer. */
    public Outcome update(int partition, long positionHigh, byte[] array, int offset, int length, Mutation mutation) {
        long ticket = engine.update(partition, positionHigh, array, offset, length, result.of(mutation));
        if (ticket < 0) {
            return refused(ticket);
        }
        lastTicket = ticket;
        return result.changed ? Outcome.WRITTEN : Outcome.UNCHANGED;
    }

    private static Outcome refused(long answer) {
        if (answer == StorageEngine.REFUSED_MEMORY) {
            return Outcome.OUT_OF_MEMORY;
        }
        if (answer == StorageEngine.REFUSED_COLD) {
            return Outcome.COLD;
        }
        return answer == StorageEngine.REFUSED_BUSY ? Outcome.BUSY : Outcome.DISK;
    }

    /** The record that the last update on this loop left, where it wrote one. */
    public byte[] lastRecord() {
        byte[] record = result.record;
        if (record == null) {
            throw new IllegalStateException("the last update left no record");
        }
        return record;
    }

    /** The record that the last update on this loop left, null if there is none. */
    public byte @Nullable [] lastRecordOrNull() {
        return result.record;
    }

    /** The hash of a record; 0 where there is none. */
    public long hashOf(byte @Nullable [] record) {
        return record == null ? 0 : RecordBytes.hash(record);
    }

    /** The merge of two records of one key, either of which may be missing. Changes nothing. */
    public byte @Nullable [] merge(byte @Nullable [] one, byte @Nullable [] other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return Merge.merge(one, other, observer);
    }

    /** The newest stamp that this node's copy was flushed up to, 0 if it never was: only grows. */
    public long flushedUpTo(int partition) {
        return engine.flushedUpTo(partition);
    }

    /** What is left of a record after the flushes that this node's copy knows; null if nothing is. */
    public byte @Nullable [] withoutFlushed(int partition, byte[] record) {
        long flushedUpTo = engine.flushedUpTo(partition);
        return flushedUpTo == 0 ? record : Flush.without(record, flushedUpTo);
    }

    /** Merges what others have into this node's copy. */
    public Outcome mergeOwn(KeyRef key, byte[] record) {
        byte[] own = read(key);
        boolean same = own != null && hashOf(own) == hashOf(record) && !RecordBytes.lacksBytes(own);
        return same ? Outcome.UNCHANGED : update(key, merging.of(record));
    }

    int partitionOf(long positionHigh) {
        return views.get().partitionOf(positionHigh);
    }

    /** Whether bytes from a peer are a sound record of this key. */
    public boolean isRecordOf(KeyRef key, byte[] record) {
        try {
            RecordBytes.check(record);
        } catch (DecodeException unsound) {
            observer.invalidRecord(unsound);
            return false;
        }
        return RecordBytes.hasKey(record, key.bytes(), 0, key.bytes().length);
    }

    /** The message that hands a record to another owner. */
    public Write toWrite(KeyRef key, byte[] record, boolean durable) {
        return new Write(key.positionHigh(), key.positionLow(), record, durable);
    }

    /** The message that hands a record to a fallback, for an owner that is away. */
    public HintedWrite toHintedWrite(KeyRef key, NodeId target, byte[] record, boolean durable) {
        return new HintedWrite(key.positionHigh(), key.positionLow(), target, record, durable);
    }

    /**
     * Answers a peer's read.
     *
     * @return null if values of this copy must be fetched first
     */
    public @Nullable ReadAnswer answer(Read request) {
        int partition = views.get().partitionOf(request.positionHigh());
        byte[] key = request.key();
        return views.get().answersHere(partition)
                ? answer(request, read(partition, request.positionHigh(), key, 0, key.length))
                : new ReadAnswer(ReadAnswer.Status.NOT_OWNER, null);
    }

    /**
     * Answers a peer's read with what this node has of the key.
     *
     * @return null if values of it must be fetched first
     */
    @Nullable
    ReadAnswer answer(Read request, byte @Nullable [] record) {
        int partition = views.get().partitionOf(request.positionHigh());
        if (!views.get().answersHere(partition)) {
            return new ReadAnswer(ReadAnswer.Status.NOT_OWNER, null);
        }
        boolean same = hashOf(record) == request.knownHash();
        if (!same && isStub(record)) {
            return null;
        }
        if (!engine.isSettled(partition)) {
            return new ReadAnswer(ReadAnswer.Status.UNSETTLED, same ? null : record);
        }
        return same
                ? new ReadAnswer(ReadAnswer.Status.SAME, null)
                : new ReadAnswer(ReadAnswer.Status.DIFFERENT, record);
    }

    /**
     * Merges a record that a peer sent.
     *
     * @param request the message
     * @param senderClock the sender's clock when it read the record
     * @return null if values of this copy must be fetched first
     */
    WriteAnswer.@Nullable Status merge(Write request, long senderClock) {
        ClusterView view = views.get();
        int partition = view.partitionOf(request.positionHigh());
        if (!view.takesHere(partition)) {
            return WriteAnswer.Status.NOT_OWNER;
        }
        // Who takes it for an owner, which it may have been, has not heard yet.
        WriteAnswer.Status taken =
                view.answersHere(partition) ? WriteAnswer.Status.MERGED : WriteAnswer.Status.ARRIVING;
        byte[] record = request.record();
        WriteAnswer.Status refusal = refusal(record, senderClock);
        if (refusal != null) {
            return refusal;
        }
        return switch (merge(partition, request.positionHigh(), record)) {
            // Who did not know of the flush must not take its write for one that is held here.
            case WRITTEN, UNCHANGED -> withoutFlushed(partition, record) == null ? WriteAnswer.Status.STALE : taken;
            case OUT_OF_MEMORY -> WriteAnswer.Status.OUT_OF_MEMORY;
            case DISK -> WriteAnswer.Status.DISK;
            case BUSY -> WriteAnswer.Status.BUSY;
            case COLD -> null;
        };
    }

    /** Why a record that a peer sent is not to be taken: it came too late, or is none; null if it may be. */
    WriteAnswer.@Nullable Status refusal(byte[] record, long senderClock) {
        if (nowMillis() - Stamp.millis(senderClock) > graceMillis / 2) {
            return WriteAnswer.Status.STALE;
        }
        try {
            RecordBytes.check(record);
            return null;
        } catch (DecodeException unsound) {
            observer.invalidRecord(unsound);
            return WriteAnswer.Status.INVALID;
        }
    }

    /** Merges a sound record of a partition into this node's copy. */
    public Outcome merge(int partition, long positionHigh, byte[] record) {
        return update(
                partition, positionHigh, record, RecordBytes.KEY_AT, RecordBytes.keyLength(record), merging.of(record));
    }

    /**
     * Takes a record that another owner has into this node's copy; bytes that are no record are counted and left out.
     *
     * @return false if it cannot be taken now
     */
    public boolean mergeFromElsewhere(int partition, byte[] record) {
        try {
            RecordBytes.check(record);
        } catch (DecodeException unsound) {
            observer.invalidRecord(unsound);
            return true;
        }
        byte[] key = RecordBytes.key(record);
        long positionHigh = views.get().ring().partitioner().high(key, 0, key.length);
        if (partitionOf(positionHigh) != partition) {
            observer.invalidRecord(new DecodeException(
                    RecordBytes.KEY_AT, "key", "one of partition " + partitionOf(positionHigh), "of " + partition));
            return true;
        }
        return switch (merge(partition, positionHigh, record)) {
            case WRITTEN, UNCHANGED -> true;
            case OUT_OF_MEMORY, DISK, BUSY -> false;
            case COLD -> {
                // It comes once more, and the values will be there by then.
                fetch(partition, positionHigh, key, (fetched, done) -> {});
                yield false;
            }
        };
    }

    /** Remembers what a mutation left, since the engine tells only whether it was taken. */
    private static final class ResultMutation implements Mutation {
        private @Nullable Mutation inner;
        private byte @Nullable [] record;
        private boolean changed;

        ResultMutation of(Mutation mutation) {
            inner = mutation;
            record = null;
            changed = false;
            return this;
        }

        @Override
        public byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
            Mutation mutation = inner;
            if (mutation == null) {
                throw new IllegalStateException("no mutation was given");
            }
            record = mutation.apply(current, scope);
            changed = record != current;
            return record;
        }

        @Override
        public boolean needsValues() {
            return inner == null || inner.needsValues();
        }

        @Override
        public boolean freesMemory() {
            return inner != null && inner.freesMemory();
        }
    }
}

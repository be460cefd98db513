package io.kvorum.server.command;

import io.kvorum.server.coordinator.Coordinator;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.coordinator.InspectCallback;
import io.kvorum.server.coordinator.QuorumPolicy;
import io.kvorum.server.coordinator.ReadCallback;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.coordinator.WriteCallback;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.version.VersionObserver;
import org.jspecify.annotations.Nullable;

/** Keys by way of a loop's coordinator and, where this node's copy is the whole truth, of the copy itself. */
public final class CoordinatedKeys implements KeyOperations {
    private final Coordinator coordinator;
    private final ReplicaService replica;
    private final QuorumPolicy policy;
    private final int valueBytesMax;

    /**
     * The keys of one loop.
     *
     * @param valueBytesMax the longest value
     */
    public CoordinatedKeys(Coordinator coordinator, int valueBytesMax) {
        this.valueBytesMax = valueBytesMax;
        this.coordinator = coordinator;
        this.replica = coordinator.replica();
        this.policy = coordinator.policy();
    }

    /** The coordinator behind it. */
    public Coordinator coordinator() {
        return coordinator;
    }

    @Override
    public VersionObserver versions() {
        return replica.observer();
    }

    @Override
    public int valueBytesMax() {
        return valueBytesMax;
    }

    @Override
    public ClusterView view() {
        return coordinator.view();
    }

    @Override
    public boolean answersAlone(ClusterView view, int partition, RequestOptions options) {
        return options.dw() == 0 && policy.dw() == 0 && coordinator.answersAlone(view, partition);
    }

    @Override
    public void read(KeyRef key, RequestOptions options, long deadlineNanos, ReadCallback callback) {
        coordinator.read(key, options, deadlineNanos, callback);
    }

    @Override
    public void write(
            KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback) {
        coordinator.write(key, mutation, options, deadlineNanos, callback);
    }

    @Override
    public void modify(
            KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback) {
        coordinator.modify(key, mutation, options, deadlineNanos, callback);
    }

    @Override
    public void standIn(
            KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback) {
        coordinator.standIn(key, mutation, options, deadlineNanos, callback);
    }

    @Override
    public void inspect(KeyRef key, long deadlineNanos, InspectCallback callback) {
        coordinator.inspect(key, deadlineNanos, callback);
    }

    @Override
    public byte @Nullable [] readHere(int partition, long positionHigh, byte[] array, int offset, int length) {
        return replica.read(partition, positionHigh, array, offset, length);
    }

    @Override
    public boolean isStub(byte @Nullable [] record) {
        return replica.isStub(record);
    }

    @Override
    public @Nullable Failure updateHere(
            int partition, long positionHigh, byte[] array, int offset, int length, Mutation mutation) {
        return switch (replica.update(partition, positionHigh, array, offset, length, mutation)) {
            case WRITTEN, UNCHANGED -> null;
            case OUT_OF_MEMORY -> Failure.OUT_OF_MEMORY;
            case DISK -> Failure.DISK;
            case BUSY, COLD -> Failure.BUSY;
        };
    }

    @Override
    public byte @Nullable [] lastRecord() {
        return replica.lastRecordOrNull();
    }

    @Override
    public long nowMillis() {
        return replica.nowMillis();
    }

    @Override
    public long readTimeoutNanos() {
        return policy.readTimeoutNanos();
    }

    @Override
    public long writeTimeoutNanos() {
        return policy.writeTimeoutNanos();
    }

    @Override
    public int required(boolean write, RequestOptions options, int owners) {
        return write ? policy.writes(options.w(), owners) : policy.reads(options.r(), owners);
    }
}

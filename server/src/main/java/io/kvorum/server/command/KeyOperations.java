package io.kvorum.server.command;

import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.coordinator.InspectCallback;
import io.kvorum.server.coordinator.ReadCallback;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.coordinator.WriteCallback;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.version.VersionObserver;
import org.jspecify.annotations.Nullable;

/**
 * What commands ask of their loop's coordinator and local copies. Owned by the loop. Keys are of partitions of which
 * this node is a settled owner, but for {@link #standIn}; else callbacks get {@link Failure.Kind#NOT_COORDINATOR} and nothing is attempted.
 */
public interface KeyOperations {
    /** What the cluster looks like now. */
    ClusterView view();

    /**
     * Whether {@link #readHere} and {@link #updateHere} are all that a request needs: this node's copy is the whole
     * truth about the partition, and nothing durable is asked for.
     */
    boolean answersAlone(ClusterView view, int partition, RequestOptions options);

    /** Reads R owners. */
    void read(KeyRef key, RequestOptions options, long deadlineNanos, ReadCallback callback);

    /** Writes without reading first; answered once W owners hold it. */
    void write(KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback);

    /** Reads R owners and merges, then evaluates and writes in one step; answered once W owners hold it. */
    void modify(KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback);

    /** Writes in the place of owners that cannot be reached: as a fallback, from what its hint has, and answered as others are. */
    void standIn(KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback);

    /** Asks every owner for its copy as it is, merging nothing; any node may, owner or not. */
    void inspect(KeyRef key, long deadlineNanos, InspectCallback callback);

    /** This node's record of a key, or null. Not to be changed. */
    byte @Nullable [] readHere(int partition, long positionHigh, byte[] array, int offset, int length);

    /** Whether a record that {@link #readHere} returned has its values on disk: then {@link #read} brings them. */
    boolean isStub(byte @Nullable [] record);

    /** Changes this node's copy; null if that went well, also where the mutation changed nothing. */
    @Nullable
    Failure updateHere(int partition, long positionHigh, byte[] array, int offset, int length, Mutation mutation);

    /** The record that the last {@link #updateHere} left. */
    byte @Nullable [] lastRecord();

    /** The time by which expiry is judged: the node's hybrid clock, in milliseconds. */
    long nowMillis();

    /** Told of what writes under contexts find, maybe under a partition's lock. */
    VersionObserver versions();

    /** The longest value, in bytes: the longest that a client may send, whoever makes it. */
    int valueBytesMax();

    /** How long a read may take. */
    long readTimeoutNanos();

    /** How long a write may take. */
    long writeTimeoutNanos();

    /** How many of a partition's owners a read must hear, or must hold a write before its answer. */
    int required(boolean write, RequestOptions options, int owners);
}

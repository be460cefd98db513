package io.kvorum.server.replica;

import io.kvorum.codec.binary.DecodeException;
import io.kvorum.storage.version.VersionObserver;

/** Told of what the local copies see and should be counted or logged. Called on any loop, maybe under a lock: only counts. */
public interface ReplicaObserver extends VersionObserver {
    /** Looks away. */
    ReplicaObserver NONE = new ReplicaObserver() {};

    /** A peer sent bytes that are no sound record; they were refused. */
    default void invalidRecord(DecodeException why) {}
}

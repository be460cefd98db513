package io.kvorum.storage.engine;

/**
 * Told of what a durable engine does in the background. Called on its background threads, and while it starts on the one
 * that starts it; implementations return soon.
 */
public interface EngineObserver {
    /** Looks away. */
    EngineObserver NONE = new EngineObserver() {};

    /** The start is so far; called now and then. */
    default void starting(StartProgress progress) {}

    /**
     * Some more of a checkpoint is in the store.
     *
     * @param records put since this was told last
     * @param busyNanos what the thread worked for it, pauses and waiting left out
     */
    default void checkpointing(long records, long busyNanos) {}

    /**
     * A checkpoint is complete, of all of which {@link #checkpointing} told.
     *
     * @param records put, each once however often it changed
     * @param busyNanos what the thread worked for it, pauses and waiting left out
     * @param wholeNanos from begin to end
     */
    default void checkpointed(long records, long busyNanos, long wholeNanos) {}

    /** A checkpoint failed, mostly since the disk did; it is tried again. */
    default void checkpointFailed(Throwable why) {}

    /** Values could not be read from the store. */
    default void fetchFailed(Throwable why) {}

    /** The disk fails: changes are refused from now on. */
    default void diskFailed(String problem) {}

    /** The disk does again, and nothing acknowledged was lost: changes are taken again. */
    default void diskRecovered() {}

    /** The store freed space of what was replaced. */
    default void collected(long nanos) {}
}

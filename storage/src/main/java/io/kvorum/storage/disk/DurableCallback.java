package io.kvorum.storage.disk;

/** Told once whether a change has reached the disk. */
@FunctionalInterface
public interface DurableCallback {
    /**
     * Runs on a disk thread, or at once on the caller's; hands over to its own thread and returns.
     *
     * @param ticket what was asked for, or a later one for which the same is true
     * @param durable false if the change is not on disk and will not be: no durable storage, or an I/O error
     */
    void complete(long ticket, boolean durable);
}

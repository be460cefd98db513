package io.kvorum.storage.journal;

import java.io.IOException;

/** Sees the entries of a journal in the order they were appended. */
@FunctionalInterface
public interface ReplayVisitor {
    /**
     * One entry.
     *
     * @param position just after the entry, as {@link Journal#append} returned it
     * @param array holds the payload until this returns
     */
    void entry(long position, int type, int partition, byte[] array, int offset, int length) throws IOException;

    /** Told now and then how many bytes of how many are done. */
    default void progress(long doneBytes, long totalBytes) {}
}

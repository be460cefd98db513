package io.kvorum.storage.journal;

import java.nio.file.Path;
import java.util.List;

/**
 * What a replay found.
 *
 * @param endPosition just after the last entry, or where one would have been
 * @param reachedPosition where the last segment that is there ends, 0 if there is none: one that had been used up to a
 *     position reaches that
 * @param durablePosition up to here every entry was known to be forced
 * @param entries how many were visited
 * @param payloadBytes in the payloads of those
 * @param closedCleanly whether the journal had been closed in order and nothing is missing
 * @param dropped ranges that had to be passed over: none, unless a failed force had lost them or salvage was asked for
 */
public record RecoveryReport(
        long endPosition,
        long reachedPosition,
        long durablePosition,
        long entries,
        long payloadBytes,
        boolean closedCleanly,
        List<Dropped> dropped) {

    /** Copies the list. */
    public RecoveryReport {
        dropped = List.copyOf(dropped);
    }

    /**
     * A range of which nothing could be read.
     *
     * @param file that holds it, or would if it were there
     * @param fromPosition its start
     * @param toPosition just after it
     * @param reason what was wrong
     */
    public record Dropped(Path file, long fromPosition, long toPosition, String reason) {}
}

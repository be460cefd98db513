package io.kvorum.server.command.admin;

import io.kvorum.server.handoff.HandoffWatch;
import io.kvorum.server.membership.MembershipStatus;
import java.util.List;
import java.util.SortedMap;

/**
 * What a node tells about itself. For any loop; never blocks, so that numbers may be a moment old. Nothing here may be a
 * secret: all of it is shown.
 */
public interface NodeStatus {
    /** What does not change while the node runs. */
    NodeDescription description();

    /** How long it has run. */
    long uptimeSeconds();

    /** The cluster as this node sees it. */
    MembershipStatus membership();

    /** Its connections. */
    Clients clients();

    /** What it holds in memory. */
    Memory memory();

    /** What it has done. */
    Traffic traffic();

    /** How much of the processors it has used. */
    Cpu cpu();

    /** The keys of its copies. */
    Keys keys();

    /** What it keeps for others, for each of them. */
    List<HandoffWatch.Kept> kept();

    /** What it keeps on disk. */
    Storage storage();

    /** Each command that was ever called or refused, by name. */
    List<CommandCounts> commands();

    /**
     * How many calls of each command that was ever called were answered within each bound, by its name.
     *
     * @param bounds ascending, in nanoseconds
     */
    SortedMap<String, long[]> latencies(long[] bounds);

    /** Errors answered to clients, by their first word; those of rare kinds together. */
    SortedMap<String, Long> errors();

    /** Everything else that is counted, by the name it gets in INFO. */
    SortedMap<String, Long> counters();

    /** Begins to count anew, as CONFIG RESETSTAT asks. */
    void resetStatistics();

    /**
     * Connections.
     *
     * @param connected clients now
     * @param connectionsMax how many there may be
     * @param heldBytes requests that wait and replies that have not left, of all that hold more than a few kilobytes
     */
    record Clients(int connected, int connectionsMax, long heldBytes) {}

    /**
     * Memory, in bytes.
     *
     * @param dataBytes records, tables and sums
     * @param dataBytesMax the limit of these; 0 for none
     * @param dataBytesPeak the most there ever was of these
     * @param heapUsedBytes of the Java heap
     * @param heapCommittedBytes taken from the system for the heap
     * @param heapBytesMax the heap's limit
     * @param directBytes buffers outside the heap
     * @param residentBytes of the whole process, as the system counts; 0 if it does not say
     * @param systemBytes of the machine or container; 0 if unknown
     * @param evicts whether keys go by themselves when the limit is reached
     * @param evictedKeys that went
     */
    record Memory(
            long dataBytes,
            long dataBytesMax,
            long dataBytesPeak,
            long heapUsedBytes,
            long heapCommittedBytes,
            long heapBytesMax,
            long directBytes,
            long residentBytes,
            long systemBytes,
            boolean evicts,
            long evictedKeys) {}

    /**
     * What was done since the start, or since the statistics were reset.
     *
     * @param connectionsReceived clients that connected
     * @param connectionsRejected clients turned away for their number
     * @param connectionsDropped clients closed because they held too much memory
     * @param commands answered
     * @param commandsPerSecond in the last seconds
     * @param receivedBytes from clients
     * @param sentBytes to clients
     * @param reads pieces in which bytes came
     * @param writes pieces in which bytes went
     * @param receivedBytesPerSecond in the last seconds
     * @param sentBytesPerSecond in the last seconds
     * @param errorReplies replies that were errors
     * @param hits reads that found a value
     * @param misses reads that found none
     * @param expiredKeys keys whose value was dropped since its time had come
     */
    record Traffic(
            long connectionsReceived,
            long connectionsRejected,
            long connectionsDropped,
            long commands,
            long commandsPerSecond,
            long receivedBytes,
            long sentBytes,
            long reads,
            long writes,
            long receivedBytesPerSecond,
            long sentBytesPerSecond,
            long errorReplies,
            long hits,
            long misses,
            long expiredKeys) {}

    /**
     * Processor time since the start.
     *
     * @param userSeconds in the process itself
     * @param systemSeconds in the system on its behalf
     */
    record Cpu(double userSeconds, double systemSeconds) {}

    /**
     * Keys in this node's copies.
     *
     * @param live with a value; expired ones count until they are swept
     * @param expiring those of them whose value ends some time
     * @param meanLeftMillis how long these have left, on the average
     * @param records deleted ones included
     */
    record Keys(long live, long expiring, long meanLeftMillis, long records) {}

    /**
     * What is on disk, beside a few small files. All zero for an engine that keeps nothing there.
     *
     * @param durable whether the engine keeps anything there
     * @param journalBytes of all files of the journal
     * @param storeBytes of the checkpoint store, what is to be collected included
     * @param dirtyRecords that are newer than their checkpoint
     * @param checkpoints completed since the start
     * @param lastCheckpointSeconds of the calendar, when the last of these was complete; 0 if there was none
     * @param problem why writes are refused; empty if they are not
     * @param checkpointProblem why the last checkpoint failed, and since when they do; empty if it did not
     */
    record Storage(
            boolean durable,
            long journalBytes,
            long storeBytes,
            long dirtyRecords,
            long checkpoints,
            long lastCheckpointSeconds,
            String problem,
            String checkpointProblem) {
        /** An engine in memory alone. */
        public static final Storage NONE = new Storage(false, 0, 0, 0, 0, 0, "", "");
    }

    /**
     * One command.
     *
     * @param name in lower case, {@code container|name} for a sub-command
     * @param calls answered
     * @param nanos all of them took together
     * @param rejected refused before they ran
     * @param failed answered by an error
     * @param p50Nanos half of the calls since the node's start took no longer
     * @param p99Nanos 99 of 100 took no longer
     * @param p999Nanos 999 of 1000 took no longer
     */
    record CommandCounts(
            String name,
            long calls,
            long nanos,
            long rejected,
            long failed,
            long p50Nanos,
            long p99Nanos,
            long p999Nanos) {}
}

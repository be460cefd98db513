package io.kvorum.storage.engine;

import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.table.PartitionTable;
import io.kvorum.storage.table.RecordVisitor;
import java.io.IOException;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Holds a node's copy of every partition: records, Merkle sums, actor, settledness (Dynamo §4.8).
 *
 * <p>Every method is for any thread. Reads and scans never wait. Whatever changes a copy waits for the lock of that
 * copy, which is held for a merge and never across I/O; there is a lock, and not a thread to hand over to, because a
 * request starts and ends on one event loop and any loop may touch any partition.
 *
 * <p>Life: {@link #start()} once, then use, then {@link #close()}. Use before or after is a bug and says so, as is a
 * partition out of range.
 */
public interface StorageEngine extends AutoCloseable {
    /** Instead of a ticket: memory is full and the change would take more. Nothing was changed. */
    long REFUSED_MEMORY = -1;

    /** Instead of a ticket: the disk takes no more. Nothing was changed. */
    long REFUSED_DISK = -2;

    /** Instead of a ticket: changes come faster than the disk takes them. Nothing was changed; soon it can be. */
    long REFUSED_BUSY = -3;

    /** Instead of a ticket: values that are on disk alone are needed: {@link #fetch} them, and try again. */
    long REFUSED_COLD = -4;

    /** Returned by scans that have visited everything. */
    long SCAN_DONE = PartitionTable.SCAN_DONE;

    /** The 32 bits of a position by which tables are ordered. */
    static int tableHash(long positionHigh) {
        return PartitionTable.hashOf(positionHigh);
    }

    /** Brings up the copies. Those which may have forgotten something begin unsettled, under a new actor. */
    void start();

    /** Ends use; from every state, and twice. */
    @Override
    void close();

    /** How many partitions the ring has. */
    int partitions();

    /**
     * Returns the record of a key, or null.
     *
     * @param tableHash of the key: {@link #tableHash(long)}
     * @return shared by all readers and never to be changed; maybe a stub, without its values, if {@link #hasStubs}
     */
    byte @Nullable [] read(int partition, int tableHash, byte[] key, int offset, int length);

    /** Whether a record that lacks values may have them on disk. */
    boolean hasStubs();

    /**
     * Reads the values of a stub, and tells when that is done or has failed. They are kept in memory if there is room; if
     * not, a change that needs them is refused again until there is. Nothing happens if the record is no stub.
     *
     * @param key kept until then, and not to be changed
     */
    void fetch(int partition, long positionHigh, byte[] key, FetchCallback callback);

    /**
     * Returns the record of a key with its values, which stay on disk alone if that is where they are: for work that
     * passes over everything and must not push what is in use out of memory. May wait for the device.
     *
     * @return null if there is none
     * @throws IOException if the disk does not give the values
     */
    byte @Nullable [] readWhole(int partition, long positionHigh, byte[] key) throws IOException;

    /**
     * Runs the mutation under the lock of the copy and makes its result the record of the key.
     *
     * @return a ticket, at least 0, with which {@link #whenDurable} tells of this change and all before it in the copy;
     *     or {@link #REFUSED_MEMORY}, {@link #REFUSED_DISK}, {@link #REFUSED_BUSY} or {@link #REFUSED_COLD}, and then
     *     nothing has changed
     */
    long update(int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation);

    /**
     * Says how much of its time the engine's own background work may use: 0 for none but what must be so that changes go
     * on, up to 1, as it begins.
     */
    void pace(double share);

    /** When changes reach a disk. */
    Durability durability();

    /** Tells when the change of a ticket is on disk, or that it will not be; sees to it that it soon is. */
    void whenDurable(long ticket, DurableCallback callback);

    /** The actor of this life of the copy. */
    long actor(int partition);

    /** Ends the copy's actor, since it may have forgotten events or another may know its name. Returns the new one. */
    long retireActor(int partition);

    /** Whether the copy has all data of the partition. */
    boolean isSettled(int partition);

    /** The partitions whose copies may lack data. */
    default BitSet unsettled() {
        BitSet unsettled = new BitSet();
        for (int partition = 0; partition < partitions(); partition++) {
            unsettled.set(partition, !isSettled(partition));
        }
        return unsettled;
    }

    /** Declares that the copy has all data of the partition. */
    void settle(int partition);

    /** The copy may have forgotten events: it goes on unsettled, under a new actor, with what it has. */
    void distrust(int partition);

    /** Forgets all that the copy has: it is empty, unsettled, and under a new actor. What was flushed stays so. */
    void drop(int partition);

    /**
     * Does at once, in memory alone, what all of {@link #flush} comes to that anybody can see: nothing up to the stamp is
     * read, scanned, merged or met by a mutation any more, and the copy goes on under a new actor. What there is stays
     * until it is changed, or flushed. A life that ends before leaves no trace of this but those changes.
     */
    void beginFlush(int partition, long upToStamp);

    /**
     * Lets every sibling with a dot up to the stamp vanish, and records without siblings with them, and remembers the
     * stamp so that merges can keep them out. The copy goes on under a new actor.
     */
    void flush(int partition, long upToStamp);

    /** The newest stamp in any record that any copy has or had in this life: a flush beyond it leaves nothing. */
    long newestStamp();

    /** The newest stamp the copy was ever flushed up to, or 0. */
    long flushedUpTo(int partition);

    /**
     * Visits at least {@code count} records from the cursor on, while there are any. A key that is there throughout is
     * visited exactly once between cursor 0 and {@link #SCAN_DONE}, however the table changes between the calls.
     *
     * @param cursor 0, or what the call before returned
     * @return the next cursor, at most 32 bits, or {@link #SCAN_DONE}
     */
    long scan(int partition, long cursor, int count, RecordVisitor visitor);

    /** Like {@link #scan}, but visits the records of one Merkle leaf only; {@code count} is of records looked at. */
    long scanLeaf(int partition, int leaf, long cursor, int count, RecordVisitor visitor);

    /**
     * Looks at records from a cursor on, as {@link #scan} does, and takes away what is over. Locks the copy for a few records
     * at a time.
     *
     * @param staying is shown those that it leaves as they are
     * @return the next cursor, or {@link #SCAN_DONE}
     */
    long sweep(int partition, long cursor, int count, Sweep sweep, RecordVisitor staying);

    /** How many Merkle leaves a partition has. */
    int leafCount();

    /** The sum of the record hashes of a partition: equal copies have equal roots. */
    long root(int partition);

    /** The sum of the record hashes of one leaf. */
    long leaf(int partition, int leaf);

    /** The sums of all leaves, in order and of one moment. */
    long[] leaves(int partition);

    /** Records in a copy, tombstones included. */
    int recordCount(int partition);

    /** Records in all copies, tombstones included. */
    long recordCount();

    /** Records in a copy whose newest sibling is no tombstone; expired ones count until something touches them. */
    int liveCount(int partition);

    /** Like {@link #liveCount(int)}, of all copies. */
    long liveCount();

    /** Bytes of heap of a copy: records, table and sums. */
    long usedBytes(int partition);

    /** Bytes of heap of all copies. */
    long usedBytes();

    /** The bound of {@link #usedBytes()}, past which changes that take memory are refused; 0 if there is none. */
    long maxMemoryBytes();

    /** Whether records go by themselves when memory is short: that a key has none then says nothing about it. */
    boolean evicts();

    /** How many records went for want of memory since the start. */
    long evictedCount();

    /** How many updates were refused for memory since the start. */
    long refusedForMemoryCount();
}

package io.kvorum.tests.sim.cluster;

import io.kvorum.storage.engine.StorageEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * What must outlive a process, of one of its copies.
 *
 * @param actor of the copy
 * @param settled whether it had everything
 * @param flushedUpTo what it was flushed up to
 * @param records how many it had
 * @param root the sum of their hashes
 */
public record CopyFacts(long actor, boolean settled, long flushedUpTo, int records, long root) {
    /** Those of all copies of an engine. */
    static List<CopyFacts> of(StorageEngine engine) {
        List<CopyFacts> facts = new ArrayList<>();
        for (int partition = 0; partition < engine.partitions(); partition++) {
            facts.add(new CopyFacts(
                    engine.actor(partition),
                    engine.isSettled(partition),
                    engine.flushedUpTo(partition),
                    engine.recordCount(partition),
                    engine.root(partition)));
        }
        return facts;
    }

    /** Whether the records are those of another, as far as it is known. */
    public boolean hasRecordsOf(CopyFacts other) {
        return records == other.records && root == other.root;
    }
}

package io.kvorum.tests.sim.check;

import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.tests.sim.cluster.SimCluster;
import io.kvorum.tests.sim.cluster.SimLife;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * When all is healed, copies become equal without a read, and nothing is moved then; and when every key was read from all
 * owners, all copies of a partition are equal byte for byte, and so are their Merkle sums (design §3, §7, §9).
 */
public final class CopiesAgree implements Check {
    /** What it is called. */
    public static final String PROMISE = "copies agree";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void atEnd(Story story, Ending ending) {
        for (KeyStory key : story.keys()) {
            byte[] first = ending.record(key);
            for (int owner : ending.cluster().owners(key.partition())) {
                if (!Arrays.equals(first, ending.record(owner, key))) {
                    throw new Violation(
                            PROMISE,
                            key,
                            "n" + owner + " has " + story.writesOf(key, ending.record(owner, key))
                                    + ", and the first owner " + story.writesOf(key, first));
                }
            }
        }
        for (int partition = 0; partition < ending.cluster().ring().partitions(); partition++) {
            List<Integer> owners = ending.cluster().owners(partition);
            long[] sums = engine(ending, owners.get(0)).leaves(partition);
            long root = 0;
            for (long sum : sums) {
                root += sum;
            }
            for (int owner : owners) {
                StorageEngine engine = engine(ending, owner);
                if (engine.root(partition) != root || !Arrays.equals(sums, engine.leaves(partition))) {
                    throw new Violation(PROMISE, null, "sums of partition " + partition + " differ at n" + owner);
                }
            }
        }
    }

    /** Whether all owners of a partition have equal sums, as far as a look at the roots shows. */
    public static boolean isEqual(SimCluster cluster, int partition) {
        Long first = null;
        for (int owner : cluster.owners(partition)) {
            SimLife life = cluster.node(owner).life();
            if (life == null) {
                return false;
            }
            long root = life.engine().root(partition);
            if (first != null && first != root) {
                return false;
            }
            first = root;
        }
        return true;
    }

    private static StorageEngine engine(Ending ending, int node) {
        SimLife life = Objects.requireNonNull(ending.cluster().node(node).life());
        return life.engine();
    }
}

package io.kvorum.server.repair;

import io.kvorum.server.peer.message.EntriesAnswer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What differs below some leaves of one partition, here and there. */
final class LeafDifference {
    /** To find the records of a leaf, this part of the partition's table is looked through. */
    private static final int SLICES = 64;

    private static final int RECORDS_AT_ONCE = 16 * 1024;

    private LeafDifference() {}

    /** How many leaves of a partition with so many records can be looked through in one go. */
    static long leavesAtOnce(int records) {
        return Math.max(1, RECORDS_AT_ONCE / (1 + records / SLICES));
    }

    /**
     * Compares the leaves that an answer covers with the same here and now. Where keys collide at a position, the sums of
     * their hashes are compared.
     */
    static List<Suspect> of(int partition, int[] leaves, EntriesAnswer answer, AntiEntropyEffects effects) {
        List<Suspect> suspects = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < answer.counts().length; i++) {
            int leaf = leaves[i];
            Map<Long, Long> others = new HashMap<>();
            for (int end = at + answer.counts()[i]; at < end; at++) {
                others.merge(answer.positions()[at], answer.hashes()[at], Long::sum);
            }
            Map<Long, Long> own = new HashMap<>();
            effects.visitLeaf(partition, leaf, (position, hash) -> own.merge(position, hash, Long::sum));
            others.forEach((position, hash) -> {
                Long here = own.remove(position);
                if (here == null || !here.equals(hash)) {
                    suspects.add(new Suspect(partition, leaf, position, here == null ? 0 : here, hash));
                }
            });
            own.forEach((position, hash) -> {
                // What may have been reaped there is no difference to be repaired: it would keep others from being
                // looked at.
                if (!effects.isPastGrace(partition, position)) {
                    suspects.add(new Suspect(partition, leaf, position, hash, 0));
                }
            });
        }
        return suspects;
    }
}

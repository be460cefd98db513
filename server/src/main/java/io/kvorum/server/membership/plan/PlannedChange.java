package io.kvorum.server.membership.plan;

import io.kvorum.ring.EventId;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.claim.Plan;
import io.kvorum.ring.history.History;
import io.kvorum.server.membership.MembershipService.EventMaker;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A change of the membership that was worked out and can be committed, as long as the history stays as it was. Immutable.
 *
 * @param id eight hex digits, made of the base and of all that would be committed
 * @param kind what it does
 * @param sentence the same for people, with the members' names
 * @param base the history that it was made for
 * @param planBefore the plan that was in force then; null before the first
 * @param makers what makes the events to commit, in their order
 * @param plan what comes of them
 * @param warnings sentences on what should be known before it is committed
 */
public record PlannedChange(
        String id,
        ChangeKind kind,
        String sentence,
        History base,
        @Nullable EventId planBefore,
        List<EventMaker> makers,
        Plan plan,
        List<String> warnings)
        implements Planning {
    /** Copies the lists. */
    public PlannedChange {
        makers = List.copyOf(makers);
        warnings = List.copyOf(warnings);
    }

    /** How many partitions each node would have to pull. */
    public SortedMap<NodeId, Integer> pulls() {
        SortedMap<NodeId, Integer> pulls = new TreeMap<>();
        for (Move move : plan.moves()) {
            if (move.to() != null) {
                pulls.merge(move.to(), 1, Integer::sum);
            }
        }
        return pulls;
    }
}

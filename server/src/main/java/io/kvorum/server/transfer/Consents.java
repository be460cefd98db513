package io.kvorum.server.transfer;

import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.PreferenceList;
import io.kvorum.ring.history.PartitionSet;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.MoveRecorder;
import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.message.Consent;
import io.kvorum.server.peer.message.ConsentAnswer;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.runtime.LoopBarrier;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.StorageEngine;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The owners' side of a transfer. Owned by the control thread.
 *
 * <p>Who gives a partition up persists that before anything else; from then on, once every loop has come round, its copy takes
 * and answers nothing any more. Who stays, while another joins, consents by knowing of it and by reaching it: from then on all
 * that this node coordinates goes to that other, too. Nobody consents who sees other owners than the asker: so no coordinator
 * is ever more than one change of the owners behind who counts.
 */
final class Consents {
    private final long bootId;
    private final StorageEngine engine;
    private final Supplier<ClusterView> views;
    private final TaskLoop control;
    private final LoopBarrier loops;
    private final MoveRecorder recorder;
    private final DoneSteps done;
    private final TransferCounters counters;

    Consents(
            long bootId,
            StorageEngine engine,
            Supplier<ClusterView> views,
            TaskLoop control,
            LoopBarrier loops,
            MoveRecorder recorder,
            DoneSteps done,
            TransferCounters counters) {
        this.bootId = bootId;
        this.engine = engine;
        this.views = views;
        this.control = control;
        this.loops = loops;
        this.recorder = recorder;
        this.done = done;
        this.counters = counters;
    }

    /** Knows what this node's own transfers have come to. */
    interface DoneSteps {
        boolean isDone(int partition, long digest);
    }

    void answer(int peer, Consent asked, Answer answer) {
        ClusterView view = views.get();
        int[] given = new int[asked.partitions().length];
        int count = 0;
        Map<Optional<NodeId>, SortedSet<Integer>> givenUp = new LinkedHashMap<>();
        for (int i = 0; i < given.length; i++) {
            int partition = asked.partitions()[i];
            Move move = move(view, peer, partition, asked.steps()[i]);
            if (move == null) {
                continue;
            }
            given[count++] = partition;
            boolean mine = view.member(PeerTransport.SELF).equals(move.from());
            if (mine && !move.consented()) {
                givenUp.computeIfAbsent(Optional.ofNullable(move.to()), to -> new TreeSet<>())
                        .add(partition);
            }
        }
        for (Map.Entry<Optional<NodeId>, SortedSet<Integer>> each : givenUp.entrySet()) {
            PartitionSet partitions = PartitionSet.of(each.getValue());
            if (!recorder.moved(each.getKey().orElse(null), partitions)) {
                answer.answer(new Refusal("the disk does not take the consent"));
                return;
            }
            counters.consented(partitions.partitions().size());
        }
        int[] partitions = Arrays.copyOf(given, count);
        loops.whenPassed(control, () -> answer.answer(new ConsentAnswer(bootId, partitions, roots(partitions))));
    }

    /**
     * The move that the asker means, if it is the same here and this node may consent to it, or knows all that came before it;
     * else null. Nobody gives a partition up while another owner does not answer, nor is told to know: until the successor
     * counts those must do alone. Nor does anybody let a node join that it does not reach, though that reaches this one: what is
     * written here after it has compared would not come to it, and it would be relied on for that as soon as it counts.
     */
    private @Nullable Move move(ClusterView view, int peer, int partition, long step) {
        if (partition >= engine.partitions() || !view.ownedHere(partition) || !engine.isSettled(partition)) {
            return null;
        }
        PreferenceList list = view.ring().preferenceList(partition);
        for (Move move : list.moves()) {
            if (TransferStep.isActive(list, move)
                    && (move.consented() || doNeededAnswer(view, move, peer))
                    && isMeant(list, move, step)
                    && TransferStep.isReceiver(list, move, view.member(peer))) {
                return move;
            }
        }
        return null;
    }

    /** Whether a question is about this move, or about this node's being done with it, which it is. */
    private boolean isMeant(PreferenceList list, Move move, long step) {
        long digest = TransferStep.digest(list, move);
        return digest == step || (TransferStep.doneDigest(digest) == step && done.isDone(move.partition(), digest));
    }

    /** Whether those answer that are needed from the consent on: who joins, or the other owners of who gives its place up. */
    private static boolean doNeededAnswer(ClusterView view, Move move, int peer) {
        NodeId giver = move.from();
        return giver == null ? view.isHealthy(peer) : doOthersAnswer(view, move.partition(), giver);
    }

    private static boolean doOthersAnswer(ClusterView view, int partition, NodeId giver) {
        for (int owner : view.owners(partition)) {
            boolean answers = owner >= 0 && view.isAskable(partition, owner) && view.isSettled(partition, owner);
            if (!answers && !(owner >= 0 && giver.equals(view.member(owner)))) {
                return false;
            }
        }
        return true;
    }

    private long[] roots(int[] partitions) {
        return Arrays.stream(partitions).mapToLong(engine::root).toArray();
    }
}

package io.kvorum.server.membership.plan;

import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.membership.CommitCallback;
import io.kvorum.server.membership.HistoryKeeper;
import io.kvorum.server.membership.MembershipStatus;
import io.kvorum.server.membership.MembershipStatus.MemberStatus;
import io.kvorum.server.runtime.TaskLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plan, look, commit: works changes out, remembers the newest of them, and commits one that is asked for. For any thread;
 * never blocks. The plans are owned by the control thread; what takes time is done by a thread that may take it.
 *
 * <p>Every method answers, on any thread.
 */
public final class ClusterChanges {
    /** How many plans are remembered. */
    static final int PLANS_MAX = 16;

    private static final int NEWS_MAX = 5;
    private static final String BUSY = "TRYAGAIN nothing was done: this node is too busy";
    private static final String BUG = "ERR internal error; the node's log says more";
    private static final Logger LOG = LoggerFactory.getLogger(ClusterChanges.class);

    private final NodeId self;
    private final HistoryKeeper histories;
    private final Supplier<MembershipStatus> status;
    private final TaskLoop control;
    private final Predicate<Runnable> worker;

    /** Owned by the control thread: the oldest first. */
    private final Map<String, PlannedChange> plans = new LinkedHashMap<>();

    /**
     * Who is told what came of a question. For any thread; a second answer, which only a bug gives, is not to count.
     *
     * @param <T> what is asked for
     */
    public interface Asker<T> {
        /** It is there. */
        void answered(T answer);

        /** There is none: an error of first word, blank, text. */
        void failed(String error);
    }

    /**
     * Joins the parts.
     *
     * @param self this node
     * @param histories where the history is read and extended
     * @param status who answers
     * @param control the thread that owns the membership
     * @param worker runs what may take a part of a second; false if it is too busy
     */
    public ClusterChanges(
            NodeId self,
            HistoryKeeper histories,
            Supplier<MembershipStatus> status,
            TaskLoop control,
            Predicate<Runnable> worker) {
        this.self = self;
        this.histories = histories;
        this.status = status;
        this.control = control;
        this.worker = worker;
    }

    /**
     * Tells the history.
     *
     * @param newest how many of the newest events
     */
    public void history(int newest, Asker<List<StoryLine>> asker) {
        work(asker, history -> {
            List<StoryLine> all = Storyteller.tell(history);
            asker.answered(List.copyOf(all.subList(Math.max(0, all.size() - newest), all.size())));
        });
    }

    /** Works a change out and remembers it; commits nothing. */
    public void plan(ChangeRequest request, Asker<PlannedChange> asker) {
        work(asker, history -> {
            Planning planning = Planner.plan(history, self, up(), request);
            if (planning instanceof PlannedChange change) {
                onControl(asker, () -> {
                    remember(change);
                    asker.answered(change);
                });
            } else if (planning instanceof Planning.Refused refused) {
                asker.failed("ERR " + refused.sentence());
            }
        });
    }

    /**
     * Commits a plan that this node has made, unless the history has changed since.
     *
     * @param id of the plan
     * @param asker told how many moves begin
     */
    public void commit(String id, Asker<Integer> asker) {
        onControl(asker, () -> {
            PlannedChange change = plans.get(id);
            if (change == null) {
                asker.failed(
                        "ERR there is no plan " + id + " here: plans are kept by the node that made them, in memory,"
                                + " the newest " + PLANS_MAX + "; plan again, or ask that node");
            } else {
                histories.commit(change.base().hash(), change.makers(), new Commit(change, asker));
            }
        });
    }

    private void remember(PlannedChange change) {
        plans.remove(change.id());
        plans.put(change.id(), change);
        if (plans.size() > PLANS_MAX) {
            plans.remove(plans.keySet().iterator().next());
        }
    }

    private Set<NodeId> up() {
        return status.get().members().stream()
                .filter(member -> member.status() == PeerStatus.UP)
                .map(MemberStatus::member)
                .map(member -> member.id())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Runs something on the worker with the history as it is now. */
    private void work(Asker<?> asker, Consumer<History> task) {
        boolean asked = histories.history(history -> {
            if (!worker.test(() -> guarded(asker, () -> task.accept(history)))) {
                asker.failed(BUSY);
            }
        });
        if (!asked) {
            asker.failed(BUSY);
        }
    }

    private void onControl(Asker<?> asker, Runnable task) {
        if (!control.execute(() -> guarded(asker, task))) {
            asker.failed(BUSY);
        }
    }

    /** Nobody waits for ever, whatever goes wrong. */
    private static void guarded(Asker<?> asker, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException bug) {
            LOG.error("a change of the membership could not be worked out", bug);
            asker.failed(BUG);
        }
    }

    /** What came of a commit. On the control thread. */
    private static final class Commit implements CommitCallback {
        private final PlannedChange change;
        private final Asker<Integer> asker;

        Commit(PlannedChange change, Asker<Integer> asker) {
            this.change = change;
            this.asker = asker;
        }

        @Override
        public void committed(Ring ring) {
            LOG.info(
                    "committed plan {}: {}; {} moves begin",
                    change.id(),
                    change.sentence(),
                    ring.moves().size());
            asker.answered(ring.moves().size());
        }

        @Override
        public void changed(History history) {
            asker.failed("STALEPLAN nothing was committed: the history has changed since plan " + change.id()
                    + " was made (base " + Storyteller.hex(change.base().hash()) + "): " + news(history)
                    + "; plan again");
        }

        @Override
        public void failed(String reason) {
            asker.failed("ERR nothing was committed: " + reason);
        }

        private String news(History history) {
            List<String> sentences = new ArrayList<>();
            for (StoryLine line : Storyteller.tell(history)) {
                boolean happened = !(line.event() instanceof Event.Compacted);
                if (happened && !change.base().covers(line.event())) {
                    sentences.add(line.sentence());
                }
            }
            int left = Math.max(0, sentences.size() - NEWS_MAX);
            return String.join("; ", sentences.subList(left, sentences.size()))
                    + (left == 0 ? "" : "; and before that " + left + " more");
        }
    }
}

package io.kvorum.server.membership.plan;

import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.history.History;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.CommitCallback;
import io.kvorum.server.membership.HistoryKeeper;
import io.kvorum.server.membership.MembershipListener;
import io.kvorum.server.runtime.TaskLoop;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member without tokens plans its own joining and commits it, where nobody wants to look first ({@code
 * cluster.auto-commit}): once on each plan in force, so that it tries again if another plan won. Owned by the control
 * thread, which also works the plan out.
 */
public final class AutoCommit implements MembershipListener {
    private static final long AGAIN_NANOS = 1_000_000_000L;
    private static final Logger LOG = LoggerFactory.getLogger(AutoCommit.class);

    private final NodeId self;
    private final HistoryKeeper histories;
    private final TaskLoop control;
    private @Nullable Ring ring;
    private @Nullable EventId committedOn;

    /** Whether a plan is being worked out or committed, or will be in a moment. */
    private boolean busy;

    private boolean fenced;

    /** Does nothing until it is told of a view. */
    public AutoCommit(NodeId self, HistoryKeeper histories, TaskLoop control) {
        this.self = self;
        this.histories = histories;
        this.control = control;
    }

    @Override
    public void viewChanged(ClusterView view) {
        ring = view.ring();
        look();
    }

    @Override
    public void fenced(String sentence) {
        fenced = true;
    }

    @Override
    public void lifeForgotten() {
        // Says nothing of tokens.
    }

    @Override
    public void peerUp(int peer) {
        // Plans do not depend on who answers.
    }

    @Override
    public void peerDown(int peer) {
        // Plans do not depend on who answers.
    }

    private void look() {
        if (!busy && waits()) {
            busy = true;
            if (!histories.history(this::commitOn)) {
                again();
            }
        }
    }

    /** Whether this node is a member without tokens, and has not committed a plan in place of the one in force. */
    private boolean waits() {
        Ring now = ring;
        Member member = now == null ? null : now.member(self);
        return now != null
                && member != null
                && !fenced
                && member.state() == MemberState.JOINING
                && member.weight() > 0
                && !Objects.equals(now.plan(), committedOn);
    }

    private void commitOn(History history) {
        Planning planning = Planner.plan(
                history, self, Set.of(self), new ChangeRequest(ChangeKind.JOIN, List.of(self.toString()), false));
        if (planning instanceof PlannedChange change) {
            histories.commit(history.hash(), change.makers(), new Commit(change));
        } else {
            // The history is ahead of the view that was told: the next view says more.
            busy = false;
            LOG.info("no tokens are taken: {}", planning);
        }
    }

    private void again() {
        control.schedule(AGAIN_NANOS, () -> {
            busy = false;
            look();
        });
    }

    /** What came of a commit. */
    private final class Commit implements CommitCallback {
        private final PlannedChange change;

        Commit(PlannedChange change) {
            this.change = change;
        }

        @Override
        public void committed(Ring planned) {
            busy = false;
            committedOn = change.planBefore();
            LOG.info(
                    "committed by cluster.auto-commit: {}; {} moves begin",
                    change.sentence(),
                    planned.moves().size());
            look();
        }

        @Override
        public void changed(History history) {
            commitOn(history);
        }

        @Override
        public void failed(String reason) {
            LOG.warn("cluster.auto-commit: {} is not committed, and tried again: {}", change.sentence(), reason);
            again();
        }
    }
}

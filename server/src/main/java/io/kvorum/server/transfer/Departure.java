package io.kvorum.server.transfer;

import io.kvorum.ring.Member;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Ring;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.storage.hint.HintStore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a node that was asked to leave go once it is of no more use: others have all its partitions, and who it kept something
 * for has got it. Owned by the control thread.
 */
public final class Departure {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);

    private final Supplier<ClusterView> views;
    private final HintStore hints;
    private final Runnable leave;
    private boolean toldOfHints;

    /** Whether nothing was kept a moment ago: what a loop was about to keep then is seen by now. */
    private boolean wasEmpty;

    /**
     * Joins the parts.
     *
     * @param hints what this node keeps for others
     * @param leave tells the cluster that this node has left
     */
    public Departure(Supplier<ClusterView> views, HintStore hints, Runnable leave) {
        this.views = views;
        this.hints = hints;
        this.leave = leave;
    }

    /** Looks whether it may go. To be called about once a second. */
    public void tick() {
        ClusterView view = views.get();
        Member self = view.ring().member(view.member(PeerTransport.SELF));
        if (self == null || self.state() != MemberState.LEAVING || isNeeded(view)) {
            return;
        }
        long kept = hints.usage().stream().mapToLong(HintStore.Usage::count).sum();
        boolean isEmpty = kept == 0;
        if (isEmpty && wasEmpty) {
            LOG.info("others have all that this node had; it leaves");
            leave.run();
        } else if (!isEmpty && !toldOfHints) {
            toldOfHints = true;
            LOG.info(
                    "others own all that this node owned, but it keeps {} hints: it leaves when those have them that they"
                            + " are for",
                    kept);
        }
        wasEmpty = isEmpty;
    }

    /** Whether it owns anything, is to get anything, or is a part of the plan. */
    private static boolean isNeeded(ClusterView view) {
        Ring ring = view.ring();
        for (int partition = 0; partition < ring.partitions(); partition++) {
            if (view.ownedHere(partition) || view.arrivingHere(partition) || view.returnsHere(partition)) {
                return true;
            }
        }
        return ring.assignment() == null || ring.assignment().counts().containsKey(view.member(PeerTransport.SELF));
    }
}

package io.kvorum.server.repair;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.MembershipListener;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Pull;
import io.kvorum.server.peer.message.PullAnswer;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.StorageEngine;
import java.util.BitSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the {@link CopySettler} of a node: membership tells it whom to ask, peers are asked, storage takes what they
 * have. Owned by the control thread.
 */
public final class CopySettling implements MembershipListener, SettlerEffects {
    private static final Logger LOG = LoggerFactory.getLogger(CopySettling.class);
    private static final long PULL_TIMEOUT_NANOS = 5_000_000_000L;
    private static final long ADVANCE_NANOS = 50_000_000L;
    private static final long PUBLISH_NANOS = 20_000_000L;

    private final CopySettler settler;
    private final StorageEngine engine;
    private final RecordMerger merger;
    private final PeerCalls calls;
    private final TaskLoop control;
    private final Clock clock;
    private final Consumer<BitSet> published;
    private final Consumer<String> fence;
    private @Nullable ClusterView view;
    private int unsettledCount = -1;
    private boolean publishing;

    /**
     * Joins the parts.
     *
     * @param published told which copies are unsettled whenever that changes: MembershipService.ownCopies
     * @param fence told when this node must stop for ever
     */
    public CopySettling(
            SettlerPolicy policy,
            StorageEngine engine,
            RecordMerger merger,
            PeerCalls calls,
            TaskLoop control,
            Clock clock,
            Consumer<BitSet> published,
            Consumer<String> fence) {
        this.settler = new CopySettler(policy);
        this.engine = engine;
        this.merger = merger;
        this.calls = calls;
        this.control = control;
        this.clock = clock;
        this.published = published;
        this.fence = fence;
    }

    @Override
    public void viewChanged(ClusterView view) {
        this.view = view;
        BitSet unsettled = engine.unsettled();
        int[][] owners = new int[view.ring().partitions()][];
        for (int partition = 0; partition < owners.length; partition++) {
            owners[partition] = view.owners(partition);
            if (!view.ownedHere(partition)) {
                unsettled.clear(partition);
            }
        }
        if (unsettledCount < 0) {
            publishLater();
            advanceLater();
        }
        unsettledCount = unsettled.cardinality();
        settler.onOwners(unsettled, owners, clock.nanoTime(), this);
    }

    @Override
    public void peerUp(int peer) {
        settler.onPeerUp(peer, clock.nanoTime(), this);
    }

    @Override
    public void peerDown(int peer) {
        settler.onPeerDown(peer);
    }

    @Override
    public void fenced(String sentence) {
        fence.accept(sentence);
    }

    @Override
    public void lifeForgotten() {
        for (int partition = 0; partition < engine.partitions(); partition++) {
            engine.distrust(partition);
        }
        ClusterView last = view;
        if (last != null) {
            viewChanged(last);
            published.accept(engine.unsettled());
        }
    }

    @Override
    public long rootSum(int partition) {
        return engine.root(partition);
    }

    @Override
    public void pull(int peer, int partition, long fromHash, long knownSum, int chunkBytes) {
        Pull pull = new Pull(partition, fromHash, knownSum, chunkBytes);
        calls.call(peer, pull, PULL_TIMEOUT_NANOS, new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                if (reply instanceof PullAnswer answer) {
                    settler.onAnswer(from, partition, answer, clock.nanoTime(), CopySettling.this);
                } else {
                    LOG.debug("peer {} refused a pull of partition {}: {}", from, partition, reply);
                    onLost(from);
                }
            }

            @Override
            public void onLost(int from) {
                settler.onFailed(from, partition, clock.nanoTime(), CopySettling.this);
            }
        });
    }

    @Override
    public boolean merge(int partition, byte[] record) {
        return merger.merge(partition, record);
    }

    @Override
    public void settled(int partition) {
        engine.settle(partition);
        unsettledCount--;
        if (unsettledCount == 0) {
            LOG.info("all copies are settled; {} records were pulled from other owners", settler.recordsPulled());
        }
        publishLater();
    }

    /** Copies settle by the hundred; the view of the cluster is made anew once for all that settle in one go. */
    private void publishLater() {
        if (!publishing) {
            publishing = true;
            control.schedule(PUBLISH_NANOS, () -> {
                publishing = false;
                published.accept(engine.unsettled());
            });
        }
    }

    private void advanceLater() {
        control.every(ADVANCE_NANOS, () -> settler.advance(clock.nanoTime(), this));
    }
}

package io.kvorum.server.membership.plan;

import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.membership.CommitCallback;
import io.kvorum.server.membership.HistoryKeeper;
import io.kvorum.server.membership.MembershipService.EventMaker;
import io.kvorum.server.membership.MembershipStatus;
import io.kvorum.server.membership.MembershipStatus.MemberStatus;
import io.kvorum.server.runtime.TaskLoop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps a test cluster's history, on a control thread whose tasks run when the test says so, or at once. */
public final class TestKeeper implements HistoryKeeper, TaskLoop {
    final TestCluster cluster;
    final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    final ArrayDeque<Runnable> later = new ArrayDeque<>();
    boolean atOnce;
    boolean busy;

    @Nullable
    String broken;

    TestKeeper(TestCluster cluster) {
        this.cluster = cluster;
    }

    /** A cluster of n1, n2 and n3 with 64 partitions and N=3, and n4 which waits for tokens; everything runs at once. */
    public static TestKeeper ofThreeAndOneThatWaits() {
        TestKeeper keeper = new TestKeeper(new TestCluster(3, "a", "b", "c"));
        keeper.cluster.join("n4", "d", 100);
        keeper.atOnce = true;
        return keeper;
    }

    /** What plans and commits here, asked through n1. */
    public ClusterChanges changes() {
        return new ClusterChanges(cluster.id("n1"), this, this::status, this, this::execute);
    }

    /** Somebody else changes the history. */
    public void configure(String name, String value) {
        cluster.add(new Event.Configured(cluster.next("n2"), name, value));
    }

    /** The disk takes nothing any more. */
    public void breakDisk(String reason) {
        broken = reason;
    }

    /** The ring as it is. */
    public Ring ring() {
        return cluster.ring();
    }

    private MembershipStatus status() {
        Ring ring = cluster.ring();
        List<MemberStatus> members = ring.members().stream()
                .map(member -> new MemberStatus(0, member, statusOf(member.id()), 1, 0, 0, null))
                .toList();
        return new MembershipStatus(
                ring.clusterId(),
                ring.clusterName(),
                ring.historyHash(),
                cluster.history.count(),
                0,
                members,
                true,
                null);
    }

    private PeerStatus statusOf(NodeId node) {
        return cluster.down.contains(node) ? PeerStatus.DOWN : PeerStatus.UP;
    }

    void runAll() {
        while (!queue.isEmpty()) {
            queue.remove().run();
        }
    }

    @Override
    public boolean history(Consumer<History> reader) {
        return execute(() -> reader.accept(cluster.history));
    }

    @Override
    public void commit(long baseHash, List<EventMaker> makers, CommitCallback callback) {
        execute(() -> {
            if (broken != null) {
                callback.failed(broken);
            } else if (cluster.history.hash() != baseHash) {
                callback.changed(cluster.history);
            } else {
                makers.forEach(maker -> cluster.add(maker.make(cluster.ring(), cluster.next("n1"))));
                callback.committed(cluster.ring());
            }
        });
    }

    @Override
    public boolean execute(Runnable task) {
        if (busy) {
            return false;
        }
        if (atOnce) {
            task.run();
            return true;
        }
        return queue.add(task);
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        later.add(task);
        return () -> later.remove(task);
    }

    @Override
    public Scheduled every(long intervalNanos, Runnable task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean inLoop() {
        return true;
    }
}

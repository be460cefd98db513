package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.PreferenceList;
import io.kvorum.ring.Ring;
import io.kvorum.server.background.Admission;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.keyspace.SlotKeys;
import io.kvorum.server.handoff.HandoffWatch;
import io.kvorum.server.membership.MembershipStatus;
import io.kvorum.server.membership.MembershipStatus.MemberStatus;
import io.kvorum.server.membership.plan.ClusterChanges;
import io.kvorum.server.peer.PeerLinkStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** The rows of this package. */
public final class AdminCommands {
    private static final byte[] START = "START".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COUNT = "COUNT".getBytes(StandardCharsets.US_ASCII);
    private static final int RING_ROWS = 1_024;
    private static final int RING_ROW_FIELDS = 4;
    private static final int STATUS_FIELDS = 25;
    private static final int KEPT_FIELDS = 7;
    private static final int MEMBER_FIELDS = 12;

    private AdminCommands() {}

    /**
     * What the rows are about.
     *
     * @param node what INFO and KV.STATUS show
     * @param config what CONFIG GET shows
     * @param backups what KV.BACKUP begins and ends
     * @param background what KV.BACKGROUND shows and decides
     * @param changes what KV.CLUSTER plans and commits
     * @param drain what KV.DRAIN begins
     * @param slots the keys of this node by slot, for CLUSTER
     * @param links what CLUSTER LINKS shows; asked on any loop
     * @param stop begins to end the node, and returns at once; for SHUTDOWN
     */
    public record Parts(
            NodeStatus node,
            ConfigView config,
            BackupControl backups,
            Admission background,
            ClusterChanges changes,
            DrainControl drain,
            SlotKeys slots,
            Supplier<List<PeerLinkStatus>> links,
            Runnable stop) {}

    /** The rows. */
    public static List<Command> commands(Parts parts) {
        NodeStatus node = parts.node();
        List<Command> all = new ArrayList<>();
        all.add(InfoCommand.command(node));
        all.addAll(ConfigCommands.commands(parts.config(), node::resetStatistics));
        all.addAll(ClusterCommands.commands(parts.slots(), parts.links()));
        all.add(SlowLogCommands.command());
        all.add(LatencyCommands.command(node));
        all.add(DebugCommands.command());
        all.add(Command.named("lastsave")
                .arity(1)
                .group(CommandGroup.SERVER)
                .flags(CommandFlag.LOADING, CommandFlag.STALE, CommandFlag.FAST)
                .since("1.0.0")
                .summary("Returns when this node was started, or its last checkpoint was complete, in seconds of the"
                        + " calendar.")
                .guarantee("Concerns this node alone. What was acknowledged since is in its journal, as `sync` says.")
                .handledBy(call -> call.out().integer(InfoSection.lastSave(call, node))));
        all.add(ShutdownCommand.command(parts.stop()));
        all.add(BackupCommands.command(parts.backups()));
        all.add(BackgroundCommands.command(parts.background()));
        all.add(ChangeCommands.command(parts.changes(), node));
        all.add(Command.named("kv.drain")
                .arity(1)
                .group(CommandGroup.KVORUM)
                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.STALE)
                .since("1.0.0")
                .summary("Takes no new clients and closes those that are there, each as soon as it is idle.")
                .guarantee("What was sent is answered first. Concerns this node alone, until it is started anew.")
                .handledBy(call -> drain(call, parts.drain())));
        all.add(kv("kv.status", 1, "Shows the cluster and its members as this node sees them.")
                .handledBy(call -> status(call, node)));
        all.add(kv("kv.ring", -1, "Shows partitions with their tokens, owners and fallbacks.")
                .handledBy(AdminCommands::ring));
        return List.copyOf(all);
    }

    private static void drain(Call call, DrainControl control) {
        call.session().watchDrain();
        control.drain();
        DrainControl.Status status = control.drainStatus();
        RespWriter out = call.out().map(2);
        // Who asks is none of those who are waited for.
        out.bulk("clients").integer(Math.max(0, status.clients() - 1));
        out.bulk("left-ms").integer(status.leftMillis());
    }

    private static Command.Builder kv(String name, int arity, String summary) {
        return Command.named(name)
                .arity(arity)
                .group(CommandGroup.KVORUM)
                .flags(CommandFlag.READONLY, CommandFlag.LOADING, CommandFlag.STALE)
                .since("1.0.0")
                .summary(summary)
                .guarantee("What this node knows now; nodes may differ for moments.");
    }

    private static void status(Call call, NodeStatus node) {
        NodeDescription self = node.description();
        MembershipStatus membership = node.membership();
        Ring ring = call.view().ring();
        List<MemberStatus> members = membership.members().stream()
                .filter(member -> !member.member().state().isGone())
                .toList();
        RespWriter out = call.out().map(STATUS_FIELDS);
        out.bulk("cluster").bulk(membership.clusterName());
        out.bulk("cluster-id").bulk(membership.clusterId().toString());
        out.bulk("partitions").integer(ring.partitions());
        out.bulk("partitioner").bulk(ring.partitioner().name().toLowerCase(Locale.ROOT));
        out.bulk("history").bulk(String.format(Locale.ROOT, "%016x", membership.historyHash()));
        out.bulk("history-events").integer(membership.historyEvents());
        out.bulk("history-compacted").integer(membership.historyCompacted());
        out.bulk("n").integer(ring.n());
        out.bulk("r").integer(self.quorum().r());
        out.bulk("w").integer(self.quorum().w());
        out.bulk("dw").integer(self.quorum().dw());
        out.bulk("node").bulk(self.name());
        out.bulk("engine").bulk(self.engine());
        out.bulk("uptime-s").integer(node.uptimeSeconds());
        out.bulk("keys").integer(node.keys().live());
        out.bulk("memory-bytes").integer(node.memory().dataBytes());
        out.bulk("unsettled").integer(members.isEmpty() ? 0 : members.get(0).unsettledPartitions());
        NodeStatus.Storage storage = node.storage();
        out.bulk("journal-bytes").integer(storage.journalBytes());
        out.bulk("store-bytes").integer(storage.storeBytes());
        out.bulk("dirty-records").integer(storage.dirtyRecords());
        out.bulk("disk-problem").bulk(storage.problem());
        out.bulk("checkpoint-problem").bulk(storage.checkpointProblem());
        List<String> notReady = membership.notReady();
        out.bulk("not-ready").array(notReady.size());
        notReady.forEach(out::bulk);
        List<HandoffWatch.Kept> kept = node.kept();
        out.bulk("kept").array(kept.size());
        kept.forEach(each -> kept(out, each));
        out.bulk("members").array(members.size());
        members.forEach(member -> member(out, member));
    }

    private static void kept(RespWriter out, HandoffWatch.Kept kept) {
        out.map(KEPT_FIELDS);
        out.bulk("for").bulk(kept.target());
        out.bulk("hints").integer(kept.count());
        out.bulk("bytes").integer(kept.bytes());
        out.bulk("oldest-s").integer(kept.oldestSeconds());
        out.bulk("bare").integer(kept.bare());
        out.bulk("per-second").bulk(String.format(Locale.ROOT, "%.2f", kept.perSecond()));
        out.bulk("seconds-left").integer(kept.secondsLeft());
    }

    private static void member(RespWriter out, MemberStatus status) {
        String reachable = status.status().name().toLowerCase(Locale.ROOT);
        String life = status.member().state().name().toLowerCase(Locale.ROOT);
        out.map(MEMBER_FIELDS);
        out.bulk("name").bulk(status.member().name());
        out.bulk("id").bulk(status.member().id().toString());
        out.bulk("status").bulk("serving".equals(life) ? reachable : reachable + ", " + life);
        out.bulk("zone").bulk(status.member().zone());
        out.bulk("host").bulk(status.member().host());
        out.bulk("port").integer(status.member().respPort());
        out.bulk("peer-port").integer(status.member().peerPort());
        out.bulk("http-port").integer(status.member().httpPort());
        out.bulk("owned").integer(status.ownedPartitions());
        out.bulk("unsettled").integer(status.unsettledPartitions());
        out.bulk("weight").integer(status.member().weight());
        String problem = status.problem();
        out.bulk("problem");
        if (problem == null) {
            out.nil();
        } else {
            out.bulk(problem);
        }
    }

    private static void ring(Call call) {
        RespRequest request = call.request();
        long start = 0;
        long count = RING_ROWS;
        for (int i = 1; i < request.argumentCount(); i += 2) {
            boolean isStart = request.matches(i, START);
            if ((!isStart && !request.matches(i, COUNT)) || i + 1 == request.argumentCount()) {
                call.out().error(CommandErrors.SYNTAX + ": KV.RING [START partition] [COUNT rows]");
                return;
            }
            if (!request.isLong(i + 1) || request.asLong(i + 1) < 0) {
                call.out().error(CommandErrors.NOT_AN_INTEGER);
                return;
            }
            start = isStart ? request.asLong(i + 1) : start;
            count = isStart ? count : request.asLong(i + 1);
        }
        Ring ring = call.view().ring();
        int from = (int) Math.min(start, ring.partitions());
        int rows = (int) Math.min(count, ring.partitions() - from);
        RespWriter out = call.out().array(rows);
        for (int partition = from; partition < from + rows; partition++) {
            PreferenceList list = ring.preferenceList(partition);
            out.array(RING_ROW_FIELDS)
                    .integer(partition)
                    .bulk(String.format(Locale.ROOT, "%016x%016x", ring.tokenOf(partition), 0));
            names(out, ring, list.owners());
            names(out, ring, list.fallbacks());
        }
    }

    private static void names(RespWriter out, Ring ring, List<NodeId> nodes) {
        out.array(nodes.size());
        for (NodeId node : nodes) {
            var member = ring.member(node);
            out.bulk(member == null ? node.toString() : member.name());
        }
    }
}

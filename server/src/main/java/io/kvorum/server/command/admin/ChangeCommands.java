package io.kvorum.server.command.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.ring.Member;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.claim.Plan;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandHandler;
import io.kvorum.server.membership.plan.ChangeKind;
import io.kvorum.server.membership.plan.ChangeRequest;
import io.kvorum.server.membership.plan.ClusterChanges;
import io.kvorum.server.membership.plan.PlannedChange;
import io.kvorum.server.membership.plan.StoryLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** KV.CLUSTER: changes of the membership are planned, looked at and committed; and the history that they make. */
final class ChangeCommands {
    private static final byte[] COUNT = "COUNT".getBytes(US_ASCII);
    private static final byte[] FORCE = "FORCE".getBytes(US_ASCII);
    private static final int EVENTS_DEFAULT = 1_000;
    private static final int EVENTS_MAX = 100_000;
    private static final int LINE_FIELDS = 4;
    private static final int PLAN_FIELDS = 11;
    private static final int TRANSFER_FIELDS = 3;
    private static final int MOVES_FIELDS = 3;
    private static final int PAIR_FIELDS = 4;

    private ChangeCommands() {}

    static Command command(ClusterChanges changes, NodeStatus node) {
        return Command.named("kv.cluster")
                .arity(-2)
                .group(CommandGroup.KVORUM)
                .since("1.0.0")
                .summary("A container for commands about who is in the cluster and who owns what.")
                .containing(
                        sub(
                                "commit",
                                3,
                                "Makes a plan of this node part of the history, if that is as it was when it was made.",
                                call -> commit(call, changes)),
                        sub(
                                "history",
                                -2,
                                "Tells what made the cluster what it is, the newest last.",
                                call -> history(call, changes)),
                        sub("moves", 2, "Shows what the plan in force still has to do.", ChangeCommands::moves),
                        sub(
                                "plan",
                                -3,
                                "Works out what a change of the members would do, and changes nothing.",
                                call -> plan(call, changes, node)));
    }

    private static Command sub(String name, int arity, String summary, CommandHandler handler) {
        return Command.named("kv.cluster|" + name)
                .arity(arity)
                .group(CommandGroup.KVORUM)
                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.STALE)
                .since("1.0.0")
                .summary(summary)
                .guarantee("By the history as this node knows it; what is committed here, all others take over.")
                .handledBy(handler);
    }

    private static void history(Call call, ClusterChanges changes) {
        RespRequest request = call.request();
        int count = EVENTS_DEFAULT;
        if (request.argumentCount() > 2) {
            if (request.argumentCount() != 4 || !request.matches(2, COUNT)) {
                call.out().error(CommandErrors.SYNTAX + ": KV.CLUSTER HISTORY [COUNT events]");
                return;
            }
            if (!request.isLong(3) || request.asLong(3) < 0) {
                call.out().error(CommandErrors.NOT_AN_INTEGER);
                return;
            }
            count = (int) Math.min(request.asLong(3), EVENTS_MAX);
        }
        Awaited<List<StoryLine>> reply =
                new Awaited<>(call, ChangeCommands::story, "TRYAGAIN the history could not be told within 60 s");
        changes.history(count, reply);
        reply.begin();
    }

    private static void story(RespWriter out, List<StoryLine> lines) {
        out.array(lines.size());
        for (StoryLine line : lines) {
            out.map(LINE_FIELDS);
            out.bulk("stamp").integer(line.millis());
            out.bulk("by").bulk(line.by());
            out.bulk("kind").bulk(line.kind());
            out.bulk("event").bulk(line.sentence());
        }
    }

    private static void plan(Call call, ClusterChanges changes, NodeStatus node) {
        RespRequest request = call.request();
        ChangeKind kind = ChangeKind.of(request.string(2));
        if (kind == null) {
            call.out()
                    .error("ERR no plan is called '" + CommandErrors.clipped(request, 2) + "'; there are: "
                            + ChangeKind.labels());
            return;
        }
        int end = request.argumentCount();
        boolean force = end > 3 && request.matches(end - 1, FORCE);
        List<String> names = new ArrayList<>();
        for (int i = 3; i < (force ? end - 1 : end); i++) {
            names.add(request.string(i));
        }
        Awaited<PlannedChange> reply = new Awaited<>(
                call,
                (out, change) -> planned(out, change, node),
                "TRYAGAIN nothing was planned within 60 s: this node is too busy");
        changes.plan(new ChangeRequest(kind, names, force), reply);
        reply.begin();
    }

    private static void planned(RespWriter out, PlannedChange change, NodeStatus node) {
        Plan plan = change.plan();
        Ring ring = plan.ring();
        out.map(PLAN_FIELDS);
        out.bulk("id").bulk(change.id());
        out.bulk("base").bulk(String.format(Locale.ROOT, "%016x", change.base().hash()));
        out.bulk("kind").bulk(change.kind().label());
        out.bulk("change").bulk(change.sentence());
        out.bulk("moves").integer(plan.moves().size());
        long partitionBytes = partitionBytes(node);
        Map<NodeId, Integer> pulls = change.pulls();
        out.bulk("transfers").array(pulls.size());
        pulls.forEach((to, partitions) -> {
            out.map(TRANSFER_FIELDS);
            out.bulk("to").bulk(name(ring, to));
            out.bulk("partitions").integer(partitions);
            out.bulk("bytes").integer(partitionBytes < 0 ? -1 : partitions * partitionBytes);
        });
        TreeSet<NodeId> owners = new TreeSet<>(
                Comparator.<NodeId, String>comparing(owner -> name(ring, owner)).thenComparing(owner -> owner));
        owners.addAll(plan.ownedBefore().keySet());
        owners.addAll(plan.ownedAfter().keySet());
        out.bulk("owned").array(owners.size());
        for (NodeId owner : owners) {
            out.map(TRANSFER_FIELDS);
            out.bulk("node").bulk(name(ring, owner));
            out.bulk("before").integer(plan.ownedBefore().getOrDefault(owner, 0));
            out.bulk("after").integer(plan.ownedAfter().getOrDefault(owner, 0));
        }
        out.bulk("zone-clashes-before").integer(plan.crowdedBefore());
        out.bulk("zone-clashes-during").integer(plan.crowdedDuring());
        out.bulk("zone-clashes-after").integer(plan.crowdedAfter());
        out.bulk("warnings").array(change.warnings().size());
        change.warnings().forEach(out::bulk);
    }

    /** What a partition takes here on average; -1 if this node has none. */
    private static long partitionBytes(NodeStatus node) {
        int owned = node.membership().members().get(0).ownedPartitions();
        return owned == 0 ? -1 : node.memory().dataBytes() / owned;
    }

    private static void commit(Call call, ClusterChanges changes) {
        Awaited<Integer> reply = new Awaited<>(
                call,
                (out, moves) -> out.simple("OK " + moves + (moves == 1 ? " move begins" : " moves begin")),
                "INDOUBT the commit was not confirmed within 60 s; KV.CLUSTER HISTORY shows whether it was made");
        changes.commit(call.request().string(2).toLowerCase(Locale.ROOT), reply);
        reply.begin();
    }

    private static void moves(Call call) {
        Ring ring = call.view().ring();
        Map<Pair, int[]> pairs = new TreeMap<>();
        int consented = 0;
        for (Move move : ring.moves()) {
            int[] counts =
                    pairs.computeIfAbsent(new Pair(name(ring, move.from()), name(ring, move.to())), pair -> new int[2]);
            counts[0]++;
            counts[1] += move.consented() ? 1 : 0;
            consented += move.consented() ? 1 : 0;
        }
        RespWriter out = call.out().map(MOVES_FIELDS);
        out.bulk("total").integer(ring.moves().size());
        out.bulk("consented").integer(consented);
        out.bulk("moves").array(pairs.size());
        pairs.forEach((pair, counts) -> {
            out.map(PAIR_FIELDS);
            out.bulk("from").bulk(pair.from());
            out.bulk("to").bulk(pair.to());
            out.bulk("partitions").integer(counts[0]);
            out.bulk("consented").integer(counts[1]);
        });
    }

    /** Who gives partitions to whom; empty where one end is nobody. */
    private record Pair(String from, String to) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int byFrom = from.compareTo(other.from);
            return byFrom != 0 ? byFrom : to.compareTo(other.to);
        }
    }

    private static String name(Ring ring, @Nullable NodeId node) {
        if (node == null) {
            return "";
        }
        Member member = ring.member(node);
        return member == null ? node.toString() : member.name();
    }
}

package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.ring.HashSlot;
import io.kvorum.ring.Member;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandHandler;
import io.kvorum.server.command.keyspace.SlotKeys;
import io.kvorum.server.peer.PeerLinkStatus;
import io.kvorum.server.peer.PeerTransport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/** CLUSTER: the ring in the shapes of Redis Cluster, so that its clients find the owners of a key by themselves. */
public final class ClusterCommands {
    private static final int NODE_FIELDS = 4;
    private static final int SHARD_NODE_FIELDS = 7;
    private static final int LINK_FIELDS = 6;
    private static final String VIEW =
            "What this node knows now; nodes may differ for moments. Any node takes any command,"
                    + " so that a client with an old picture only takes a longer way.";
    private static final List<String> HELP = List.of(
            "CLUSTER <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "COUNTKEYSINSLOT <slot>",
            "    Return the number of keys of <slot> that this node has.",
            "GETKEYSINSLOT <slot> <count>",
            "    Return up to <count> keys of <slot> that this node has.",
            "INFO",
            "    Return information about the cluster.",
            "KEYSLOT <key>",
            "    Return the hash slot for <key>.",
            "LINKS",
            "    Return the connections with the other nodes.",
            "MYID",
            "    Return the node id.",
            "MYSHARDID",
            "    Return the node's shard id, which is its node id: every node is the master of its own slots.",
            "NODES",
            "    Return the nodes and the slots they are first owners of.",
            "SHARDS",
            "    Return slots and nodes, by those who own them together.",
            "SLOTS",
            "    Return ranges of slots with their owners.",
            "HELP",
            "    Print this help.");

    private ClusterCommands() {}

    /**
     * The rows.
     *
     * @param slots the keys of this node by slot
     * @param links the connections with the other nodes, one entry for each node and direction; asked on any loop
     */
    public static List<Command> commands(SlotKeys slots, Supplier<List<PeerLinkStatus>> links) {
        return List.of(Command.named("cluster")
                .arity(-2)
                .group(CommandGroup.CLUSTER)
                .since("3.0.0")
                .summary("A container for commands about the cluster.")
                .containing(
                        local("countkeysinslot", 3, "Returns how many keys of a slot this node has.", slots::count),
                        local("getkeysinslot", 4, "Returns keys of a slot that this node has.", slots::keys),
                        sub("help", 2, "5.0.0", "Describes the sub-commands.", ClusterCommands::help),
                        sub("info", 2, "3.0.0", "Returns the state of the cluster.", ClusterCommands::info),
                        sub("keyslot", 3, "3.0.0", "Returns the hash slot of a key.", ClusterCommands::keySlot),
                        sub(
                                "links",
                                2,
                                "7.0.0",
                                "Returns the connections with the other nodes.",
                                call -> links(call, links.get())),
                        sub("myid", 2, "3.0.0", "Returns the id of this node.", ClusterCommands::myId),
                        sub("myshardid", 2, "7.2.0", "Returns the id of this node.", ClusterCommands::myId),
                        sub("nodes", 2, "3.0.0", "Returns the nodes and their slots.", ClusterCommands::nodes),
                        sub("shards", 2, "7.0.0", "Returns slots by those who own them.", ClusterCommands::shards),
                        sub("slots", 2, "3.0.0", "Returns ranges of slots and their owners.", ClusterCommands::slots)));
    }

    private static Command sub(String name, int arity, String since, String summary, CommandHandler handler) {
        return Command.named("cluster|" + name)
                .arity(arity)
                .group(CommandGroup.CLUSTER)
                .flags(CommandFlag.LOADING, CommandFlag.STALE)
                .since(since)
                .summary(summary)
                .guarantee(VIEW)
                .handledBy(handler);
    }

    private static Command local(String name, int arity, String summary, CommandHandler handler) {
        return Command.named("cluster|" + name)
                .arity(arity)
                .group(CommandGroup.CLUSTER)
                .flags(CommandFlag.STALE)
                .since("3.0.0")
                .summary(summary)
                .guarantee(
                        "Of this node's own copy alone, while that is settled; nothing of slots that it does not own."
                                + " Deleted and expired keys do not count.")
                .handledBy(handler);
    }

    private static void links(Call call, List<PeerLinkStatus> links) {
        RespWriter out = call.out().array(links.size());
        for (PeerLinkStatus link : links) {
            out.map(LINK_FIELDS);
            out.bulk("direction").bulk(link.incoming() ? "from" : "to");
            out.bulk("node").bulk(RedisNodeId.of(link.node()));
            out.bulk("create-time").integer(link.sinceMillis());
            out.bulk("events").bulk((link.reads() ? "r" : "") + (link.unsentBytes() > 0 ? "w" : ""));
            // No buffer is kept for what may come: what is used is what is there.
            out.bulk("send-buffer-allocated").integer(link.unsentBytes());
            out.bulk("send-buffer-used").integer(link.unsentBytes());
        }
    }

    private static void help(Call call) {
        call.out().array(HELP.size());
        HELP.forEach(call.out()::simple);
    }

    private static void myId(Call call) {
        call.out().bulk(RedisNodeId.of(call.view().member(PeerTransport.SELF)));
    }

    private static void keySlot(Call call) {
        RespRequest request = call.request();
        call.out().integer(HashSlot.of(request.array(), request.offset(2), request.length(2)));
    }

    private static void slots(Call call) {
        call.session().tellSlots();
        ClusterTopology topology = new ClusterTopology(call.view());
        List<ClusterTopology.Range> ranges = topology.ranges();
        RespWriter out = call.out().array(ranges.size());
        for (ClusterTopology.Range range : ranges) {
            out.array(2 + range.peers().size()).integer(range.first()).integer(range.last());
            for (int peer : range.peers()) {
                Member member = topology.member(peer);
                out.array(NODE_FIELDS)
                        .bulk(member.host())
                        .integer(member.respPort())
                        .bulk(RedisNodeId.of(member.id()))
                        .map(0);
            }
        }
    }

    private static void shards(Call call) {
        call.session().tellSlots();
        ClusterTopology topology = new ClusterTopology(call.view());
        Map<List<Integer>, List<ClusterTopology.Range>> shards = new LinkedHashMap<>();
        TreeSet<Integer> without = new TreeSet<>(topology.peers());
        for (ClusterTopology.Range range : topology.ranges()) {
            shards.computeIfAbsent(range.peers(), peers -> new ArrayList<>()).add(range);
            range.peers().forEach(without::remove);
        }
        without.forEach(peer -> shards.put(List.of(peer), List.of()));
        RespWriter out = call.out().array(shards.size());
        shards.forEach((peers, ranges) -> {
            out.map(2).bulk("slots").array(2 * ranges.size());
            ranges.forEach(range -> out.integer(range.first()).integer(range.last()));
            out.bulk("nodes").array(peers.size());
            for (int i = 0; i < peers.size(); i++) {
                shardNode(out, topology, peers.get(i), i == 0);
            }
        });
    }

    private static void shardNode(RespWriter out, ClusterTopology topology, int peer, boolean master) {
        Member member = topology.member(peer);
        out.map(SHARD_NODE_FIELDS)
                .bulk("id")
                .bulk(RedisNodeId.of(member.id()))
                .bulk("port")
                .integer(member.respPort())
                .bulk("ip")
                .bulk(member.host())
                .bulk("endpoint")
                .bulk(member.host())
                .bulk("role")
                .bulk(master ? "master" : "replica")
                .bulk("replication-offset")
                .integer(0)
                .bulk("health")
                .bulk(topology.isHealthy(peer) ? "online" : "failed");
    }

    private static void nodes(Call call) {
        call.session().tellSlots();
        ClusterTopology topology = new ClusterTopology(call.view());
        List<ClusterTopology.Range> ranges = topology.ranges();
        StringBuilder text = new StringBuilder();
        for (int peer : topology.peers()) {
            Member member = topology.member(peer);
            boolean healthy = topology.isHealthy(peer);
            text.append(RedisNodeId.of(member.id()))
                    .append(' ')
                    .append(member.host())
                    .append(':')
                    .append(member.respPort())
                    .append('@')
                    .append(member.peerPort())
                    .append(peer == PeerTransport.SELF ? " myself,master" : " master")
                    .append(healthy ? "" : ",fail?")
                    .append(" - 0 0 ")
                    .append(epoch(call, member))
                    .append(healthy ? " connected" : " disconnected");
            slotsOf(text, ranges, peer);
            text.append('\n');
        }
        call.out().verbatim("txt", text.toString());
    }

    /** Neighbouring ranges of one master are one, whoever its replicas are. */
    private static void slotsOf(StringBuilder text, List<ClusterTopology.Range> ranges, int peer) {
        int first = -1;
        int last = -1;
        for (ClusterTopology.Range range : ranges) {
            if (range.peers().get(0) != peer) {
                continue;
            }
            if (first >= 0 && range.first() == last + 1) {
                last = range.last();
                continue;
            }
            append(text, first, last);
            first = range.first();
            last = range.last();
        }
        append(text, first, last);
    }

    private static void append(StringBuilder text, int first, int last) {
        if (first >= 0) {
            text.append(' ').append(first);
            if (last > first) {
                text.append('-').append(last);
            }
        }
    }

    /** A number that differs from node to node, as epochs do; there are no elections that would change it. */
    private static int epoch(Call call, Member member) {
        return 1 + call.view().ring().members().indexOf(member);
    }

    private static void info(Call call) {
        ClusterTopology topology = new ClusterTopology(call.view());
        List<ClusterTopology.Range> ranges = topology.ranges();
        int assigned = ranges.stream()
                .mapToInt(range -> range.last() - range.first() + 1)
                .sum();
        int served = topology.slotsServed();
        long masters =
                ranges.stream().map(range -> range.peers().get(0)).distinct().count();
        List<Integer> peers = topology.peers();
        int myEpoch = peers.contains(PeerTransport.SELF) ? epoch(call, topology.member(PeerTransport.SELF)) : 0;
        call.out()
                .verbatim(
                        "txt",
                        "cluster_state:" + (served == HashSlot.COUNT ? "ok" : "fail") + "\r\n"
                                + "cluster_slots_assigned:" + assigned + "\r\n"
                                + "cluster_slots_ok:" + served + "\r\n"
                                + "cluster_slots_pfail:" + (assigned - Math.min(assigned, served)) + "\r\n"
                                + "cluster_slots_fail:0\r\n"
                                + "cluster_known_nodes:" + peers.size() + "\r\n"
                                + "cluster_size:" + masters + "\r\n"
                                + "cluster_current_epoch:" + peers.size() + "\r\n"
                                + "cluster_my_epoch:" + myEpoch + "\r\n"
                                + "cluster_stats_messages_sent:0\r\n"
                                + "cluster_stats_messages_received:0\r\n"
                                + "total_cluster_links_buffer_limit_exceeded:0\r\n");
    }
}

package io.kvorum.server.command.versioned;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.ring.HashSlot;
import io.kvorum.ring.Member;
import io.kvorum.ring.NodeId;
import io.kvorum.server.command.Call;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.replica.KeyRef;
import java.util.List;
import java.util.Locale;

/** KV.WHERE: a key's place on the ring, and who answers for it. */
final class WhereCommand {
    private static final int FIELDS = 5;
    private static final int NODE_FIELDS = 4;

    private WhereCommand() {}

    static void run(Call call) {
        KeyRef key = KeyPlace.of(call);
        if (key == null) {
            return;
        }
        ClusterView view = call.view();
        int partition = key.partition();
        RespWriter out = call.out().map(FIELDS);
        out.bulk("position")
                .bulk(String.format(Locale.ROOT, "%016x%016x", key.positionHigh(), key.positionLow()))
                .bulk("slot")
                .integer(HashSlot.of(key.bytes(), 0, key.bytes().length))
                .bulk("partition")
                .integer(partition);
        nodes(out.bulk("owners"), view, view.ring().preferenceList(partition).owners(), partition, true);
        nodes(out.bulk("fallbacks"), view, view.ring().preferenceList(partition).fallbacks(), partition, false);
    }

    private static void nodes(RespWriter out, ClusterView view, List<NodeId> nodes, int partition, boolean owners) {
        out.array(nodes.size());
        for (NodeId node : nodes) {
            Member member = view.ring().member(node);
            int peer = peerOf(view, node);
            boolean healthy = peer >= 0 && view.isHealthy(peer);
            String copy = !owners ? "fallback" : peer >= 0 && view.isSettled(partition, peer) ? "settled" : "unsettled";
            out.map(NODE_FIELDS)
                    .bulk("node")
                    .bulk(member == null ? node.toString() : member.name())
                    .bulk("address")
                    .bulk(member == null ? "" : member.host() + ':' + member.respPort())
                    .bulk("state")
                    .bulk(healthy ? "up" : "suspect")
                    .bulk("copy")
                    .bulk(copy);
        }
    }

    private static int peerOf(ClusterView view, NodeId node) {
        for (int peer = 0; peer < view.peers(); peer++) {
            if (view.member(peer).equals(node)) {
                return peer;
            }
        }
        return -1;
    }
}

package io.kvorum.ring.gossip;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.history.PartitionSet;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node says of itself and of how it sees others. Only the node itself writes it; of two the newer holds. Immutable.
 *
 * @param node who says it
 * @param boot which life of the node's process, greater in later ones: its hybrid clock at the start
 * @param version counts the changes within that life
 * @param facts small texts by name: software version, protocol range, …
 * @param views the peers that it does not see as up
 * @param unsettled the partitions it owns whose data it may have lost and has not got back from other owners yet
 */
public record NodeState(
        NodeId node,
        long boot,
        long version,
        SortedMap<String, String> facts,
        SortedMap<NodeId, PeerStatus> views,
        PartitionSet unsettled) {
    private static final int FACTS_MAX = 100;
    private static final int FACT_BYTES_MAX = 4096;
    private static final int VIEWS_MAX = 10_000;

    /** Copies the maps. */
    public NodeState {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
        views = Collections.unmodifiableSortedMap(new TreeMap<>(views));
    }

    /** Returns the state of a node that has said nothing yet. */
    public static NodeState silent(NodeId node, long boot) {
        return new NodeState(node, boot, 0, new TreeMap<>(), new TreeMap<>(), PartitionSet.NONE);
    }

    /** Returns how old this is. */
    public StateVersion stateVersion() {
        return new StateVersion(node, boot, version);
    }

    /** Writes all fields, in their order. */
    public void encode(ByteWriter out) {
        stateVersion().encode(out);
        out.varInt(facts.size());
        facts.forEach((name, value) -> out.utf8(name).utf8(value));
        out.varInt(views.size());
        views.forEach((peer, status) -> {
            peer.encode(out);
            out.u8(code(status));
        });
        unsettled.encode(out);
    }

    /** Reads all fields, in their order. */
    public static NodeState decode(ByteReader in) {
        StateVersion version = StateVersion.decode(in);
        SortedMap<String, String> facts = new TreeMap<>();
        for (int i = in.field("facts").count(FACTS_MAX, 2); i > 0; i--) {
            facts.put(
                    in.field("fact name").utf8(FACT_BYTES_MAX), in.field("fact").utf8(FACT_BYTES_MAX));
        }
        SortedMap<NodeId, PeerStatus> views = new TreeMap<>();
        for (int i = in.field("views").count(VIEWS_MAX, 17); i > 0; i--) {
            views.put(NodeId.decode(in), status(in));
        }
        return new NodeState(version.node(), version.boot(), version.version(), facts, views, PartitionSet.decode(in));
    }

    private static int code(PeerStatus status) {
        return switch (status) {
            case UP -> 0;
            case SUSPECT -> 1;
            case DOWN -> 2;
        };
    }

    private static PeerStatus status(ByteReader in) {
        int code = in.field("peer status").u8();
        return switch (code) {
            case 0 -> PeerStatus.UP;
            case 1 -> PeerStatus.SUSPECT;
            case 2 -> PeerStatus.DOWN;
            default -> throw in.invalid("peer status", Integer.toString(code), "0 to 2");
        };
    }
}

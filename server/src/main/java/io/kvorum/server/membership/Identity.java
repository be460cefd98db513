package io.kvorum.server.membership;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.NodeId;
import io.kvorum.server.data.DataDirectory;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who this node is, for life; on disk, twice, from its first start on.
 *
 * @param nodeId its identity
 * @param nodeName its name
 * @param clusterId its cluster
 * @param clusterName its cluster's name
 */
record Identity(NodeId nodeId, String nodeName, UUID clusterId, String clusterName) {
    static final String FILE = "identity";

    private static final int NAME_BYTES_MAX = 1024;

    /** Reads it, or returns null if this node never started before. */
    static @Nullable Identity read(DataDirectory directory) {
        ByteReader in = directory.readEither(FILE);
        if (in == null) {
            return null;
        }
        try {
            Identity identity = new Identity(
                    NodeId.of(in.u64(), in.u64()),
                    in.utf8(NAME_BYTES_MAX),
                    new UUID(in.u64(), in.u64()),
                    in.utf8(NAME_BYTES_MAX));
            in.expectEnd(FILE);
            return identity;
        } catch (DecodeException problem) {
            throw directory.damaged(FILE, problem);
        }
    }

    void write(DataDirectory directory) {
        ByteWriter out = new ByteWriter(128);
        out.u64(nodeId.uuid().getMostSignificantBits()).u64(nodeId.uuid().getLeastSignificantBits());
        out.utf8(nodeName);
        out.u64(clusterId.getMostSignificantBits()).u64(clusterId.getLeastSignificantBits());
        out.utf8(clusterName);
        directory.writeTwice(FILE, out);
    }
}

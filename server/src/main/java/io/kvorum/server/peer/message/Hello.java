package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.NodeId;
import java.util.UUID;

/**
 * The first message of a connection, from either side: who it is, and of which cluster. Its frame and its fields stay
 * as they are in every version of the protocol, so that any two versions can tell each other why they do not fit.
 *
 * @param versionMin the oldest protocol version that the sender speaks, at least 1
 * @param versionMax the newest; the newest that both speak is used
 * @param clusterId the cluster's identity
 * @param clusterName the cluster's name, for people
 * @param partitions Q
 * @param partitioner name of the partitioner
 * @param nodeId the sender's identity
 * @param nodeName the sender's name, for people
 * @param bootId random, drawn once in a life of the sender's process; tells a restart from a copied identity
 * @param nonce random bytes of this connection that the proof must cover
 * @param extension what later versions add; part of the proof, not looked at here
 */
public record Hello(
        int versionMin,
        int versionMax,
        UUID clusterId,
        String clusterName,
        int partitions,
        String partitioner,
        NodeId nodeId,
        String nodeName,
        long bootId,
        byte[] nonce,
        byte[] extension)
        implements PeerMessage {
    /** "KVRM": the first field of every hello. */
    public static final long MAGIC = 0x4B56524DL;

    /** The number of bytes of {@link #nonce}. */
    public static final int NONCE_BYTES = 16;

    private static final int EXTENSION_BYTES_MAX = 4096;

    @Override
    public MessageType type() {
        return MessageType.HELLO;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u32(MAGIC).u8(versionMin).u8(versionMax);
        Uuids.write(out, clusterId);
        out.utf8(clusterName).varInt(partitions).utf8(partitioner);
        Uuids.write(out, nodeId.uuid());
        out.utf8(nodeName).u64(bootId).raw(nonce).bytes(extension);
    }

    static Hello decode(ByteReader in) {

        long magic = in.u32();
        if (magic != MAGIC) {
            throw in.invalid("magic", Long.toHexString(magic), Long.toHexString(MAGIC));
        }
        return new Hello(
                in.field("versionMin").u8(),
                in.field("versionMax").u8(),
                Uuids.read(in),
                in.field("clusterName").utf8(Limits.NAME_BYTES_MAX),
                in.field("partitions").varInt(Limits.PARTITIONS_MAX),
                in.field("partitioner").utf8(Limits.NAME_BYTES_MAX),
                new NodeId(Uuids.read(in)),
                in.field("nodeName").utf8(Limits.NAME_BYTES_MAX),
                in.u64(),
                in.raw(NONCE_BYTES),
                in.field("extension").bytes(EXTENSION_BYTES_MAX));
    }
}

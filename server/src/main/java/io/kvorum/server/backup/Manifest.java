package io.kvorum.server.backup;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.RingFold;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.version.Stamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a backup is of, and what it has: the last file that is written, and only once all others were read back. A
 * directory without it is no backup.
 *
 * <pre>
 *   file = u32 "KVBM" | u8 format | payload | u32 CRC32C of all before
 *   payload = 16 bytes backup id | utf8 version | 16 bytes node id | utf8 node name | 16 bytes cluster id
 *             | utf8 cluster name | u16 N | utf8 partitioner | u64 grace in ms | u64 begin | u64 end
 *             | bytes history | u32 partitions | digests | u32 files | files
 * </pre>
 *
 * @param backupId drawn for it; its data files have it too
 * @param version of the software that wrote it
 * @param node whose it is
 * @param nodeName that node's name
 * @param cluster its cluster
 * @param clusterName its cluster's name
 * @param n owners of a partition
 * @param partitioner of the ring
 * @param graceMillis how long what was deleted is remembered in the cluster
 * @param beginStamp of the node's clock before the first record was read: all that was acknowledged before is there
 * @param endStamp of the node's clock after the last record: none is newer
 * @param history of the cluster, of which the ring is made
 * @param digests of all partitions of the ring
 * @param files the data files
 */
record Manifest(
        UUID backupId,
        String version,
        NodeId node,
        String nodeName,
        UUID cluster,
        String clusterName,
        int n,
        String partitioner,
        long graceMillis,
        long beginStamp,
        long endStamp,
        History history,
        List<PartitionDigest> digests,
        List<DataFile> files) {
    /** The file. */
    static final String FILE = "manifest";

    private static final long MAGIC = 0x4B56424DL;
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 5;
    private static final int CHECKSUM_BYTES = 4;
    private static final int TEXT_BYTES_MAX = 1024;
    private static final int HISTORY_BYTES_MAX = 1 << 30;

    Manifest {
        digests = List.copyOf(digests);
        files = List.copyOf(files);
    }

    /** The ring. */
    Ring ring() {
        return RingFold.fold(history).orElseThrow(() -> new IllegalStateException("a history without a cluster"));
    }

    /** Records in all partitions. */
    long records() {
        return digests.stream().mapToLong(PartitionDigest::records).sum();
    }

    /** Bytes of all data files. */
    long bytes() {
        return files.stream().mapToLong(DataFile::size).sum();
    }

    /** When the backup began. */
    long beginMillis() {
        return Stamp.millis(beginStamp);
    }

    /** Puts it into a directory, and makes that survive a crash of the machine. */
    void write(Disk disk, Path directory) throws IOException {
        Path beside = directory.resolve(FILE + ".tmp");
        byte[] bytes = encode();
        try (DiskFile file = disk.create(beside)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            file.force();
        }
        disk.move(beside, directory.resolve(FILE));
        disk.forceDirectory(directory);
    }

    /**
     * Reads that of a directory.
     *
     * @throws BackupDamagedException if it is not as it was written
     * @throws IOException if there is none, or the disk fails
     */
    static Manifest read(Disk disk, Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!disk.exists(file)) {
            throw new IOException(directory.toAbsolutePath()
                    + " is no backup: it has no manifest, which is written last; one that was cut off has none");
        }
        byte[] bytes = disk.readAll(file);
        int checked = bytes.length - CHECKSUM_BYTES;
        if (checked < HEADER_BYTES) {
            throw new BackupDamagedException(file, 0, "it is " + bytes.length + " bytes long");
        }
        long found = new ByteReader(bytes, checked, CHECKSUM_BYTES).u32();
        long expected = Blocks.checksum(bytes, 0, checked);
        if (found != expected) {
            throw new BackupDamagedException(
                    file,
                    checked,
                    "checksum " + Long.toHexString(found) + ", expected " + Long.toHexString(expected) + " of the "
                            + checked + " bytes before");
        }
        try {
            return decode(new ByteReader(bytes, 0, checked));
        } catch (DecodeException problem) {
            throw new BackupDamagedException(file, problem.offset(), String.valueOf(problem.getMessage()));
        }
    }

    byte[] encode() {
        ByteWriter past = new ByteWriter(16 << 10);
        history.encode(past);
        ByteWriter out = new ByteWriter(past.size() + 1024 + (digests.size() * PartitionDigest.BYTES));
        out.u32(MAGIC).u8(FORMAT);
        uuid(out, backupId).utf8(version);
        uuid(out, node.uuid()).utf8(nodeName);
        uuid(out, cluster).utf8(clusterName);
        out.u16(n).utf8(partitioner).u64(graceMillis).u64(beginStamp).u64(endStamp);
        out.bytes(past.array(), 0, past.size());
        out.u32(digests.size());
        digests.forEach(digest -> digest.encode(out));
        out.u32(files.size());
        files.forEach(file -> file.encode(out));
        return out.u32(Blocks.checksum(out.array(), 0, out.size())).toByteArray();
    }

    private static Manifest decode(ByteReader in) {
        long magic = in.field("magic").u32();
        if (magic != MAGIC) {
            throw in.invalid("magic", Long.toHexString(magic), Long.toHexString(MAGIC));
        }
        int format = in.field("format").u8();
        if (format != FORMAT) {
            throw in.invalid("format", Integer.toString(format), FORMAT + "; a later version wrote it, use that");
        }
        UUID backupId = uuid(in);
        String version = in.field("version").utf8(TEXT_BYTES_MAX);
        NodeId node = NodeId.of(in.u64(), in.u64());
        String nodeName = in.field("node name").utf8(TEXT_BYTES_MAX);
        UUID cluster = uuid(in);
        String clusterName = in.field("cluster name").utf8(TEXT_BYTES_MAX);
        int n = in.field("n").u16();
        String partitioner = in.field("partitioner").utf8(TEXT_BYTES_MAX);
        long graceMillis = in.field("grace").u64();
        long beginStamp = in.field("begin").u64();
        long endStamp = in.field("end").u64();
        ByteReader past = new ByteReader(in.field("history").bytes(HISTORY_BYTES_MAX));
        History history = History.decode(past);
        past.expectEnd("history");
        List<PartitionDigest> digests = new ArrayList<>();
        for (long left = count(in, "partitions", PartitionDigest.BYTES); left > 0; left--) {
            digests.add(PartitionDigest.decode(in));
        }
        List<DataFile> files = new ArrayList<>();
        for (long left = count(in, "files", DataFile.BYTES); left > 0; left--) {
            files.add(DataFile.decode(in));
        }
        in.expectEnd(FILE);
        Manifest manifest = new Manifest(
                backupId,
                version,
                node,
                nodeName,
                cluster,
                clusterName,
                n,
                partitioner,
                graceMillis,
                beginStamp,
                endStamp,
                history,
                digests,
                files);
        manifest.checkRing(in);
        return manifest;
    }

    private void checkRing(ByteReader in) {
        Ring ring = RingFold.fold(history).orElseThrow(() -> in.invalid("history", "no cluster", "one"));
        if (!ring.clusterId().equals(cluster)
                || ring.partitions() != digests.size()
                || !ring.partitioner().name().equals(partitioner)
                || ring.n() != n
                || ring.member(node) == null) {
            throw in.invalid("history", "another cluster, or one without this node", nodeName + " of " + cluster);
        }
    }

    private static long count(ByteReader in, String field, int bytesEach) {
        long count = in.field(field).u32();
        if (count * bytesEach > in.remaining()) {
            throw in.invalid(field, Long.toString(count), in.remaining() + " bytes for them");
        }
        return count;
    }

    private static ByteWriter uuid(ByteWriter out, UUID id) {
        return out.u64(id.getMostSignificantBits()).u64(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteReader in) {
        return new UUID(in.u64(), in.u64());
    }
}

package io.kvorum.tests.fuzz;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.History;
import io.kvorum.server.config.ClusterConfig;
import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.membership.Founded;
import io.kvorum.server.membership.Joining;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a node finds in its data directory when it starts: whatever the files hold, it is somebody, the same whenever it is
 * asked, or it refuses to start and says why. Either way the directory is free again.
 *
 * <pre>
 *   u8 options: 1 the files as they are, else behind magic and format, before their checksum
 *   u16 length of the identity | identity | history
 * </pre>
 */
final class DataDirectoryTarget implements FuzzTarget {
    private static final int N = 2;
    private static final String IDENTITY = "identity";
    private static final String HISTORY = "history";
    private static final int HEADER_BYTES = 5;
    private static final int CHECKSUM_BYTES = 4;

    private final ClusterConfig config = ConfigLoader.of(
                    "cluster.name=c",
                    "cluster.partitions=8",
                    "cluster.initial-members=a@127.0.0.1:1001,b@127.0.0.1:1002,c@127.0.0.1:1003",
                    "node.name=a",
                    "replication.n=" + N)
            .cluster();

    private @Nullable Path directory;

    @Override
    public String name() {
        return "data-directory";
    }

    @Override
    public int runs() {
        return 150;
    }

    @Override
    public void run(byte[] input) throws IOException {
        Input in = new Input(input);
        boolean raw = (in.u8() & 1) != 0;
        byte[] identity = in.take(in.u16());
        byte[] history = in.rest();
        Path where = directory();
        Files.write(where.resolve(IDENTITY), raw ? identity : file(identity));
        Files.write(where.resolve(HISTORY), raw ? history : file(history));
        NodeId first = open(where);
        NodeId second = open(where);
        Claims.holds(first == null ? second == null : first.equals(second), "another node the second time");
    }

    /** Who the node is; null if it refuses to start. */
    private @Nullable NodeId open(Path where) {
        try (Founded founded = Founded.open(Disk.system(), where, config, N, Joining.NONE)) {
            Claims.holds(!founded.isBorn(), "a node with a past is born anew");
            Claims.holds(founded.ring().member(founded.nodeId()) != null, "a node is no member of its own ring");
            return founded.nodeId();
        } catch (StartException refused) {
            Claims.holds(!String.valueOf(refused.getMessage()).isBlank(), "a refusal without a reason");
            return null;
        }
    }

    private Path directory() throws IOException {
        Path where = directory;
        if (where == null) {
            where = Files.createTempDirectory("kvorum-fuzz-");
            directory = where;
        }
        return where;
    }

    private static byte[] file(byte[] payload) {
        ByteWriter file = new ByteWriter(payload.length + HEADER_BYTES + CHECKSUM_BYTES);
        file.u32(0x4B565244).u8(1).raw(payload);
        CRC32C checksum = new CRC32C();
        checksum.update(file.array(), 0, file.size());
        return file.u32(checksum.getValue()).toByteArray();
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        try {
            Path born = Files.createTempDirectory("kvorum-fuzz-");
            try (Founded founded = Founded.open(Disk.system(), born, config, N, Joining.NONE)) {
                Claims.holds(founded.isBorn(), "a node without a past was born before");
            }
            byte[] identity = payload(born.resolve(IDENTITY));
            byte[] history = payload(born.resolve(HISTORY));
            History birth = History.decode(new ByteReader(history));
            delete(born);
            List<byte[]> seeds = new ArrayList<>(List.of(seed(0, identity, history), seed(1, identity, history)));
            for (int i = 0; i < 20; i++) {
                ByteWriter grown = new ByteWriter(1024);
                birth.with(Events.random(random, random.nextInt(1, 6))).encode(grown);
                seeds.add(seed(0, identity, grown.toByteArray()));
            }
            return seeds;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] payload(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length - CHECKSUM_BYTES);
    }

    private static byte[] seed(int options, byte[] identity, byte[] history) {
        ByteWriter seed = new ByteWriter(1024);
        return seed.u8(options).u16(identity.length).raw(identity).raw(history).toByteArray();
    }

    @Override
    public void close() {
        if (directory != null) {
            delete(directory);
        }
    }

    private static void delete(Path directory) {
        try {
            for (String file : List.of(IDENTITY, IDENTITY + ".spare", HISTORY, "lock")) {
                Files.deleteIfExists(directory.resolve(file));
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

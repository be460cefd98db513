package io.kvorum.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.history.Birth;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.config.ClusterConfig;
import io.kvorum.server.config.Redirecting;
import io.kvorum.server.config.Secret;
import io.kvorum.server.config.SeedAddress;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FoundedTest {
    private static final List<MemberSpec> THREE = List.of(
            MemberSpec.parse("n1@127.0.0.1:7379"),
            MemberSpec.parse("n2@127.0.0.1:7380"),
            MemberSpec.parse("n3@127.0.0.1:7381"));

    @TempDir
    private Path directory;

    private static ClusterConfig config(String node, String cluster, List<MemberSpec> members, int partitions) {
        return new ClusterConfig(
                MemberSpec.parse(node + "@127.0.0.1:7379"),
                cluster,
                members,
                List.of(),
                partitions,
                Partitioner.SLOTS,
                Secret.NONE,
                false,
                Redirecting.NEVER);
    }

    @Test
    void node_without_members_is_born_alone_and_owns_everything() {
        try (Founded founded =
                Founded.open(Disk.system(), directory, config("n1", "c", List.of(), 16), 3, Joining.NONE)) {
            assertThat(founded.isBorn()).isTrue();
            assertThat(founded.ring().preferenceList(15).owners()).containsExactly(founded.nodeId());
        }
    }

    @Test
    void members_born_apart_are_of_one_cluster_with_one_ring() {
        try (Founded one = Founded.open(
                        Disk.system(), directory.resolve("1"), config("n1", "c", THREE, 16), 3, Joining.NONE);
                Founded two = Founded.open(
                        Disk.system(), directory.resolve("2"), config("n2", "c", THREE, 16), 3, Joining.NONE)) {
            assertThat(one.ring()).isEqualTo(two.ring());
            assertThat(one.nodeId()).isNotEqualTo(two.nodeId());
            assertThat(two.ring().member(one.nodeId())).isNotNull();
        }
    }

    @Test
    void restart_keeps_the_identity_whatever_the_settings_of_the_birth_say_now() {
        Founded first = Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE);
        first.close();
        try (Founded again =
                Founded.open(Disk.system(), directory, config("n1", "c", THREE.subList(0, 2), 16), 3, Joining.NONE)) {
            assertThat(again.isBorn()).isFalse();
            assertThat(again.nodeId()).isEqualTo(first.nodeId());
            assertThat(again.ring()).isEqualTo(first.ring());
        }
    }

    @Test
    void what_is_fixed_for_ever_is_refused_when_it_changes() {
        Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE)
                .close();
        assertRefused(config("n1", "d", THREE, 16), "cluster.name is d", "cluster.name c");
        assertRefused(config("n2", "c", THREE, 16), "node.name is n2", "node.name n1");
        assertRefused(config("n1", "c", THREE, 32), "cluster.partitions is 32", "16");
        assertRefused(
                new ClusterConfig(
                        THREE.get(0),
                        "c",
                        THREE,
                        List.of(),
                        16,
                        Partitioner.MD5,
                        Secret.NONE,
                        false,
                        Redirecting.NEVER),
                "cluster.partitioner is MD5",
                "SLOTS");
    }

    @Test
    void newcomer_asks_under_one_identity_until_it_is_let_in_and_then_never_again() {
        Birth cluster = new Birth("c", "", THREE, 16, Partitioner.SLOTS, 3);
        ClusterConfig config = newcomer("n4");
        List<NodeId> asked = new ArrayList<>();
        Joining cutShort = new Seeds(asked) {
            @Override
            public History join(NodeId node, MemberSpec spec) {
                super.join(node, spec);
                throw new StartException("closed");
            }
        };
        assertThatThrownBy(() -> Founded.open(Disk.system(), directory, config, 3, cutShort)
                        .close())
                .isInstanceOf(StartException.class);
        Joining seeds = new Seeds(asked) {
            @Override
            public History join(NodeId node, MemberSpec spec) {
                super.join(node, spec);
                return History.EMPTY
                        .with(cluster.events())
                        .with(List.of(new Event.Joined(new EventId(9, cluster.nodeId("n1")), node, spec)));
            }
        };
        NodeId identity;
        try (Founded joined = Founded.open(Disk.system(), directory, config, 3, seeds)) {
            identity = joined.nodeId();
            assertThat(joined.isBorn()).isTrue();
            assertThat(joined.clusterId()).isEqualTo(cluster.clusterId());
            assertThat(joined.ring().partitions()).isEqualTo(16);
            assertThat(joined.ring().members())
                    .anyMatch(member -> member.id().equals(joined.nodeId()) && member.state() == MemberState.JOINING);
        }
        assertThat(asked).containsExactly(identity, identity);
        try (Founded again = Founded.open(Disk.system(), directory, config, 3, Joining.NONE)) {
            assertThat(again.nodeId()).isEqualTo(identity);
            assertThat(again.isBorn()).isFalse();
        }
    }

    @Test
    void newcomer_with_another_nodes_history_beside_it_is_refused() {
        Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE)
                .close();
        DataDirectory left = DataDirectory.open(Disk.system(), directory);
        left.delete("identity");
        left.delete("identity.spare");
        left.close();
        assertThatThrownBy(() -> Founded.open(Disk.system(), directory, newcomer("n4"), 3, new Seeds(new ArrayList<>()))
                        .close())
                .isInstanceOf(StartException.class)
                .hasMessageContaining("has a past");
    }

    private static ClusterConfig newcomer(String name) {
        return new ClusterConfig(
                MemberSpec.parse(name + "@127.0.0.1:7390"),
                "c",
                List.of(),
                List.of(new SeedAddress("127.0.0.1", 6379, 7379)),
                256,
                Partitioner.MD5,
                Secret.NONE,
                false,
                Redirecting.NEVER);
    }

    /** Notes under which identities it is asked. */
    private static class Seeds implements Joining {
        private final List<NodeId> asked;

        Seeds(List<NodeId> asked) {
            this.asked = asked;
        }

        @Override
        public NodeId drawIdentity() {
            return NodeId.of(4, asked.size());
        }

        @Override
        public History join(NodeId node, MemberSpec spec) {
            asked.add(node);
            return History.EMPTY;
        }
    }

    @Test
    void node_that_is_no_initial_member_is_refused() {
        assertRefused(config("n4", "c", THREE, 16), "n4 is not among cluster.initial-members (n1, n2, n3)");
    }

    @Test
    void directory_serves_one_process_at_a_time() {
        try (Founded first = Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE)) {
            assertThat(first.isBorn()).isTrue();
            assertRefused(config("n1", "c", THREE, 16), directory.toString(), "in use by another node");
        }
        Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE)
                .close();
    }

    @Test
    void damaged_files_are_named_with_what_is_wrong() throws IOException {
        Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE)
                .close();
        Files.delete(directory.resolve("identity.spare"));
        for (String name : List.of("identity", "history")) {
            Path file = directory.resolve(name);
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < good.length; i += 7) {
                byte[] bad = good.clone();
                bad[i] = (byte) (bad[i] ^ 0x40);
                Files.write(file, bad);
                assertRefused(config("n1", "c", THREE, 16), file.toString(), "damaged", "checksum");
            }
            Files.write(file, new byte[3]);
            assertRefused(config("n1", "c", THREE, 16), file.toString(), "3 bytes long");
            Files.write(file, good);
        }
    }

    @Test
    void history_without_identity_is_no_new_node() throws IOException {
        Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE)
                .close();
        Files.delete(directory.resolve("identity"));
        Files.delete(directory.resolve("identity.spare"));
        assertRefused(config("n1", "other", THREE, 16), "identity is missing beside history");
    }

    @Test
    void identity_that_is_damaged_or_gone_is_read_from_its_spare() throws IOException {
        ClusterConfig config = config("n1", "c", THREE, 16);
        Founded first = Founded.open(Disk.system(), directory, config, 3, Joining.NONE);
        first.close();
        Path file = directory.resolve("identity");
        byte[] good = Files.readAllBytes(file);
        good[10] ^= 1;
        Files.write(file, good);
        try (Founded again = Founded.open(Disk.system(), directory, config, 3, Joining.NONE)) {
            assertThat(again.nodeId()).isEqualTo(first.nodeId());
        }
        Files.delete(file);
        try (Founded again = Founded.open(Disk.system(), directory, config, 3, Joining.NONE)) {
            assertThat(again.nodeId()).isEqualTo(first.nodeId());
        }
    }

    @Test
    void identity_without_history_is_refused() throws IOException {
        Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE)
                .close();
        Files.delete(directory.resolve("history"));
        assertRefused(config("n1", "c", THREE, 16), "history is missing beside identity");
    }

    @Test
    void birth_that_was_cut_short_is_finished() throws IOException {
        Founded first = Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE);
        first.close();
        Files.delete(directory.resolve("identity"));
        Files.delete(directory.resolve("identity.spare"));
        try (Founded again = Founded.open(Disk.system(), directory, config("n1", "c", THREE, 16), 3, Joining.NONE)) {
            assertThat(again.nodeId()).isEqualTo(first.nodeId());
        }
    }

    private void assertRefused(ClusterConfig config, String... words) {
        assertThatThrownBy(() -> Founded.open(Disk.system(), directory, config, 3, Joining.NONE)
                        .close())
                .isInstanceOf(StartException.class)
                .message()
                .contains(words);
    }
}

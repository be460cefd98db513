package io.kvorum.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.config.ReplicationConfig;
import io.kvorum.server.coordinator.QuorumPolicy;
import org.junit.jupiter.api.Test;

final class NodeCoreTest {
    @Test
    void quorums_are_of_the_n_that_the_cluster_was_born_with_whatever_the_configuration_says() {
        ReplicationConfig five = ConfigLoader.of("replication.n=5", "replication.r=4", "replication.w=4")
                .replication();
        QuorumPolicy policy = NodeCore.quorums(five, 3);
        assertThat(policy.n()).isEqualTo(3);
        // Of three owners of three, all three when a client asks for them: none is taken for missing.
        assertThat(policy.writes(3, 3)).isEqualTo(3);
        assertThat(policy.durableWrites(3, 3)).isEqualTo(3);
        assertThat(policy.reads(3, 3)).isEqualTo(3);
        assertThat(policy.reads(0, 3)).isEqualTo(3);
    }
}

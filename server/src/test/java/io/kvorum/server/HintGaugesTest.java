package io.kvorum.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.NodeId;
import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.peer.Peers;
import io.kvorum.server.runtime.Clock;
import io.kvorum.storage.hint.MemoryHintStore;
import io.kvorum.storage.version.VersionObserver;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HintGaugesTest {
    private static final NodeId FIRST = NodeId.of(1, 2);
    private static final NodeId SECOND = NodeId.of(1, 3);

    private final NodeMetrics metrics = new NodeMetrics(1, List.of("get"));
    private final Peers peers = new Peers(NodeId.of(1, 1), "n1", "h", 1);
    private final HintGauges gauges = new HintGauges(
            metrics,
            new MemoryHintStore(1 << 20, VersionObserver.NONE),
            peer -> 10 + peer,
            peers::directory,
            Clock.system());

    @Test
    void a_member_that_joins_later_has_them_too_and_who_is_gone_has_none() {
        gauges.follow();
        assertThat(metrics.prometheusText()).doesNotContain("kvorum_hints_for{", "node=\"n1\"");
        int first = learn(FIRST, "n2", false);
        gauges.follow();
        gauges.follow();
        assertThat(metrics.prometheusText())
                .contains("kvorum_hints_for{node=\"n2\"} 0", "kvorum_bare_hints_for{node=\"n2\"} " + (10 + first));
        int second = learn(SECOND, "n3", false);
        learn(FIRST, "n2", true);
        gauges.follow();
        assertThat(metrics.prometheusText())
                .contains("kvorum_bare_hints_for{node=\"n3\"} " + (10 + second))
                .doesNotContain("n2");
    }

    @Test
    void a_member_under_the_name_of_one_that_is_gone_has_its_own() {
        learn(FIRST, "n2", false);
        gauges.follow();
        learn(FIRST, "n2", true);
        int second = learn(SECOND, "n2", false);
        gauges.follow();
        assertThat(metrics.prometheusText()).contains("kvorum_bare_hints_for{node=\"n2\"} " + (10 + second));
    }

    private int learn(NodeId node, String name, boolean gone) {
        return peers.learn(node, name, "h", 1, gone);
    }
}

package io.kvorum.tools.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SupervisorTest {
    private static final long SECOND = 1_000_000_000L;

    private final ClusterSpec cluster =
            ClusterSpec.of(new Layout(3, 6379, "memory"), Path.of("data"), Path.of("conf/kvorum.yaml"), Map.of());
    private final Supervisor supervisor = new Supervisor(cluster);
    private final Recorder effects = new Recorder();

    /** Effects as words. */
    private static final class Recorder implements Supervisor.Effects {
        private final List<String> said = new ArrayList<>();
        private final List<String> done = new ArrayList<>();

        @Override
        public void say(String text) {
            said.add(text);
        }

        @Override
        public void probe(int node, long delayNanos) {
            done.add("probe " + node);
        }

        @Override
        public void terminate(int node) {
            done.add("terminate " + node);
        }

        @Override
        public void kill(int node) {
            done.add("kill " + node);
        }

        @Override
        public void wake(long delayNanos) {
            done.add("wake " + delayNanos / 1_000_000);
        }

        @Override
        public void finish(int exitCode) {
            done.add("finish " + exitCode);
        }

        List<String> take() {
            List<String> taken = List.copyOf(done);
            done.clear();
            return taken;
        }
    }

    private void allReady() {
        supervisor.onStarted(0, effects);
        for (int node = 0; node < 3; node++) {
            supervisor.onProbe(node, true, "HTTP 200 OK", 3 * SECOND, effects);
        }
        effects.take();
    }

    @Test
    void readiness_is_announced_once_and_only_when_the_last_node_is_ready() {
        supervisor.onStarted(0, effects);
        assertThat(effects.take()).containsExactly("probe 0", "probe 1", "probe 2", "wake 10000");
        supervisor.onProbe(0, true, "", SECOND, effects);
        supervisor.onProbe(1, false, "connection refused", SECOND, effects);
        supervisor.onProbe(2, true, "", SECOND, effects);
        assertThat(effects.take()).containsExactly("probe 1");
        assertThat(effects.said).isEmpty();
        supervisor.onProbe(1, true, "", 4 * SECOND, effects);
        assertThat(effects.said).hasSize(1);
        assertThat(effects.said.get(0))
                .startsWith("3 nodes ready in 4.0 s\n")
                .contains("n2    127.0.0.1:6381  127.0.0.1:11213  http://127.0.0.1:8381  data/n2/node.log")
                .contains("redis-cli -p 6379");
    }

    @Test
    void a_node_that_dies_is_reported_with_its_log_and_the_others_go_on() {
        allReady();
        effects.said.clear();
        supervisor.onExit(1, 137, List.of("last words"), 5 * SECOND, effects);
        assertThat(effects.said)
                .containsExactly(
                        "n1 was ended by signal 9; the others go on. Its log, data/n1/node.log, ends with:\n  | last words\n");
        assertThat(effects.take()).isEmpty();
    }

    @Test
    void a_node_that_was_stopped_by_somebody_has_not_died() {
        allReady();
        effects.said.clear();
        supervisor.onExit(1, 0, List.of("last words"), 5 * SECOND, effects);
        assertThat(effects.said.get(0)).startsWith("n1 was told to stop, and did; the others go on.");
    }

    @Test
    void a_node_that_dies_while_starting_does_not_hold_back_the_rest() {
        supervisor.onStarted(0, effects);
        supervisor.onProbe(0, true, "", SECOND, effects);
        supervisor.onProbe(1, true, "", SECOND, effects);
        supervisor.onExit(2, 1, List.of("port in use"), 2 * SECOND, effects);
        assertThat(effects.said.get(0)).startsWith("n2 has died with exit code 1");
        assertThat(effects.said.get(1))
                .startsWith("2 of 3 nodes ready in 2.0 s\n")
                .doesNotContain("6381");
    }

    @Test
    void when_no_node_is_left_the_command_fails() {
        allReady();
        for (int node = 0; node < 3; node++) {
            supervisor.onExit(node, 1, List.of(), 5 * SECOND, effects);
        }
        assertThat(effects.take()).containsExactly("finish 1");
    }

    @Test
    void stopping_asks_all_nodes_and_ends_with_the_last_of_them() {
        allReady();
        supervisor.onExit(1, 1, List.of(), 4 * SECOND, effects);
        supervisor.onStop(5 * SECOND, effects);
        supervisor.onStop(5 * SECOND, effects);
        assertThat(effects.take()).containsExactly("terminate 0", "terminate 2", "wake 4000");
        supervisor.onExit(0, 143, List.of(), 6 * SECOND, effects);
        supervisor.onExit(2, 143, List.of(), 6 * SECOND, effects);
        assertThat(effects.take()).containsExactly("finish 0");
        assertThat(effects.said).as("a wanted end is no death").last().isEqualTo("Stopping.\n");
    }

    @Test
    void a_node_that_does_not_stop_is_killed_in_time_for_all_to_be_over_in_five_seconds() {
        allReady();
        supervisor.onStop(5 * SECOND, effects);
        supervisor.onExit(0, 143, List.of(), 6 * SECOND, effects);
        supervisor.onExit(2, 143, List.of(), 6 * SECOND, effects);
        effects.take();
        supervisor.onWake(9 * SECOND, effects);
        assertThat(effects.take()).containsExactly("kill 1", "wake 700");
        supervisor.onWake(9 * SECOND + 700_000_000L, effects);
        assertThat(effects.take()).containsExactly("finish 1");
        assertThat(Supervisor.GIVE_UP_NANOS).isLessThan(5 * SECOND);
    }

    @Test
    void a_slow_start_is_explained() {
        supervisor.onStarted(0, effects);
        supervisor.onProbe(0, true, "", SECOND, effects);
        supervisor.onProbe(1, false, "HTTP 503 loading", SECOND, effects);
        effects.take();
        supervisor.onWake(10 * SECOND, effects);
        assertThat(effects.said).containsExactly("""
            Still waiting after 10 s:
              n1  HTTP 503 loading; log data/n1/node.log
              n2  not answering yet; log data/n2/node.log
            """);
        assertThat(effects.take()).containsExactly("wake 10000");
    }
}

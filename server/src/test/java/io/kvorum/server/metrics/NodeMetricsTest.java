package io.kvorum.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.Snapshot;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class NodeMetricsTest {
    private static final int GET = 0;
    private static final int SET = 1;

    private final NodeMetrics metrics = new NodeMetrics(2, List.of("get", "set", "del"));

    @Test
    void loops_are_added_up() {
        metrics.loop(0).increment(LoopCounter.KEY_HITS);
        metrics.loop(1).add(LoopCounter.KEY_HITS, 41);
        assertThat(metrics.sum(LoopCounter.KEY_HITS)).isEqualTo(42);
        assertThat(metrics.prometheusText()).contains("\nkvorum_key_hits_total 42\n", "\nkvorum_key_misses_total 0\n");
    }

    @Test
    void a_commands_calls_failures_and_percentiles_are_told() {
        for (int i = 1; i <= 1000; i++) metrics.loop(i % 2).command(GET, i * 1000L);
        metrics.loop(0).commandFailed(GET);
        CommandStats stats = metrics.commandStats().get(0);
        assertThat(metrics.commandStats()).as("only commands that were called").hasSize(1);
        assertThat(stats.name()).isEqualTo("get");
        assertThat(stats.calls()).isEqualTo(1000);
        assertThat(stats.failures()).isEqualTo(1);
        assertThat(stats.nanos()).isEqualTo(500_500_000);
        assertThat(stats.p50Nanos()).isCloseTo(500_000, Percentage.withPercentage(4));
        assertThat(stats.p99Nanos()).isCloseTo(990_000, Percentage.withPercentage(4));
        assertThat(stats.p999Nanos()).isCloseTo(999_000, Percentage.withPercentage(4));
    }

    @Test
    void the_registry_shows_the_same_to_readers_of_other_kinds() {
        metrics.loop(0).command(GET, 10);
        metrics.loop(1).command(GET, 30);
        Histogram histogram = histogram("kvorum_command_duration_seconds{command=\"get\"}");
        assertThat(histogram.getCount()).isEqualTo(2);
        Snapshot snapshot = histogram.getSnapshot();
        assertThat(snapshot.getMin()).isEqualTo(10);
        assertThat(snapshot.getMax()).isEqualTo(30);
        assertThat(snapshot.getMean()).isEqualTo(20);
        assertThat(snapshot.getStdDev()).isEqualTo(10);
        assertThat(snapshot.getMedian()).isEqualTo(10);
        assertThat(snapshot.getValues()).containsExactly(10, 30);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        snapshot.dump(out);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Mean");
        Snapshot empty =
                histogram("kvorum_command_duration_seconds{command=\"set\"}").getSnapshot();
        assertThat(empty.getMin()).isZero();
        assertThat(empty.get99thPercentile()).isZero();
    }

    private Histogram histogram(String name) {
        return Objects.requireNonNull(metrics.registry().getHistograms().get(name));
    }

    @Test
    void each_distribution_is_a_histogram_of_its_own_family_and_labels() {
        metrics.loop(0).record(Distribution.READ_QUORUM_WAIT, 40_000);
        metrics.loop(1).record(Distribution.COLD_READ, 2_000_000);
        assertThat(metrics.prometheusText())
                .contains("# TYPE kvorum_cold_read_seconds histogram\n")
                .contains("\nkvorum_cold_read_seconds_bucket{le=\"0.001\"} 0\n")
                .contains("\nkvorum_cold_read_seconds_bucket{le=\"0.0025\"} 1\n")
                .contains("\nkvorum_cold_read_seconds_count 1\n")
                .contains("\nkvorum_quorum_wait_seconds_count{operation=\"read\"} 1\n");
    }

    @Test
    void durations_are_shown_in_seconds_and_buckets_add_up() {
        metrics.loop(0).command(SET, 40_000);
        metrics.loop(1).command(SET, 2_000_000);
        metrics.loop(1).command(SET, 60_000_000_000L);
        assertThat(metrics.prometheusText())
                .contains(
                        "# TYPE kvorum_command_duration_seconds histogram\n",
                        "kvorum_command_duration_seconds_bucket{command=\"set\",le=\"0.00005\"} 1\n",
                        "kvorum_command_duration_seconds_bucket{command=\"set\",le=\"0.001\"} 1\n",
                        "kvorum_command_duration_seconds_bucket{command=\"set\",le=\"0.0025\"} 2\n",
                        "kvorum_command_duration_seconds_bucket{command=\"set\",le=\"10\"} 2\n",
                        "kvorum_command_duration_seconds_bucket{command=\"set\",le=\"+Inf\"} 3\n",
                        "kvorum_command_duration_seconds_sum{command=\"set\"} 60.00204\n",
                        "kvorum_command_duration_seconds_count{command=\"set\"} 3\n")
                .doesNotContain("command=\"get\"");
    }

    @Test
    void names_that_clients_make_up_are_cleaned_and_bounded() {
        for (int i = 0; i < 1000; i++) metrics.unknownCommand("MADE-UP-" + i);
        metrics.unknownCommand("evil\"} 1\nfake_metric 2 \\");
        metrics.unknownCommand("x".repeat(1000));
        String text = metrics.prometheusText();
        assertThat(text.lines().filter(line -> line.startsWith("kvorum_unknown_commands_total{")))
                .hasSize(129)
                .contains("kvorum_unknown_commands_total{command=\"made-up-7\"} 1")
                .contains("kvorum_unknown_commands_total{command=\"other\"} 874");
        assertThat(text).doesNotContain("\nfake_metric");
    }

    @Test
    void gauges_are_asked_when_somebody_looks_replaced_and_forgotten() {
        long[] value = {1};
        metrics.gauge("kvorum_peer_up", "Whether a peer is up", () -> value[0], "peer", "n2");
        value[0] = 2;
        assertThat(metrics.prometheusText()).contains("""
                        # HELP kvorum_peer_up Whether a peer is up
                        # TYPE kvorum_peer_up gauge
                        kvorum_peer_up{peer="n2"} 2
                        """);
        metrics.gauge("kvorum_peer_up", "Whether a peer is up", () -> 0, "peer", "n2");
        assertThat(metrics.prometheusText()).contains("kvorum_peer_up{peer=\"n2\"} 0\n");
        metrics.remove("kvorum_peer_up", "peer", "n2");
        assertThat(metrics.prometheusText()).doesNotContain("kvorum_peer_up");
    }

    @Test
    void labels_and_helps_are_escaped() {
        metrics.gaugeOfDouble("kvorum_x_ratio", "a\\b\nc", () -> 0.25, "peer", "a\\b\"c\nd");
        assertThat(metrics.prometheusText())
                .contains("# HELP kvorum_x_ratio a\\\\b\\nc\n", "kvorum_x_ratio{peer=\"a\\\\b\\\"c\\nd\"} 0.25\n");
    }

    @Test
    void counters_off_the_loops_are_the_same_for_the_same_name() {
        metrics.counter("kvorum_gossip_rounds_total", "Gossip rounds", "result", "ok")
                .inc();
        metrics.counter("kvorum_gossip_rounds_total", "Gossip rounds", "result", "ok")
                .inc();
        metrics.error("INDOUBT");
        assertThat(metrics.prometheusText())
                .contains(
                        "kvorum_gossip_rounds_total{result=\"ok\"} 2\n", "kvorum_errors_total{class=\"INDOUBT\"} 1\n");
        assertThatIllegalArgumentException().isThrownBy(() -> metrics.counter("kvorum_gossip_rounds", "Gossip rounds"));
        assertThatIllegalArgumentException().isThrownBy(() -> metrics.gauge("other_name", "x", () -> 1));
        assertThatIllegalArgumentException().isThrownBy(() -> metrics.gauge("kvorum_x", "x", () -> 1, "label"));
        assertThatIllegalArgumentException().isThrownBy(() -> metrics.gauge("kvorum_x", "x", () -> 1, "bad-label", ""));
    }

    @Test
    void numbers_are_written_as_prometheus_reads_them() {
        assertThat(PrometheusText.number(3)).isEqualTo("3");
        assertThat(PrometheusText.number(0.1)).isEqualTo("0.1");
        assertThat(PrometheusText.number(Double.NaN)).isEqualTo("NaN");
        assertThat(PrometheusText.number(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
        assertThat(PrometheusText.number(Double.NEGATIVE_INFINITY)).isEqualTo("-Inf");
        assertThat(Double.parseDouble(PrometheusText.number(1e300))).isEqualTo(1e300);
    }

    /** The format's rules, over all that a busy node shows. */
    @Test
    void the_text_keeps_to_the_format() {
        for (int command = 0; command < 3; command++) metrics.loop(0).command(command, 1_000_000L << command);
        for (Distribution distribution : Distribution.values()) metrics.loop(1).record(distribution, 3);
        metrics.error("ERR");
        metrics.unknownCommand("nope");
        String text = metrics.prometheusText();
        assertThat(text).endsWith("\n").doesNotContain("\n\n");

        Pattern sample = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*})? (-?[0-9][0-9.eE+-]*|NaN|[+-]Inf)");
        Map<String, String> types = new HashMap<>();
        Set<String> series = new HashSet<>();
        String current = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith("# HELP ")) {
                current = line.split(" ", 4)[2];
                assertThat(line.split(" ", 4)[3]).as(line).isNotBlank();
                assertThat(types).as("families stand together").doesNotContainKey(current);
            } else if (line.startsWith("# TYPE ")) {
                assertThat(line).startsWith("# TYPE " + current + " ");
                types.put(current, line.substring(line.lastIndexOf(' ') + 1));
            } else {
                Matcher parts = sample.matcher(line);
                assertThat(parts.matches()).as(line).isTrue();
                assertThat(series.add(parts.group(1) + parts.group(2))).as(line).isTrue();
                String type = types.getOrDefault(current, "no");
                String name = parts.group(1);
                switch (type) {
                    case "counter" -> assertThat(name).isEqualTo(current).endsWith("_total");
                    case "gauge" -> assertThat(name).isEqualTo(current).doesNotEndWith("_total");
                    case "histogram" ->
                        assertThat(name).isIn(current + "_bucket", current + "_sum", current + "_count");
                    default -> throw new AssertionError(line + " of type " + type);
                }
            }
        }
        assertThat(types).containsKeys("kvorum_jvm_memory_used_bytes", "kvorum_quorum_wait_seconds");
    }
}

package io.kvorum.tests.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.compare.Plan.Operation;
import io.kvorum.tests.compare.Plan.Part;
import io.kvorum.tools.console.Json;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ReportTest {
    private static final Plan PLAN = new Plan(
            Set.of(Part.CPU),
            3,
            List.of(1),
            List.of(1),
            List.of(Operation.SET),
            50,
            100,
            100_000,
            1_000_000,
            2_000_000_000L,
            3_000_000_000L,
            OptionalLong.empty(),
            7);

    private static Report report(Row... rows) {
        return new Report(
                "2026-01-01T00:00:00Z",
                "redis",
                "kvorum 0.1.0 at abc1234",
                "redis-server 7.0.15",
                PLAN,
                new Machine("Linux 6.1", "Some CPU", 2, 1 << 30, "A JVM 17"),
                "0.10 0.20 0.30",
                "1.00 1.00 1.00",
                List.of(rows),
                List.of("redis has lost keys"));
    }

    private static final Row CPU = RowTest.row(
            Measure.CPU_PER_OPERATION, List.of(12.0, 11.0, 13.0), List.of(10.0, 10.0, 10.0), OptionalDouble.of(1.3));
    private static final Row RATE = RowTest.row(
            Measure.THROUGHPUT, List.of(50_000.4, 40_000.0), List.of(100_000.0, 90_000.0), OptionalDouble.empty());
    private static final Row MISSED =
            RowTest.row(Measure.LIVE_PER_KEY, List.of(270.0), List.of(180.0), OptionalDouble.of(1.3));
    private static final Row NOTHING =
            RowTest.row(Measure.RESIDENT_PER_KEY, List.of(1.0), List.of(0.0), OptionalDouble.of(1.3));

    @Test
    void the_table_has_a_row_for_every_measure_with_its_spread_ratio_and_limit() {
        assertThat(report(CPU, RATE, MISSED, NOTHING).text()).isEqualTo("""
                kvorum 0.1.0 at abc1234 beside redis-server 7.0.15
                50 connections, values of 100 B, 100,000 keys, 3 pairs of 2.0 s each, seed 7
                2 cores (Some CPU), Linux 6.1, A JVM 17
                load average before 0.10 0.20 0.30, after 1.00 1.00 1.00

                nodes  operation  load  measure         kvorum  min..max         redis  min..max         ratio  min..max    limit
                    1  set        P=1   cpu us/op        12.00  11.00..13.00     10.00  10.00..10.00      1.20  1.10..1.30  1.3 ok
                    1  set        P=1   ops/s           45,000  40,000..50,000  95,000  90,000..100,000   0.47  0.44..0.50  -
                    1  set        P=1   live B/key         270  270..270           180  180..180          1.50  1.50..1.50  1.3 MISSED
                    1  set        P=1   resident B/key       1  1..1                 0  0..0                 -  -..-        1.3 MISSED

                - ratio: kvorum by redis, the median over pairs; above 1 kvorum has more of it
                - redis has lost keys
                """);
    }

    @Test
    void a_missed_limit_is_known_by_its_row() {
        assertThat(report(CPU, RATE, MISSED).missed()).containsExactly(MISSED);
        assertThat(report(CPU, RATE).missed()).isEmpty();
    }

    @Test
    void the_json_has_every_sample_and_what_it_takes_to_repeat_the_run() {
        String json = Json.render(report(CPU, NOTHING).json());
        assertThat(json.replaceAll("\\s+", " "))
                .contains("\"started\": \"2026-01-01T00:00:00Z\"")
                .contains("\"kvorum\": \"kvorum 0.1.0 at abc1234\"")
                .contains("\"contender\": \"redis-server 7.0.15\"")
                .contains("\"kernel\": \"Linux 6.1\"")
                .contains("\"cores\": 2")
                .contains("\"load-average-before\": \"0.10 0.20 0.30\"")
                .contains("\"seed\": 7")
                .contains("\"rate\": null")
                .contains("\"measure\": \"cpu us/op\", \"unit\": \"us\", \"kvorum\": { \"median\": 12.0, \"min\": 11.0,"
                        + " \"max\": 13.0, \"samples\": [ 12.0, 11.0, 13.0 ] }")
                .contains("\"limit\": 1.3, \"limit-missed\": false")
                .contains("\"ratio\": { \"median\": null, \"min\": null, \"max\": null, \"samples\": [ null ] }")
                .contains("\"notes\": [");
    }
}

package io.kvorum.server.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ExpiryCensusTest {
    private static final long NOW = 1_000_000;

    private final ExpiryCensus census = new ExpiryCensus(4);
    private long stamps = 1;

    private byte[] record(String key, long endMillis) {
        byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
        return Versions.write(
                null,
                new Draft()
                        .key(bytes, 0, bytes.length)
                        .dot(7, stamps++)
                        .value(bytes, 0, bytes.length)
                        .expireAtMillis(endMillis));
    }

    private void look(int partition, byte[]... records) {
        census.at(NOW);
        for (byte[] record : records) {
            census.visit(record);
        }
        census.end(partition);
    }

    @Test
    void keys_that_end_are_counted_and_not_those_that_have_no_end_or_have_ended() {
        look(0, record("a", NOW + 10_000), record("b", 0), record("c", NOW - 1));
        look(2, record("d", NOW + 30_000));
        assertThat(census.keys()).isEqualTo(2);
        assertThat(census.averageLeftMillis(NOW)).isEqualTo(20_000);
        assertThat(census.averageLeftMillis(NOW + 5_000)).isEqualTo(15_000);
        assertThat(census.averageLeftMillis(NOW + 50_000)).isZero();
    }

    @Test
    void a_partition_counts_as_it_was_seen_last() {
        look(0, record("a", NOW + 10_000), record("b", NOW + 10_000));
        look(1, record("c", NOW + 40_000));
        look(0);
        assertThat(census.keys()).isEqualTo(1);
        assertThat(census.averageLeftMillis(NOW)).isEqualTo(40_000);
        look(1);
        assertThat(census.keys()).isZero();
        assertThat(census.averageLeftMillis(NOW)).isZero();
    }

    @Test
    void ends_beyond_all_bounds_do_not_overflow() {
        byte[] endless = record("a", Long.MAX_VALUE);
        look(0, endless, endless, endless, endless);
        assertThat(census.keys()).isEqualTo(4);
        assertThat(census.averageLeftMillis(NOW)).isGreaterThan(400L * 365 * 24 * 3600 * 1000);
    }
}

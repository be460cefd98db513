package io.kvorum.server.command.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeasesTest {
    private final Leases leases = new Leases();

    @Test
    void one_has_the_lease_until_it_ends() {
        assertThat(leases.take(1, 2, 3, 0)).isTrue();
        assertThat(leases.take(1, 2, 3, Leases.LEASE_NANOS - 1)).isFalse();
        assertThat(leases.isTaken(1, 2, 4, 0)).as("another version").isFalse();
        assertThat(leases.take(1, 2, 3, Leases.LEASE_NANOS)).isTrue();
        assertThat(leases.size()).isOne();
    }

    @Test
    void there_are_so_many_and_the_oldest_goes_first() {
        for (int key = 0; key <= Leases.LEASES_MAX; key++) {
            assertThat(leases.take(key, 0, 1, key)).isTrue();
        }
        assertThat(leases.size()).isEqualTo(Leases.LEASES_MAX);
        assertThat(leases.isTaken(0, 0, 1, 0)).isFalse();
        assertThat(leases.isTaken(1, 0, 1, 0)).isTrue();
    }

    @Test
    void what_has_ended_is_not_kept() {
        for (int key = 0; key < 100; key++) {
            leases.take(key, 0, 1, 0);
        }
        assertThat(leases.isTaken(7, 0, 1, Leases.LEASE_NANOS)).isFalse();
        assertThat(leases.size()).isZero();
    }
}

package io.kvorum.storage.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MerkleSumsTest {
    @Test
    void leaves_of_a_node_are_a_million_whatever_the_number_of_partitions() {
        for (int partitions = 1; partitions <= 1 << 14; partitions *= 2) {
            assertThat((long) partitions * MerkleSums.leafCount(partitions)).isEqualTo(1 << 20);
        }
        assertThatThrownBy(() -> new MerkleSums(3)).hasMessageContaining("powers of two");
        assertThatThrownBy(() -> new MerkleSums(1 << 15)).hasMessageContaining("powers of two");
    }

    @Test
    void leaf_is_the_position_bits_right_below_the_partition() {
        assertThat(new MerkleSums(256).leafOf(0xAB_CDE_12345678901L)).isEqualTo(0xCDE);
        assertThat(new MerkleSums(1).leafOf(0xABCDE12345678901L)).isEqualTo(0xABCDE);
        assertThat(new MerkleSums(1 << 14).leafOf(-1)).isEqualTo(63);
    }

    @Test
    void table_hash_of_a_position_lies_in_the_range_of_its_leaf() {
        SplittableRandom random = new SplittableRandom(1);
        for (int partitions = 1; partitions <= 1 << 14; partitions *= 2) {
            MerkleSums sums = new MerkleSums(partitions);
            for (int i = 0; i < 1_000; i++) {
                long high = random.nextLong();
                long hash = Integer.toUnsignedLong(PartitionTable.hashOf(high));
                int leaf = sums.leafOf(high);
                assertThat(hash).as("position %x", high).isBetween(sums.hashStart(leaf), sums.hashEnd(leaf) - 1);
            }
        }
    }

    @Test
    void sums_are_the_same_in_whatever_order_records_come_and_go() {
        MerkleSums there = new MerkleSums(256);
        MerkleSums here = new MerkleSums(256);
        here.change(1L << 50, 0, 7);
        here.change(3L << 50, 0, 9);
        here.change(1L << 50, 7, 8);
        there.change(3L << 50, 0, 9);
        there.change(5L << 50, 0, 4);
        there.change(1L << 50, 0, 8);
        there.change(5L << 50, 4, 0);
        assertThat(here.leaves()).isEqualTo(there.leaves());
        assertThat(here.root()).isEqualTo(there.root()).isEqualTo(17);
    }
}

package io.kvorum.storage.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlotsTest {
    @Test
    void first_hash_of_a_slot_is_the_border_between_the_homes_before_it_and_its_own() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            Slots slots = new Slots(random.nextInt(1, 1_000), 8, TableKind.CHECKPOINTED_AND_COLD);
            int slot = random.nextInt(1, slots.homes + 8);
            long first = slots.firstHashAt(slot);
            assertThat(slots.home((int) (first - 1)))
                    .as("%d of %d", slot, slots.homes)
                    .isLessThan(slot);
            if (slot < slots.homes) {
                assertThat(slots.home((int) first))
                        .as("%d of %d", slot, slots.homes)
                        .isEqualTo(slot);
            } else {
                assertThat(first).isEqualTo(PartitionTable.HASH_END);
            }
        }
    }
}

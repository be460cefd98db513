package io.kvorum.server.command.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BitOperatorTest {
    @Test
    void every_operator_does_to_each_bit_what_it_says_whatever_the_lengths() {
        long seed = Long.getLong("kvorum.test.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            for (BitOperator operator : BitOperator.values()) {
                int count = operator == BitOperator.NOT ? 1 : random.nextInt(operator.needsTwo() ? 2 : 1, 5);
                List<byte[]> values = new ArrayList<>();
                BitOperator.Fold fold = operator.new Fold();
                int longest = 0;
                for (int i = 0; i < count; i++) {
                    byte[] value = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(30)];
                    random.nextBytes(value);
                    values.add(value);
                    longest = Math.max(longest, value.length);
                    byte[] within = new byte[value.length + 5];
                    System.arraycopy(value, 0, within, 3, value.length);
                    fold.take(within, 3, value.length);
                }
                byte[] result = fold.result();
                assertThat(result).as("seed %d, %s", seed, operator).hasSize(longest);
                for (int bit = 0; bit < 8 * longest; bit++) {
                    assertThat(bit(result, bit))
                            .as("seed %d, %s, bit %d of %d values", seed, operator, bit, count)
                            .isEqualTo(expected(operator, values, bit));
                }
            }
        }
    }

    private static boolean expected(BitOperator operator, List<byte[]> values, int bit) {
        long ones = values.stream().filter(value -> bit(value, bit)).count();
        boolean first = bit(values.get(0), bit);
        boolean others = ones > (first ? 1 : 0);
        return switch (operator) {
            case AND -> ones == values.size();
            case OR -> ones > 0;
            case XOR -> ones % 2 == 1;
            case NOT -> !first;
            case DIFF -> first && !others;
            case DIFF1 -> !first && others;
            case ANDOR -> first && others;
            case ONE -> ones == 1;
        };
    }

    private static boolean bit(byte[] value, int bit) {
        return bit / 8 < value.length && (value[bit / 8] >>> (7 - bit % 8) & 1) == 1;
    }
}

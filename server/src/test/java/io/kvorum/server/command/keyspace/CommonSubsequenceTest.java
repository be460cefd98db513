package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class CommonSubsequenceTest {
    @Test
    void what_is_found_is_in_both_and_none_is_longer_in_whatever_steps() {
        long seed = Long.getLong("kvorum.test.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            byte[] first = text(random);
            byte[] second = text(random);
            String why =
                    "seed " + seed + ": " + new String(first, ISO_8859_1) + " and " + new String(second, ISO_8859_1);
            CommonSubsequence common = new CommonSubsequence(first, second, true, 0);
            int step = random.nextInt(1, 50);
            while (!common.fill(step)) {
                assertThat(common.text()).isEmpty();
            }
            int longest = longest(first, second);
            assertThat(common.length()).as(why).isEqualTo(longest);
            while (!common.trace(step)) {
                assertThat(common.text()).hasSize(longest);
            }
            assertThat(isWithin(common.text(), first)).as(why).isTrue();
            assertThat(isWithin(common.text(), second)).as(why).isTrue();
            int covered = 0;
            int end = longest;
            for (CommonSubsequence.Match match : common.matches()) {
                covered += match.length();
                for (int i = 0; i < match.length(); i++) {
                    byte letter = common.text()[end - match.length() + i];
                    assertThat(first[match.first() + i]).as(why).isEqualTo(letter);
                    assertThat(second[match.second() + i]).as(why).isEqualTo(letter);
                }
                end -= match.length();
            }
            assertThat(covered).as(why).isEqualTo(longest);
        }
    }

    private static byte[] text(SplittableRandom random) {
        byte[] text = new byte[random.nextInt(40)];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) ('a' + random.nextInt(4));
        }
        return text;
    }

    private static int longest(byte[] first, byte[] second) {
        int[][] table = new int[first.length + 1][second.length + 1];
        for (int i = 1; i <= first.length; i++) {
            for (int j = 1; j <= second.length; j++) {
                table[i][j] = first[i - 1] == second[j - 1]
                        ? table[i - 1][j - 1] + 1
                        : Math.max(table[i - 1][j], table[i][j - 1]);
            }
        }
        return table[first.length][second.length];
    }

    private static boolean isWithin(byte[] part, byte[] whole) {
        int found = 0;
        for (int i = 0; i < whole.length && found < part.length; i++) {
            found += whole[i] == part[found] ? 1 : 0;
        }
        return found == part.length;
    }
}

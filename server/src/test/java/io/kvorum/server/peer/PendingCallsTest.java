package io.kvorum.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PendingCallsTest {
    @Test
    void behaves_like_a_map_whose_keys_are_never_used_again() {
        for (long seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            PendingCalls calls = new PendingCalls();
            Map<Long, RecordingReplies> model = new HashMap<>();
            List<Long> all = new ArrayList<>();
            for (int step = 0; step < 2000; step++) {
                if (random.nextInt(5) < 3) {
                    RecordingReplies handler = new RecordingReplies();
                    long number = calls.add(handler, 10);
                    assertThat(number).as("seed %d", seed).isNotEqualTo(PendingCalls.FULL);
                    assertThat(all).as("seed %d", seed).doesNotContain(number);
                    model.put(number, handler);
                    all.add(number);
                } else if (!all.isEmpty()) {
                    long number = all.get(random.nextInt(all.size()));
                    assertThat(calls.remove(number)).as("seed %d", seed).isSameAs(model.remove(number));
                }
                assertThat(calls.size()).as("seed %d", seed).isEqualTo(model.size());
                assertThat(calls.unansweredBytes()).as("seed %d", seed).isEqualTo(10L * model.size());
            }
            int left = model.size();
            while (calls.removeAny() != null) {
                left--;
            }
            assertThat(left).as("seed %d", seed).isZero();
            assertThat(calls.unansweredBytes()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void numbers_that_were_never_given_are_not_found() {
        PendingCalls calls = new PendingCalls();
        assertThat(calls.remove(0)).isNull();
        assertThat(calls.remove(-1)).isNull();
        calls.add(new RecordingReplies(), 1);
        assertThat(calls.remove(0)).isNull();
    }
}

package io.kvorum.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every target keeps its promise of inputs found before and of mutations from a seed, and loses no buffer. */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {
    private static final boolean ENDURANCE = Boolean.getBoolean("kvorum.endurance");
    private static final int ENDURANCE_FACTOR = 100;
    private static final long SEED = Long.getLong("kvorum.fuzz.seed", 20260101);

    private static List<FuzzTarget> targets = List.of();
    private static LeakWatch leaks = LeakWatch.install();

    @BeforeAll
    static void open_the_targets() {
        leaks = LeakWatch.install();
        targets = FuzzTargets.all();
    }

    @AfterAll
    static void close_the_targets() {
        targets.forEach(FuzzTarget::close);
        leaks.checkAll();
    }

    static Stream<Named<FuzzTarget>> targets() {
        return targets.stream().map(target -> Named.of(target.name(), target));
    }

    @ParameterizedTest(name = "{0}", autoCloseArguments = false)
    @MethodSource("targets")
    void honest_inputs_keep_the_promise(FuzzTarget target) {
        for (byte[] input : target.seeds(new SplittableRandom(SEED))) {
            run(target, input, "of the seeds");
        }
        run(target, new byte[0], "empty");
        leaks.check();
    }

    @ParameterizedTest(name = "{0}", autoCloseArguments = false)
    @MethodSource("targets")
    void inputs_that_were_ever_found_keep_the_promise(FuzzTarget target) {
        for (byte[] input : Corpus.of(target)) {
            run(target, input, "of the corpus");
        }
        leaks.check();
    }

    @ParameterizedTest(name = "{0}", autoCloseArguments = false)
    @MethodSource("targets")
    void mutated_inputs_keep_the_promise(FuzzTarget target) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<byte[]> inputs = new ArrayList<>(target.seeds(random.split()));
        inputs.addAll(Corpus.of(target));
        Mutator mutator = new Mutator(random);
        int runs = ENDURANCE ? target.runs() * ENDURANCE_FACTOR : target.runs();
        for (int run = 0; run < runs; run++) {
            run(target, mutator.mutate(inputs, target.bytesMax()), "mutated, seed " + SEED + ", run " + run);
        }
        leaks.check();
    }

    private static void run(FuzzTarget target, byte[] input, String which) {
        try {
            target.run(input);
        } catch (Throwable broken) {
            throw new AssertionError(
                    target.name() + " breaks its promise of an input " + which + ":\n" + Corpus.line(input), broken);
        }
    }

    @Test
    void a_lost_buffer_is_noticed() {
        LeakWatch watch = LeakWatch.install();
        try {
            lose();
            assertThatThrownBy(watch::checkAll)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("never released");
            watch.checkAll();
        } finally {
            leaks = LeakWatch.install();
        }
    }

    /** In a method of its own, so that nothing holds the buffer when it has returned. */
    private static void lose() {
        assertThat(PooledByteBufAllocator.DEFAULT.buffer(16).refCnt()).isEqualTo(1);
    }

    @Test
    void a_broken_promise_is_told_with_the_input_that_broke_it() {
        FuzzTarget broken = new FuzzTarget() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public List<byte[]> seeds(SplittableRandom random) {
                return List.of();
            }

            @Override
            public void run(byte[] input) {
                Claims.allocates(1, input.length, () -> Claims.holds(new byte[1 << 24].length == 0, "never"));
            }
        };
        assertThatThrownBy(() -> run(broken, new byte[] {1, 2, 3}, "of a test"))
                .hasMessageContaining("AQID")
                .hasRootCauseMessage("never");
        assertThatThrownBy(() -> Claims.allocates(
                        1, 3, () -> assertThat(new byte[1 << 24]).isNotEmpty()))
                .hasMessageContaining("allocated for an input of 3");
    }
}

package io.kvorum.server.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.server.data.DataDirectory;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.StampClock;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StampBoundTest {
    @TempDir
    Path directory;

    private long nowMillis = 1_000_000;
    private Runnable look = () -> {};

    private final Background thread = new Background() {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void schedule(long delayNanos, Runnable task) {
            look = task;
        }

        @Override
        public long nanoTime() {
            return 0;
        }
    };

    private StampClock clock() {
        return new StampClock(() -> nowMillis, 1_000);
    }

    private StampBound begin(DataDirectory data, StampClock clock) {
        StampBound bound = new StampBound(data, clock, thread);
        bound.start();
        return bound;
    }

    @Test
    void no_stamp_is_drawn_twice_though_the_process_was_killed_and_the_calendar_went_back() {
        long newest;
        try (DataDirectory data = DataDirectory.open(Disk.system(), directory)) {
            StampClock clock = clock();
            begin(data, clock);
            nowMillis += 2_000;
            look.run();
            nowMillis += 2_000;
            assertThat(clock.isWithinBound()).isTrue();
            newest = clock.next(0);
        }
        nowMillis -= 3_600_000;
        try (DataDirectory data = DataDirectory.open(Disk.system(), directory)) {
            StampClock clock = clock();
            begin(data, clock);
            assertThat(clock.next(0)).isGreaterThan(newest);
        }
    }

    @Test
    void clock_that_runs_into_its_bound_says_so_until_the_bound_is_moved() {
        try (DataDirectory data = DataDirectory.open(Disk.system(), directory)) {
            StampClock clock = clock();
            begin(data, clock);
            nowMillis += 60_000;
            clock.current();
            assertThat(clock.isWithinBound()).isFalse();
            look.run();
            assertThat(clock.isWithinBound()).isTrue();
        }
    }

    @Test
    void bound_is_looked_at_again_after_a_look_that_ended_with_an_error() {
        try (DataDirectory data = DataDirectory.open(Disk.system(), directory)) {
            boolean[] fails = {false};
            StampClock clock = new StampClock(
                    () -> {
                        if (fails[0]) {
                            throw new AssertionError("a bug");
                        }
                        return nowMillis;
                    },
                    1_000);
            begin(data, clock);
            Runnable first = look;
            fails[0] = true;
            assertThatThrownBy(first::run).hasMessage("a bug");
            fails[0] = false;
            nowMillis += 60_000;
            assertThat(look).isNotSameAs(first);
            look.run();
            assertThat(clock.isWithinBound()).isTrue();
        }
    }

    @Test
    void life_that_ends_in_order_leaves_no_gap() {
        long newest;
        try (DataDirectory data = DataDirectory.open(Disk.system(), directory)) {
            StampClock clock = clock();
            StampBound bound = begin(data, clock);
            newest = clock.next(0);
            bound.end();
        }
        try (DataDirectory data = DataDirectory.open(Disk.system(), directory)) {
            StampClock clock = clock();
            begin(data, clock);
            assertThat(Stamp.millis(clock.next(0))).isEqualTo(Stamp.millis(newest));
        }
    }
}

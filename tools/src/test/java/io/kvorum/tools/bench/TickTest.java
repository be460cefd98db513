package io.kvorum.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TickTest {
    private static final long FAR_NANOS = TimeUnit.HOURS.toNanos(1);

    private final ScheduledThreadPoolExecutor loop = new ScheduledThreadPoolExecutor(1);

    @AfterEach
    void stop() {
        loop.shutdownNow();
    }

    @Test
    void howeverOftenItIsAskedOneWakeUpIsOnItsWay() {
        Tick tick = new Tick(loop, () -> 0, 1, () -> {});
        for (int i = 0; i < 100; i++) {
            tick.at(FAR_NANOS - i);
        }
        assertThat(loop.getQueue()).hasSize(1);
    }

    @Test
    void eachWakeUpTakesATurnAndMakesRoomForTheNext() throws Exception {
        CountDownLatch turns = new CountDownLatch(3);
        Tick[] tick = new Tick[1];
        tick[0] = new Tick(loop, () -> 0, 1, () -> {
            turns.countDown();
            tick[0].at(turns.getCount() > 0 ? 1 : Long.MAX_VALUE);
        });
        loop.execute(() -> tick[0].at(1));
        assertThat(turns.await(10, TimeUnit.SECONDS)).isTrue();
        loop.shutdown();
        assertThat(loop.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(loop.getCompletedTaskCount()).isEqualTo(4);
    }

    @Test
    void whatIsOverdueWaitsForTheLeastDistance() {
        Tick tick = new Tick(loop, () -> 5, FAR_NANOS, () -> {});
        tick.at(3);
        assertThat(loop.getQueue())
                .singleElement()
                .satisfies(wake -> assertThat(((Delayed) wake).getDelay(TimeUnit.NANOSECONDS))
                        .isBetween(FAR_NANOS / 2, FAR_NANOS));
    }
}

package io.kvorum.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ThreadsTest {
    private final Threads threads = new Threads("n1/");

    @Test
    void threads_bear_the_name_of_their_duty() {
        var factory = threads.eventLoops();
        assertThat(factory.newThread(() -> {}).getName()).isEqualTo("n1/io-0");
        assertThat(factory.newThread(() -> {}).getName()).isEqualTo("n1/io-1");
        assertThat(new Threads().thread("control", () -> {}).getName()).isEqualTo("control");
    }

    @Test
    void an_exception_that_nobody_catches_is_counted() throws Exception {
        Thread thread = threads.thread("x", () -> {
            throw new IllegalStateException("expected by the test");
        });
        thread.start();
        thread.join();
        assertThat(threads.uncaught()).isEqualTo(1);
    }

    @Test
    void the_control_thread_lives_on_after_a_task_that_throws() throws Exception {
        try (ControlThread control = threads.control(10)) {
            CountDownLatch twice = new CountDownLatch(2);
            AtomicReference<String> name = new AtomicReference<>();
            control.every(TimeUnit.MILLISECONDS.toNanos(1), () -> {
                name.set(Thread.currentThread().getName() + control.inLoop());
                twice.countDown();
                throw new IllegalStateException("expected by the test");
            });
            assertThat(twice.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(name).hasValue("n1/controltrue");
            assertThat(control.inLoop()).isFalse();
        }
        assertThat(threads.uncaught()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void a_full_queue_turns_tasks_away_and_counts_them() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        ControlThread control = threads.control(2);
        control.execute(() -> {
            begun.countDown();
            awaitQuietly(release);
        });
        begun.await();
        assertThat(control.execute(ran::incrementAndGet)).isTrue();
        assertThat(control.execute(ran::incrementAndGet)).isTrue();
        assertThat(control.execute(ran::incrementAndGet)).isFalse();
        assertThat(control.queued()).isEqualTo(2);
        assertThat(threads.rejected()).isEqualTo(1);
        CountDownLatch handedBack = new CountDownLatch(1);
        control.handBack(handedBack::countDown);
        release.countDown();
        assertThat(handedBack.await(20, TimeUnit.SECONDS)).isTrue();
        control.close();
        assertThat(ran).as("what was taken runs before the end").hasValue(2);
        assertThat(control.execute(ran::incrementAndGet)).isFalse();
        control.schedule(0, ran::incrementAndGet).cancel();
    }

    @Test
    void a_cancelled_timer_does_not_run_and_closing_drops_the_others() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        CountDownLatch cancelled = new CountDownLatch(1);
        try (ControlThread control = threads.control(10)) {
            // No timer runs before: so none is cancelled too late, however long this thread stands still.
            control.execute(() -> awaitQuietly(cancelled));
            control.schedule(Duration.ofMillis(20).toNanos(), ran::incrementAndGet)
                    .cancel();
            control.schedule(Duration.ofHours(1).toNanos(), ran::incrementAndGet);
            CountDownLatch later = new CountDownLatch(1);
            control.schedule(Duration.ofMillis(40).toNanos(), later::countDown);
            cancelled.countDown();
            later.await();
        }
        assertThat(ran).hasValue(0);
    }

    @Test
    void disk_threads_run_what_they_took_before_they_end() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        DiskThreads disk = threads.disk("disk-", 1, 1);
        disk.execute(() -> {
            begun.countDown();
            awaitQuietly(release);
        });
        begun.await();
        assertThat(disk.execute(ran::incrementAndGet)).isTrue();
        assertThat(disk.execute(ran::incrementAndGet)).isFalse();
        assertThat(disk.queued()).isEqualTo(1);
        release.countDown();
        disk.close();
        assertThat(ran).hasValue(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

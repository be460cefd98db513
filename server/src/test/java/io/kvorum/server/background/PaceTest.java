package io.kvorum.server.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Share;
import io.kvorum.server.peer.message.ShareAnswer;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final BackgroundJob JOB = BackgroundJob.HANDOFF;

    private final Timeline time = new Timeline();
    private final Budget budget = new Budget();
    private final Paces paces = new Paces(budget, JOB, time, time);
    private final Pace pace = paces.with(7);
    private int done;

    @Test
    void many_things_under_way_at_a_time_take_no_more_than_the_share_together() {
        share(0.1);
        for (int i = 0; i < 64; i++) {
            goOn(10 * MILLI, 100);
        }
        time.runUntil(10 * SECOND);
        assertThat(done / 64.0).isCloseTo(100, within(10.0));
        assertThat(budget.workedNanos(JOB)).isCloseTo(SECOND, within(SECOND / 10));
    }

    @Test
    void few_things_now_and_then_are_not_slowed_for_what_is_not_under_way() {
        share(0.1);
        for (int i = 0; i < 100; i++) {
            time.schedule(20L * i * MILLI, () -> pace.whenRested(() -> piece(MILLI, 100)));
        }
        time.runUntil(2 * SECOND);
        assertThat(done).isEqualTo(100);
        assertThat(budget.workedNanos(JOB)).isEqualTo(100 * MILLI);
    }

    @Test
    void nodes_that_a_job_works_with_have_its_share_together_and_none_is_held_up_by_another() {
        share(0.2);
        for (int peer = 0; peer < 4; peer++) {
            Pace one = paces.with(peer);
            for (int i = 0; i < 8; i++) {
                goOn(one, 10 * MILLI, peer == 0 ? 1 : 100);
            }
        }
        Pace hung = paces.with(4);
        hung.begun();
        time.runUntil(10 * SECOND);
        // Five are at it, one of them for nothing, and one may use no more than a hundredth.
        assertThat(budget.workedNanos(JOB)).isCloseTo(SECOND * (3 * 20 / 5 + 1) / 10, within(SECOND / 10));
        hung.idled();
        assertThat(hung.restNanos()).isNotPositive();
    }

    @Test
    void the_smaller_of_both_shares_holds() {
        share(1);
        goOn(10 * MILLI, 5);
        time.runUntil(10 * SECOND);
        assertThat(done).isBetween(49, 51);
    }

    @Test
    void job_does_little_at_a_time_until_it_is_seen_that_nothing_is_in_its_way_and_as_soon_as_something_is() {
        share(1);
        assertThat(pace.atATime(800)).isEqualTo(100);
        assertThat(pace.atATime(7)).isEqualTo(1);
        piece(MILLI, 100);
        time.runUntil(MILLI);
        assertThat(pace.atATime(800)).isEqualTo(800);
        piece(MILLI, 99);
        time.runUntil(2 * MILLI);
        assertThat(pace.atATime(800)).isEqualTo(100);
        share(0.99);
        piece(MILLI, 100);
        time.runUntil(4 * MILLI);
        assertThat(pace.atATime(800)).isEqualTo(100);
    }

    @Test
    void nodes_that_share_a_job_are_in_nobodys_way_by_that() {
        share(1);
        for (int peer = 0; peer < 3; peer++) {
            goOn(paces.with(peer), 10 * MILLI, 100);
        }
        time.runUntil(SECOND);
        assertThat(paces.with(1).atATime(800)).isEqualTo(800);
    }

    @Test
    void what_was_lost_is_no_work() {
        share(0.02);
        pace.begun();
        time.runUntil(SECOND);
        pace.idled();
        assertThat(pace.restNanos()).isNotPositive();
        pace.begun();
        time.runUntil(SECOND + MILLI);
        pace.ended();
        assertThat(pace.restNanos()).isCloseTo(49 * MILLI, within(MILLI / 100));
    }

    @Test
    void rest_is_never_so_long_that_better_times_are_not_seen() {
        share(0.02);
        for (int i = 0; i < 3; i++) {
            pace.begun();
        }
        time.runUntil(10 * SECOND);
        for (int i = 0; i < 3; i++) {
            pace.ended();
        }
        assertThat(pace.restNanos()).isEqualTo(5 * SECOND);
    }

    @Test
    void paused_job_waits_until_it_is_paused_no_more() {
        budget.mode(JOB, Mode.PAUSED);
        pace.whenRested(() -> done++);
        time.runUntil(10 * SECOND);
        assertThat(done).isZero();
        budget.mode(JOB, Mode.AUTO);
        time.runUntil(11 * SECOND);
        assertThat(done).isEqualTo(1);
    }

    @Test
    void peer_is_asked_twice_a_second_what_its_clients_leave_and_believed_for_ten() {
        Calls calls = new Calls();
        PeerShares shares = new PeerShares(Share.Work.HANDOFF, calls, time);
        assertThat(shares.percentOf(7, pace)).isEqualTo(100);
        assertThat(calls.asked).isEmpty();
        piece(50 * MILLI, 100);
        time.runUntil(50 * MILLI);
        assertThat(shares.percentOf(7, pace)).isEqualTo(100);
        assertThat(shares.percentOf(7, pace)).isEqualTo(100);
        assertThat(calls.asked).containsExactly(new Share(Share.Work.HANDOFF, 9));
        calls.waiting.remove(0).onReply(7, new ShareAnswer(5));
        piece(120 * MILLI, 100);
        time.runUntil(549 * MILLI);
        assertThat(shares.percentOf(7, pace)).isEqualTo(5);
        assertThat(calls.waiting).isEmpty();
        time.runUntil(550 * MILLI);
        assertThat(shares.percentOf(7, pace)).isEqualTo(5);
        assertThat(calls.asked).hasSize(2).last().isEqualTo(new Share(Share.Work.HANDOFF, 24));
        calls.waiting.remove(0).onLost(7);
        assertThat(shares.percentOf(7, pace)).isEqualTo(5);
        assertThat(shares.percentOf(8, pace)).isEqualTo(100);
        time.runUntil(10_049 * MILLI);
        assertThat(shares.percentOf(7, pace)).isEqualTo(5);
        time.runUntil(10_050 * MILLI);
        assertThat(shares.percentOf(7, pace)).isEqualTo(100);
        assertThat(calls.asked).as("at rest nothing is asked").hasSize(2);
    }

    @Test
    void share_told_to_others_is_that_of_the_job_that_they_are_at() {
        ShareResponder responder = new ShareResponder(budget);
        List<PeerMessage> answers = new ArrayList<>();
        budget.mode(BackgroundJob.ANTI_ENTROPY, Mode.BOOSTED);
        share(0.25);
        for (Share.Work work : Share.Work.values()) {
            responder.handle(1, new Share(work, 0), new FrameInfo(0, 0), answers::add);
        }
        assertThat(answers).containsExactly(new ShareAnswer(25), new ShareAnswer(100));
    }

    private void share(double share) {
        double[] shares = budget.shares();
        Arrays.fill(shares, share);
        budget.shares(shares);
    }

    /** One thing after the other, each of which takes so long. */
    private void goOn(long nanos, int theirPercent) {
        goOn(pace, nanos, theirPercent);
    }

    private void goOn(Pace with, long nanos, int theirPercent) {
        with.whenRested(() -> {
            with.begun();
            time.schedule(nanos, () -> {
                done++;
                with.ended(theirPercent);
                goOn(with, nanos, theirPercent);
            });
        });
    }

    private void piece(long nanos, int theirPercent) {
        pace.begun();
        time.schedule(nanos, () -> {
            done++;
            pace.ended(theirPercent);
        });
    }

    private static final class Calls implements PeerCalls {
        final List<PeerMessage> asked = new ArrayList<>();
        final List<ReplyHandler> waiting = new ArrayList<>();

        @Override
        public void call(int peer, PeerMessage request, long timeoutNanos, ReplyHandler handler) {
            asked.add(request);
            waiting.add(handler);
        }

        @Override
        public void tell(int peer, PeerMessage message) {
            throw new AssertionError("nothing is told");
        }

        @Override
        public void dial(int peer) {
            throw new AssertionError("nobody is dialled");
        }

        @Override
        public void refresh() {
            throw new AssertionError("nobody is new");
        }

        @Override
        public void hangUp(int peer) {
            throw new AssertionError("nobody is hung up on");
        }

        @Override
        public void letGo(int peer) {
            throw new AssertionError("nobody is let go");
        }
    }

    /** Time that passes when it is told to; tasks of one moment run in the order in which they were given. */
    private static final class Timeline implements TaskLoop, Clock {
        private record Task(long nanos, long order, Runnable work) {}

        private final PriorityQueue<Task> tasks =
                new PriorityQueue<>(Comparator.comparingLong(Task::nanos).thenComparingLong(Task::order));
        private long now;
        private long order;

        void runUntil(long nanos) {
            while (!tasks.isEmpty() && tasks.element().nanos <= nanos) {
                Task next = tasks.remove();
                now = next.nanos;
                next.work.run();
            }
            now = nanos;
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable work) {
            Task task = new Task(now + delayNanos, order++, work);
            tasks.add(task);
            return () -> tasks.remove(task);
        }

        @Override
        public boolean execute(Runnable work) {
            schedule(0, work);
            return true;
        }

        @Override
        public Scheduled every(long intervalNanos, Runnable task) {
            throw new AssertionError("nothing is done again and again");
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long wallMillis() {
            throw new AssertionError("the time of day does not matter");
        }
    }
}

package io.kvorum.server;

import io.kvorum.server.peer.TurnFlusher;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DeadlineWheel;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop's wheel of deadlines, turned at most once a tick and only while something waits on it. It is looked at
 * when the turn ends in which the first deadline was set, since nearly all are cancelled in the turns that follow. Owned
 * by its loop.
 *
 * <p>A turn that comes late shows that the loop stood still, for a collection or a starved machine. Then answers may lie in its
 * sockets that were there in time: they are read before any deadline counts as passed.
 */
final class LoopTimer implements TurnFlusher.Flushable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopTimer.class);

    private static final long LATE_NANOS = 100_000_000L;
    private static final long GRACE_NANOS = 10_000_000L;

    private final EventLoop eventLoop;
    private final DeadlineWheel wheel;
    private final Clock clock;
    private final TurnFlusher endOfTurn;
    private boolean looksLater;
    private boolean armed;
    private boolean graced;
    private long dueNanos;

    LoopTimer(EventLoop eventLoop, Clock clock, TurnFlusher endOfTurn) {
        this.eventLoop = eventLoop;
        this.wheel = new DeadlineWheel(clock.nanoTime(), DeadlineWheel.DEFAULT_TICK_NANOS, this::first);
        this.clock = clock;
        this.endOfTurn = endOfTurn;
    }

    DeadlineWheel wheel() {
        return wheel;
    }

    private void first() {
        if (!armed && !looksLater) {
            looksLater = true;
            endOfTurn.flushLater(this);
        }
    }

    @Override
    public void flushNow() {
        looksLater = false;
        arm();
    }

    private void arm() {
        if (!armed && !wheel.isEmpty()) {
            armed = true;
            long nowNanos = clock.nanoTime();
            // A deadline set later may be due earlier, by as much as a request's timeout: so no sleep beyond a tick.
            long delayNanos = Math.min(wheel.nextDueNanos() - nowNanos, DeadlineWheel.DEFAULT_TICK_NANOS);
            turnIn(Math.max(0, delayNanos), nowNanos);
        }
    }

    private void turnIn(long delayNanos, long nowNanos) {
        dueNanos = nowNanos + delayNanos;
        eventLoop.schedule(this::turn, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void turn() {
        long nowNanos = clock.nanoTime();
        // Once: a loop that is late all the time is too busy, and nobody is to wait for it without end.
        graced = !graced && nowNanos - dueNanos > LATE_NANOS;
        if (graced) {
            turnIn(GRACE_NANOS, nowNanos);
            return;
        }
        armed = false;
        try {
            wheel.advance(nowNanos);
        } catch (RuntimeException bug) {
            // The others come with the next turn, which must therefore come.
            LOG.error("a deadline failed", bug);
        }
        arm();
    }
}

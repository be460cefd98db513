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
 */
final class LoopTimer implements TurnFlusher.Flushable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopTimer.class);

    private final EventLoop eventLoop;
    private final DeadlineWheel wheel;
    private final Clock clock;
    private final TurnFlusher endOfTurn;
    private boolean looksLater;
    private boolean armed;

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
            long delayNanos = Math.max(0, wheel.nextDueNanos() - clock.nanoTime());
            // A deadline set later may be due earlier, by as much as a request's timeout: so no sleep beyond a tick.
            eventLoop.schedule(
                    this::turn, Math.min(delayNanos, DeadlineWheel.DEFAULT_TICK_NANOS), TimeUnit.NANOSECONDS);
        }
    }

    private void turn() {
        armed = false;
        try {
            wheel.advance(clock.nanoTime());
        } catch (RuntimeException bug) {
            // The others come with the next turn, which must therefore come.
            LOG.error("a deadline failed", bug);
        }
        arm();
    }
}

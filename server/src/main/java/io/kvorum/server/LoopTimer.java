package io.kvorum.server;

import io.kvorum.server.peer.TurnFlusher;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DeadlineWheel;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * Turns an event loop's wheel of deadlines, at most once a tick and only while something waits on it. It looks at the
 * end of turns in which something was sent to a peer or a client's requests were run: who sets a deadline has done
 * either. Owned by its loop.
 */
final class LoopTimer implements TurnFlusher.Flushable {
    private final EventLoop eventLoop;
    private final DeadlineWheel wheel;
    private final Clock clock;
    private final TurnFlusher endOfTurn;
    private boolean looksLater;
    private boolean armed;

    LoopTimer(EventLoop eventLoop, DeadlineWheel wheel, Clock clock, TurnFlusher endOfTurn) {
        this.eventLoop = eventLoop;
        this.wheel = wheel;
        this.clock = clock;
        this.endOfTurn = endOfTurn;
    }

    /** Something is sent in this turn: looks at its end whether a deadline waits. */
    void onSending() {
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
        wheel.advance(clock.nanoTime());
        arm();
    }
}

package io.kvorum.server.background;

import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Share;
import io.kvorum.server.peer.message.ShareAnswer;
import io.kvorum.server.runtime.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * What the clients of other nodes leave for work that they have a part in: asked for while there is some, twice a second. A
 * node that says nothing, for it is of an older release, leaves all. Owned by the control thread.
 */
public final class PeerShares {
    private static final long ASK_NANOS = 500_000_000L;

    /** A node at rest says nothing. */
    private static final long WORTH_NANOS = 5_000_000L;

    /** What was said longer ago was said of other work; the rest that it caused, and a long piece of work, are over by then. */
    private static final long BELIEVED_NANOS = 2 * Budget.REST_NANOS_MAX;

    private final Share.Work work;
    private final PeerCalls calls;
    private final Clock clock;
    private final Map<Integer, Known> known = new HashMap<>();

    private record Known(long askedNanos, long workedNanos, long saidNanos, int percent) {}

    /** Has asked nobody. */
    public PeerShares(Share.Work work, PeerCalls calls, Clock clock) {
        this.work = work;
        this.calls = calls;
        this.clock = clock;
    }

    /**
     * What a peer leaves, in percent from 1, as far as is known now; asks it anew if that is old and there was work since.
     *
     * @param pace that of the work with this peer
     */
    public int percentOf(int peer, Pace pace) {
        long now = clock.nanoTime();
        long worked = pace.workedNanos();
        Known last = known.computeIfAbsent(
                peer, any -> new Known(now - ASK_NANOS, worked, now - BELIEVED_NANOS, Budget.PERCENT));
        long since = now - last.askedNanos;
        if (since >= ASK_NANOS && worked - last.workedNanos >= WORTH_NANOS) {
            known.put(peer, new Known(now, worked, last.saidNanos, last.percent));
            int used = (int) Math.min(Budget.PERCENT, Budget.PERCENT * (worked - last.workedNanos) / since);
            calls.call(peer, new Share(work, used), ASK_NANOS, new ReplyHandler() {
                @Override
                public void onReply(int from, PeerMessage reply) {
                    said(from, reply instanceof ShareAnswer answer ? answer.percent() : Budget.PERCENT);
                }

                @Override
                public void onLost(int from) {
                    // What it said before holds for a while.
                }
            });
        }
        return now - last.saidNanos < BELIEVED_NANOS ? last.percent : Budget.PERCENT;
    }

    private void said(int peer, int percent) {
        known.computeIfPresent(
                peer, (any, last) -> new Known(last.askedNanos, last.workedNanos, clock.nanoTime(), percent));
    }
}

package io.kvorum.server.membership;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.PeerDirectory;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.Events;
import io.kvorum.server.peer.message.NewestStamp;
import io.kvorum.server.peer.message.NewestStampAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.storage.version.StampClock;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * FLUSHALL (an event with a stamp: everything up to it is gone everywhere). Owned by the control thread.
 *
 * <pre>
 *   ask all for their newest stamp ──► persist and tell the event, newer than all ──► wait until all have done it
 * </pre>
 *
 * The first round is what makes the flush take a write that was acknowledged before it by a node whose clock is ahead.
 */
final class Flushing {
    private static final long ROUND_NANOS = 2_000_000_000L;

    private final NodeId self;
    private final StampClock stamps;
    private final GossipDriver gossip;
    private final LongSupplier newestHere;
    private final Supplier<PeerDirectory> directory;

    /**
     * Joins the parts.
     *
     * @param newestHere the newest stamp that this node knows of
     */
    Flushing(
            NodeId self,
            StampClock stamps,
            GossipDriver gossip,
            LongSupplier newestHere,
            Supplier<PeerDirectory> directory) {
        this.self = self;
        this.stamps = stamps;
        this.gossip = gossip;
        this.newestHere = newestHere;
        this.directory = directory;
    }

    /** Flushes; {@code others} are all members but this node. */
    void begin(Collection<Integer> others, PeerCalls calls, FlushCallback callback) {
        Clocks round = new Clocks(others, calls, callback);
        for (int peer : others) {
            calls.call(peer, new NewestStamp(), ROUND_NANOS, round);
        }
        round.answered();
    }

    private void flush(long newest, Collection<Integer> others, PeerCalls calls, FlushCallback callback) {
        Event flushed;
        try {
            long stamp = stamps.next(newest);
            flushed = new Event.Flushed(gossip.history().nextId(stamp, self), stamp);
            gossip.take(List.of(flushed));
        } catch (UncheckedIOException | IllegalStateException refused) {
            callback.failed(String.valueOf(refused.getMessage()));
            return;
        }
        ByteWriter bytes = new ByteWriter(64);
        History.EMPTY.with(List.of(flushed)).encode(bytes);
        Events message = new Events(bytes.toByteArray());
        FlushRound round = new FlushRound(others.size(), peer -> directory.get().get(peer), callback);
        others.forEach(peer -> calls.call(peer, message, ROUND_NANOS, round));
        round.begun();
    }

    /** The round of questions. Who does not answer is asked again by the event itself, and named if that fails too. */
    private final class Clocks implements ReplyHandler {
        private final Collection<Integer> others;
        private final PeerCalls calls;
        private final FlushCallback callback;
        private long newest;
        private int open;

        Clocks(Collection<Integer> others, PeerCalls calls, FlushCallback callback) {
            this.others = others;
            this.calls = calls;
            this.callback = callback;
            // One more than are asked: held until all are.
            this.open = others.size() + 1;
        }

        @Override
        public void onReply(int peer, PeerMessage reply) {
            if (reply instanceof NewestStampAnswer answer) {
                newest = Math.max(newest, answer.stamp());
            }
            answered();
        }

        @Override
        public void onLost(int peer) {
            answered();
        }

        void answered() {
            open--;
            if (open == 0) {
                flush(Math.max(newest, newestHere.getAsLong()), others, calls, callback);
            }
        }
    }
}

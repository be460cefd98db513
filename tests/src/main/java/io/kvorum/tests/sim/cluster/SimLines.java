package io.kvorum.tests.sim.cluster;

import io.kvorum.server.peer.PeerDirectory;
import io.kvorum.server.peer.PeerLines;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.VersionRange;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.tests.sim.world.SimNetwork;
import io.kvorum.tests.sim.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One loop's own connections to all other nodes: dialled, and dialled again when they end. */
final class SimLines implements PeerLines {
    private static final long DIAL_TIMEOUT_NANOS = 2 * VirtualTime.SECOND;
    private static final long REDIAL_FIRST_NANOS = 20 * VirtualTime.MILLI;
    private static final int DOUBLINGS_MAX = 5;

    private final SimLoop loop;
    private final RandomGenerator random;
    private final List<@Nullable Line> lines = new ArrayList<>();
    private long calls;

    SimLines(SimLoop loop, RandomGenerator random) {
        this.loop = loop;
        this.random = random;
    }

    @Override
    public long call(int peer, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
        SimSession session = session(peer);
        if (session == null || !session.hasRoom()) {
            return NOT_SENT;
        }
        long call = ++calls;
        session.call(call, request, deadlineNanos, handler);
        return call;
    }

    @Override
    public void tell(int peer, PeerMessage message) {
        SimSession session = session(peer);
        if (session != null) {
            session.tell(message);
        }
    }

    @Override
    public void forget(int peer, long call) {
        SimSession session = session(peer);
        if (session != null) {
            session.forget(call);
        }
    }

    @Override
    public boolean isReachable(int peer) {
        SimSession session = session(peer);
        return session != null && session.hasRoom();
    }

    @Override
    public boolean isConnected(int peer) {
        return session(peer) != null;
    }

    @Override
    public void dial(int peer) {
        loop.run(() -> {
            Line line = line(peer);
            if (line != null) {
                line.dial();
            }
        });
    }

    @Override
    public void refresh() {
        loop.run(() -> {
            for (PeerDirectory.Entry entry :
                    loop.life().membership().peers().directory().entries()) {
                if (entry.peer() != SELF && !entry.gone() && line(entry.peer()) == null) {
                    while (lines.size() <= entry.peer()) {
                        lines.add(null);
                    }
                    Line line =
                            new Line(entry.peer(), loop.life().node().cluster().nodeOf(entry.id()));
                    lines.set(entry.peer(), line);
                    line.dial();
                }
            }
        });
    }

    @Override
    public void hangUp(int peer) {
        loop.run(() -> {
            SimSession session = session(peer);
            if (session != null) {
                session.hangUp();
            }
        });
    }

    @Override
    public void letGo(int peer) {
        loop.run(() -> {
            SimSession session = session(peer);
            if (session != null) {
                session.letGo();
            }
        });
    }

    private @Nullable Line line(int peer) {
        return peer < lines.size() ? lines.get(peer) : null;
    }

    private @Nullable SimSession session(int peer) {
        Line line = line(peer);
        return line == null ? null : line.session;
    }

    /** The connection to one peer, or the attempts to make it. */
    private final class Line {
        private final int peer;
        private final SimNode other;
        private @Nullable SimSession session;
        private int attempt;
        private boolean dialling;
        private int failures;

        Line(int peer, SimNode other) {
            this.peer = peer;
            this.other = other;
        }

        void dial() {
            if (dialling || session != null) {
                return;
            }
            dialling = true;
            int number = ++attempt;
            SimNetwork network = other.cluster().network();
            int here = loop.life().node().index();
            network.send(here, other.index(), false, () -> {
                SimLife there = other.life();
                if (there == null || !there.knows(loop.life().node())) {
                    if (other.isOn()) {
                        network.send(other.index(), here, false, () -> loop.run(() -> failed(number)));
                    }
                    return;
                }
                network.send(other.index(), here, false, () -> loop.run(() -> established(number, there)));
            });
            loop.after(DIAL_TIMEOUT_NANOS, () -> failed(number));
        }

        private void established(int number, SimLife there) {
            if (number != attempt || !dialling || there.hasEnded()) {
                return;
            }
            dialling = false;
            failures = 0;
            session = new SimSession(loop, there.loopFor(random.nextInt(SimLife.LOOPS_MAX)), peer, this::ended);
            loop.life().membership().connected(peer, there.bootId(), VersionRange.SPOKEN.newest());
        }

        private void ended() {
            session = null;
            loop.life().membership().disconnected(peer);
            redial();
        }

        private void failed(int number) {
            if (number == attempt && dialling) {
                dialling = false;
                failures++;
                redial();
            }
        }

        private void redial() {
            long gapNanos = REDIAL_FIRST_NANOS << Math.min(failures, DOUBLINGS_MAX);
            loop.after(gapNanos + random.nextLong(gapNanos), this::dial);
        }
    }
}

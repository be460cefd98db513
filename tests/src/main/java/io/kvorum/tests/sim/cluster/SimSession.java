package io.kvorum.tests.sim.cluster;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerClock;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.Flushed;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.storage.version.Stamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A connection that stands between a loop of one node, which calls, and a loop of another, which serves. Messages travel as
 * their bytes. Either end may take it for closed before the other does.
 */
final class SimSession {
    private static final int CALLS_MAX = 256;
    private static final int PAYLOAD_BYTES = 256;

    private final SimLoop caller;
    private final SimLoop server;
    private final int peer;
    private final Runnable onEnd;
    private final Map<Long, ReplyHandler> waiting = new TreeMap<>();
    private final PeerClock serversClock = new PeerClock();
    private boolean lettingGo;
    private boolean openAtCaller = true;
    private boolean openAtServer = true;

    /**
     * What the receiver learns before the message itself.
     *
     * @param flushed in a process a message of its own, sent before; here messages overtake each other
     */
    private record Header(long clock, int time, @Nullable Flushed flushed) {}

    /**
     * Makes a connection that stands.
     *
     * @param peer the server's number at the caller
     * @param onEnd run on the caller's loop when it is closed there
     */
    SimSession(SimLoop caller, SimLoop server, int peer, Runnable onEnd) {
        this.caller = caller;
        this.server = server;
        this.peer = peer;
        this.onEnd = onEnd;
        server.life().incoming().add(this);
        // The handshake, which takes no time here, said so.
        serversClock.heard(PeerClock.reading(nanoTime(server)), nanoTime(caller));
        // Each end tells of flushes before anything else.
        hear(caller, newestFlush(server));
        Flushed told = newestFlush(caller);
        if (told != null) {
            travel(caller, server, false, () -> server.run(() -> hear(server, told)));
        }
    }

    boolean isFrom(int node) {
        return caller.life().node().index() == node;
    }

    boolean isTo(int node) {
        return server.life().node().index() == node;
    }

    boolean hasRoom() {
        return openAtCaller && !lettingGo && waiting.size() < CALLS_MAX;
    }

    /** Sends a request, under a number that no other call of the loop has. */
    void call(long call, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
        waiting.put(call, handler);
        send(call, request, serversClock.until(deadlineNanos, nanoTime(caller)));
    }

    void tell(PeerMessage message) {
        if (lettingGo) {
            return;
        }
        send(PeerTransport.NOT_SENT, message, PeerClock.reading(nanoTime(caller)));
    }

    void forget(long call) {
        waiting.remove(call);
        hangUpWhenAnswered();
    }

    /** The caller asks nothing more, and hangs up when all that was asked is answered, or given up. */
    void letGo() {
        lettingGo = true;
        hangUpWhenAnswered();
    }

    private void hangUpWhenAnswered() {
        if (lettingGo && waiting.isEmpty()) {
            hangUp();
        }
    }

    /** The caller hangs up. */
    void hangUp() {
        if (openAtCaller) {
            travel(caller, server, false, () -> openAtServer = false);
            endAtCaller();
        }
    }

    /** The server hangs up. */
    void closeAtServer() {
        if (openAtServer) {
            openAtServer = false;
            tellCallerOfEnd();
        }
    }

    /** The machine of the server knows of no such connection, or not any more. */
    private void tellCallerOfEnd() {
        travel(server, caller, false, () -> caller.run(this::endAtCaller));
    }

    private void endAtCaller() {
        if (!openAtCaller) {
            return;
        }
        openAtCaller = false;
        List<ReplyHandler> lost = new ArrayList<>(waiting.values());
        waiting.clear();
        onEnd.run();
        lost.forEach(handler -> handler.onLost(peer));
    }

    private void send(long call, PeerMessage message, int time) {
        PeerMessage sent = caller.life().sabotage().request(message);
        watch(caller, server, sent);
        byte[] bytes = bytesOf(sent);
        long clock = caller.life().stamps().current();
        Flushed flushed = newestFlush(caller);
        travel(caller, server, mayDouble(sent.type()), () -> {
            SimNode machine = server.life().node();
            if (!openAtServer || server.life().hasEnded()) {
                // A machine that is off says nothing.
                if (machine.isOn()) {
                    tellCallerOfEnd();
                }
                return;
            }
            server.run(() -> serve(call, sent.type(), bytes, new Header(clock, time, flushed)));
        });
    }

    private void serve(long call, MessageType type, byte[] bytes, Header header) {
        if (!openAtServer) {
            return;
        }
        SimLife life = server.life();
        life.stamps().observe(header.clock);
        hear(server, header.flushed);
        PeerRequestHandler handler = server.handler(type);
        if (handler == null) {
            answer(call, new Refusal(type + " is not served here"));
            return;
        }
        long nowNanos = nanoTime(server);
        long deadlineNanos = call == PeerTransport.NOT_SENT ? nowNanos : PeerClock.deadlineNanos(header.time, nowNanos);
        PeerMessage request = type.decode(new ByteReader(bytes));
        int asker = life.peerOf(caller.life().node());
        handler.handle(
                asker,
                request,
                new FrameInfo(deadlineNanos, header.clock),
                message -> server.runHere(() -> answer(call, message)));
    }

    private void answer(long call, PeerMessage message) {
        if (call == PeerTransport.NOT_SENT || !openAtServer) {
            return;
        }
        PeerMessage sent = server.life().sabotage().answer(message);
        watch(server, caller, sent);
        byte[] bytes = bytesOf(sent);
        long clock = server.life().stamps().current();
        int time = PeerClock.reading(nanoTime(server));
        Header header = new Header(clock, time, newestFlush(server));
        travel(server, caller, false, () -> caller.run(() -> answered(call, sent.type(), bytes, header)));
    }

    private void answered(long call, MessageType type, byte[] bytes, Header header) {
        if (!openAtCaller) {
            return;
        }
        serversClock.heard(header.time, nanoTime(caller));
        caller.life().stamps().observe(header.clock);
        hear(caller, header.flushed);
        @Nullable ReplyHandler handler = waiting.remove(call);
        if (handler == null) {
            return;
        }
        PeerMessage reply = type.decode(new ByteReader(bytes));
        SimLife life = caller.life();
        long graceMillis = life.node().config().storage().tombstoneGraceMillis();
        if (reply.carriesRecords() && life.stamps().currentMillis() - Stamp.millis(header.clock) > graceMillis / 2) {
            handler.onLost(peer);
        } else {
            handler.onReply(peer, reply);
        }
        hangUpWhenAnswered();
    }

    private static @Nullable Flushed newestFlush(SimLoop loop) {
        return loop.life().membership().newestFlush();
    }

    private static void hear(SimLoop loop, @Nullable Flushed flushed) {
        if (flushed != null) {
            loop.life().membership().flushed(flushed);
        }
    }

    private static long nanoTime(SimLoop loop) {
        return loop.life().node().clock().nanoTime();
    }

    private static void travel(SimLoop from, SimLoop to, boolean mayDouble, Runnable arrival) {
        from.life()
                .node()
                .cluster()
                .network()
                .send(from.life().node().index(), to.life().node().index(), mayDouble, arrival);
    }

    private static void watch(SimLoop from, SimLoop to, PeerMessage message) {
        from.life()
                .node()
                .cluster()
                .watcher()
                .sent(from.life().node().index(), to.life().node().index(), message);
    }

    /** TCP doubles nothing; but what only merges or looks must bear it, since coordinators and gossip send again. */
    private static boolean mayDouble(MessageType type) {
        return type != MessageType.FORWARD && type != MessageType.EVENTS;
    }

    private static byte[] bytesOf(PeerMessage message) {
        ByteWriter out = new ByteWriter(PAYLOAD_BYTES);
        message.encode(out);
        return out.toByteArray();
    }
}

package io.kvorum.server.peer;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.codec.peer.PeerFrameWriter;
import io.kvorum.server.peer.message.Hello;
import io.netty.channel.EventLoop;
import java.util.random.RandomGenerator;

/** What all peer connections of one event loop share. Owned by that loop. */
public final class PeerLoop {
    private static final int PAYLOAD_BYTES_FIRST = 4 * 1024;
    private static final int PAYLOAD_BYTES_KEPT = 1024 * 1024;

    final PeerNode node;
    final EventLoop eventLoop;
    final TurnFlusher flusher;
    final Scratch scratch;
    final PeerDispatch dispatch;
    final RandomGenerator random;
    final Strangers strangers = new Strangers();
    final PeerFrame frame = new PeerFrame();
    final ByteReader reader = new ByteReader(new byte[0]);
    final PeerFrameWriter writer;

    private ByteWriter payload = new ByteWriter(PAYLOAD_BYTES_FIRST);

    /**
     * Joins the parts.
     *
     * @param node what the loops share
     * @param eventLoop the loop
     * @param flusher the end of its turns
     * @param scratch where its connections receive
     * @param dispatch who serves requests on it
     * @param random for jitter and for the nonces of handshakes: unforeseeable in earnest, seeded in tests
     */
    public PeerLoop(
            PeerNode node,
            EventLoop eventLoop,
            TurnFlusher flusher,
            Scratch scratch,
            PeerDispatch dispatch,
            RandomGenerator random) {
        this.node = node;
        this.eventLoop = eventLoop;
        this.flusher = flusher;
        this.scratch = scratch;
        this.dispatch = dispatch;
        this.random = random;
        this.writer = new PeerFrameWriter(node.settings.frameBytesMax());
    }

    /** An empty writer for one payload, to be used up before anything else happens. */
    ByteWriter payload() {
        if (payload.array().length > PAYLOAD_BYTES_KEPT) {
            payload = new ByteWriter(PAYLOAD_BYTES_FIRST);
        }
        return payload.reset();
    }

    Hello ownHello() {
        byte[] nonce = new byte[Hello.NONCE_BYTES];
        random.nextBytes(nonce);
        return node.identity.hello(node.settings.versions(), nonce);
    }
}

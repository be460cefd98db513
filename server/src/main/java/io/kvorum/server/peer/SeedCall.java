package io.kvorum.server.peer;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.codec.peer.PeerFrameDecoder;
import io.kvorum.codec.peer.PeerFrameWriter;
import io.kvorum.codec.peer.PeerProtocolException;
import io.kvorum.server.config.SeedAddress;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.Join;
import io.kvorum.server.peer.message.JoinAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.peer.message.Rejected;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * One question of a node without a past to a member of the cluster that it wants to join: connects, proves the secret, asks
 * ({@link Join}). Blocking, for the thread that starts the node, which can do nothing else before; closed from any thread.
 */
public final class SeedCall implements AutoCloseable {
    private static final long CORRELATION = 1;
    private static final int READ_BYTES = 16 * 1024;

    private final PeerIdentity self;
    private final PeerSettings settings;
    private final HandshakeKey key;
    private final RandomGenerator random;
    private final Socket socket = new Socket();
    private final PeerFrame frame = new PeerFrame();
    private final PeerFrameDecoder decoder;
    private int version = VersionRange.HANDSHAKE;

    /**
     * A question not yet asked.
     *
     * @param self a newcomer, see {@link PeerIdentity#newcomer}
     * @param random for the nonce of the handshake
     */
    public SeedCall(PeerIdentity self, PeerSettings settings, HandshakeKey key, RandomGenerator random) {
        this.self = self;
        this.settings = settings;
        this.key = key;
        this.random = random;
        this.decoder = new PeerFrameDecoder(settings.frameBytesMax(), new Scratch());
    }

    /** A member does not want this node, and asking again would change nothing until somebody changes a setting. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String sentence) {
            super(sentence);
        }
    }

    /**
     * Asks to be let in.
     *
     * @return the cluster's history, encoded, this node's joining included
     * @throws IOException if no answer came: another member may give one, or the same later
     * @throws RefusedException if the answer is no
     */
    public byte[] ask(SeedAddress seed, Join question) throws IOException, RefusedException {
        InetSocketAddress address = new InetSocketAddress(seed.host(), seed.peerPort());
        if (address.isUnresolved()) {
            throw new IOException(seed.host() + " has no address");
        }
        socket.setSoTimeout(settings.connectTimeoutMillis());
        socket.connect(address, settings.connectTimeoutMillis());
        handshake();
        PeerMessage answer = exchange(question);
        if (answer instanceof JoinAnswer joined) {
            return joined.history();
        }
        if (answer instanceof Rejected rejected) {
            throw new RefusedException(rejected.sentence());
        }
        throw new IOException("it answered " + answer.type() + " to " + question.type());
    }

    /** Asks something once the handshake is over. */
    PeerMessage exchange(PeerMessage question) throws IOException {
        send(version, CORRELATION, question);
        PeerMessage answer = receive();
        if (answer instanceof Refusal refusal) {
            throw new IOException("it cannot do it now: " + refusal.reason());
        }
        return answer;
    }

    private void handshake() throws IOException, RefusedException {
        byte[] nonce = new byte[Hello.NONCE_BYTES];
        random.nextBytes(nonce);
        Hello own = self.hello(settings.versions(), nonce);
        HandshakeRules rules = new HandshakeRules(self, settings.versions(), () -> PeerDirectory.NONE);
        Handshake handshake = Handshake.connector(null, rules, key, own);
        send(VersionRange.HANDSHAKE, PeerLink.NO_CORRELATION, own);
        while (handshake.state() != Handshake.State.ESTABLISHED) {
            PeerMessage reply = handshake.onMessage(receive());
            if (reply != null) {
                send(VersionRange.HANDSHAKE, PeerLink.NO_CORRELATION, reply);
            }
            Rejected rejected = handshake.rejected();
            if (rejected != null && !rejected.reason().mayPass()) {
                throw new RefusedException(rejected.sentence());
            }
            if (rejected != null || handshake.state() == Handshake.State.OUT_OF_ORDER) {
                throw new IOException(rejected == null ? "it is no Kvorum node" : rejected.sentence());
            }
        }
        version = rules.commonVersion(Objects.requireNonNull(handshake.theirs()));
    }

    private void send(int frameVersion, long correlation, PeerMessage message) throws IOException {
        ByteWriter payload = new ByteWriter(256);
        message.encode(payload);
        ByteBuf out = Unpooled.buffer(payload.size() + PeerFrame.LENGTH_BYTES + PeerFrame.HEADER_BYTES);
        new PeerFrameWriter(settings.frameBytesMax())
                .write(out, frameVersion, message.type().code(), correlation, 0, 0, payload);
        socket.getOutputStream().write(out.array(), out.arrayOffset(), out.readableBytes());
    }

    private PeerMessage receive() throws IOException {
        try {
            byte[] bytes = new byte[READ_BYTES];
            while (!decoder.next(frame)) {
                int read = socket.getInputStream().read(bytes);
                if (read < 0) {
                    throw new IOException("it closed the connection");
                }
                decoder.append(Unpooled.wrappedBuffer(bytes, 0, read));
            }
            MessageType type = MessageType.of(frame.type());
            if (type == null) {
                throw new IOException("it sent a message of the unknown type " + frame.type());
            }
            PeerMessage message = type.decode(frame.payload(new ByteReader(new byte[0])));
            decoder.retain();
            return message;
        } catch (PeerProtocolException | DecodeException garbage) {
            throw new IOException("what it sent makes no sense: " + garbage.getMessage(), garbage);
        }
    }

    /** Ends the question; whoever waits for its answer gets an IOException. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package io.kvorum.server.peer;

import io.kvorum.ring.NodeId;
import io.kvorum.server.peer.HandshakeKey.Role;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Proof;
import io.kvorum.server.peer.message.Rejected;
import org.jspecify.annotations.Nullable;

/**
 * One side of the handshake of one connection. Pure: it is given messages and says what to send and what that means.
 *
 * <pre>
 *   connector                         acceptor
 *      | -- Hello ----------------------&gt; |   judges it
 *      | &lt;---------------------- Hello -- |
 *      | judges it                         |
 *      | -- Proof ----------------------&gt; |   verifies: connected
 *      | &lt;---------------------- Proof -- |
 *      | verifies: connected               |
 * </pre>
 *
 * Either side may send {@link Rejected} instead and close. Who connects proves itself first, so that nobody gets a proof
 * to guess secrets by merely connecting.
 */
final class Handshake {
    /** Where the handshake stands after a message. */
    enum State {
        /** More messages must come. */
        PENDING,
        /** Both sides are proven. */
        ESTABLISHED,
        /** This side refuses; close when the message is sent. */
        REJECTED_BY_US,
        /** The other side refuses; close. */
        REJECTED_BY_THEM,
        /** A message that has no place here; close. */
        OUT_OF_ORDER
    }

    private final Role role;
    private final @Nullable NodeId expected;
    private final HandshakeRules rules;
    private final HandshakeKey key;
    private final Hello own;
    private State state = State.PENDING;
    private @Nullable Hello theirs;
    private @Nullable Rejected rejected;

    private Handshake(Role role, @Nullable NodeId expected, HandshakeRules rules, HandshakeKey key, Hello own) {
        this.role = role;
        this.expected = expected;
        this.rules = rules;
        this.key = key;
        this.own = own;
    }

    /** The side that dialled {@code expected}, or whoever answers if that is null; it begins by sending {@code own}. */
    static Handshake connector(@Nullable NodeId expected, HandshakeRules rules, HandshakeKey key, Hello own) {
        return new Handshake(Role.CONNECTOR, expected, rules, key, own);
    }

    /** The side that was dialled; it waits. */
    static Handshake acceptor(HandshakeRules rules, HandshakeKey key, Hello own) {
        return new Handshake(Role.ACCEPTOR, null, rules, key, own);
    }

    /**
     * Takes a message of the other side.
     *
     * @return what to send, or null
     */
    @Nullable
    PeerMessage onMessage(PeerMessage message) {
        if (message instanceof Rejected refusal) {
            rejected = refusal;
            state = State.REJECTED_BY_THEM;
            return null;
        }
        Hello known = theirs;
        if (message instanceof Hello hello && known == null) {
            return onHello(hello);
        }
        if (message instanceof Proof proof && known != null) {
            return onProof(proof, known);
        }
        state = State.OUT_OF_ORDER;
        return null;
    }

    State state() {
        return state;
    }

    /** What the other side said of itself, or null if it said nothing yet. */
    @Nullable
    Hello theirs() {
        return theirs;
    }

    /** Why there will be no connection, or null. */
    @Nullable
    Rejected rejected() {
        return rejected;
    }

    private PeerMessage onHello(Hello hello) {
        theirs = hello;
        Rejected refusal = rules.check(hello, expected);
        if (refusal != null) {
            return reject(refusal);
        }
        return role == Role.CONNECTOR ? new Proof(key.proof(Role.CONNECTOR, own, hello)) : own;
    }

    private @Nullable PeerMessage onProof(Proof proof, Hello other) {
        boolean proven = role == Role.CONNECTOR
                ? key.proves(proof.mac(), Role.ACCEPTOR, own, other)
                : key.proves(proof.mac(), Role.CONNECTOR, other, own);
        if (!proven) {
            return reject(rules.wrongSecret(other));
        }
        state = State.ESTABLISHED;
        return role == Role.CONNECTOR ? null : new Proof(key.proof(Role.ACCEPTOR, other, own));
    }

    /** Refuses for a reason found elsewhere. */
    Rejected reject(Rejected refusal) {
        rejected = refusal;
        state = State.REJECTED_BY_US;
        return refusal;
    }
}

package io.kvorum.server.peer;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.server.peer.message.Hello;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The cluster secret, as handshakes use it: proofs are HMAC-SHA256 over the role of who proves and both hellos, under
 * SHA-256("kvorum peer secret 1" · secret). The role keeps a proof from being sent back to who made it; the nonces in
 * both hellos keep it from being used again. Immutable; any thread.
 */
public final class HandshakeKey {
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] PURPOSE = "kvorum peer secret 1".getBytes(StandardCharsets.US_ASCII);

    private final SecretKeySpec key;

    /** Derives the key; an empty secret is one that everybody knows. */
    public HandshakeKey(String secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(PURPOSE);
            key = new SecretKeySpec(digest.digest(secret.getBytes(StandardCharsets.UTF_8)), ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The proof of one side. */
    byte[] proof(Role role, Hello connector, Hello acceptor) {
        ByteWriter transcript = new ByteWriter(256);
        ByteWriter hello = new ByteWriter(256);
        transcript.utf8(role.label);
        connector.encode(hello);
        transcript.bytes(hello.array(), 0, hello.size());
        acceptor.encode(hello.reset());
        transcript.bytes(hello.array(), 0, hello.size());
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(transcript.array(), 0, transcript.size());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    /** Whether a proof is right; takes as long for every wrong one. */
    boolean proves(byte[] proof, Role role, Hello connector, Hello acceptor) {
        return MessageDigest.isEqual(proof, proof(role, connector, acceptor));
    }

    @Override
    public String toString() {
        return "HandshakeKey";
    }

    /** The two sides of a connection. */
    enum Role {
        CONNECTOR("connector"),
        ACCEPTOR("acceptor");

        private final String label;

        Role(String label) {
            this.label = label;
        }
    }
}

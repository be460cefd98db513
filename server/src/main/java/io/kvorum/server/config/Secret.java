package io.kvorum.server.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/** A password or key that never shows: neither in logs, nor in INFO, nor in an exception. Immutable. */
public final class Secret {
    /** No secret was set. */
    public static final Secret NONE = new Secret(new byte[0]);

    private final byte[] utf8;

    private Secret(byte[] utf8) {
        this.utf8 = utf8;
    }

    /** The secret with these characters; NONE if there are none. */
    public static Secret of(String text) {
        return text.isEmpty() ? NONE : new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether one was set. */
    public boolean isSet() {
        return utf8.length > 0;
    }

    /** The secret's bytes, a copy. */
    public byte[] utf8() {
        return utf8.clone();
    }

    /** Whether these bytes are the secret. The time it takes does not tell how many of them are right. */
    public boolean matches(byte[] array, int offset, int length) {
        return MessageDigest.isEqual(utf8, Arrays.copyOfRange(array, offset, offset + length));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && MessageDigest.isEqual(utf8, that.utf8);
    }

    @Override
    public int hashCode() {
        return 0; // a hash would tell something
    }

    @Override
    public String toString() {
        return isSet() ? "***" : "";
    }
}

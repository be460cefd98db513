package io.kvorum.server.command;

import io.kvorum.server.config.Secret;
import java.util.function.IntFunction;

/**
 * What commands need to know of their node. Immutable.
 *
 * @param version Kvorum's version
 * @param redisVersion the version of Redis whose commands clients may expect
 * @param password what AUTH must show, if it is set
 * @param keyBytesMax the longest key
 * @param redirects whether clients that know the slots are told where to go instead of being passed on
 * @param memberName names a peer number for error texts
 */
public record NodeFacts(
        String version,
        String redisVersion,
        Secret password,
        int keyBytesMax,
        boolean redirects,
        IntFunction<String> memberName) {
    /** Whether clients need not show who they are. */
    public boolean isPasswordless() {
        return !password.isSet();
    }

    /** Whether a slice is the password; the time it takes does not tell how much of it is right. */
    public boolean isPassword(byte[] array, int offset, int length) {
        return isPasswordless() || password.matches(array, offset, length);
    }

    @Override
    public String toString() {
        return "NodeFacts[" + version + "]";
    }
}

package io.kvorum.server.command.admin;

import io.kvorum.ring.NodeId;
import java.util.Locale;
import java.util.UUID;

/** A node's identity in the form that Redis Cluster's clients expect: 40 hexadecimal digits. */
final class RedisNodeId {
    private static final int REPEATED_DIGITS = 8;

    private RedisNodeId() {}

    /** The 32 digits of the UUID, and the first 8 of them again. */
    static String of(NodeId id) {
        UUID uuid = id.uuid();
        String digits =
                String.format(Locale.ROOT, "%016x%016x", uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
        return digits + digits.substring(0, REPEATED_DIGITS);
    }
}

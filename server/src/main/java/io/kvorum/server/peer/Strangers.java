package io.kvorum.server.peer;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The connections of one loop that others made and that have not shown yet who they are. Of too many the oldest are
 * closed: a member's handshake takes milliseconds, so that whoever floods the port crowds out himself. Owned by the loop.
 */
final class Strangers {
    private static final int MAX = 32;

    private final Set<IncomingConnection> waiting = new LinkedHashSet<>();

    void add(IncomingConnection stranger) {
        waiting.add(stranger);
        if (waiting.size() > MAX) {
            IncomingConnection oldest = waiting.iterator().next();
            waiting.remove(oldest);
            oldest.crowdOut();
        }
    }

    void remove(IncomingConnection known) {
        waiting.remove(known);
    }
}

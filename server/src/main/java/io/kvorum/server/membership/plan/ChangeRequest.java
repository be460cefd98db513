package io.kvorum.server.membership.plan;

import java.util.List;

/**
 * What an operator asks for.
 *
 * @param kind what is to be done
 * @param names of members, or their ids, or beginnings of these
 * @param force whether nodes that answer may be removed, and copies lost with them
 */
public record ChangeRequest(ChangeKind kind, List<String> names, boolean force) {
    /** Copies the list. */
    public ChangeRequest {
        names = List.copyOf(names);
    }
}

package io.kvorum.server.membership;

import java.util.ArrayList;
import java.util.List;

/** Notes what is reported of whom, in order. */
public final class NotedHealth implements PeerHealth {
    /** Whose answers to requests did not come. */
    public final List<Integer> missed = new ArrayList<>();

    /** Who ran commands for too long. */
    public final List<Integer> late = new ArrayList<>();

    @Override
    public void missed(int peer, long waitedNanos) {
        missed.add(peer);
    }

    @Override
    public void late(int peer) {
        late.add(peer);
    }
}

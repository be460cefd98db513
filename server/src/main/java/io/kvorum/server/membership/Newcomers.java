package io.kvorum.server.membership;

import io.kvorum.ring.Member;
import io.kvorum.ring.Ring;
import io.kvorum.server.peer.message.Join;
import io.kvorum.server.peer.message.Rejected;
import org.jspecify.annotations.Nullable;

/** Who may become a member. */
final class Newcomers {
    private Newcomers() {}

    /** Why a node cannot be let in as what it says it is, or null. */
    static @Nullable Rejected refusal(Ring ring, Join newcomer) {
        String name = newcomer.spec().name();
        if (ring.isGone(newcomer.node())) {
            return new Rejected(
                    Rejected.Reason.REMOVED,
                    name + " (" + newcomer.node() + ") left cluster \"" + ring.clusterName()
                            + "\" or was removed from it, for ever: start it with an empty data directory");
        }
        for (Member member : ring.members()) {
            boolean other = !member.id().equals(newcomer.node());
            if (other && member.name().equals(name)) {
                return new Rejected(
                        Rejected.Reason.NAME_TAKEN,
                        "cluster \"" + ring.clusterName() + "\" has a member called " + name + " (" + member.id()
                                + " at " + member.host() + ":" + member.peerPort()
                                + "): give the new node another node.name, or, if it is to take that one's place, remove or"
                                + " replace that one first");
            }
        }
        return null;
    }
}

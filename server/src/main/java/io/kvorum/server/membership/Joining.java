package io.kvorum.server.membership;

import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.History;

/** How a node without a past becomes a member of a cluster that is there. */
public interface Joining {
    /** Of a node that has no seeds to ask. */
    Joining NONE = new Joining() {
        @Override
        public NodeId drawIdentity() {
            throw new IllegalStateException("no seeds");
        }

        @Override
        public History join(NodeId node, MemberSpec spec) {
            throw new IllegalStateException("no seeds");
        }
    };

    /** Draws an identity that no other node has. */
    NodeId drawIdentity();

    /**
     * Asks to be let in until it is. With an identity that was let in before it changes nothing.
     *
     * @return the history of the cluster, this node's joining included
     * @throws io.kvorum.server.runtime.StartException if it is not wanted as what it says it is
     */
    History join(NodeId node, MemberSpec spec);
}

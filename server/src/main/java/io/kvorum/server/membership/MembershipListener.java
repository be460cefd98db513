package io.kvorum.server.membership;

/** Who acts on changes of the membership. Called on the control thread. */
public interface MembershipListener {
    /** The copies are from before a life that this node had: they are not to be trusted. */
    void lifeForgotten();

    /** There is a new view: the ring, somebody's health, or somebody's copies changed. */
    void viewChanged(ClusterView view);

    /** A peer answers (again). */
    void peerUp(int peer);

    /** A peer does not answer. */
    void peerDown(int peer);

    /** This node left or was removed: it must stop serving, for ever. */
    void fenced(String sentence);
}

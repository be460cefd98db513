package io.kvorum.server.membership;

import java.util.List;

/**
 * Several that act on changes of the membership, told one after the other.
 *
 * @param listeners in this order
 */
public record MembershipListeners(List<MembershipListener> listeners) implements MembershipListener {
    /** Copies the list. */
    public MembershipListeners {
        listeners = List.copyOf(listeners);
    }

    @Override
    public void lifeForgotten() {
        listeners.forEach(MembershipListener::lifeForgotten);
    }

    @Override
    public void viewChanged(ClusterView view) {
        listeners.forEach(listener -> listener.viewChanged(view));
    }

    @Override
    public void peerUp(int peer) {
        listeners.forEach(listener -> listener.peerUp(peer));
    }

    @Override
    public void peerDown(int peer) {
        listeners.forEach(listener -> listener.peerDown(peer));
    }

    @Override
    public void fenced(String sentence) {
        listeners.forEach(listener -> listener.fenced(sentence));
    }
}

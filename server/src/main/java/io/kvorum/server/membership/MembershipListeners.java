package io.kvorum.server.membership;

import io.kvorum.storage.disk.Callbacks;
import java.util.List;
import java.util.function.Consumer;

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
        tell(MembershipListener::lifeForgotten);
    }

    @Override
    public void viewChanged(ClusterView view) {
        tell(listener -> listener.viewChanged(view));
    }

    @Override
    public void peerUp(int peer) {
        tell(listener -> listener.peerUp(peer));
    }

    @Override
    public void peerDown(int peer) {
        tell(listener -> listener.peerDown(peer));
    }

    @Override
    public void fenced(String sentence) {
        tell(listener -> listener.fenced(sentence));
    }

    /** A bug in one must not keep the news from the others. */
    private void tell(Consumer<MembershipListener> news) {
        Callbacks.tellEach(listeners, news);
    }
}

package io.kvorum.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Rejected;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PeerLinkTest {
    /** As when the other end hangs up while the socket is being registered. */
    @Test
    void a_connection_that_ends_before_its_beginning_was_told_is_given_up_like_any_other() throws Exception {
        try (TestPeer peer = TestPeer.of(1)) {
            List<String> told = peer.onLoop(() -> {
                Link link = new Link(peer.loop);
                EmbeddedChannel channel = new EmbeddedChannel();
                channel.pipeline().addLast(link);
                channel.close();
                return link.told;
            });
            assertThat(told).containsExactly("ended, established: false");
        }
    }

    private static final class Link extends PeerLink {
        final List<String> told = new ArrayList<>();

        Link(PeerLoop loop) {
            super(loop, Handshake.acceptor(loop.node.rules, loop.node.key, loop.ownHello()));
        }

        @Override
        void onOpen() {
            told.add("open");
        }

        @Override
        @Nullable
        Rejected onEstablished(Hello theirs) {
            told.add("established");
            return null;
        }

        @Override
        void onRejected(boolean byThem, Rejected rejected) {
            told.add("rejected");
        }

        @Override
        void onFrame(PeerFrame frame, @Nullable MessageType type, long nowNanos) {
            told.add("frame");
        }

        @Override
        boolean mayRead() {
            return true;
        }

        @Override
        void onEnd(boolean wasEstablished) {
            told.add("ended, established: " + wasEstablished);
        }

        @Override
        String who() {
            return "the other end";
        }
    }
}

package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's own connections to all other members. Owned by that loop, except for {@link #refresh} and
 * {@link #close}, which hand over.
 */
public final class NettyPeerTransport implements PeerLines, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NettyPeerTransport.class);

    private final PeerLoop loop;
    private final Class<? extends Channel> channelClass;
    private final List<@Nullable Dialer> dialers = new ArrayList<>();
    private boolean closed;

    /** Knows nobody until {@link #refresh}. */
    public NettyPeerTransport(PeerLoop loop, Class<? extends Channel> channelClass) {
        this.loop = loop;
        this.channelClass = channelClass;
    }

    @Override
    public void refresh() {
        onLoop(this::refreshNow);
    }

    @Override
    public void dial(int peer) {
        onLoop(() -> {
            Dialer dialer = dialer(peer);
            if (dialer != null) {
                dialer.dialNow();
            }
        });
    }

    @Override
    public void hangUp(int peer) {
        onLoop(() -> {
            Dialer dialer = dialer(peer);
            if (dialer != null) {
                dialer.closeChannel();
            }
        });
    }

    @Override
    public void letGo(int peer) {
        onLoop(() -> {
            PeerConnection connection = ready(peer);
            if (connection != null) {
                connection.letGo();
            }
        });
    }

    /** Hangs up on all. Any thread; calls still out are lost soon after. */
    @Override
    public void close() {
        onLoop(() -> {
            closed = true;
            for (Dialer dialer : dialers) {
                if (dialer != null) {
                    dialer.close();
                }
            }
        });
    }

    @Override
    public long call(int peer, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
        PeerConnection connection = ready(peer);
        long call = connection == null ? NOT_SENT : connection.call(request, deadlineNanos, handler);
        if (call == NOT_SENT) {
            loop.node.counters.notSent.increment();
        }
        return call;
    }

    @Override
    public void tell(int peer, PeerMessage message) {
        PeerConnection connection = ready(peer);
        if (connection == null || !connection.tell(message)) {
            loop.node.counters.notSent.increment();
        }
    }

    @Override
    public void forget(int peer, long call) {
        PeerConnection connection = ready(peer);
        if (connection != null) {
            connection.forget(call);
        }
    }

    @Override
    public boolean isReachable(int peer) {
        PeerConnection connection = ready(peer);
        return connection != null && connection.hasRoom();
    }

    @Override
    public boolean isConnected(int peer) {
        return ready(peer) != null;
    }

    private void refreshNow() {
        if (closed) {
            return;
        }
        for (PeerDirectory.Entry entry : loop.node.directory.get().entries()) {
            Dialer dialer = dialer(entry.peer());
            if (dialer != null) {
                dialer.update(entry);
            } else if (entry.peer() != SELF && !entry.gone()) {
                while (dialers.size() <= entry.peer()) {
                    dialers.add(null);
                }
                Dialer added = new Dialer(loop, channelClass, entry);
                dialers.set(entry.peer(), added);
                added.dialNow();
            }
        }
    }

    private void onLoop(Runnable task) {
        try {
            loop.eventLoop.execute(task);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the loop is closing, and all its connections with it");
        }
    }

    private @Nullable Dialer dialer(int peer) {
        return peer < dialers.size() ? dialers.get(peer) : null;
    }

    private @Nullable PeerConnection ready(int peer) {
        Dialer dialer = dialer(peer);
        return dialer == null ? null : dialer.ready();
    }
}

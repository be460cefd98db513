package io.kvorum.server.http;

import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections there are, the one answered longest ago first. Any thread; its monitor guards a small set, which all
 * loops share since the bound is the node's.
 */
final class HttpCrowd {
    private static final int MAX = 64;

    private final Set<Channel> byLastAnswer = new LinkedHashSet<>();

    /** Takes one more, and closes another if that is one too many. */
    void add(Channel channel) {
        channel.closeFuture().addListener(closed -> remove(channel));
        Channel oldest = addLast(channel);
        if (oldest != null) {
            oldest.close();
        }
    }

    /** It was answered. */
    synchronized void answered(Channel channel) {
        if (byLastAnswer.remove(channel)) {
            byLastAnswer.add(channel);
        }
    }

    private synchronized void remove(Channel channel) {
        byLastAnswer.remove(channel);
    }

    private synchronized @Nullable Channel addLast(Channel channel) {
        byLastAnswer.add(channel);
        if (byLastAnswer.size() <= MAX) {
            return null;
        }
        Iterator<Channel> oldest = byLastAnswer.iterator();
        Channel first = oldest.next();
        oldest.remove();
        return first;
    }
}

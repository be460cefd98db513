package io.kvorum.tests.faults;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.jspecify.annotations.Nullable;

/** One connection through the proxy: what its two ends say to each other. Owned by the proxy's thread. */
final class Relay {
    private final FaultProxy proxy;
    private final int dialler;
    private final int target;
    private final Channel accepted;
    private final Pipe forth;
    private final Pipe back;
    private boolean ended;

    Relay(FaultProxy proxy, int dialler, int target, Channel accepted) {
        this.proxy = proxy;
        this.dialler = dialler;
        this.target = target;
        this.accepted = accepted;
        this.forth = new Pipe(this, dialler, target);
        this.back = new Pipe(this, target, dialler);
    }

    FaultProxy proxy() {
        return proxy;
    }

    int dialler() {
        return dialler;
    }

    int target() {
        return target;
    }

    /** What the dialler sends; reads the accepted channel. */
    Pipe forth() {
        return forth;
    }

    /** What the target sends; reads the channel to the target. */
    Pipe back() {
        return back;
    }

    /** What one of the two nodes sends the other; null if it is of other nodes. */
    @Nullable
    Pipe sentBy(int from, int to) {
        if (dialler == from && target == to) {
            return forth;
        }
        return dialler == to && target == from ? back : null;
    }

    boolean isRefused() {
        return proxy.rule(dialler, target).mode() == Rule.Mode.REFUSE
                || proxy.rule(target, dialler).mode() == Rule.Mode.REFUSE;
    }

    /** Both channels stand. */
    void connected() {
        if (ended) {
            back.reset();
        } else {
            forth.flowTo(back);
            back.flowTo(forth);
        }
    }

    /** A rule has changed. */
    void ruled() {
        if (isRefused()) {
            reset();
        } else {
            forth.ruled();
            back.ruled();
        }
    }

    /** Both ends find their connection reset. */
    void reset() {
        end();
        reset(accepted);
        back.reset();
    }

    static void reset(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }

    /** Nothing is relayed any longer. */
    void end() {
        if (!ended) {
            ended = true;
            forth.drop();
            back.drop();
            proxy.ended(this);
        }
    }
}

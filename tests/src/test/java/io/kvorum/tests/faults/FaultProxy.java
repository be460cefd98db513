package io.kvorum.tests.faults;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Stands between servers that connect to each other, and rules what each may hear of each other one. For every ordered pair
 * there is an address of its own: where {@code from} connects to reach {@code to}. Rules are for the bytes that one node
 * sends another, whoever of them has made the connection: so a cut from {@code a} to {@code b} takes the requests of
 * {@code a} and the answers of {@code a} alike, as in a network.
 *
 * <pre>
 *   a ── connects to 127.66.a.b ──► proxy ──► b         a's bytes: rule (a, b), b's answers: rule (b, a)
 *   b ── connects to 127.66.b.a ──► proxy ──► a         b's bytes: rule (b, a), a's answers: rule (a, b)
 * </pre>
 *
 * <p>One thread does all of it; methods may be called from any other, and have worked when they return.
 */
final class FaultProxy implements AutoCloseable {
    private final int[] ports;
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final SplittableRandom random;
    private final Rule[][] rules;
    private final Set<Relay> relays = new LinkedHashSet<>();
    private final List<Channel> listeners = new ArrayList<>();

    private FaultProxy(int[] ports, long seed) {
        this.ports = ports.clone();
        this.random = new SplittableRandom(seed);
        this.rules = new Rule[ports.length][ports.length];
        for (Rule[] row : rules) {
            Arrays.fill(row, Rule.PASS);
        }
    }

    /**
     * Listens for servers that are themselves, or will be, on these ports of 127.0.0.1.
     *
     * @param seed of delays and resets
     */
    static FaultProxy start(long seed, int... ports) {
        FaultProxy proxy = new FaultProxy(ports, seed);
        for (int from = 0; from < ports.length; from++) {
            for (int to = 0; to < ports.length; to++) {
                if (from != to) {
                    proxy.listen(from, to);
                }
            }
        }
        return proxy;
    }

    /** Where one node reaches another. */
    InetSocketAddress address(int from, int to) {
        return new InetSocketAddress(host(from, to), ports[to]);
    }

    /** The same without the port, which is the true one. */
    static String host(int from, int to) {
        return "127.66." + (from + 1) + '.' + (to + 1);
    }

    /** Rules the bytes that one node sends another from now on. */
    void rule(int from, int to, Rule rule) {
        onLoop(() -> set(from, to, rule));
    }

    /** Rules all that one node sends, and all that it is sent. */
    void ruleAround(int node, Rule outgoing, Rule incoming) {
        onLoop(() -> {
            for (int other = 0; other < ports.length; other++) {
                if (other != node) {
                    set(node, other, outgoing);
                    set(other, node, incoming);
                }
            }
        });
    }

    /** Ends all connections of a node with others as they are; new ones may be made. */
    void resetAround(int node) {
        onLoop(() -> List.copyOf(relays).stream()
                .filter(relay -> relay.dialler() == node || relay.target() == node)
                .forEach(Relay::reset));
    }

    /** Everything passes again. */
    void heal() {
        onLoop(() -> {
            for (int from = 0; from < ports.length; from++) {
                for (int to = 0; to < ports.length; to++) {
                    set(from, to, Rule.PASS);
                }
            }
        });
    }

    /** How many connections a node has ended whose other side does not know it yet: a rule holds it back. */
    int heldEnds(int from, int to) {
        int[] held = {0};
        onLoop(() -> held[0] = (int) relays.stream()
                .map(relay -> relay.sentBy(from, to))
                .filter(pipe -> pipe != null && pipe.holdsEnd())
                .count());
        return held[0];
    }

    Rule rule(int from, int to) {
        return rules[from][to];
    }

    /** Whether a piece that is sent ends its connection. On the loop. */
    boolean drawReset(Rule rule) {
        return rule.resetChance() > 0 && random.nextDouble() < rule.resetChance();
    }

    /** How long a piece is on its way. On the loop. */
    long drawDelayNanos(Rule rule) {
        return rule.delayNanosMax() <= rule.delayNanosMin()
                ? rule.delayNanosMin()
                : random.nextLong(rule.delayNanosMin(), rule.delayNanosMax());
    }

    void ended(Relay relay) {
        relays.remove(relay);
    }

    private void set(int from, int to, Rule rule) {
        rules[from][to] = rule;
        for (Relay relay : List.copyOf(relays)) {
            if ((relay.dialler() == from && relay.target() == to)
                    || (relay.dialler() == to && relay.target() == from)) {
                relay.ruled();
            }
        }
    }

    private void listen(int from, int to) {
        listeners.add(new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        accept(from, to, accepted);
                    }
                })
                .bind(address(from, to))
                .syncUninterruptibly()
                .channel());
    }

    private void accept(int from, int to, Channel accepted) {
        Relay relay = new Relay(this, from, to, accepted);
        relays.add(relay);
        accepted.pipeline().addLast(relay.forth());
        if (relay.isRefused()) {
            relay.reset();
            return;
        }
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(relay.back())
                .connect("127.0.0.1", ports[to])
                .addListener(done -> {
                    if (done.isSuccess()) {
                        relay.connected();
                    } else {
                        relay.reset();
                    }
                });
    }

    private void onLoop(Runnable task) {
        loop.submit(task).syncUninterruptibly();
    }

    @Override
    public void close() {
        listeners.forEach(listener -> listener.close().syncUninterruptibly());
        onLoop(() -> List.copyOf(relays).forEach(Relay::reset));
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}

package io.kvorum.server.repair;

import io.kvorum.server.peer.message.CompareAnswer;
import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.LeavesAnswer;
import java.util.BitSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Keeps a node's copies equal to those of the other owners (Dynamo §4.7): one {@link Exchange} with each peer that this
 * node asks. Of two nodes one asks, since an exchange brings both up to date. Owned by the control thread.
 */
final class AntiEntropy {
    private static final BitSet NOTHING = new BitSet();

    private final AntiEntropyPolicy policy;
    private final SortedMap<Integer, Exchange> exchanges = new TreeMap<>();

    AntiEntropy(AntiEntropyPolicy policy) {
        this.policy = policy;
    }

    /** These partitions are to be compared, by peer; with nobody else anything is. */
    void onShared(Map<Integer, BitSet> shared) {
        shared.keySet().forEach(this::exchange);
        exchanges.forEach((peer, exchange) -> exchange.onShared(shared.getOrDefault(peer, NOTHING)));
    }

    /** A peer answers (again): what it missed it gets now. */
    void onPeerUp(int peer, long nowNanos) {
        exchange(peer).onPeerUp(nowNanos);
    }

    /** A peer does not answer. */
    void onPeerDown(int peer) {
        exchange(peer).onPeerDown();
    }

    /** Time passed. To be called some times a second. */
    void tick(long nowNanos, AntiEntropyEffects effects) {
        for (Exchange exchange : exchanges.values()) {
            exchange.watch(nowNanos);
            exchange.tick(nowNanos, effects);
        }
    }

    /** A question was not sent, refused, or lost. */
    void onFailed(int peer, long ticket, long nowNanos, AntiEntropyEffects effects) {
        with(peer, exchange -> exchange.onFailed(ticket, nowNanos, effects));
    }

    /** The answer to {@link AntiEntropyEffects#compare}. */
    void onCompared(int peer, long ticket, CompareAnswer answer, long nowNanos, AntiEntropyEffects effects) {
        with(peer, exchange -> exchange.onCompared(ticket, answer, nowNanos, effects));
    }

    /** The answer to {@link AntiEntropyEffects#askLeaves}. */
    void onLeaves(int peer, long ticket, LeavesAnswer answer, long nowNanos, AntiEntropyEffects effects) {
        with(peer, exchange -> exchange.onLeaves(ticket, answer, nowNanos, effects));
    }

    /** The answer to {@link AntiEntropyEffects#askEntries}. */
    void onEntries(int peer, long ticket, EntriesAnswer answer, long nowNanos, AntiEntropyEffects effects) {
        with(peer, exchange -> exchange.onEntries(ticket, answer, nowNanos, effects));
    }

    /** The answer to {@link AntiEntropyEffects#fetch}. */
    void onFetched(int peer, long ticket, FetchAnswer answer, long nowNanos, AntiEntropyEffects effects) {
        with(peer, exchange -> exchange.onFetched(ticket, answer, nowNanos, effects));
    }

    /** What became of {@link AntiEntropyEffects#send}: whether the peer has it all now. */
    void onSent(int peer, long ticket, boolean taken, long nowNanos, AntiEntropyEffects effects) {
        with(peer, exchange -> exchange.onSent(ticket, taken, nowNanos, effects));
    }

    /** With how many peers copies are found to differ at this moment. */
    int atWork() {
        return (int) exchanges.values().stream().filter(Exchange::isAtWork).count();
    }

    /** How many keys were found to differ and are not brought up to date yet. */
    int pending() {
        return exchanges.values().stream().mapToInt(Exchange::pending).sum();
    }

    private Exchange exchange(int peer) {
        return exchanges.computeIfAbsent(peer, number -> new Exchange(number, policy));
    }

    private void with(int peer, Consumer<Exchange> action) {
        Exchange exchange = exchanges.get(peer);
        if (exchange != null) {
            action.accept(exchange);
        }
    }
}

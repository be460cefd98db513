package io.kvorum.server;

import io.kvorum.server.command.CommandRecorder;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.metrics.Distribution;
import io.kvorum.server.metrics.LoopCounter;
import io.kvorum.server.metrics.LoopMetrics;
import io.kvorum.server.metrics.NodeMetrics;

/** What one loop's commands and coordinator have to say, as numbers of the node. Owned by the loop. */
final class LoopRecorder implements CommandRecorder, CoordinatorMetrics {
    private final NodeMetrics node;
    private final LoopMetrics loop;

    LoopRecorder(NodeMetrics node, int number) {
        this.node = node;
        this.loop = node.loop(number);
    }

    @Override
    public void record(int command, long nanos, boolean failed) {
        loop.command(command, nanos);
        if (failed) {
            loop.commandFailed(command);
        }
    }

    @Override
    public void rejected(int command) {
        loop.commandRejected(command);
    }

    @Override
    public void errorReplied(String firstWord) {
        node.error(firstWord);
    }

    @Override
    public void unknown(String name) {
        node.unknownCommand(name);
    }

    @Override
    public void connected() {
        loop.increment(LoopCounter.CLIENTS_ACCEPTED);
    }

    @Override
    public void turnedAway() {
        loop.increment(LoopCounter.CLIENTS_REFUSED);
    }

    @Override
    public void dropped() {
        loop.increment(LoopCounter.CLIENTS_DROPPED);
    }

    @Override
    public void received(long bytes) {
        loop.add(LoopCounter.CLIENT_BYTES_IN, bytes);
        loop.increment(LoopCounter.CLIENT_READS);
    }

    @Override
    public void sent(long bytes) {
        loop.add(LoopCounter.CLIENT_BYTES_OUT, bytes);
        loop.increment(LoopCounter.CLIENT_WRITES);
    }

    @Override
    public void forgot() {
        loop.increment(LoopCounter.SESSION_FORGOTTEN);
    }

    @Override
    public void looked(boolean found) {
        loop.increment(found ? LoopCounter.KEY_HITS : LoopCounter.KEY_MISSES);
    }

    @Override
    public void readQuorumWaited(long nanos) {
        loop.record(Distribution.READ_QUORUM_WAIT, nanos);
    }

    @Override
    public void writeQuorumWaited(long nanos) {
        loop.record(Distribution.WRITE_QUORUM_WAIT, nanos);
    }

    @Override
    public void coldReadWaited(long nanos) {
        loop.record(Distribution.COLD_READ, nanos);
    }

    @Override
    public void hedged() {
        loop.increment(LoopCounter.HEDGES_SENT);
    }

    @Override
    public void mismatched() {
        loop.increment(LoopCounter.READS_DIVERGED);
    }

    @Override
    public void repaired() {
        loop.increment(LoopCounter.READ_REPAIRS);
    }
}

package io.kvorum.tests.sim;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.tests.sim.cluster.CopyFacts;
import io.kvorum.tests.sim.cluster.LifeEnd;
import io.kvorum.tests.sim.cluster.StorageEvent;
import io.kvorum.tests.sim.cluster.Watcher;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Counts what nodes send each other, in bytes of frames, by the kind of message. */
final class WireMeter implements Watcher {
    private final Map<MessageType, Long> bytes = new EnumMap<>(MessageType.class);

    /** Forgets what was sent so far. */
    void reset() {
        bytes.clear();
    }

    /** What was sent since, by kind. */
    Map<MessageType, Long> bytes() {
        return new EnumMap<>(bytes);
    }

    @Override
    public void sent(int from, int to, PeerMessage message) {
        ByteWriter payload = new ByteWriter(64);
        message.encode(payload);
        bytes.merge(message.type(), (long) PeerFrame.LENGTH_BYTES + PeerFrame.HEADER_BYTES + payload.size(), Long::sum);
    }

    @Override
    public void changed(
            int node, int partition, long actor, long flushedUpTo, byte @Nullable [] before, byte[] after) {}

    @Override
    public void reaped(int node, byte[] record, long deadBeforeMillis) {}

    @Override
    public void flushed(int node, int partition, long upToStamp) {}

    @Override
    public void ended(int node, LifeEnd end, List<CopyFacts> left) {}

    @Override
    public void began(int node, List<CopyFacts> found) {}

    @Override
    public void storage(int node, StorageEvent event) {}

    @Override
    public void settled(int node, int partition) {}

    @Override
    public void dropped(int node, int partition) {}

    @Override
    public void hintRead(int node, byte[] key, byte @Nullable [] record) {}

    @Override
    public void hintOffered(int node, byte[] record) {}

    @Override
    public void hintPut(int node, byte[] record, HintStore.Outcome outcome) {}

    @Override
    public void hintRemoved(int node, UUID target, byte[] record) {}

    @Override
    public VersionObserver versions(int node) {
        return VersionObserver.NONE;
    }
}

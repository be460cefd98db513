package io.kvorum.tests.sim.run;

import io.kvorum.ring.Position;
import io.kvorum.ring.Ring;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.tests.sim.story.KeyStory;
import org.jspecify.annotations.Nullable;

/** Looks at the records of copies, past all commands. */
final class Records {
    private Records() {}

    static byte @Nullable [] read(StorageEngine engine, Ring ring, KeyStory key) {
        byte[] bytes = key.bytes();
        Position position = ring.partitioner().positionOf(bytes, 0, bytes.length);
        return engine.read(key.partition(), StorageEngine.tableHash(position.high()), bytes, 0, bytes.length);
    }

    static int partition(Ring ring, String name) {
        byte[] bytes = name.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        return ring.partitionOf(
                ring.partitioner().positionOf(bytes, 0, bytes.length).high());
    }
}

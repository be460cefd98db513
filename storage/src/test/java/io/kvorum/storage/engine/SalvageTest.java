package io.kvorum.storage.engine;

import static io.kvorum.storage.engine.EngineRig.SECOND;
import static io.kvorum.storage.engine.StorageEngineContract.partitionOf;
import static io.kvorum.storage.engine.StorageEngineContract.put;
import static io.kvorum.storage.engine.StorageEngineContract.read;
import static io.kvorum.storage.engine.StorageEngineContract.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A start that goes on without a part of the journal. */
@Timeout(60)
final class SalvageTest {
    @TempDir
    Path directory;

    private EngineRig rig;
    private long key;

    @BeforeEach
    void makeRig() {
        rig = new EngineRig(directory);
        while (partitionOf(key) != 0) {
            key++;
        }
    }

    /** The last checkpoint has put the newest record of the key and did not end; the journal's entry of it is damaged. */
    private byte[] breakOff(boolean dropped) throws IOException {
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        put(engine, key, 10);
        rig.checkpoint();
        put(engine, key, 20);
        if (dropped) {
            engine.drop(0);
        }
        for (long other = 1_000; other < 1_100; other++) {
            put(engine, other, 10);
        }
        byte[] newest = put(engine, key, 300);
        int commits = rig.store.commits;
        rig.passUntil(() -> rig.store.commits > commits);
        assertThat(rig.said).last().asString().isEqualTo("checkpointed 1");
        assertThat(stored()).isEqualTo(newest);
        rig.kill();
        damage(newest);
        return newest;
    }

    private byte @Nullable [] stored() {
        return rig.store.read(0, TestRecords.position(key), TestRecords.key(key), 0, Long.BYTES);
    }

    private void damage(byte[] record) throws IOException {
        int damaged = 0;
        for (Path segment : segments()) {
            byte[] bytes = Files.readAllBytes(segment);
            for (int at = 0; at + record.length <= bytes.length; at++) {
                if (Arrays.equals(bytes, at, at + record.length, record, 0, record.length)) {
                    bytes[at + record.length - 1]++;
                    damaged++;
                }
            }
            Files.write(segment, bytes);
        }
        assertThat(damaged).isEqualTo(1);
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> segments = Files.list(directory.resolve("journal"))) {
            return segments.filter(file -> file.toString().endsWith(".journal")).toList();
        }
    }

    @Test
    void what_the_checkpoint_has_is_not_lost_with_the_part_of_the_journal_that_is_missing() throws IOException {
        byte[] newest = breakOff(false);
        assertThatThrownBy(() -> rig.start(Continuity.CUT_OFF, 2)).hasMessageContaining("journal");
        rig.salvage = true;
        JournaledEngine engine = rig.start(Continuity.CUT_OFF, 3);
        assertThat(read(engine, key)).isEqualTo(newest);
        assertThat(engine.isSettled(0)).isFalse();
        rig.work(SECOND);
        assertThat(stored()).isEqualTo(newest);
        assertThat(update(engine, key, (current, scope) -> current)).isNotNegative();
    }

    @Test
    void what_was_dropped_does_not_come_back_from_the_checkpoint() throws IOException {
        breakOff(true);
        rig.salvage = true;
        JournaledEngine engine = rig.start(Continuity.CUT_OFF, 2);
        assertThat(read(engine, key)).isNull();
    }
}

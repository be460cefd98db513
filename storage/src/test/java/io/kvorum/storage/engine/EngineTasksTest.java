package io.kvorum.storage.engine;

import static io.kvorum.storage.engine.EngineRig.SECOND;
import static io.kvorum.storage.engine.StorageEngineContract.put;
import static io.kvorum.storage.engine.StorageEngineContract.read;
import static io.kvorum.storage.engine.StorageEngineContract.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.journal.JournalState;
import io.kvorum.storage.journal.SyncPolicy;
import io.kvorum.storage.table.TableKind;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Versions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the engine does by itself goes on, whatever comes of one turn of it. */
@Timeout(60)
final class EngineTasksTest {
    @TempDir
    Path directory;

    private EngineRig rig;

    @BeforeEach
    void makeRig() {
        rig = new EngineRig(directory);
    }

    @Test
    void checkpoint_that_ends_with_an_error_counts_as_failed_and_the_next_puts_all_of_it() {
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        put(engine, 1, 10);
        put(engine, 2, 10);
        rig.checkpoint();
        update(engine, 1, (current, scope) -> null);
        put(engine, 3, 10);
        rig.store.failCommit(new AssertionError("a bug"));
        rig.said.clear();
        rig.checkpoint();
        assertThat(rig.said).startsWith("checkpoint failed: a bug", "checkpointed 1");
        assertThat(engine.dirtyCount()).isZero();
        assertThat(rig.store.records()).isEqualTo(2);
        JournaledEngine next = rig.start(Continuity.CUT_OFF, 2);
        assertThat(read(next, 1)).isNull();
        assertThat(read(next, 3)).isNotNull();
    }

    @Test
    void paused_checkpoint_begins_only_when_the_journal_gets_long() {
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        rig.checkpoint();
        rig.said.clear();
        engine.pace(0);
        put(engine, 1, 10);
        rig.checkpoint();
        assertThat(rig.said).isEmpty();
        for (int i = 0; i < 8; i++) {
            put(engine, 10 + i, 100_000);
        }
        rig.checkpoint();
        assertThat(rig.said).containsExactly("checkpointed 9");
        put(engine, 1, 10);
        engine.pace(0.1);
        rig.checkpoint();
        assertThat(rig.said).containsExactly("checkpointed 9", "checkpointed 1");
    }

    @Test
    void checkpoint_that_pauses_goes_on_at_once_when_it_is_given_more_time() {
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        rig.checkpoint();
        rig.said.clear();
        rig.put = 0;
        for (int i = 0; i < 100; i++) {
            put(engine, i, 10);
        }
        // Some batches of ten, and then a pause without end.
        rig.passUntil(() -> engine.dirtyCount() < 100);
        engine.pace(0);
        for (int i = 0; i < 100; i++) {
            rig.work(SECOND);
        }
        assertThat(rig.said).isEmpty();
        assertThat(engine.dirtyCount()).isPositive();
        assertThat(rig.put).as("told of while it is under way").isEqualTo(100 - engine.dirtyCount());
        engine.pace(1);
        for (int i = 0; i < 5; i++) {
            rig.work(SECOND);
        }
        assertThat(rig.said).containsExactly("checkpointed 100");
        assertThat(rig.put).isEqualTo(100);
    }

    @Test
    void error_while_space_is_freed_does_not_end_the_checkpoints() {
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        rig.store.failCollect(new AssertionError("a bug"));
        rig.work(SECOND);
        put(engine, 1, 10);
        rig.checkpoint();
        assertThat(rig.said).startsWith("checkpoint failed: a bug", "checkpointed 1");
    }

    @Test
    void failure_is_over_once_the_store_can_be_opened_though_there_is_nothing_to_put() {
        JournaledEngine unused = rig.start(Continuity.WHOLE, 1);
        rig.checkpoint();
        rig.said.clear();
        rig.store.failCollect(new AssertionError("a bug"));
        rig.checkpoint();
        assertThat(rig.said).containsExactly("checkpoint failed: a bug", "checkpointed 0");
    }

    @Test
    void values_on_disk_alone_can_be_read_while_a_checkpoint_that_failed_waits_for_its_next_try() {
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        put(engine, 1, 10);
        rig.store.failCommits(1);
        rig.passUntil(() -> !rig.said.isEmpty());
        assertThat(rig.said).containsExactly("checkpoint failed: no space left");
        byte[] key = TestRecords.key(1);
        assertThat(rig.store.read(0, TestRecords.position(1), key, 0, key.length))
                .isNull();
        assertThat(rig.store.commits).isZero();
        rig.checkpoint();
        assertThat(rig.said).contains("checkpointed 1");
    }

    @Test
    void journal_is_watched_on_after_a_look_that_ended_with_an_error() {
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        put(engine, 1, 10);
        rig.doubt = () -> {
            throw new IllegalStateException("a bug");
        };
        rig.disk.failForces(true);
        assertThatThrownBy(() -> rig.work(2 * SECOND)).hasMessage("a bug");
        rig.doubt = () -> {};
        rig.disk.failForces(false);
        rig.checkpoint();
        assertThat(rig.said).contains("disk failed", "disk recovered");
        assertThat(update(engine, 2, (current, scope) -> TestRecords.value(2, current, scope, 10)))
                .isNotNegative();
    }

    @Test
    void copies_are_distrusted_though_the_disk_does_not_take_that_word_and_it_is_left_once_the_disk_does() {
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        engine.settle(3);
        engine.settle(4);
        long actor = engine.actor(3);
        int[] words = {0, 0};
        rig.doubt = () -> {
            words[0]++;
            throw new UncheckedIOException(new IOException("No space left on device"));
        };

        engine.distrust(3);
        engine.distrust(4);

        assertThat(engine.isSettled(3)).isFalse();
        assertThat(engine.isSettled(4)).isFalse();
        assertThat(engine.actor(3)).isNotEqualTo(actor);
        assertThat(words[0]).as("not for each copy").isEqualTo(1);
        rig.work(SECOND);
        assertThat(words[0]).as("again").isGreaterThan(1);
        rig.doubt = () -> words[1]++;
        rig.checkpoint();
        assertThat(words[1]).isEqualTo(1);
    }

    @Test
    void record_that_a_failed_force_may_have_lost_is_not_durable_for_who_finds_it_until_a_checkpoint_has_it() {
        rig.sync = SyncPolicy.ALWAYS;
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        put(engine, 1, 10);
        rig.workJournal(0);
        rig.disk.failForces(true);
        put(engine, 2, 10);
        rig.workJournal(0);
        rig.disk.failForces(false);
        rig.workJournal(SECOND);
        assertThat(engine.journal().state()).isEqualTo(JournalState.RUNNING);
        assertThat(isFoundDurable(engine)).isFalse();
        put(engine, 3, 10);
        rig.workJournal(0);
        assertThat(isFoundDurable(engine)).as("after another was forced").isFalse();
        rig.checkpoint();
        assertThat(isFoundDurable(engine)).as("after a checkpoint").isTrue();
    }

    private boolean isFoundDurable(JournaledEngine engine) {
        List<Boolean> answers = new ArrayList<>();
        engine.whenDurable(update(engine, 2, (current, scope) -> current), (ticket, durable) -> answers.add(durable));
        rig.workJournal(0);
        assertThat(answers).hasSize(1);
        return answers.get(0);
    }

    @Test
    void engine_closes_its_store_though_the_last_checkpoint_ends_with_an_error() {
        JournaledEngine engine = rig.start(Continuity.WHOLE, 1);
        put(engine, 1, 10);
        rig.store.failCommit(new AssertionError("a bug"));
        engine.close();
        assertThat(engine.isClosedWhole()).isFalse();
        assertThat(rig.store.isClosed()).isTrue();
    }

    @Test
    void eviction_goes_on_behind_a_copy_that_cannot_be_looked_at() {
        ManualThread thread = new ManualThread();
        Usage usage = new Usage(4 << 20);
        Evictor evictor = new Evictor(usage, thread, () -> {});
        boolean[] fails = {false};
        PartitionCopy[] copies = new PartitionCopy[2];
        for (int i = 0; i < copies.length; i++) {
            boolean mayFail = i == 0;
            PositionFunction positions = (key, offset, length) -> {
                if (mayFail && fails[0]) {
                    throw new IllegalStateException("a bug");
                }
                return TestRecords.high(key, offset, length);
            };
            copies[i] = new PartitionCopy(
                    i,
                    StorageEngineContract.PARTITIONS,
                    positions,
                    new StampClock(() -> 0, 0),
                    () -> 1,
                    usage,
                    ChangeLog.NONE,
                    TableKind.CHECKPOINTED_AND_COLD,
                    Pressure.NONE);
            copies[i].load(TestRecords.counter(i, null, 1, 1, 0));
        }
        for (long key = 2; !usage.isVeryShort(); key++) {
            copies[(int) key % 2].load(Versions.write(
                    null,
                    new Draft()
                            .key(TestRecords.key(key), 0, Long.BYTES)
                            .dot(1, 1)
                            .value(new byte[5_000], 0, 5_000)));
        }
        long before = copies[1].usedBytes();
        fails[0] = true;
        evictor.start(copies);
        int bugs = 0;
        for (int asks = 0; usage.isVeryShort(); asks++) {
            assertThat(asks).as("times it was asked in vain").isLessThan(10);
            try {
                stepThrough(thread);
            } catch (IllegalStateException bug) {
                bugs++;
            }
            evictor.grown();
        }
        assertThat(bugs).isPositive();
        assertThat(copies[1].usedBytes()).isLessThan(before);
    }

    private static void stepThrough(ManualThread thread) {
        while (thread.step()) {
            // as often as it asks
        }
    }
}

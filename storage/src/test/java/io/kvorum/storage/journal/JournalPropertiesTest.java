package io.kvorum.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.journal.JournalRig.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random lives of a journal on a disk that loses, fails and runs full. A run is repeated by its seed: {@code
 * -Dkvorum.test.seed}; {@code -Dkvorum.test.runs} makes it longer.
 */
final class JournalPropertiesTest {
    private static final Path DIRECTORY = Path.of("/journal");
    private static final int RUNS = Integer.getInteger("kvorum.test.runs", 300);

    private interface Property {
        void check(Random random) throws IOException;
    }

    @Test
    void no_crash_loses_what_was_promised_nor_shows_what_was_not_appended() {
        forAll(random -> new Life(random, false).run());
    }

    @Test
    void failed_forces_and_resets_lose_only_what_they_say() {
        forAll(random -> new Life(random, true).run());
    }

    @Test
    void a_flipped_bit_is_found_or_changes_nothing() {
        forAll(random -> {
            JournalRig rig = forced(random);
            List<Path> files = rig.segmentFiles();
            byte[] bytes = ((FaultyDisk) rig.disk).bytes(files.get(random.nextInt(files.size())));
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            checkWholeOrRefused(rig);
        });
    }

    @Test
    void a_file_cut_off_or_gone_is_noticed_or_changes_nothing() {
        forAll(random -> {
            JournalRig rig = forced(random);
            FaultyDisk disk = (FaultyDisk) rig.disk;
            List<Path> files = rig.segmentFiles();
            Path file = files.get(random.nextInt(files.size()));
            if (random.nextBoolean()) {
                disk.delete(file);
            } else {
                disk.cut(file, random.nextInt(disk.bytes(file).length));
            }
            checkWholeOrRefused(rig);
        });
    }

    @Test
    void salvage_loses_only_the_entries_that_are_damaged() {
        forAll(random -> {
            JournalRig rig = forced(random);
            Set<Entry> damaged = new HashSet<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                flipAnEntry(rig, random, damaged);
            }
            if (random.nextInt(4) == 0) {
                byte[] header = ((FaultyDisk) rig.disk).bytes(rig.segmentFiles().get(0));
                header[20]++;
                header[2048 + 20]++;
            }
            rig.reopen(0, true);
            rig.appended.removeAll(damaged);
            assertThat(rig.replayed).isEqualTo(rig.appended);
            if (!damaged.isEmpty()) {
                assertThat(rig.report.dropped()).isNotEmpty();
            }

            long checkpoint = rig.journal.position();
            rig.journal.release(checkpoint);
            rig.background.runAll();
            rig.append(random.nextInt(500));
            ((FaultyDisk) rig.disk).killProcess();
            rig.reopen(checkpoint, false);
            assertThat(rig.replayed).isEqualTo(rig.after(checkpoint));
        });
    }

    private static void flipAnEntry(JournalRig rig, Random random, Set<Entry> damaged) throws IOException {
        Entry entry = rig.appended.get(random.nextInt(rig.appended.size()));
        if (damaged.add(entry)) {
            Path file = rig.fileOf(entry.start());
            int at = (int) (entry.start() - rig.headerOf(file).base());
            int length = EntryFormat.HEADER_BYTES + entry.payload().size();
            ((FaultyDisk) rig.disk).bytes(file)[at + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    private static void checkWholeOrRefused(JournalRig rig) throws IOException {
        try {
            rig.reopen(0, false);
        } catch (JournalException refused) {
            assertThat(refused.getMessage()).contains(".journal");
            return;
        }
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    /** A journal of some segments, all of it forced, that was killed. */
    private static JournalRig forced(Random random) throws IOException {
        FaultyDisk disk = new FaultyDisk(random.nextBoolean() ? 512 : 4096);
        JournalRig rig = new JournalRig(disk, DIRECTORY, settings(random));
        for (int i = 20 + random.nextInt(60); i > 0; i--) {
            rig.append(size(random));
            if (random.nextInt(10) == 0) {
                rig.force();
            }
            if (random.nextInt(20) == 0) {
                rig.background.runAll();
            }
        }
        assertThat(rig.force()).isTrue();
        rig.background.runAll();
        disk.killProcess();
        return rig;
    }

    private static JournalSettings settings(Random random) {
        SyncPolicy[] policies = SyncPolicy.values();
        return new JournalSettings(
                4096 * (2 + random.nextInt(6)), policies[random.nextInt(policies.length)], random.nextInt(4));
    }

    private static int size(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1 -> random.nextInt(40_000);
            case 2 -> random.nextInt(5000);
            default -> random.nextInt(300);
        };
    }

    private static void forAll(Property property) {
        long first = Long.getLong("kvorum.test.seed", 1);
        int runs = System.getProperty("kvorum.test.seed") == null ? RUNS : 1;
        for (long seed = first; seed < first + runs; seed++) {
            try {
                property.check(new Random(seed * 0x9E3779B97F4A7C15L));
            } catch (IOException | RuntimeException | AssertionError failure) {
                throw new AssertionError("-Dkvorum.test.seed=" + seed, failure);
            }
        }
    }

    /** A journal that is used, crashes, and is opened again, beside a list that says what must be found. */
    private static final class Life {
        private final Random random;
        private final boolean forcesFail;
        private final FaultyDisk disk;
        private final JournalRig rig;
        private final Set<Long> promised = new HashSet<>();

        /** Entries that a failed force may have lost; they may be there or not. */
        private final Set<Entry> doubtful = new HashSet<>();

        private final List<String> wrong = new ArrayList<>();
        private long checkpoint;
        private long newestPosition;
        private int life;

        Life(Random random, boolean forcesFail) throws IOException {
            this.random = random;
            this.forcesFail = forcesFail;
            this.disk = new FaultyDisk(random.nextBoolean() ? 512 : 4096);
            this.rig = new JournalRig(disk, DIRECTORY, settings(random));
        }

        void run() throws IOException {
            for (life = 0; life < 6; life++) {
                for (int i = random.nextInt(80); i > 0; i--) {
                    step();
                }
                end();
                assertThat(wrong).isEmpty();
            }
        }

        private void step() {
            switch (random.nextInt(12)) {
                case 0 -> rig.background.runAll();
                case 1 -> rig.background.pass(JournalRig.SECOND);
                case 2 -> {
                    if (rig.journal.forceNow()) {
                        promise(rig.journal.position());
                    }
                }
                case 3 -> release();
                case 4 -> rig.background.runOne();
                case 5 -> {
                    if (random.nextInt(3) == 0) {
                        disk.setCapacity(random.nextBoolean() ? disk.used() : Long.MAX_VALUE);
                    }
                }
                case 6 -> {
                    if (forcesFail) {
                        failAndPerhapsReset();
                    }
                }
                default -> append();
            }
        }

        private void append() {
            byte[] payload = JournalRig.payload(size(random), random.nextLong());
            int type = 1 + random.nextInt(255);
            long position = rig.tryAppend(payload, type, random.nextInt(1 << 24));
            if (position == Journal.BUSY) {
                rig.background.runAll();
                return;
            }
            if (position > 0) {
                assertThat(position).isGreaterThan(newestPosition);
                newestPosition = position;
                if (random.nextInt(4) == 0) {
                    int asked = life;
                    rig.journal.whenDurable(position, (ticket, durable) -> {
                        if (durable && asked == life) {
                            promised.add(ticket);
                        }
                    });
                }
            }
        }

        private void promise(long position) {
            rig.upTo(position).forEach(entry -> {
                if (!doubtful.contains(entry)) {
                    promised.add(entry.position());
                }
            });
        }

        private void release() {
            long position = random.nextBoolean() || rig.appended.isEmpty()
                    ? rig.journal.position()
                    : rig.appended.get(random.nextInt(rig.appended.size())).position();
            if (doubtful.isEmpty() && position > checkpoint && position <= rig.journal.position()) {
                checkpoint = position;
                rig.journal.release(checkpoint);
            }
        }

        private void failAndPerhapsReset() {
            if (rig.journal.state() != JournalState.FAILED) {
                long durable = rig.journal.durablePosition();
                disk.setForcesFail(true);
                boolean forced = rig.journal.forceNow();
                disk.setForcesFail(false);
                if (forced) {
                    return;
                }
                rig.after(durable).forEach(doubtful::add);
                for (Entry entry : doubtful) {
                    if (promised.contains(entry.position())) {
                        wrong.add(entry + " was promised and is in doubt");
                    }
                }
            }
            disk.setCapacity(Long.MAX_VALUE);
            if (random.nextInt(4) == 0) {
                disk.damageMaps();
            }
            if (random.nextBoolean() && rig.journal.reset() && random.nextBoolean()) {
                checkpoint = rig.journal.position();
                rig.journal.release(checkpoint);
                doubtful.clear();
            }
        }

        private void end() throws IOException {
            boolean all = true;
            int way = random.nextInt(3);
            long end = rig.journal.position();
            JournalState state = rig.journal.state();
            // On a full disk a life may end without a segment in which to note how.
            boolean begun = end > rig.report.endPosition();
            if (way == 0) {
                disk.killProcess();
            } else if (way == 1) {
                rig.journal.close();
                if (random.nextBoolean() && state != JournalState.FAILED) {
                    promise(end);
                    disk.losePower(random);
                }
            } else {
                disk.losePower(random);
                all = false;
            }
            disk.setCapacity(Long.MAX_VALUE);
            rig.reopen(checkpoint, false);
            compare(all && doubtful.isEmpty());
            if (way == 1
                    && begun
                    && state != JournalState.FAILED
                    && rig.report.dropped().isEmpty()) {
                assertThat(rig.report.closedCleanly()).as("%s", rig.report).isTrue();
            }
        }

        private void compare(boolean all) {
            List<Entry> expected = rig.after(checkpoint);
            if (all) {
                assertThat(rig.replayed).isEqualTo(expected);
            } else {
                List<Entry> sure = new ArrayList<>(expected);
                sure.removeIf(entry -> !promised.contains(entry.position()));
                assertThat(new HashSet<>(rig.replayed).containsAll(sure))
                        .as("%s has all of %s", rig.replayed, sure)
                        .isTrue();
                // Without those in doubt it is a prefix.
                List<Entry> found = new ArrayList<>(rig.replayed);
                found.removeAll(doubtful);
                List<Entry> certain = new ArrayList<>(expected);
                certain.removeAll(doubtful);
                assertThat(certain.subList(0, found.size())).isEqualTo(found);
                List<Entry> inOrder = new ArrayList<>(expected);
                inOrder.retainAll(new HashSet<>(rig.replayed));
                assertThat(rig.replayed).isEqualTo(inOrder);
            }
            rig.appended.retainAll(new HashSet<>(rig.replayed));
            rig.replayed.forEach(entry -> promised.add(entry.position()));
            doubtful.clear();
        }
    }
}

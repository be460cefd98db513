package io.kvorum.storage.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Counters born, expired and born again at three copies that meet at random: what an expiry set on some members does to
 * the others.
 */
class GroupModelTest {
    private static final int RUNS = Boolean.getBoolean("kvorum.endurance") ? 200_000 : 2000;
    private static final int COPIES = 3;

    private static final class Run {
        private final SplittableRandom random;
        private final long seed;
        private final byte[] @Nullable [] copies = new byte[COPIES][];
        /** Per copy, when each member that a reader saw ended had ended, and the members' own amendments then. */
        private final List<Map<Dot, Long>> ended = List.of(new HashMap<>(), new HashMap<>(), new HashMap<>());

        private final List<Map<Dot, Long>> members = List.of(new HashMap<>(), new HashMap<>(), new HashMap<>());
        private final boolean expiring;
        private long millis = 100;
        private long logic;
        private long total;
        int apart;

        Run(long seed, boolean expiring) {
            this.seed = seed;
            this.expiring = expiring;
            random = new SplittableRandom(seed);
        }

        private void step() {
            int copy = random.nextInt(COPIES);
            int other = (copy + 1 + random.nextInt(COPIES - 1)) % COPIES;
            millis += random.nextInt(12);
            long stamp = Stamp.ofMillis(millis) + ++logic;
            byte[] record = copies[copy];
            int chance = random.nextInt(10);
            if (chance < 4) {
                copies[copy] = Amendments.increment(record, Histories.draft(copy + 1, stamp, ""), 1, millis)
                        .record();
                total++;
            } else if (chance < 7 && expiring && record != null) {
                long end = random.nextInt(4) == 0 ? 0 : millis + random.nextInt(1, 60);
                copies[copy] = Amendments.expire(record, copy + 1, stamp, end, millis);
            } else if (copies[other] != null) {
                copies[copy] = Histories.merge(record, copies[other]);
            }
            byte[] now = copies[copy];
            if (now != null) {
                RecordBytes.check(now);
                verify(copy, RecordBytes.siblings(now));
            }
        }

        private void verify(int copy, List<Sibling> siblings) {
            Group group = new Group(siblings);
            Set<Dot> dots = new HashSet<>();
            siblings.forEach(sibling -> dots.add(sibling.dot()));
            apart += siblings.size() > 1 ? 1 : 0;
            verifyNewestGoverns(siblings, group);
            boolean governorLeft = !dots.containsAll(members.get(copy).keySet());
            for (Sibling sibling : siblings) {
                long end = group.expireAtMillis(sibling);
                Long before = ended.get(copy).get(sibling.dot());
                if (before != null && !governorLeft && group.isLive(sibling, millis)) {
                    // New here, and made before its end; or new on one that had ended, by someone who knew of no end.
                    boolean said = siblings.stream()
                            .anyMatch(by -> by.hasExpiry()
                                    && members.get(copy).getOrDefault(by.dot(), 0L) != by.expiryStamp
                                    && (Stamp.millis(by.expiryStamp) < before
                                            || ended.get(copy).containsKey(by.dot())));
                    assertThat(said)
                            .as("%s is back, seed %d", sibling.dot(), seed)
                            .isTrue();
                }
                boolean othersEndBefore = siblings.stream()
                        .allMatch(by -> by == sibling
                                || !by.hasExpiry()
                                || (by.expiryMillis != 0 && by.expiryMillis <= Stamp.millis(sibling.stamp)));
                if (othersEndBefore) {
                    assertThat(end).as("next life, seed %d", seed).isEqualTo(sibling.expiryMillis);
                }
            }
            ended.get(copy).clear();
            for (Sibling sibling : siblings) {
                if (!group.isLive(sibling, millis)) {
                    ended.get(copy).put(sibling.dot(), group.expireAtMillis(sibling));
                }
            }
            members.get(copy).clear();
            siblings.forEach(sibling -> members.get(copy).put(sibling.dot(), sibling.expiryStamp));
        }

        /** Where nothing had ended when the newest amendment was made, it governs every member older than its time. */
        private void verifyNewestGoverns(List<Sibling> siblings, Group group) {
            Sibling newest = siblings.get(0);
            boolean nothingEnded = true;
            for (Sibling sibling : siblings) {
                newest = sibling.expiryStamp > newest.expiryStamp ? sibling : newest;
            }
            for (Sibling sibling : siblings) {
                nothingEnded &= sibling.expiryMillis == 0 || sibling.expiryMillis > Stamp.millis(newest.expiryStamp);
            }
            if (!newest.hasExpiry() || !nothingEnded) {
                return;
            }
            for (Sibling sibling : siblings) {
                if (newest.expiryMillis == 0 || newest.expiryMillis > Stamp.millis(sibling.stamp)) {
                    assertThat(group.expireAtMillis(sibling))
                            .as("seed %d", seed)
                            .isEqualTo(newest.expiryMillis);
                }
            }
        }

        void settle() {
            for (int i = 0; i < 2 * COPIES * COPIES; i++) {
                byte[] from = copies[(i / COPIES) % COPIES];
                if (from != null) {
                    copies[i % COPIES] = Histories.merge(copies[i % COPIES], from);
                }
            }
            for (byte[] copy : copies) {
                assertThat(copy).as("seed %d", seed).isEqualTo(copies[0]);
            }
        }
    }

    @Test
    void an_expiry_governs_the_group_spares_the_next_life_and_revives_nothing() {
        int apart = 0;
        for (long seed = 0; seed < RUNS; seed++) {
            Run run = new Run(seed, true);
            for (int i = 0; i < 40; i++) {
                run.step();
            }
            run.settle();
            apart += run.apart;
        }
        assertThat(apart).as("steps with counters born apart").isGreaterThan(RUNS);
    }

    @Test
    void without_expiry_every_increment_is_in_the_sum() {
        for (long seed = 0; seed < RUNS / 5; seed++) {
            Run run = new Run(seed, false);
            for (int i = 0; i < 40; i++) {
                run.step();
            }
            run.settle();
            byte[] last = run.copies[0];
            if (last != null) {
                assertThat(Visible.values(last, run.millis).get(0).bytes())
                        .as("seed %d", seed)
                        .asString()
                        .isEqualTo(Long.toString(run.total));
            }
        }
    }
}

package io.kvorum.storage.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Three copies, four clients, messages late or never, copies dropped and regained under new actors. Whatever happens: no
 * event is lost that nobody superseded, none stays that somebody did, no increment is lost, and all copies end equal.
 */
class ContextHistoriesTest {
    private static final int RUNS = Boolean.getBoolean("kvorum.endurance") ? 200_000 : 1500;
    private static final int COPIES = 3;

    private record Held(Context context, Set<Dot> seen) {}

    private record Flight(int to, byte[] record) {}

    private static final class Run {
        private final SplittableRandom random;
        private final byte[] @Nullable [] copies = new byte[COPIES][];
        private final long[] actors = {11, 22, 33};
        private final List<Flight> flights = new ArrayList<>();
        private final Set<Dot> events = new HashSet<>();
        private final Set<Dot> superseded = new HashSet<>();
        private final Map<Dot, Long> added = new HashMap<>();
        private final Held[] held = new Held[4];
        private long clock;
        private long nextActor = 100;

        Run(long seed) {
            random = new SplittableRandom(seed);
            Arrays.fill(held, new Held(Context.EMPTY, Set.of()));
        }

        private void mergeInto(int copy, byte @Nullable [] record) {
            if (record != null) {
                copies[copy] = Histories.merge(copies[copy], record);
            }
        }

        private int other(int copy) {
            return (copy + 1 + random.nextInt(COPIES - 1)) % COPIES;
        }

        private Set<Dot> knownTo(byte @Nullable [] record) {
            Set<Dot> known = new HashSet<>();
            for (Dot event : events) {
                if (record != null && RecordBytes.knows(record, event.actor(), event.stamp())) {
                    known.add(event);
                }
            }
            return known;
        }

        private void replicate(int copy, boolean doubtful) {
            int first = other(copy);
            byte[] record = copies[copy];
            if (doubtful) {
                flights.add(new Flight(first, record));
            } else {
                mergeInto(first, record);
            }
            flights.add(new Flight(COPIES - copy - first, record));
        }

        private void contextualWrite(int copy, int client) {
            Held under = random.nextInt(100) < 85 ? held[client] : new Held(Context.EMPTY, Set.of());
            if (under.context().hasDotUnknownTo(copies[copy])) {
                mergeInto(copy, copies[other(copy)]);
            }
            Draft draft = Histories.draft(actors[copy], ++clock, "v" + clock);
            Context after = under.context().after(copies[copy], draft.dot());
            copies[copy] = Histories.put(copies[copy], draft, under.context());
            events.add(draft.dot());
            superseded.addAll(under.seen());
            replicate(copy, random.nextInt(5) == 0);
            if (random.nextInt(10) > 0) {
                Set<Dot> seen = new HashSet<>(under.seen());
                seen.add(draft.dot());
                held[client] = new Held(after, seen);
            }
        }

        private void plainWrite(int copy) {
            superseded.addAll(knownTo(copies[copy]));
            Draft draft = Histories.draft(actors[copy], ++clock, "p" + clock);
            copies[copy] = Versions.write(copies[copy], draft);
            events.add(draft.dot());
            replicate(copy, random.nextInt(5) == 0);
        }

        private void increment(int copy) {
            byte[] before = copies[copy];
            Draft draft = Histories.draft(actors[copy], ++clock, "");
            long delta = random.nextInt(-9, 10);
            Amendments.Increased increased = Amendments.increment(before, draft, delta, 0);
            copies[copy] = increased.record();
            Dot dot = increased.dot();
            if (dot == null) {
                return;
            }
            if (increased.outcome() == Amendments.Outcome.BORN) {
                superseded.addAll(knownTo(before));
                events.add(dot);
                replicate(copy, false);
            } else if (random.nextBoolean()) {
                arriveAlone(other(copy), dot, increased.amendment());
            } else {
                replicate(copy, true);
            }
            added.merge(dot, delta, Long::sum);
        }

        private void arriveAlone(int copy, Dot dot, Amendment.@Nullable Increment amendment) {
            if (amendment != null) {
                Amendments.Arrived arrived = Amendments.arrive(copies[copy], dot, amendment);
                copies[copy] = arrived.record();
            }
        }

        void step() {
            int copy = random.nextInt(COPIES);
            int client = random.nextInt(4);
            int chance = random.nextInt(100);
            if (chance < 40) {
                contextualWrite(copy, client);
            } else if (chance < 46) {
                plainWrite(copy);
            } else if (chance < 54) {
                increment(copy);
            } else if (chance < 70 && !flights.isEmpty()) {
                Flight flight = flights.remove(random.nextInt(flights.size()));
                mergeInto(flight.to(), flight.record());
            } else if (chance < 85) {
                byte[] answer = copies[copy];
                byte[] second = copies[other(copy)];
                if (answer != null && second != null) {
                    byte[] merged = Histories.merge(answer, second);
                    held[client] = new Held(RecordBytes.context(merged), knownTo(merged));
                }
            } else if (chance < 95) {
                mergeInto(other(copy), copies[copy]);
            } else {
                mergeInto((copy + 1) % COPIES, copies[copy]);
                mergeInto((copy + 2) % COPIES, copies[copy]);
                copies[copy] = null;
                actors[copy] = random.nextBoolean() ? nextActor++ : -nextActor++;
            }
        }

        void settle() {
            flights.forEach(flight -> mergeInto(flight.to(), flight.record()));
            for (int i = 0; i < 2 * COPIES * COPIES; i++) {
                int to = i % COPIES;
                mergeInto(to, copies[(i / COPIES) % COPIES]);
            }
        }

        void verify(long seed) {
            for (byte[] copy : copies) {
                assertThat(copy).as("copies differ, seed %d", seed).isEqualTo(copies[0]);
            }
            Set<Dot> left = new HashSet<>();
            byte[] last = copies[0];
            if (last == null) {
                return;
            }
            RecordBytes.check(last);
            for (Sibling sibling : RecordBytes.siblings(last)) {
                left.add(sibling.dot());
                long sum = sibling.increments().stream()
                        .mapToLong(Amendment.Increment::sum)
                        .sum();
                assertThat(sum).as("increments, seed %d", seed).isEqualTo(added.getOrDefault(sibling.dot(), 0L));
            }
            Set<Dot> expected = new HashSet<>(events);
            expected.removeAll(superseded);
            assertThat(left).as("events left, seed %d", seed).isEqualTo(expected);
        }
    }

    @Test
    void no_event_is_lost_that_nobody_superseded_and_none_stays_that_somebody_did() {
        for (long seed = 0; seed < RUNS; seed++) {
            Run run = new Run(seed);
            for (int i = 0; i < 80; i++) {
                run.step();
            }
            run.settle();
            run.verify(seed);
        }
    }

    @Test
    void two_writers_that_take_turns_stay_at_two_siblings() {
        byte[] record = null;
        Context[] contexts = {Context.EMPTY, Context.EMPTY};
        for (int i = 0; i < 200; i++) {
            Draft draft = Histories.draft(7, i + 1, "value " + i);
            Context after = contexts[i % 2].after(record, draft.dot());
            record = Histories.put(record, draft, contexts[i % 2]);
            contexts[i % 2] = after;
            assertThat(RecordBytes.siblingCount(record)).isLessThanOrEqualTo(2);
            assertThat(after.dots()).hasSize(1);
        }
    }
}

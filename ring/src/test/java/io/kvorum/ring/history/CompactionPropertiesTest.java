package io.kvorum.ring.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Compacted or not, at whatever places and in whatever order it is learnt: the ring is that of all the events. */
class CompactionPropertiesTest {
    private static final NodeId MAKER = NodeId.of(-1, -1);

    @Test
    void ring_of_what_was_compacted_and_of_what_came_later_is_that_of_all_events() {
        for (long seed = first(); seed < first() + runs(); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Event> events = known(random);
            History all = History.EMPTY.with(events);
            List<Event> told = new ArrayList<>(events);
            History shortest = all;
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                EventId end = Compaction.end(shortest, random.nextInt(shortest.size()));
                if (end != null) {
                    Event.Compacted compacted = compact(shortest, end);
                    told.add(compacted);
                    shortest = shortest.with(List.of(compacted));
                    assertThat(shortest.compacted()).isSameAs(compacted);
                    assertThat(shortest.hash()).as("seed %d", seed).isEqualTo(all.hash());
                    assertThat(shortest.count()).as("seed %d", seed).isEqualTo(all.count());
                    assertThat(RingFold.fold(shortest)).as("seed %d", seed).isEqualTo(RingFold.fold(all));
                    assertThat(RingFold.summarize(shortest)).as("seed %d", seed).isEqualTo(RingFold.summarize(all));
                }
            }
            Collections.shuffle(told, new Random(seed));
            learn(told, shortest, random, seed);
        }
    }

    /** Learns in random order and parts, folding as it goes; what it is folded from depends on the set alone. */
    private static void learn(List<Event> told, History expected, SplittableRandom random, long seed) {
        List<Event> left = new ArrayList<>(told);
        List<Event> sofar = new ArrayList<>();
        RingFold fold = new RingFold();
        History known = History.EMPTY;
        while (!left.isEmpty()) {
            List<Event> part = new ArrayList<>();
            for (int i = 1 + random.nextInt(6); i > 0 && !left.isEmpty(); i--) {
                part.add(left.remove(left.size() - 1));
            }
            sofar.addAll(part);
            known = decodedNowAndThen(known.with(part), random);
            assertThat(known).as("seed %d", seed).isEqualTo(History.EMPTY.with(sofar));
            Ring stepped = fold.update(known).orElse(null);
            assertThat(stepped)
                    .as("seed %d", seed)
                    .isEqualTo(RingFold.fold(known).orElse(null));
        }
        assertThat(known).as("seed %d", seed).isEqualTo(expected);
    }

    @Test
    void late_moves_upon_what_was_compacted_are_folded_as_from_nothing() {
        for (long seed = first(); seed < first() + runs(); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            History all = History.EMPTY.with(known(random));
            EventId end = Objects.requireNonNull(Compaction.end(all, all.size() / 2));
            History known = all.with(List.of(compact(all, end)));
            List<Event> left = new ArrayList<>(all.events());
            left.removeIf(event -> event.id().compareTo(end) <= 0);
            known = History.EMPTY.with(List.of(Objects.requireNonNull(known.compacted())));
            RingFold fold = new RingFold();
            while (!left.isEmpty()) {
                known = known.with(List.of(left.remove(random.nextInt(left.size()))));
                assertThat(fold.update(known)).as("seed %d", seed).isEqualTo(RingFold.fold(known));
            }
            assertThat(RingFold.fold(known)).as("seed %d", seed).isEqualTo(RingFold.fold(all));
        }
    }

    @Test
    void even_if_every_promise_is_broken_histories_come_to_one_set_and_no_end_or_flush_is_lost() {
        for (long seed = first(); seed < first() + runs(); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Event> events = known(random);
            List<History> histories = new ArrayList<>();
            Set<NodeId> gone = new TreeSet<>();
            long flushed = 0;
            for (int i = 0; i < 4; i++) {
                // What some know and some do not, compacted at once and over again, by whoever knows no better.
                History some = part(events, random);
                for (int j = random.nextInt(3); j > 0; j--) {
                    EventId end = Compaction.end(some, random.nextInt(some.size()));
                    if (end != null) {
                        some = some.with(List.of(compact(some, end)))
                                .with(part(events, random).events());
                    }
                }
                histories.add(some);
                Ring ring = RingFold.fold(some).orElseThrow();
                gone.addAll(goneIn(ring));
                flushed = Math.max(flushed, ring.flushStamp());
            }
            History one = histories
                    .get(0)
                    .with(histories.get(1).events())
                    .with(histories.get(2).events())
                    .with(histories.get(3).events());
            Collections.shuffle(histories, new Random(seed));
            History other = histories
                    .get(0)
                    .with(histories.get(1).events())
                    .with(histories.get(2).with(histories.get(3).events()).events());
            assertThat(other).as("seed %d", seed).isEqualTo(one);
            for (History some : histories) {
                assertThat(some.events()).as("seed %d", seed).allMatch(one::covers);
                assertThat(one.with(some.events())).isSameAs(one);
            }
            Ring ring = RingFold.fold(one).orElseThrow();
            assertThat(goneIn(ring)).as("seed %d", seed).containsAll(gone);
            assertThat(ring.flushStamp()).as("seed %d", seed).isEqualTo(flushed);
        }
    }

    @Test
    void what_nobody_here_understands_is_not_compacted() {
        SplittableRandom random = new SplittableRandom(1);
        History all = History.EMPTY.with(known(random));
        Event opaque = new Event.Opaque(all.nextId(0, MAKER), 99, 1, HexBytes.of(new byte[1]));
        History later = all.with(List.of(opaque));
        assertThat(Compaction.of(later, later.nextId(0, MAKER), opaque.id())).isEmpty();
        EventId before = all.events().get(all.size() - 1).id();
        assertThat(Compaction.of(later, later.nextId(0, MAKER), before)).isPresent();
    }

    @Test
    void newest_events_stay_and_nothing_is_compacted_twice() {
        History all = History.EMPTY.with(RandomLives.birth(4).events());
        for (int i = 0; i < 20; i++) {
            all = all.with(List.of(new Event.Configured(all.nextId(0, MAKER), "x", "" + i)));
        }
        EventId end = Objects.requireNonNull(Compaction.end(all, 5));
        History short1 = all.with(List.of(compact(all, end)));
        assertThat(short1.size()).isEqualTo(6);
        assertThat(short1.events()).containsAll(all.events().subList(all.size() - 5, all.size()));
        assertThat(Compaction.end(short1, 5)).isNull();
        assertThat(Compaction.end(all, all.size())).isNull();
    }

    /** An event must not be longer than gossip carries. */
    @Test
    void what_a_hundred_members_of_most_partitions_come_to_is_a_tenth_of_what_an_event_may_be() {
        List<MemberSpec> specs = IntStream.range(0, 100)
                .mapToObj(i -> RandomLives.spec("member-" + i, "zone-" + i % 3))
                .toList();
        Birth birth = new Birth("test", "", specs, Ring.PARTITIONS_MAX, Partitioner.SLOTS, 3);
        History all = History.EMPTY.with(birth.events());
        Event.Compacted compacted = compact(all, Objects.requireNonNull(Compaction.end(all, 0)));
        History told = all.with(List.of(compacted));
        ByteWriter bytes = new ByteWriter(1024);
        told.encode(bytes);
        assertThat(bytes.size()).isLessThan(Event.PAYLOAD_BYTES_MAX / 4);
        History read = History.decode(new ByteReader(bytes.array(), 0, bytes.size()));
        assertThat(read).isEqualTo(told);
        assertThat(RingFold.fold(read)).isEqualTo(RingFold.fold(all));
    }

    private static Event.Compacted compact(History history, EventId end) {
        return Compaction.of(history, history.nextId(0, MAKER), end).orElseThrow();
    }

    /** Without what this software does not understand. */
    private static List<Event> known(SplittableRandom random) {
        List<Event> events = RandomLives.randomLife(random);
        events.removeIf(Event.Opaque.class::isInstance);
        return events;
    }

    private static History part(List<Event> events, SplittableRandom random) {
        List<Event> part = new ArrayList<>(events.subList(0, 5));
        events.forEach(event -> {
            if (random.nextInt(3) > 0) {
                part.add(event);
            }
        });
        return History.EMPTY.with(part);
    }

    private static Set<NodeId> goneIn(Ring ring) {
        return ring.known().values().stream()
                .filter(member -> member.state().isGone())
                .map(Member::id)
                .collect(Collectors.toSet());
    }

    private static History decodedNowAndThen(History history, SplittableRandom random) {
        if (random.nextInt(4) > 0) {
            return history;
        }
        ByteWriter out = new ByteWriter(1024);
        history.encode(out);
        return History.decode(new ByteReader(out.toByteArray()));
    }

    private static long first() {
        return Long.getLong("seed", 0);
    }

    private static int runs() {
        return Integer.getInteger("runs", 60);
    }
}

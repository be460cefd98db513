package io.kvorum.tests.fuzz;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.EventId;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.history.Compaction;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.RingFold;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Histories, as they lie on disk and travel. Any bytes are a history or a {@link DecodeException}; a history written and
 * read is the same. Of any history, whatever its events say of each other, there is a ring or none, the same in whatever
 * order the events were learnt; and every question can be asked of that ring.
 */
final class HistoriesTarget implements FuzzTarget {
    @Override
    public String name() {
        return "histories";
    }

    @Override
    public void run(byte[] input) {
        Claims.allocates(512, input.length, () -> decode(input));
        History history = decode(input);
        if (history == null) {
            return;
        }
        byte[] written = encode(history);
        History again = History.decode(new ByteReader(written));
        Claims.equal(again, history, "a history written and read");
        Claims.equal(again.hash(), history.hash(), "hash of a history written and read");
        Claims.sameBytes(encode(again), written, "a history written a second time");
        compare(history);
        List<Event> backwards = new ArrayList<>(history.events());
        Collections.reverse(backwards);
        History learntBackwards = History.EMPTY.with(backwards);
        Claims.equal(learntBackwards, history, "a history learnt backwards");
        Optional<Ring> ring = RingFold.fold(history);
        Claims.equal(RingFold.fold(learntBackwards).isPresent(), ring.isPresent(), "a ring of events learnt backwards");
        Claims.holds(history.events().stream().allMatch(history::covers), "an event that is known and void");
        compact(history, ring);
        ring.ifPresent(HistoriesTarget::ask);
    }

    /** What was compacted makes the same ring. */
    private static void compact(History history, Optional<Ring> ring) {
        EventId end = Compaction.end(history, history.size() / 3);
        EventId id = history.nextId(1, NodeId.of(1, 1));
        if (end != null && end.compareTo(id) < 0) {
            Compaction.of(history, id, end).ifPresent(compacted -> {
                History shorter = history.with(List.of(compacted));
                Claims.equal(shorter.hash(), history.hash(), "hash of what was compacted");
                Claims.equal(RingFold.fold(shorter), ring, "a ring of what was compacted");
            });
        }
    }

    private static @Nullable History decode(byte[] bytes) {
        try {
            ByteReader in = new ByteReader(bytes);
            History history = History.decode(in);
            in.expectEnd("history");
            return history;
        } catch (DecodeException refused) {
            Claims.holds(refused.offset() >= 0 && refused.offset() <= bytes.length, "a refusal of nowhere");
            return null;
        }
    }

    private static byte[] encode(History history) {
        ByteWriter out = new ByteWriter(1024);
        history.encode(out);
        return out.toByteArray();
    }

    /** What gossip asks of two histories. */
    private static void compare(History history) {
        History born = History.EMPTY.with(Events.birth().events());
        History both = born.with(history.events());
        Claims.equal(both.missing(history.hashes()).length, 0, "events missing from a union");
        Claims.equal(history.notAmong(both.hashes()).size(), 0, "events beside a union");
        Claims.equal(history.among(history.hashes()).size(), history.size(), "events among themselves");
        long sum = 0;
        for (long bucket : history.bucketSums()) {
            sum += bucket;
        }
        Claims.equal(sum, history.digest(), "sum of the buckets");
        Claims.equal(history.inBuckets(-1L), history, "all buckets");
        NodeId self = NodeId.of(1, 1);
        RingFold.fold(both).ifPresent(HistoriesTarget::ask);
        Claims.holds(history.since(history.nextId(1, self)).isEmpty() || history.size() > 0, "events of nothing");
    }

    private static void ask(Ring ring) {
        for (int partition = 0; partition < Math.min(64, ring.partitions()); partition++) {
            Claims.holds(
                    ring.preferenceList(partition).owners().containsAll(ring.settledOwners(partition)),
                    "a settled node is no owner");
        }
        ring.known().forEach((node, member) -> Claims.equal(member.id(), node, "a member's id"));
        Claims.holds(ring.moves().size() <= ring.partitions() * (ring.known().size() + 1), "moves");
        Claims.holds(ring.toString() != null, "a ring cannot be shown");
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            History history = random.nextInt(3) == 0
                    ? History.EMPTY
                    : History.EMPTY.with(Events.birth().events());
            seeds.add(encode(history.with(Events.random(random, random.nextInt(8)))));
        }
        return seeds;
    }
}

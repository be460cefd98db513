package io.kvorum.ring.history;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.EventId;
import io.kvorum.ring.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import net.openhft.hashing.LongHashFunction;

/**
 * The set of all membership events a node knows. Immutable.
 *
 * <p>Events are told apart by the XXH3-64 of their bytes, so that even two events under one id, which only a damaged node
 * can write, spread to all alike. The hash of the set is the sum of theirs: equal sets have equal hashes in whatever order
 * they were gathered, and comparing two costs a few bytes.
 */
public final class History {
    /** The history without events. */
    public static final History EMPTY = new History(new TreeMap<>(), 0);

    /** The most events one history may have. */
    public static final int EVENTS_MAX = 1_000_000;

    /** Into how many buckets, by the upper bits of their hashes, events are parted for comparison. */
    public static final int BUCKETS = 64;

    private static final LongHashFunction XXH3 = LongHashFunction.xx3();

    private final SortedMap<Key, Event> events;
    private final long hash;

    private History(SortedMap<Key, Event> events, long hash) {
        this.events = events;
        this.hash = hash;
    }

    /** The order of events: by id, then by hash. */
    private record Key(EventId id, long hash) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byId = id.compareTo(other.id);
            return byId != 0 ? byId : Long.compareUnsigned(hash, other.hash);
        }
    }

    /** Returns the hash by which an event is told from all others. */
    public static long hashOf(Event event) {
        ByteWriter bytes = new ByteWriter(128);
        event.encode(bytes);
        return XXH3.hashBytes(bytes.array(), 0, bytes.size());
    }

    /** Returns the history with these events too; this very history if it has them all. */
    public History with(Collection<? extends Event> more) {
        SortedMap<Key, Event> united = events;
        long sum = hash;
        for (Event event : more) {
            Key key = new Key(event.id(), hashOf(event));
            if (!united.containsKey(key)) {
                if (united == events) {
                    united = new TreeMap<>(events);
                }
                united.put(key, event);
                sum += key.hash();
            }
        }
        return united == events ? this : new History(united, sum);
    }

    /** Returns whether the event is known. */
    public boolean contains(Event event) {
        return events.containsKey(new Key(event.id(), hashOf(event)));
    }

    /** Returns the hash of the whole set. */
    public long hash() {
        return hash;
    }

    /** Returns the number of events. */
    public int size() {
        return events.size();
    }

    /** Returns all events in their order. */
    public List<Event> events() {
        return List.copyOf(events.values());
    }

    /** Returns the events with an id above this one, in their order. */
    public List<Event> since(EventId id) {
        return events.tailMap(new Key(id, 0)).values().stream()
                .filter(event -> event.id().compareTo(id) > 0)
                .toList();
    }

    /** Returns the hashes of all events, in the order of the events. */
    public long[] hashes() {
        return events.keySet().stream().mapToLong(Key::hash).toArray();
    }

    /** Returns the sum of the hashes in each bucket: histories differ only where these do. */
    public long[] bucketSums() {
        long[] sums = new long[BUCKETS];
        for (Key key : events.keySet()) {
            sums[bucketOf(key.hash())] += key.hash();
        }
        return sums;
    }

    /** Returns the events of some buckets: those whose bits are set in {@code buckets}. */
    public History inBuckets(long buckets) {
        SortedMap<Key, Event> chosen = new TreeMap<>();
        long sum = 0;
        for (Map.Entry<Key, Event> entry : events.entrySet()) {
            long eventHash = entry.getKey().hash();
            if ((buckets >>> bucketOf(eventHash) & 1) != 0) {
                chosen.put(entry.getKey(), entry.getValue());
                sum += eventHash;
            }
        }
        return new History(chosen, sum);
    }

    private static int bucketOf(long eventHash) {
        return (int) (eventHash >>> 58);
    }

    /** Returns those of the hashes that no event here has, ascending. */
    public long[] missing(long[] hashes) {
        long[] own = sorted(hashes());
        long[] missing = sorted(hashes);
        int count = 0;
        for (long wanted : missing) {
            if (Arrays.binarySearch(own, wanted) < 0) {
                missing[count++] = wanted;
            }
        }
        return Arrays.copyOf(missing, count);
    }

    /** Returns the events whose hashes are among these, in their order. */
    public List<Event> among(long[] hashes) {
        return select(hashes, true);
    }

    /** Returns the events whose hashes are not among these, in their order. */
    public List<Event> notAmong(long[] hashes) {
        return select(hashes, false);
    }

    /**
     * Returns the id for a new event of this node: above every id known here, so that ids order cause before effect even
     * where clocks disagree.
     */
    public EventId nextId(long clockStamp, NodeId self) {
        long newest = events.isEmpty() ? 0 : events.lastKey().id().stamp();
        return new EventId(Math.max(clockStamp, newest + 1), self);
    }

    /** Writes all events in their order. */
    public void encode(ByteWriter out) {
        out.varInt(events.size());
        for (Event event : events.values()) {
            event.encode(out);
        }
    }

    /** Reads what {@link #encode} writes. */
    public static History decode(ByteReader in) {
        int count = in.field("events").count(EVENTS_MAX, Event.BYTES_MIN);
        List<Event> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(Event.decode(in));
        }
        return EMPTY.with(events);
    }

    /** Two histories are equal if they have the same events. */
    @Override
    public boolean equals(Object other) {
        return other instanceof History that && events.keySet().equals(that.events.keySet());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }

    @Override
    public String toString() {
        return "History[" + events.size() + " events, " + Long.toHexString(hash) + "]";
    }

    private List<Event> select(long[] hashes, boolean wanted) {
        long[] sorted = sorted(hashes);
        List<Event> selected = new ArrayList<>();
        for (Map.Entry<Key, Event> entry : events.entrySet()) {
            if (Arrays.binarySearch(sorted, entry.getKey().hash()) >= 0 == wanted) {
                selected.add(entry.getValue());
            }
        }
        return selected;
    }

    private static long[] sorted(long[] hashes) {
        long[] sorted = hashes.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}

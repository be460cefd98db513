package io.kvorum.ring.history;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.EventId;
import io.kvorum.ring.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;

/**
 * The set of all membership events a node knows. Immutable.
 *
 * <p>Events are told apart by the XXH3-64 of their bytes, so that even two events under one id, which only a damaged node
 * can write, spread to all alike. The hash of the set is the sum of theirs: equal sets have equal hashes in whatever order
 * they were gathered, and comparing two costs a few bytes.
 */
public final class History {
    /** The most events one history may have. */
    public static final int EVENTS_MAX = 1_000_000;

    /** Into how many buckets, by the upper bits of their hashes, events are parted for comparison. */
    public static final int BUCKETS = 64;

    /** The history without events. */
    public static final History EMPTY = new History(new Key[0], new Event[0], new long[BUCKETS], Compactions.NONE);

    private static final LongHashFunction XXH3 = LongHashFunction.xx3();

    /** In their order, as are {@link #events}. Arrays are copied faster than a tree is, and begin alike where histories do. */
    private final Key[] keys;

    private final Event[] events;
    private final long[] bucketSums;
    private final long digest;
    private final Compactions compactions;

    private History(Key[] keys, Event[] events, long[] bucketSums, Compactions compactions) {
        this.keys = keys;
        this.events = events;
        this.bucketSums = bucketSums;
        this.digest = Arrays.stream(bucketSums).sum();
        this.compactions = compactions;
    }

    /** The order of events: by id, then by hash. */
    record Key(EventId id, long hash) implements Comparable<Key> {
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

    /** Returns the history with these events too; this very history if that changes nothing. */
    public History with(Collection<? extends Event> more) {
        SortedMap<Key, Event> news = new TreeMap<>();
        for (Event event : more) {
            Key key = new Key(event.id(), hashOf(event));
            if (indexOf(key) < 0 && !compactions.drops(event)) {
                news.putIfAbsent(key, event);
            }
        }
        if (news.isEmpty()) {
            return this;
        }
        Compactions together = compactions.with(news);
        if (together == compactions) {
            news.values().removeIf(compactions::drops);
            return news.isEmpty() ? this : merged(news, compactions);
        }
        return merged(news, together).without(together);
    }

    /** Drops what a compaction makes void that was not known before. */
    private History without(Compactions known) {
        List<Key> keptKeys = new ArrayList<>();
        List<Event> kept = new ArrayList<>();
        long[] sums = new long[BUCKETS];
        for (int i = 0; i < keys.length; i++) {
            if (!known.drops(events[i])) {
                keptKeys.add(keys[i]);
                kept.add(events[i]);
                sums[bucketOf(keys[i].hash())] += keys[i].hash();
            }
        }
        return new History(keptKeys.toArray(new Key[0]), kept.toArray(new Event[0]), sums, known);
    }

    private History merged(SortedMap<Key, Event> news, Compactions known) {
        Key[] allKeys = new Key[keys.length + news.size()];
        Event[] allEvents = new Event[allKeys.length];
        long[] sums = bucketSums.clone();
        int from = 0;
        int at = 0;
        for (Map.Entry<Key, Event> entry : news.entrySet()) {
            Key key = entry.getKey();
            int before = -1 - Arrays.binarySearch(keys, from, keys.length, key) - from;
            System.arraycopy(keys, from, allKeys, at, before);
            System.arraycopy(events, from, allEvents, at, before);
            from += before;
            at += before;
            allKeys[at] = key;
            allEvents[at++] = entry.getValue();
            sums[bucketOf(key.hash())] += key.hash();
        }
        System.arraycopy(keys, from, allKeys, at, keys.length - from);
        System.arraycopy(events, from, allEvents, at, keys.length - from);
        return new History(allKeys, allEvents, sums, known);
    }

    /** Returns whether the event is known. */
    public boolean contains(Event event) {
        return indexOf(new Key(event.id(), hashOf(event))) >= 0;
    }

    /** Returns whether it would change nothing to add the event: it is known, or void. */
    public boolean covers(Event event) {
        return contains(event) || compactions.drops(event);
    }

    /** Returns what the fold begins with, or null if nothing was ever compacted. */
    public Event.@Nullable Compacted compacted() {
        return compactions.inForce();
    }

    private int indexOf(Key key) {
        return Arrays.binarySearch(keys, key);
    }

    /** Returns with how many events, in their order, both histories begin. */
    public int commonStart(History other) {
        int differs = Arrays.mismatch(keys, other.keys);
        return differs < 0 ? keys.length : differs;
    }

    /** Returns the events that the other history does not have, in their order. */
    public List<Event> notIn(History other) {
        List<Event> found = new ArrayList<>();
        int start = commonStart(other);
        int there = start;
        for (int here = start; here < keys.length; here++) {
            while (there < other.keys.length && other.keys[there].compareTo(keys[here]) < 0) {
                there++;
            }
            if (there == other.keys.length || !other.keys[there].equals(keys[here])) {
                found.add(events[here]);
            }
        }
        return found;
    }

    /**
     * Returns the hash of all events that this tells of: it stays the same when some of them are compacted, so that members
     * that have done so and others can be compared.
     */
    public long hash() {
        Event.Compacted inForce = compactions.inForce();
        return inForce == null ? digest : digest - compactions.hashes() + inForce.hash();
    }

    /** Returns the hash of what is held: equal where the very same events are, compacted ones too. */
    public long digest() {
        return digest;
    }

    /** Returns the number of events that are held one by one. */
    public int size() {
        return keys.length;
    }

    /** Returns the number of all events that this tells of. */
    public long count() {
        Event.Compacted inForce = compactions.inForce();
        return inForce == null ? keys.length : keys.length - compactions.size() + inForce.count();
    }

    /** Returns all events in their order. */
    public List<Event> events() {
        return Collections.unmodifiableList(Arrays.asList(events));
    }

    /** Returns the events with an id above this one, in their order. */
    public List<Event> since(EventId id) {
        int from = Arrays.binarySearch(keys, new Key(id, -1));
        // No hash is above the one that was looked for: as an unsigned number it is the highest.
        return events().subList(from < 0 ? -1 - from : from + 1, keys.length);
    }

    /** Returns the hashes of all events, in the order of the events. */
    public long[] hashes() {
        return Arrays.stream(keys).mapToLong(Key::hash).toArray();
    }

    /** Returns the sum of the hashes in each bucket: histories differ only where these do. */
    public long[] bucketSums() {
        return bucketSums.clone();
    }

    /** Returns the events of some buckets: those whose bits are set in {@code buckets}; only to be compared with others. */
    public History inBuckets(long buckets) {
        List<Key> chosenKeys = new ArrayList<>();
        List<Event> chosen = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            if ((buckets >>> bucketOf(keys[i].hash()) & 1) != 0) {
                chosenKeys.add(keys[i]);
                chosen.add(events[i]);
            }
        }
        long[] sums = new long[BUCKETS];
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            sums[bucket] = (buckets >>> bucket & 1) != 0 ? bucketSums[bucket] : 0;
        }
        return new History(chosenKeys.toArray(new Key[0]), chosen.toArray(new Event[0]), sums, Compactions.NONE);
    }

    /** Returns in which bucket an event is, from 0. */
    public static int bucketOf(Event event) {
        return bucketOf(hashOf(event));
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
        long newest = keys.length == 0 ? 0 : keys[keys.length - 1].id().stamp();
        return new EventId(Math.max(clockStamp, newest + 1), self);
    }

    /** Writes all events in their order. */
    public void encode(ByteWriter out) {
        out.varInt(events.length);
        for (Event event : events) {
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
        return other instanceof History that && digest == that.digest && Arrays.equals(keys, that.keys);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(digest);
    }

    @Override
    public String toString() {
        return "History[" + events.length + " events, " + Long.toHexString(digest) + "]";
    }

    private List<Event> select(long[] hashes, boolean wanted) {
        long[] sorted = sorted(hashes);
        List<Event> selected = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            if (Arrays.binarySearch(sorted, keys[i].hash()) >= 0 == wanted) {
                selected.add(events[i]);
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

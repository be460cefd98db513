package io.kvorum.tests.sim.story;

import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.HintedWrite;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.Amendment;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Sibling;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.VersionVector;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import io.kvorum.tests.sim.cluster.CopyFacts;
import io.kvorum.tests.sim.cluster.LifeEnd;
import io.kvorum.tests.sim.cluster.StorageEvent;
import io.kvorum.tests.sim.cluster.Watcher;
import io.kvorum.tests.sim.world.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The truth about a run. Values are all different and name the attempt that wrote them; so a sibling that shows up on a copy
 * tells whose it is, and what it has seen: what its client was shown, or what was there before.
 */
public final class Story implements Watcher {
    /** By value: {@code padding.v17} is attempt 17. */
    private static final char VALUE_MARK = 'v';

    /** Commands on one key and node that are under way at once are fewer. */
    private static final int LOOKED_MAX = 32;

    private static final byte[] NOTHING = {};

    private final VirtualTime time;
    private final Map<String, KeyStory> keys = new LinkedHashMap<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();
    private final Map<Probe, Long> probes = new EnumMap<>(Probe.class);
    private final Timeline timeline;
    private final Set<Integer> lossy = new HashSet<>();
    private final Map<Integer, Integer> losses = new HashMap<>();
    private final Map<Integer, Integer> lives = new HashMap<>();

    /** By dot: versions that fallbacks made, and that nobody has been seen to keep yet. */
    private final Map<Dot, Made> made = new HashMap<>();

    /** By node and key: what the node keeps of it, as it looked it up lately. */
    private final Map<Map.Entry<Integer, KeyStory>, Deque<byte[]>> looked = new HashMap<>();

    private final Map<Integer, End> ends = new HashMap<>();

    /** By node: the partitions whose copies it dropped in this life, and has not settled since. */
    private final Map<Integer, BitSet> dropped = new HashMap<>();

    private final List<Flush> flushes = new ArrayList<>();
    private long newestFlush;
    private ToIntFunction<UUID> indexOf = id -> {
        throw new IllegalStateException("no cluster yet");
    };
    private @Nullable Contexts contexts;
    private @Nullable Violation firstViolation;

    /** A version made in the place of owners, which were away. */
    private record Made(
            KeyStory key,
            int node,
            Sibling sibling,
            @Nullable Attempt attempt,
            BitSet past,
            int life) {}

    /** How a node's last life ended, and what it left. */
    private record End(LifeEnd end, List<CopyFacts> left) {}

    /** A story without keys. */
    public Story(VirtualTime time, List<Check> checks, Timeline timeline) {
        this.time = time;
        this.checks.addAll(checks);
        this.timeline = timeline;
    }

    /**
     * Adds a key.
     *
     * @param owners places of the machines that own it at this moment
     * @param disowned whether some node knows that a machine owns it no more, given its place
     * @param alone whether a machine owns it alone, for all that it knows itself
     */
    public KeyStory add(
            String name,
            KeyStory.Family family,
            int partition,
            Supplier<List<Integer>> owners,
            IntPredicate disowned,
            IntPredicate alone) {
        KeyStory key = new KeyStory(name, family, partition, owners, disowned, alone);
        keys.put(name, key);
        return key;
    }

    /** All keys. */
    public Iterable<KeyStory> keys() {
        return keys.values();
    }

    /** A rare way was taken. */
    public void mark(Probe probe) {
        probes.merge(probe, 1L, Long::sum);
    }

    /** How often each rare way was taken. */
    public Map<Probe, Long> probes() {
        return probes;
    }

    /** What clients' contexts claim; known once there is a cluster. */
    public Contexts contexts() {
        return Objects.requireNonNull(contexts, "no cluster yet");
    }

    /** There is a cluster now, whose members have identities. */
    public void naming(ToIntFunction<UUID> indexes) {
        indexOf = indexes;
    }

    /** There is a cluster now, and so contexts can be read. */
    public void read(Contexts through) {
        contexts = through;
    }

    /** The checks, for whoever has more to tell them. */
    public List<Check> checks() {
        return checks;
    }

    /** What is told about the key in question. */
    public Timeline timeline() {
        return timeline;
    }

    /** The flushes that clients were told are done. */
    public List<Flush> flushes() {
        return flushes;
    }

    /** Everything written up to this stamp was flushed somewhere; 0 if nothing was. */
    public long newestFlush() {
        return newestFlush;
    }

    /** Whether a node has lost its disk. */
    public boolean hasLost() {
        return !losses.isEmpty();
    }

    /** Whether a node acknowledged something as the only owner of its key that no other owner has got since. */
    public boolean hasAlone(int node) {
        return keys.values().stream().anyMatch(key -> key.isOnlyAt(node));
    }

    /** Whether the life of a node that ended last dropped its copy of a partition, and did not settle it again. */
    public boolean hasDropped(int node, int partition) {
        return dropped.getOrDefault(node, new BitSet()).get(partition);
    }

    /** Whether a write was acknowledged. */
    public boolean hasDone() {
        return attempts.stream().anyMatch(attempt -> attempt.writes() && attempt.isDone());
    }

    /** The number that the next attempt will have. */
    public int nextNumber() {
        return attempts.size();
    }

    /** A client begins something. */
    public Attempt begin(KeyStory key, Attempt.Kind kind, String command, int step, int client, int node) {
        Attempt attempt = new Attempt(
                attempts.size(),
                step,
                key,
                kind,
                command,
                client,
                node,
                time.nowNanos(),
                key.done().size(),
                key.owned());
        attempts.add(attempt);
        key.began(attempt);
        timeline.say(time.nowNanos(), key, () -> attempt.toString());
        return attempt;
    }

    /** A client was told what became of it. */
    public void ended(Attempt attempt) {
        timeline.say(time.nowNanos(), attempt.key(), () -> attempt + " (" + attempt.outcome() + ")");
        if (attempt.writes()
                && attempt.isDone()
                && !attempt.isOwned(attempt.key().owned())) {
            mark(Probe.ACKNOWLEDGED_BY_HINT);
        }
        for (Check check : checks) {
            check.told(this, attempt);
        }
    }

    /** The value that names an attempt. */
    public static byte[] value(int attempt, int paddingBytes) {
        return (".".repeat(paddingBytes) + VALUE_MARK + attempt).getBytes(StandardCharsets.US_ASCII);
    }

    /** The attempt that a value names, or null. */
    public @Nullable Attempt writer(byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        int at = value.length;
        while (at > 0 && value[at - 1] >= '0' && value[at - 1] <= '9') {
            at--;
        }
        if (at == 0 || at == value.length || value[at - 1] != VALUE_MARK) {
            return null;
        }
        int number = Integer.parseInt(new String(value, at, value.length - at, StandardCharsets.US_ASCII));
        return number < attempts.size() ? attempts.get(number) : null;
    }

    /** The writes whose siblings a record has. */
    public List<Write> writesOf(KeyStory key, byte @Nullable [] record) {
        List<Write> writes = new ArrayList<>();
        if (record != null) {
            for (Sibling sibling : RecordBytes.siblings(record)) {
                Write write = find(key, sibling.dot());
                if (write == null) {
                    throw new Violation("dots", key, "a sibling " + sibling.dot() + " that nobody wrote");
                }
                writes.add(write);
            }
        }
        return writes;
    }

    /** The first violation that was seen inside of a node, where somebody may have caught it; null if there is none. */
    public @Nullable Violation firstViolation() {
        return firstViolation;
    }

    @Override
    public void changed(int node, int partition, long actor, long flushedUpTo, byte @Nullable [] before, byte[] after) {
        try {
            look(node, actor, flushedUpTo, before, after);
        } catch (Violation violation) {
            firstViolation = firstViolation == null ? violation : firstViolation;
            throw violation;
        }
    }

    private void look(int node, long actor, long flushedUpTo, byte @Nullable [] before, byte[] after) {
        KeyStory key = keys.get(new String(RecordBytes.key(after), StandardCharsets.US_ASCII));
        if (key == null) {
            return;
        }
        time.note(RecordBytes.hash(after));
        if (before != null && RecordBytes.hash(before) == RecordBytes.hash(after)) {
            return;
        }
        List<Sibling> old = before == null ? List.of() : RecordBytes.siblings(before);
        List<Sibling> now = RecordBytes.siblings(after);
        for (Sibling sibling : now) {
            if (find(key, sibling.dot()) == null) {
                wrote(key, node, actor, flushedUpTo, sibling, old, now);
            }
            counted(key, actor, sibling, old);
        }
        if (RecordBytes.supersededCount(after) > 0) {
            mark(Probe.SUPERSEDED_LISTED);
        }
        List<Write> present = writesOf(key, after);
        if (present.size() > 1) {
            mark(Probe.SIBLINGS);
            if (now.stream().filter(Sibling::isBorn).count() > 1) {
                mark(Probe.BORN_APART);
            }
        }
        key.took(node, present);
        key.has(node, after, key.isAlone(node));
        timeline.say(time.nowNanos(), key, () -> "n" + node + " has " + now + " = " + present);
        for (Check check : checks) {
            check.changed(this, key, node, flushedUpTo, present);
        }
    }

    @Override
    public void reaped(int node, byte[] record, long deadBeforeMillis) {
        KeyStory key = keys.get(new String(RecordBytes.key(record), StandardCharsets.US_ASCII));
        if (key == null) {
            return;
        }
        List<Write> gone = writesOf(key, record);
        timeline.say(time.nowNanos(), key, () -> "n" + node + " reaps " + gone);
        if (Visible.hasLive(record, deadBeforeMillis)) {
            throw new Violation("nothing is lost", key, "n" + node + " reaps " + gone + ", of which some live");
        }
        mark(Probe.REAPED);
        key.reaped().addAll(gone);
    }

    @Override
    public void flushed(int node, int partition, long upToStamp) {
        newestFlush = Math.max(newestFlush, upToStamp);
        mark(Probe.FLUSHED);
        timeline.say(
                time.nowNanos(), null, () -> "n" + node + " flushed partition " + partition + " up to " + upToStamp);
    }

    @Override
    public void ended(int node, LifeEnd end, List<CopyFacts> left) {
        ends.put(node, new End(end, left));
        lives.merge(node, 1, Integer::sum);
        looked.keySet().removeIf(of -> of.getKey() == node);
        switch (end) {
            case STOPPED -> mark(Probe.STOPPED);
            case STOPPED_IN_TROUBLE -> {}
            case KILLED -> newActors(node);
            case POWER_FAILED -> {
                newActors(node);
                keys.values().forEach(key -> key.lostPower(node));
                mark(Probe.POWER_FAILED_AND_FORCED);
            }
            case FORGOT -> {
                newActors(node);
                lossy.add(node);
                keys.values().forEach(key -> key.forgot(node));
            }
        }
    }

    @Override
    public void began(int node, List<CopyFacts> found) {
        End last = ends.remove(node);
        if (last == null) {
            return;
        }
        timeline.say(time.nowNanos(), null, () -> "n" + node + " finds " + found);
        if (last.end == LifeEnd.STOPPED_IN_TROUBLE && !actors(last.left).equals(actors(found))) {
            newActors(node);
        }
        for (Check check : checks) {
            check.began(this, node, last.end, last.left, found);
        }
        dropped.remove(node);
    }

    @Override
    public void storage(int node, StorageEvent event) {
        timeline.say(time.nowNanos(), null, () -> "the storage of n" + node + ": " + event);
        switch (event) {
            case REPLAYED -> mark(Probe.REPLAYED);
            case BUSY -> mark(Probe.WAITED_FOR_CHECKPOINT);
            case REFUSED -> mark(Probe.DISK_REFUSED);
            case WROTE_WHILE_FULL -> mark(Probe.WROTE_WHILE_FULL);
            case JOURNAL_FAILED -> {
                newActors(node);
                mark(Probe.JOURNAL_FAILED);
            }
            case RECOVERED -> mark(Probe.DISK_RECOVERED);
            case CHECKPOINT_RECOVERED -> mark(Probe.CHECKPOINT_RECOVERED);
        }
    }

    /** What a node writes from now on, it must write under other actors. */
    private void newActors(int node) {
        losses.merge(node, 1, Integer::sum);
    }

    private static List<Long> actors(List<CopyFacts> copies) {
        return copies.stream().map(CopyFacts::actor).toList();
    }

    @Override
    public void settled(int node, int partition) {
        dropped.getOrDefault(node, new BitSet()).clear(partition);
        if (lossy.remove(node)) {
            mark(Probe.SETTLED_AFTER_LOSS);
        }
        timeline.settled(time.nowNanos(), node, partition);
    }

    @Override
    public void dropped(int node, int partition) {
        dropped.computeIfAbsent(node, none -> new BitSet()).set(partition);
        for (KeyStory key : keys.values()) {
            if (key.partition() == partition) {
                key.forgot(node);
            }
        }
        timeline.say(time.nowNanos(), null, () -> "n" + node + " drops its copy of partition " + partition);
    }

    @Override
    public void hintRead(int node, byte[] key, byte @Nullable [] record) {
        KeyStory of = keys.get(new String(key, StandardCharsets.US_ASCII));
        if (of != null) {
            Deque<byte[]> lately = looked.computeIfAbsent(Map.entry(node, of), none -> new ArrayDeque<>());
            lately.addFirst(record == null ? NOTHING : record);
            if (lately.size() > LOOKED_MAX) {
                lately.removeLast();
            }
        }
    }

    @Override
    public void hintOffered(int node, byte[] record) {
        KeyStory key = keys.get(new String(RecordBytes.key(record), StandardCharsets.US_ASCII));
        if (key == null) {
            return;
        }
        for (Sibling sibling : RecordBytes.siblings(record)) {
            if (key.find(sibling.dot()) == null && !made.containsKey(sibling.dot())) {
                try {
                    made.put(sibling.dot(), madeInPlaceOfOwners(node, key, sibling, record));
                } catch (Violation violation) {
                    firstViolation = firstViolation == null ? violation : firstViolation;
                    throw violation;
                }
            }
        }
    }

    private Made madeInPlaceOfOwners(int node, KeyStory key, Sibling sibling, byte[] record) {
        key.hinted();
        List<Sibling> now = RecordBytes.siblings(record);
        List<Write> gone = new ArrayList<>();
        for (Sibling before : seenBy(node, key, record)) {
            Write write = find(key, before.dot());
            boolean isLeft = now.stream().anyMatch(still -> still.dot().equals(before.dot()));
            // What was flushed is superseded by nobody.
            if (!isLeft && write != null && write.dot().stamp() > newestFlush) {
                gone.add(write);
            }
        }
        Attempt attempt = attemptOf(key, sibling);
        BitSet past = key.closure(gone);
        if (attempt != null && isVersioned(attempt)) {
            requireSeen(attempt, gone, now);
            past.or(attempt.seen());
        }
        return new Made(key, node, sibling, attempt, past, lives.getOrDefault(node, 0));
    }

    /**
     * What a fallback had seen of a key when it made a version: what it had looked up last of its hints that the version's
     * vector covers. So a vector is not believed to have seen more than was there to be seen.
     */
    private List<Sibling> seenBy(int node, KeyStory key, byte[] record) {
        VersionVector vector = RecordBytes.context(record).vector();
        for (byte[] seen : looked.getOrDefault(Map.entry(node, key), new ArrayDeque<>())) {
            if (seen.length == 0) {
                break;
            }
            if (vector.dominates(RecordBytes.context(seen).vector())) {
                return RecordBytes.siblings(seen);
            }
        }
        return List.of();
    }

    /** The write of a dot; one that a fallback made counts from when somebody has it. */
    private @Nullable Write find(KeyStory key, Dot dot) {
        Write known = key.find(dot);
        Made by = known == null ? made.remove(dot) : null;
        if (by == null) {
            return known;
        }
        mark(Probe.STOOD_IN);
        // Under actors of its own: those of copies are counted from 0 up.
        return add(key, by.sibling, by.attempt, by.node, -1 - by.life, by.past);
    }

    @Override
    public void hintPut(int node, byte[] record, HintStore.Outcome outcome) {
        if (outcome == HintStore.Outcome.FULL) {
            mark(Probe.HINTS_FULL);
        }
        KeyStory key = keys.get(new String(RecordBytes.key(record), StandardCharsets.US_ASCII));
        if (key != null && outcome.isHeld()) {
            try {
                writesOf(key, record);
            } catch (Violation violation) {
                firstViolation = firstViolation == null ? violation : firstViolation;
                throw violation;
            }
        }
    }

    @Override
    public void hintRemoved(int node, UUID target, byte[] record) {
        KeyStory key = keys.get(new String(RecordBytes.key(record), StandardCharsets.US_ASCII));
        if (key == null) {
            return;
        }
        mark(Probe.HINT_HANDED_OFF);
        int owner = indexOf.applyAsInt(target);
        List<Write> kept = writesOf(key, record);
        timeline.say(time.nowNanos(), key, () -> "n" + node + " keeps " + kept + " for n" + owner + " no more");
        try {
            for (Check check : checks) {
                check.hintRemoved(this, key, node, owner, kept);
            }
        } catch (Violation violation) {
            firstViolation = firstViolation == null ? violation : firstViolation;
            throw violation;
        }
    }

    @Override
    public void sent(int from, int to, PeerMessage message) {
        if (message instanceof HintedWrite hinted) {
            KeyStory key = keys.get(new String(RecordBytes.key(hinted.record()), StandardCharsets.US_ASCII));
            if (key != null) {
                key.hinted();
            }
        }
        if (message instanceof Forward) {
            mark(Probe.FORWARDED);
        } else if (message instanceof WriteAnswer answer && answer.status() == WriteAnswer.Status.STALE) {
            mark(Probe.STALE_FRAME);
        }
        if (timeline.isOn()) {
            KeyStory key = keyOf(message);
            if (key != null) {
                timeline.say(time.nowNanos(), key, () -> "n" + from + " → n" + to + " " + message.type());
            }
        }
    }

    private @Nullable KeyStory keyOf(PeerMessage message) {
        if (message instanceof Read read) {
            return keys.get(new String(read.key(), StandardCharsets.US_ASCII));
        }
        if (message instanceof io.kvorum.server.peer.message.Write write) {
            return keys.get(new String(RecordBytes.key(write.record()), StandardCharsets.US_ASCII));
        }
        if (message instanceof Forward forward && forward.arguments().size() > 1) {
            return keys.get(new String(forward.arguments().get(1), StandardCharsets.US_ASCII));
        }
        return null;
    }

    @Override
    public VersionObserver versions(int node) {
        return new VersionObserver() {
            @Override
            public void damagedIdentity(long actor, long stamp) {
                Violation violation =
                        new Violation("dots", null, "two values under " + new Dot(actor, stamp) + " met at n" + node);
                firstViolation = firstViolation == null ? violation : firstViolation;
                throw violation;
            }

            @Override
            public void siblingsSuperseded(int count) {
                mark(Probe.SIBLING_LIMIT);
            }
        };
    }

    private void wrote(
            KeyStory key,
            int node,
            long actor,
            long flushedUpTo,
            Sibling sibling,
            List<Sibling> old,
            List<Sibling> now) {
        Dot dot = sibling.dot();
        if (dot.actor() != actor) {
            throw new Violation("dots", key, "n" + node + " has a sibling " + dot + " that nobody wrote");
        }
        if (dot.stamp() <= flushedUpTo) {
            throw new Violation("dots", key, "n" + node + " wrote " + dot + ", which it had flushed already");
        }
        List<Write> gone = new ArrayList<>();
        for (Sibling before : old) {
            if (now.stream().noneMatch(still -> still.dot().equals(before.dot()))) {
                Write write = find(key, before.dot());
                if (write != null) {
                    gone.add(write);
                }
            }
        }
        Attempt attempt = attemptOf(key, sibling);
        BitSet past = key.closure(gone);
        if (attempt != null && isVersioned(attempt)) {
            requireSeen(attempt, gone, now);
            past.or(attempt.seen());
        }
        add(key, sibling, attempt, node, losses.getOrDefault(node, 0), past);
    }

    private Write add(KeyStory key, Sibling sibling, @Nullable Attempt attempt, int node, int losses, BitSet past) {
        Write write = new Write(
                key.writes().size(),
                key,
                sibling.dot(),
                sibling.isTombstone(),
                attempt,
                node,
                losses,
                time.nowNanos(),
                past);
        key.wrote(write);
        if (attempt != null) {
            attempt.writesMade().add(write);
        }
        timeline.say(time.nowNanos(), key, () -> "made " + write);
        for (Check check : checks) {
            check.wrote(this, write);
        }
        return write;
    }

    /** A write supersedes what its client had seen, and the oldest of what would be too many siblings. */
    private static void requireSeen(Attempt attempt, List<Write> gone, List<Sibling> left) {
        for (Write write : gone) {
            if (!attempt.seen().get(write.index()) && !isBeyondLimit(write, left)) {
                throw new Violation(
                        "contexts",
                        attempt.key(),
                        attempt + " superseded " + write + ", and its client had seen " + attempt.seen());
            }
        }
    }

    /** Of keys that are written under contexts nothing is counted: siblings are as new as their dots. */
    private static boolean isBeyondLimit(Write gone, List<Sibling> left) {
        return left.size() == Versions.SIBLINGS_MAX
                && left.stream()
                        .allMatch(sibling -> sibling.dot().stamp() >= gone.dot().stamp());
    }

    private void counted(KeyStory key, long actor, Sibling sibling, List<Sibling> old) {
        for (Amendment.Increment increment : sibling.increments()) {
            Increment.Id id = new Increment.Id(sibling.dot(), increment.actor(), increment.stamp());
            if (key.increments().containsKey(id)) {
                continue;
            }
            if (increment.actor() != actor) {
                throw new Violation("dots", key, "an increment " + increment + " that nobody made");
            }
            long before = 0;
            for (Sibling earlier : old) {
                if (earlier.dot().equals(sibling.dot())) {
                    before = sumOf(earlier, actor);
                }
            }
            long delta = increment.sum() - before;
            Attempt attempt = key.attempts().stream()
                    .filter(one -> one.kind() == Attempt.Kind.INCREMENT && one.delta() == delta)
                    .findFirst()
                    .orElse(null);
            key.increments().put(id, new Increment(id, delta, attempt));
            for (Check check : checks) {
                check.counted(this, key, new Increment(id, delta, attempt));
            }
        }
    }

    private static long sumOf(Sibling sibling, long actor) {
        for (Amendment.Increment increment : sibling.increments()) {
            if (increment.actor() == actor) {
                return increment.sum();
            }
        }
        return 0;
    }

    private @Nullable Attempt attemptOf(KeyStory key, Sibling sibling) {
        if (sibling.isTombstone()) {
            return key.family().isOnlyDeleted() ? key.deleting() : null;
        }
        if (sibling.isBorn()) {
            long sum = sibling.increments().get(0).sum();
            return key.attempts().stream()
                    .filter(one -> one.kind() == Attempt.Kind.INCREMENT && one.delta() == sum)
                    .findFirst()
                    .orElse(null);
        }
        return writer(sibling.value());
    }

    private static boolean isVersioned(Attempt attempt) {
        return attempt.kind() == Attempt.Kind.VERSIONED_WRITE || attempt.kind() == Attempt.Kind.VERSIONED_DELETE;
    }
}

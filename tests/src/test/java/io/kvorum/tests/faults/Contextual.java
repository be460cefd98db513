package io.kvorum.tests.faults;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the only writer of a key knows of it that reads before it writes and gives the context back. Values whose context was
 * given to a write are over once it is acknowledged; what was acknowledged and is not over shows, or what was written with
 * its context does. Owned by the writer.
 *
 * <p>A write that one node was passed and did not answer is given to another. The first may have written its own copy and
 * stood still before it told anyone: the value then comes back beside what has superseded it.
 */
final class Contextual {
    /** Not refused, not known to be over: what each of them has seen, itself included. */
    private final Map<Long, Set<Long>> alive = new TreeMap<>();

    private final Set<Long> acknowledged = new LinkedHashSet<>();

    /** Those that may have been run by two nodes. */
    private final Set<Long> twice = new LinkedHashSet<>();

    private int returned;

    /** A write is about to be sent, with the context of a read that showed these. */
    void sent(long number, Collection<Long> shown) {
        Set<Long> covers = new LinkedHashSet<>();
        for (long value : shown) {
            covers.add(value);
            covers.addAll(alive.getOrDefault(value, Set.of()));
        }
        covers.add(number);
        alive.put(number, covers);
    }

    void acknowledged(long number) {
        Set<Long> covers = alive.getOrDefault(number, Set.of(number));
        alive.keySet().removeAll(covers);
        acknowledged.removeAll(covers);
        alive.put(number, Set.of(number));
        acknowledged.add(number);
    }

    /** A write may have been passed to two nodes. */
    void mayRunTwice(long number) {
        twice.add(number);
    }

    /** How often a value was shown that had been superseded, because two nodes have run its write. */
    int returned() {
        return returned;
    }

    void refused(long number) {
        alive.remove(number);
    }

    /** What is wrong with a read that shows these, or null. */
    @Nullable
    String problemWith(Collection<Long> shown) {
        for (long value : shown) {
            if (!alive.containsKey(value) && twice.contains(value)) {
                returned++;
            } else if (!alive.containsKey(value)) {
                return "shows " + shown + ", where " + value + " is over, was refused or was never sent; " + this;
            }
        }
        for (long value : acknowledged) {
            if (shown.stream()
                    .noneMatch(other -> alive.getOrDefault(other, Set.of()).contains(value))) {
                return "shows " + shown + ", where " + value + " is missing; " + this;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "acknowledged " + acknowledged + ", sent and what each has seen " + alive;
    }
}

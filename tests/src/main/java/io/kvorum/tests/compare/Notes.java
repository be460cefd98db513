package io.kvorum.tests.compare;

import io.kvorum.tools.console.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a reader of the table must know besides. Owned by the thread of the command. */
public final class Notes {
    private final Set<String> notes = new LinkedHashSet<>();
    private final Map<String, Tally> tallies = new LinkedHashMap<>();

    private static final class Tally {
        private final SortedMap<String, Long> mishaps = new TreeMap<>();
        private long operations;
    }

    /** A note that is said once. */
    public void add(String note) {
        notes.add(note);
    }

    /**
     * Adds to the note about one side under one load, which is said if anything went wrong there.
     *
     * @param mishaps by kind, of these operations
     */
    public void count(String note, long operations, Map<String, Long> mishaps) {
        Tally tally = tallies.computeIfAbsent(note, fresh -> new Tally());
        tally.operations += operations;
        mishaps.forEach((kind, count) -> tally.mishaps.merge(kind, count, Long::sum));
    }

    /** What there is to say, in the order in which it came up. */
    public List<String> all() {
        List<String> all = new ArrayList<>(notes);
        tallies.forEach((note, tally) -> {
            if (!tally.mishaps.isEmpty()) {
                all.add(tally.mishaps.entrySet().stream()
                        .map(mishap -> Units.count(mishap.getValue()) + " " + mishap.getKey())
                        .collect(Collectors.joining(
                                ", ", note + ": ", " of " + Units.count(tally.operations) + " operations")));
            }
        });
        return all;
    }
}

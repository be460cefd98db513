package io.kvorum.server.sim;

import io.kvorum.server.coordinator.Failure;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Sibling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that was tried on one key, and what that allows its record to be. */
final class KeyHistory {
    final String name;
    final List<Attempt> attempts = new ArrayList<>();
    private final Map<Dot, List<Attempt>> supersededBy = new HashMap<>();

    /** One write: what it made, what it took away, and what its client was told. */
    static final class Attempt {
        final String what;
        final List<Dot> superseded = new ArrayList<>();
        long delta;

        @Nullable
        Dot dot;

        boolean applied;
        boolean acknowledged;
        int answers;

        @Nullable
        Failure failure;

        Attempt(String what) {
            this.what = what;
        }

        @Override
        public String toString() {
            return what + " " + dot + (acknowledged ? " ok" : applied ? " in doubt" : " not done") + " over "
                    + superseded;
        }
    }

    KeyHistory(String name) {
        this.name = name;
    }

    void made(Attempt attempt, Dot dot) {
        attempt.dot = dot;
        attempt.applied = true;
        for (Dot gone : attempt.superseded) {
            supersededBy.computeIfAbsent(gone, any -> new ArrayList<>()).add(attempt);
        }
    }

    static Set<Dot> dotsOf(byte @Nullable [] record) {
        Set<Dot> dots = new HashSet<>();
        if (record != null) {
            for (Sibling sibling : RecordBytes.siblings(record)) {
                dots.add(sibling.dot());
            }
        }
        return dots;
    }

    /** What is wrong with a record that R owners have, given the writes acknowledged before they were asked; or null. */
    @Nullable
    String wrongWith(byte @Nullable [] record, List<Attempt> acknowledgedBefore) {
        Set<Dot> present = dotsOf(record);
        for (Attempt attempt : acknowledgedBefore) {
            Dot dot = attempt.dot;
            if (dot != null && !survives(dot, present, new HashSet<>())) {
                return name + " lost " + attempt + ", has " + present + " of " + attempts;
            }
            for (Dot gone : attempt.superseded) {
                if (present.contains(gone)) {
                    return name + " has " + gone + " again, which went by " + attempt + " of " + attempts;
                }
            }
        }
        return null;
    }

    /** Whether a write is there, or one that took its place, or one that took the place of that. */
    private boolean survives(Dot dot, Set<Dot> present, Set<Dot> seen) {
        if (present.contains(dot)) {
            return true;
        }
        if (seen.add(dot)) {
            for (Attempt later : supersededBy.getOrDefault(dot, List.of())) {
                Dot by = later.dot;
                if (by != null && survives(by, present, seen)) {
                    return true;
                }
            }
        }
        return false;
    }

    List<Attempt> acknowledged() {
        return attempts.stream().filter(attempt -> attempt.acknowledged).toList();
    }
}

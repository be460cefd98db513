package io.kvorum.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.TreeSet;

/** Which of some names somebody meant: the one that fewest edits lead to (Levenshtein). */
final class NearestName {
    private NearestName() {}

    /** The nearest name; of equally near ones the first in the alphabet. There must be at least one. */
    static String of(String misspelt, Collection<String> names) {
        return new TreeSet<>(names)
                .stream()
                        .min(Comparator.comparingInt(name -> distance(misspelt, name)))
                        .orElseThrow();
    }

    /** How many characters must be put in, taken out or changed to get from one to the other. */
    static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) above[j] = j;
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[to.length()];
    }
}

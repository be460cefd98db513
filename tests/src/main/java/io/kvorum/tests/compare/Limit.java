package io.kvorum.tests.compare;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How many times as much as the contender Kvorum may take.
 *
 * @param nodes how many nodes it holds for; 0: any number
 * @param depth the pipeline depth it holds for; 0: whatever the load is
 */
record Limit(Measure measure, int nodes, int depth, double ratioMax) {
    /** The first that holds for a row, if any. */
    static OptionalDouble find(List<Limit> limits, Measure measure, int nodes, int depth) {
        return limits.stream()
                .filter(limit -> limit.measure == measure
                        && (limit.nodes == 0 || limit.nodes == nodes)
                        && (limit.depth == 0 || limit.depth == depth))
                .mapToDouble(Limit::ratioMax)
                .findFirst();
    }
}

package io.kvorum.tests.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One measure under one load: a sample of each side for every pair, in the order in which they were taken.
 *
 * @param load what the servers were given: {@code P=16}, {@code 20000/s}, {@code 1000000 keys}
 * @param limit how large the median of the ratios may be
 */
record Row(
        int nodes,
        String operation,
        String load,
        Measure measure,
        List<Double> kvorum,
        List<Double> contender,
        OptionalDouble limit) {
    Row {
        kvorum = List.copyOf(kvorum);
        contender = List.copyOf(contender);
        if (kvorum.isEmpty() || kvorum.size() != contender.size()) {
            throw new IllegalArgumentException(kvorum.size() + " samples beside " + contender.size());
        }
    }

    /** Kvorum's sample by the contender's, pair by pair; NaN where the contender's is nothing. */
    List<Double> ratios() {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < kvorum.size(); i++) {
            ratios.add(contender.get(i) == 0 ? Double.NaN : kvorum.get(i) / contender.get(i));
        }
        return ratios;
    }

    /** Whether there is a limit and the ratio is above it, or not known. */
    boolean missesLimit() {
        return limit.isPresent() && !(Spread.of(ratios()).median() <= limit.getAsDouble());
    }
}

package io.kvorum.tests.compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The middle and the ends of some samples. */
public record Spread(double median, double min, double max) {
    /**
     * Of an even number, the mean of the two in the middle. NaN counts as larger than any number.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Spread of(List<Double> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("no samples");
        }
        List<Double> sorted = samples.stream().sorted().toList();
        int half = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
    }

    /** For the file, with the samples themselves. */
    public Map<String, Object> json(List<Double> samples) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("median", median);
        json.put("min", min);
        json.put("max", max);
        json.put("samples", samples);
        return json;
    }
}

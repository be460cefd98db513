package io.kvorum.tests.durability;

import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What an experiment has shown: text for people, values for the file, verdicts. Owned by the thread of the command. */
final class Outcome {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};
    private static final long[] ABOVE_MILLIS = {10, 50, 100};
    private static final int TICKS_PER_HALF_DISTANCE = 5;

    private final List<String> paragraphs = new ArrayList<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final List<Verdict> verdicts = new ArrayList<>();

    /** A line, or several. */
    void say(String text) {
        paragraphs.add(text);
    }

    /** A value for the file, which is said in words elsewhere. */
    void put(String name, Object value) {
        values.put(name, value);
    }

    /** A number for both. */
    void tell(String name, double value, String unit) {
        say(name + ": " + number(value) + (unit.isEmpty() ? "" : " " + unit));
        put(name, value);
    }

    void judge(Verdict verdict) {
        verdicts.add(verdict);
    }

    boolean isMet() {
        return verdicts.stream().allMatch(Verdict::met);
    }

    /** Distributions of nanoseconds, a row for each, in milliseconds; the file gets all of their steps. */
    void distributions(Map<String, Histogram> histograms) {
        Table table = Table.of(
                        "ms", "count", "p50", "p90", "p99", "p99.9", "p99.99", "max", "> 10 ms", "> 50 ms", "> 100 ms")
                .right(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        histograms.forEach((name, histogram) -> {
            List<Object> cells = new ArrayList<>(List.of(name, Units.count(histogram.getTotalCount())));
            for (double percentile : PERCENTILES) {
                cells.add(Units.millisOfNanos(histogram.getValueAtPercentile(percentile)));
            }
            cells.add(Units.millisOfNanos(histogram.getMaxValue()));
            for (long millis : ABOVE_MILLIS) {
                cells.add(Units.count(above(histogram, millis)));
            }
            table.row(cells.toArray());
            put(name, steps(histogram));
        });
        say(table.render("").stripTrailing());
    }

    private static long above(Histogram histogram, long millis) {
        return histogram.getMaxValue() <= millis * 1_000_000
                ? 0
                : histogram.getCountBetweenValues(
                        histogram.nextNonEquivalentValue(millis * 1_000_000), histogram.getMaxValue());
    }

    private static Map<String, Object> steps(Histogram histogram) {
        List<Map<String, Object>> steps = new ArrayList<>();
        if (histogram.getTotalCount() > 0) {
            histogram.percentiles(TICKS_PER_HALF_DISTANCE).forEach(step -> {
                Map<String, Object> json = new LinkedHashMap<>();
                json.put("percentile", step.getPercentileLevelIteratedTo());
                json.put("ms", step.getValueIteratedTo() / 1e6);
                json.put("count", step.getTotalCountToThisValue());
                steps.add(json);
            });
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("count", histogram.getTotalCount());
        json.put("max-ms", histogram.getMaxValue() / 1e6);
        for (long millis : ABOVE_MILLIS) {
            json.put("above-" + millis + "-ms", above(histogram, millis));
        }
        json.put("percentiles", steps);
        return json;
    }

    String text() {
        StringBuilder out = new StringBuilder();
        paragraphs.forEach(paragraph -> out.append(paragraph).append('\n'));
        Table table = Table.of("what", "is", "limit", "").right(1);
        verdicts.forEach(verdict ->
                table.row(verdict.what(), verdict.shown(), verdict.limit(), verdict.met() ? "ok" : "MISSED"));
        return out.append('\n').append(table.render("")).toString();
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>(values);
        json.put(
                "verdicts",
                verdicts.stream()
                        .map(verdict -> {
                            Map<String, Object> one = new LinkedHashMap<>();
                            one.put("what", verdict.what());
                            one.put("value", verdict.value());
                            one.put("limit", verdict.limit());
                            one.put("met", verdict.met());
                            return one;
                        })
                        .toList());
        return json;
    }

    /** With as many digits as matter. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        boolean whole = Math.abs(value) >= 100 || value == Math.rint(value);
        return whole ? Units.count(Math.round(value)) : Units.decimal(value, Math.abs(value) < 1 ? 3 : 2);
    }
}

package io.kvorum.server.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a registry in Prometheus's text format, version 0.0.4: for each family one HELP and one TYPE line, then all its
 * samples. Labelled counters and histograms that have counted nothing yet are left out.
 */
final class PrometheusText {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Bounds of buckets in nanoseconds: 50 µs to 10 s. */
    private static final long[] BOUNDS = {
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000,
        25_000_000,
        50_000_000,
        100_000_000,
        250_000_000,
        500_000_000,
        1_000_000_000,
        2_500_000_000L,
        5_000_000_000L,
        10_000_000_000L
    };

    private PrometheusText() {}

    static String write(MetricRegistry registry, Map<String, String> helps) {
        SortedMap<String, List<Map.Entry<String, Metric>>> families = new TreeMap<>();
        new TreeMap<>(registry.getMetrics())
                .entrySet()
                .forEach(metric -> families.computeIfAbsent(
                                MetricName.familyOf(metric.getKey()), family -> new ArrayList<>())
                        .add(metric));
        StringBuilder out = new StringBuilder(16_384);
        families.forEach((family, metrics) -> {
            StringBuilder samples = new StringBuilder();
            metrics.forEach(metric -> samples(samples, metric.getKey(), metric.getValue()));
            if (samples.isEmpty()) return;
            String help = helps.getOrDefault(family, "");
            out.append("# HELP ")
                    .append(family)
                    .append(' ')
                    .append(escapedHelp(help))
                    .append('\n');
            out.append("# TYPE ")
                    .append(family)
                    .append(' ')
                    .append(type(family, metrics.get(0).getValue()))
                    .append('\n');
            out.append(samples);
        });
        return out.toString();
    }

    private static String type(String family, Metric metric) {
        if (metric instanceof Counter || family.endsWith("_total")) return "counter";
        if (metric instanceof SummedHistogram) return "histogram";
        return metric instanceof Gauge ? "gauge" : "untyped";
    }

    private static void samples(StringBuilder out, String name, Metric metric) {
        boolean labelled = name.indexOf('{') >= 0;
        if (metric instanceof Counter counter) {
            long count = counter.getCount();
            if (count != 0 || !labelled) sample(out, name, Long.toString(count));
        } else if (metric instanceof SummedHistogram histogram) {
            histogram(out, name, histogram, labelled);
        } else if (metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number value) {
            sample(out, name, number(value.doubleValue()));
        }
    }

    private static void histogram(StringBuilder out, String name, SummedHistogram histogram, boolean labelled) {
        // Loops go on counting: the total is looked at last and so is at least as large as any bucket.
        long[] counts = histogram.cumulative(BOUNDS);
        double sum = histogram.sumOfValues() / NANOS_PER_SECOND;
        long count = histogram.getCount();
        if (count == 0 && labelled) return;
        String family = MetricName.familyOf(name);
        String labels = MetricName.labelsOf(name);
        String before = family + "_bucket{" + labels + (labels.isEmpty() ? "" : ",") + "le=\"";
        long atLeast = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            atLeast = Math.max(atLeast, counts[i]);
            sample(out, before + bound(BOUNDS[i]) + "\"}", Long.toString(atLeast));
        }
        sample(out, before + "+Inf\"}", Long.toString(count));
        String after = labels.isEmpty() ? "" : "{" + labels + "}";
        sample(out, family + "_sum" + after, number(sum));
        sample(out, family + "_count" + after, Long.toString(count));
    }

    private static void sample(StringBuilder out, String name, String value) {
        out.append(name).append(' ').append(value).append('\n');
    }

    /** Whole numbers without a fraction; the others as Java writes them, which Prometheus reads. */
    static String number(double value) {
        if (Double.isNaN(value)) return "NaN";
        if (Double.isInfinite(value)) return value > 0 ? "+Inf" : "-Inf";
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    /** A bound in seconds as people write it: it names the series, so that every digit counts. */
    private static String bound(long nanos) {
        return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
    }

    private static String escapedHelp(String help) {
        return help.replace("\\", "\\\\").replace("\n", "\\n");
    }
}

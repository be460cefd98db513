package io.kvorum.tests.compare;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a node of Kvorum has counted up to one moment, as its page of metrics tells it (Prometheus's text format). */
public final class MetricsPage {
    /** From the port for clients to that of the page, by default. */
    static final int HTTP_OFFSET = 2_000;

    private static final int PATIENCE_MILLIS = 5_000;

    /** By name and labels. */
    private final Map<String, Double> samples = new LinkedHashMap<>();

    private MetricsPage(String text) {
        for (String line : text.lines().toList()) {
            int end = line.lastIndexOf(' ');
            if (!line.startsWith("#") && end > 0) {
                samples.put(line.substring(0, end), number(line.substring(end + 1)));
            }
        }
    }

    /** Asks the node of this machine that takes clients at a port; blocks for some seconds at most. */
    static MetricsPage ofNode(int port) throws IOException {
        var connection = URI.create("http://127.0.0.1:" + (port + HTTP_OFFSET) + "/metrics")
                .toURL()
                .openConnection();
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout(PATIENCE_MILLIS);
        try (InputStream page = connection.getInputStream()) {
            return parse(new String(page.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Reads the text of a page. */
    public static MetricsPage parse(String text) {
        return new MetricsPage(text);
    }

    /** The sum of a family over all of its labels; 0 if it is not there. */
    public double sum(String family) {
        return samples.entrySet().stream()
                .filter(sample ->
                        sample.getKey().equals(family) || sample.getKey().startsWith(family + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /**
     * One sample.
     *
     * @param name with its labels, as it stands on the page
     * @throws IOException if it is not there
     */
    public double value(String name) throws IOException {
        Double value = samples.get(name);
        if (value == null) {
            throw new IOException("the node tells no " + name);
        }
        return value;
    }

    /**
     * The bound that so many percent of the values of a histogram without labels, counted between an earlier page and this
     * one, did not exceed: the upper end of a bucket.
     *
     * @return NaN if nothing was counted; infinite beyond the last bucket
     */
    public double percentileSince(MetricsPage earlier, String family, double percentile) {
        String before = family + "_bucket{le=\"";
        List<Double> bounds = new ArrayList<>();
        List<Double> counts = new ArrayList<>();
        samples.forEach((name, count) -> {
            if (name.startsWith(before)) {
                bounds.add(number(name.substring(before.length(), name.length() - 2)));
                counts.add(count - earlier.samples.getOrDefault(name, 0.0));
            }
        });
        double all = counts.isEmpty() ? 0 : counts.get(counts.size() - 1);
        for (int i = 0; all > 0 && i < counts.size(); i++) {
            if (counts.get(i) >= all * percentile / 100) {
                return bounds.get(i);
            }
        }
        return Double.NaN;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}

package io.kvorum.tools.bench;

import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run has shown, as a table for people and as a map for JSON.
 *
 * @param elapsedNanos from the end of the warm-up to the last answer, or to the end if that is later
 */
public record Result(Workload workload, Measurements measurements, long elapsedNanos, long reconnects) {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    /** Operations that were answered, errors included. */
    public long answered() {
        return measurements.allServiceTimes().getTotalCount();
    }

    /** Operations that were answered, errors included, per second. */
    public double answeredPerSecond() {
        return answered() * 1e9 / elapsedNanos;
    }

    /** Operations that were answered, errors included, and those that were due and never were. */
    public long attempted() {
        return answered() + measurements.unansweredCount();
    }

    /** Operations that were answered, and not with an error. */
    public long succeeded() {
        return answered() - measurements.errorCount();
    }

    /** Operations that were due and failed: errors by their first word, and those {@code unanswered}. */
    public Map<String, Long> failures() {
        return measurements.failures();
    }

    /** Gets that found no value. */
    public long absent() {
        return measurements.absentCount();
    }

    /** Operations that were sent more than a millisecond after their time. */
    public long late() {
        return measurements.lateCount();
    }

    /** The latency that so many percent of the operations, answered or not, did not exceed. */
    public long latencyNanos(double percentile) {
        return measurements.allLatencies().getValueAtPercentile(percentile);
    }

    /** A copy of the latencies of all operations, answered or not, in nanoseconds from their intended start. */
    public Histogram latencies() {
        return measurements.allLatencies().copy();
    }

    /** A copy of those of one kind. */
    public Histogram latencies(Operation operation) {
        return measurements.latency(operation).copy();
    }

    boolean hasSuccess() {
        return succeeded() > 0;
    }

    /** For people: the workload, percentiles by operation, throughput, and what went wrong. */
    public String table() {
        boolean open = workload.rate() != null;
        Table table = Table.of("ms", "count", "mean", "p50", "p90", "p99", "p99.9", "p99.99", "max")
                .right(1, 2, 3, 4, 5, 6, 7, 8);
        row(table, "all", measurements.allLatencies());
        for (Operation operation : Operation.values()) {
            row(table, operation.label(), measurements.latency(operation));
        }
        if (open) {
            row(table, "from send", measurements.allServiceTimes());
        }
        StringBuilder out =
                new StringBuilder(workload.describe()).append("\n\n").append(table.render("  "));
        out.append('\n')
                .append(Units.decimal(answeredPerSecond(), 0))
                .append(" answers/s over ")
                .append(Units.decimal(elapsedNanos / 1e9, 1))
                .append(" s; latency counts from ")
                .append(open ? "the intended start" : "sending, which hides waiting (see --rate)")
                .append('\n');
        note(out, measurements.absentCount(), "gets found no value");
        note(out, measurements.lateCount(), "sent more than 1 ms after their time, which their latency includes");
        note(out, measurements.unansweredCount(), "never answered, counted with the time they waited");
        note(out, reconnects, "connections lost and opened again");
        measurements.errors().forEach((code, count) -> note(out, count, "errors " + code));
        return out.toString();
    }

    Map<String, Object> json() {
        Map<String, Object> latencies = new LinkedHashMap<>();
        Map<String, Object> serviceTimes = new LinkedHashMap<>();
        latencies.put("all", summary(measurements.allLatencies()));
        serviceTimes.put("all", summary(measurements.allServiceTimes()));
        for (Operation operation : Operation.values()) {
            latencies.put(operation.label(), summary(measurements.latency(operation)));
            serviceTimes.put(operation.label(), summary(measurements.service(operation)));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workload", workload.describe());
        json.put("seed", workload.seed());
        json.put("open-loop", workload.rate() != null);
        json.put("elapsed-s", elapsedNanos / 1e9);
        json.put("answered-per-s", answeredPerSecond());
        json.put("latency-ms", latencies);
        json.put("from-send-ms", serviceTimes);
        json.put("absent", measurements.absentCount());
        json.put("late", measurements.lateCount());
        json.put("unanswered", measurements.unansweredCount());
        json.put("reconnects", reconnects);
        json.put("errors", measurements.errors());
        return json;
    }

    private static void row(Table table, String name, Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        Object[] cells = new Object[PERCENTILES.length + 4];
        cells[0] = name;
        cells[1] = histogram.getTotalCount();
        cells[2] = Units.millisOfNanos(Math.round(histogram.getMean()));
        for (int i = 0; i < PERCENTILES.length; i++) {
            cells[3 + i] = Units.millisOfNanos(histogram.getValueAtPercentile(PERCENTILES[i]));
        }
        cells[cells.length - 1] = Units.millisOfNanos(histogram.getMaxValue());
        table.row(cells);
    }

    private static Map<String, Object> summary(Histogram histogram) {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("count", histogram.getTotalCount());
        summary.put("mean", histogram.getMean() / 1e6);
        for (double percentile : PERCENTILES) {
            String name = "p" + Double.toString(percentile).replaceFirst("\\.0$", "");
            summary.put(name, histogram.getValueAtPercentile(percentile) / 1e6);
        }
        summary.put("max", histogram.getMaxValue() / 1e6);
        return summary;
    }

    private static void note(StringBuilder out, long count, String what) {
        if (count > 0) {
            out.append("  ").append(count).append(' ').append(what).append('\n');
        }
    }
}

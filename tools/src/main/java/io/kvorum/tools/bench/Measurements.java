package io.kvorum.tools.bench;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What was measured, by one generator or by all together: latencies in nanoseconds from the intended start, service
 * times from the moment of sending, and counts. Owned by one thread; handed over as a copy.
 */
final class Measurements {
    /** An operation that takes longer is counted as this long. */
    private static final long LATENCY_NANOS_MAX = 3_600_000_000_000L;

    private static final int DIGITS = 3;

    private final Map<Operation, Histogram> latency = new EnumMap<>(Operation.class);
    private final Map<Operation, Histogram> service = new EnumMap<>(Operation.class);
    private final Map<String, Long> errors = new TreeMap<>();
    private long absent;
    private long late;
    private long unanswered;

    Measurements() {
        for (Operation operation : Operation.values()) {
            latency.put(operation, histogram());
            service.put(operation, histogram());
        }
    }

    static Histogram histogram() {
        return new Histogram(1_000, LATENCY_NANOS_MAX, DIGITS);
    }

    void answered(Operation operation, long latencyNanos, long serviceNanos) {
        record(of(latency, operation), latencyNanos);
        record(of(service, operation), serviceNanos);
    }

    /** An operation that was due and got no answer: it waited at least this long, and the percentiles must show it. */
    void unanswered(Operation operation, long waitedNanos) {
        record(of(latency, operation), waitedNanos);
        unanswered++;
    }

    /** A get that found nothing: an answer like any other, but a benchmark of absent keys should be known as one. */
    void absent() {
        absent++;
    }

    /** An operation that was sent noticeably after its time: its connection was full, or this process too slow. */
    void late() {
        late++;
    }

    /** An error reply, by its first word. It is an answer as well: its latency counts. */
    void error(String code) {
        errors.merge(code, 1L, Long::sum);
    }

    void add(Measurements other) {
        other.latency.forEach((operation, histogram) -> of(latency, operation).add(histogram));
        other.service.forEach((operation, histogram) -> of(service, operation).add(histogram));
        other.errors.forEach((code, count) -> errors.merge(code, count, Long::sum));
        absent += other.absent;
        late += other.late;
        unanswered += other.unanswered;
    }

    Histogram latency(Operation operation) {
        return of(latency, operation);
    }

    Histogram service(Operation operation) {
        return of(service, operation);
    }

    /** All operations together. */
    Histogram allLatencies() {
        return sum(latency);
    }

    Histogram allServiceTimes() {
        return sum(service);
    }

    Map<String, Long> errors() {
        return errors;
    }

    long errorCount() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }

    /** What was due and failed: errors by their first word, and {@code unanswered}. */
    Map<String, Long> failures() {
        Map<String, Long> failures = new LinkedHashMap<>(errors);
        if (unanswered > 0) {
            failures.put("unanswered", unanswered);
        }
        return failures;
    }

    long absentCount() {
        return absent;
    }

    long lateCount() {
        return late;
    }

    long unansweredCount() {
        return unanswered;
    }

    private static Histogram sum(Map<Operation, Histogram> histograms) {
        Histogram sum = histogram();
        histograms.values().forEach(sum::add);
        return sum;
    }

    private static Histogram of(Map<Operation, Histogram> histograms, Operation operation) {
        Histogram histogram = histograms.get(operation);
        if (histogram == null) {
            throw new IllegalStateException("no histogram of " + operation);
        }
        return histogram;
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(Math.max(nanos, 0), LATENCY_NANOS_MAX));
    }
}

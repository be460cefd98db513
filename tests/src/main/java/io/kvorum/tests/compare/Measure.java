package io.kvorum.tests.compare;

import io.kvorum.tools.console.Units;
import java.util.Locale;

/** What is measured of both sides; each is a row of the table for every load it is measured under. */
enum Measure {
    /** User and system time of all processes of a side, per operation. */
    CPU_PER_OPERATION("cpu us/op", "us", 2),
    THROUGHPUT("ops/s", "1/s", 0),
    P50("p50 ms", "ms", 3),
    P99("p99 ms", "ms", 3),
    P999("p99.9 ms", "ms", 3),
    /** What the operating system has given, per key and copy of it. */
    RESIDENT_PER_KEY("resident B/key", "B", 0),
    /** What the server itself says is in use, per key and copy of it: for a JVM, the heap after a collection. */
    LIVE_PER_KEY("live B/key", "B", 0);

    private final String label;
    private final String unit;
    private final int digits;

    Measure(String label, String unit, int digits) {
        this.label = label;
        this.unit = unit;
        this.digits = digits;
    }

    String label() {
        return label;
    }

    String unit() {
        return unit;
    }

    String format(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        return digits == 0 ? String.format(Locale.ROOT, "%,d", Math.round(value)) : Units.decimal(value, digits);
    }
}

package io.kvorum.server.metrics;

/** What each event loop measures by itself, beside its commands: how durations are spread, in nanoseconds. */
public enum Distribution {
    /** From the first message of a read to the moment its quorum was met. */
    READ_QUORUM_WAIT("read"),
    /** From the first message of a write to the moment its quorum was met. */
    WRITE_QUORUM_WAIT("write");

    static final String FAMILY = "kvorum_quorum_wait_seconds";
    static final String HELP = "How long coordinators waited for a quorum";

    private final String operation;

    Distribution(String operation) {
        this.operation = operation;
    }

    String metricName() {
        return MetricName.of(FAMILY, "operation", operation);
    }

    /** Its place in arrays of this process. */
    @SuppressWarnings("EnumOrdinal") // never written anywhere
    int cell() {
        return ordinal();
    }
}

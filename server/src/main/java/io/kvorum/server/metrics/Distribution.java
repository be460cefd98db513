package io.kvorum.server.metrics;

/** What each event loop measures by itself, beside its commands: how durations are spread, in nanoseconds. */
public enum Distribution {
    /** From the first message of a read to the moment its quorum was met. */
    READ_QUORUM_WAIT("kvorum_quorum_wait_seconds", "How long coordinators waited for a quorum", "operation", "read"),
    /** From the first message of a write to the moment its quorum was met. */
    WRITE_QUORUM_WAIT("kvorum_quorum_wait_seconds", "How long coordinators waited for a quorum", "operation", "write"),
    /** From the moment a read found that its value is on this node's disk alone to the moment it was in memory. */
    COLD_READ("kvorum_cold_read_seconds", "How long reads waited for values that were on this node's disk alone");

    final String family;
    final String help;

    private final String name;

    Distribution(String family, String help, String... labels) {
        this.family = family;
        this.help = help;
        this.name = MetricName.of(family, labels);
    }

    String metricName() {
        return name;
    }

    /** Its place in arrays of this process. */
    @SuppressWarnings("EnumOrdinal") // never written anywhere
    int cell() {
        return ordinal();
    }
}

package io.kvorum.server.metrics;

/** What each event loop measures by itself, beside its commands: how values are spread. */
public enum Distribution {
    /** From the first message of a read to the moment its quorum was met; nanoseconds. */
    READ_QUORUM_WAIT(
            "kvorum_quorum_wait_seconds", "operation", "read", "How long coordinators waited for a quorum", 1e9),
    /** From the first message of a write to the moment its quorum was met; nanoseconds. */
    WRITE_QUORUM_WAIT(
            "kvorum_quorum_wait_seconds", "operation", "write", "How long coordinators waited for a quorum", 1e9),
    /** From a request to a peer to its answer; nanoseconds. */
    PEER_ROUND_TRIP("kvorum_peer_round_trip_seconds", "", "", "From a request to a peer to its answer", 1e9),
    /** Live siblings of a key that was read. */
    SIBLINGS("kvorum_read_siblings", "", "", "Live siblings of the keys that were read", 1),
    /** Requests that one packet from a client brought. */
    PIPELINE("kvorum_pipeline_requests", "", "", "Requests of one client handled in one turn of its loop", 1);

    final String family;
    final String label;
    final String labelValue;
    final String help;

    /** How many of what is recorded are one of what is shown. */
    final double divisor;

    Distribution(String family, String label, String labelValue, String help, double divisor) {
        this.family = family;
        this.label = label;
        this.labelValue = labelValue;
        this.help = help;
        this.divisor = divisor;
    }

    String metricName() {
        return label.isEmpty() ? MetricName.of(family) : MetricName.of(family, label, labelValue);
    }

    /** Its place in arrays of this process. */
    @SuppressWarnings("EnumOrdinal") // never written anywhere
    int cell() {
        return ordinal();
    }
}

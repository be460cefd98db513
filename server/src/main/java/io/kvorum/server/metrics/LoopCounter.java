package io.kvorum.server.metrics;

/** What each event loop counts by itself: how often something has happened since the start. */
public enum LoopCounter {
    /** Clients that connected. */
    CLIENTS_ACCEPTED("kvorum_client_connections_accepted_total", "Clients that connected"),
    /** Clients turned away. */
    CLIENTS_REFUSED(
            "kvorum_client_connections_refused_total",
            "Clients turned away: too many, or from another machine in protected mode"),
    /** Clients closed because they held too much memory. */
    CLIENTS_DROPPED(
            "kvorum_client_connections_dropped_total",
            "Clients closed because they held too much memory: requests not whole, replies not read"),
    /** Bytes read from clients. */
    CLIENT_BYTES_IN("kvorum_client_received_bytes_total", "Bytes read from clients"),
    /** Bytes written to clients. */
    CLIENT_BYTES_OUT("kvorum_client_sent_bytes_total", "Bytes written to clients"),
    /** Pieces in which they were read. */
    CLIENT_READS("kvorum_client_reads_total", "Pieces in which bytes were read from clients"),
    /** Pieces in which they were written. */
    CLIENT_WRITES("kvorum_client_writes_total", "Pieces in which bytes were written to clients"),
    /** Keys of which a session forgot what it had seen. */
    SESSION_FORGOTTEN(
            "kvorum_session_keys_forgotten_total",
            "Keys of which a client's session forgot what it had seen, for want of room: it writes them as without one"),
    /** Reads by key that found a value. */
    KEY_HITS("kvorum_key_hits_total", "Reads by key that found a value"),
    /** Reads by key that found none. */
    KEY_MISSES("kvorum_key_misses_total", "Reads by key that found none"),
    /** Reads whose replies were not all the same. */
    READS_DIVERGED("kvorum_reads_diverged_total", "Reads whose replicas did not all answer the same"),
    /** Records sent to owners that a read found behind. */
    READ_REPAIRS("kvorum_read_repairs_total", "Records sent to owners that a read found behind"),
    /** Requests sent to one more owner because a reply was late. */
    HEDGES_SENT("kvorum_hedges_sent_total", "Requests sent to one more owner because a reply was late");

    final String family;
    final String help;

    LoopCounter(String family, String help) {
        this.family = family;
        this.help = help;
    }

    /** Its place in arrays of this process. */
    @SuppressWarnings("EnumOrdinal") // never written anywhere
    int cell() {
        return ordinal();
    }
}

package io.kvorum.server.metrics;

/** What each event loop counts by itself: how often something has happened since the start. */
public enum LoopCounter {
    /** Clients that connected. */
    CLIENTS_ACCEPTED("kvorum_client_connections_accepted_total", "Clients that connected"),
    /** Clients that went, for whatever reason. */
    CLIENTS_CLOSED("kvorum_client_connections_closed_total", "Clients that went, for whatever reason"),
    /** Clients turned away: too many, or from another machine in protected mode. */
    CLIENTS_REFUSED(
            "kvorum_client_connections_refused_total",
            "Clients turned away: too many, or from another machine in protected mode"),
    /** Clients disconnected because they did not read their replies. */
    CLIENTS_OVERFLOWED(
            "kvorum_client_output_overflows_total", "Clients disconnected because they did not read their replies"),
    /** Clients disconnected because they sent what is not the protocol. */
    PROTOCOL_ERRORS("kvorum_client_protocol_errors_total", "Clients disconnected for breaking the protocol"),
    /** Wrong passwords given. */
    AUTH_FAILURES("kvorum_auth_failures_total", "Wrong names or passwords given"),
    /** Bytes read from clients. */
    CLIENT_BYTES_IN("kvorum_client_received_bytes_total", "Bytes read from clients"),
    /** Bytes written to clients. */
    CLIENT_BYTES_OUT("kvorum_client_sent_bytes_total", "Bytes written to clients"),
    /** Reads by key that found a value. */
    KEY_HITS("kvorum_key_hits_total", "Reads by key that found a value"),
    /** Reads by key that found none. */
    KEY_MISSES("kvorum_key_misses_total", "Reads by key that found none"),
    /** Requests passed on to an owner of their key. */
    FORWARDED("kvorum_requests_forwarded_total", "Requests passed on to an owner of their key"),
    /** Reads whose replies were not all the same. */
    READS_DIVERGED("kvorum_reads_diverged_total", "Reads whose replicas did not all answer the same"),
    /** Records sent to owners that a read found behind. */
    READ_REPAIRS("kvorum_read_repairs_total", "Records sent to owners that a read found behind"),
    /** Requests sent to one more owner because a reply was late. */
    HEDGES_SENT("kvorum_hedges_sent_total", "Requests sent to one more owner because a reply was late"),
    /** Hedges that answered before the owner they stood in for. */
    HEDGES_WON("kvorum_hedges_won_total", "Hedges that answered before the owner they stood in for"),
    /** Writes noted for an owner that could not be reached. */
    HINTS_WRITTEN("kvorum_hints_written_total", "Writes noted for an owner that could not be reached"),
    /** Keys found with as many siblings as are worth a warning. */
    SIBLINGS_WARNED("kvorum_siblings_warned_total", "Writes that left a key with siblings.warn siblings or more"),
    /** Siblings superseded because a key had too many. */
    SIBLINGS_DROPPED("kvorum_siblings_dropped_total", "Siblings superseded because a key had more than siblings.max"),
    /** Frames read from peers. */
    PEER_FRAMES_IN("kvorum_peer_received_frames_total", "Frames read from peers"),
    /** Frames written to peers. */
    PEER_FRAMES_OUT("kvorum_peer_sent_frames_total", "Frames written to peers"),
    /** Bytes read from peers. */
    PEER_BYTES_IN("kvorum_peer_received_bytes_total", "Bytes read from peers"),
    /** Bytes written to peers. */
    PEER_BYTES_OUT("kvorum_peer_sent_bytes_total", "Bytes written to peers"),
    /** Messages not sent because the peer was slow or away. */
    PEER_NOT_SENT("kvorum_peer_unsent_messages_total", "Messages not sent because the peer was slow or away");

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

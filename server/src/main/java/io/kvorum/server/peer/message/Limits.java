package io.kvorum.server.peer.message;

/** The bounds that message decoding holds lengths against; the frame's own bound stands before them. */
final class Limits {
    static final int KEY_BYTES_MAX = 64 * 1024;
    static final int RECORD_BYTES_MAX = 512 * 1024 * 1024;
    static final int ARGUMENTS_MAX = 1024 * 1024;
    static final int RECORDS_MAX = 64 * 1024;
    static final int PARTITIONS_MAX = 16384;
    static final int LEAVES_MAX = 1 << 20;
    static final int NAME_BYTES_MAX = 1024;
    static final int EVENTS_BYTES_MAX = 64 * 1024 * 1024;
    static final int TEXT_BYTES_MAX = 64 * 1024;

    private Limits() {}
}

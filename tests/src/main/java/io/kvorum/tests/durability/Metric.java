package io.kvorum.tests.durability;

/** Names on a node's page of metrics. */
final class Metric {
    static final String CHECKPOINTS = "kvorum_checkpoints_total";
    static final String CHECKPOINT_RECORDS = "kvorum_checkpoint_records_total";
    static final String COLLECTIONS = "kvorum_checkpoint_collections_total";
    static final String COLLECT_MICROSECONDS = "kvorum_checkpoint_collect_microseconds_total";
    static final String DIRTY = "kvorum_dirty_records";
    static final String LIVE_KEYS = "kvorum_live_keys";
    static final String STORE_BYTES = "kvorum_store_bytes";
    static final String JOURNAL_BYTES = "kvorum_journal_bytes";
    static final String MEMORY_USED = "kvorum_memory_used_bytes";
    static final String MEMORY_MAX = "kvorum_memory_max_bytes";
    static final String MEMORY_REFUSED = "kvorum_memory_refused_total";
    static final String HEAP_USED = "kvorum_jvm_memory_used_bytes{area=\"heap\"}";
    static final String HEAP_MAX = "kvorum_jvm_memory_max_bytes";
    static final String COLD_READ = "kvorum_cold_read_seconds";
    static final String COLD_READS = "kvorum_cold_read_seconds_count";
    static final String HITS = "kvorum_key_hits_total";
    static final String MISSES = "kvorum_key_misses_total";

    private Metric() {}
}

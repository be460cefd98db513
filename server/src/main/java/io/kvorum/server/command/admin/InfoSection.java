package io.kvorum.server.command.admin;

import io.kvorum.ring.Ring;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.ClientPause;
import io.kvorum.server.membership.MembershipStatus.MemberStatus;
import java.util.List;
import java.util.Locale;

/** The sections of INFO, in the order in which they are shown; each is made when it is asked for. */
enum InfoSection {
    SERVER(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            NodeDescription self = node.description();
            long uptime = node.uptimeSeconds();
            // Standalone, since a client may send everything to any node: those that read "cluster" refuse to send
            // commands with keys of several slots.
            out.section("Server")
                    .field("redis_version", self.redisVersion())
                    .field("redis_git_sha1", "00000000")
                    .field("redis_git_dirty", 0)
                    .field("redis_build_id", "kvorum-" + self.version())
                    .field("redis_mode", "standalone")
                    .field("os", self.operatingSystem())
                    .field("arch_bits", 64)
                    .field("multiplexing_api", self.transport().toLowerCase(Locale.ROOT))
                    .field("java_version", self.javaVersion())
                    .field("process_id", self.processId())
                    .field("process_supervised", "no")
                    .field("run_id", RedisNodeId.of(self.id()))
                    .field("tcp_port", self.respPort())
                    .field("server_time_usec", call.loop().clock().wallMillis() * 1000)
                    .field("uptime_in_seconds", uptime)
                    .field("uptime_in_days", uptime / SECONDS_PER_DAY)
                    .field("lru_clock", (call.loop().clock().wallMillis() / 1000) & LRU_CLOCK_MAX)
                    .field("hz", 10)
                    .field("configured_hz", 10)
                    .field("executable", "kvorum")
                    .field("config_file", self.configFile())
                    .field("io_threads_active", self.ioThreads() > 1 ? 1 : 0);
        }
    },
    CLIENTS(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            NodeStatus.Clients clients = node.clients();
            ClientPause pause = call.loop().sessions().directory().pause();
            out.section("Clients")
                    .field("connected_clients", clients.connected())
                    .field("cluster_connections", connections(node))
                    .field("maxclients", clients.connectionsMax())
                    .field("client_recent_max_input_buffer", 0)
                    .field("client_recent_max_output_buffer", 0)
                    .field("blocked_clients", pause.heldBack())
                    .field("tracking_clients", 0)
                    .field("pubsub_clients", 0)
                    .field("watching_clients", 0)
                    .field("clients_in_timeout_table", 0)
                    .field("total_watched_keys", 0)
                    .field("total_blocking_keys", 0)
                    .field("total_blocking_keys_on_nokey", 0);
            long nowNanos = call.loop().clock().nanoTime();
            boolean paused = pause.isOn(nowNanos);
            out.field("paused_reason", paused ? "client_pause" : "none")
                    .field("paused_actions", !paused ? "none" : pause.isOfAll() ? "all" : "write")
                    .field(
                            "paused_timeout_milliseconds",
                            paused ? (pause.untilNanos() - nowNanos) / NANOS_PER_MILLI : 0);
        }
    },
    MEMORY(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            NodeStatus.Memory memory = node.memory();
            long used = memory.dataBytes();
            long resident = memory.residentBytes();
            // What the process holds beyond what it uses. Data bytes would not do: a heap is larger than its records.
            long inUse = memory.heapUsedBytes() + memory.directBytes();
            // Of a heap that was never touched as a whole less may be resident than it claims.
            long claimed = memory.heapCommittedBytes() + memory.directBytes();
            out.section("Memory")
                    .bytes("used_memory", used)
                    .bytes("used_memory_rss", resident)
                    .bytes("used_memory_peak", memory.dataBytesPeak())
                    .field("used_memory_peak_perc", percent(used, memory.dataBytesPeak()))
                    .field("used_memory_overhead", Math.max(0, resident - used))
                    .field("used_memory_startup", 0)
                    .field("used_memory_dataset", used)
                    .field("used_memory_dataset_perc", percent(used, Math.max(used, resident)))
                    .field("allocator_allocated", inUse)
                    .field("allocator_active", claimed)
                    .field("allocator_resident", resident)
                    .field("allocator_frag_ratio", ratio(claimed, inUse), 2)
                    .field("allocator_frag_bytes", claimed - inUse)
                    .field("allocator_rss_ratio", ratio(resident, claimed), 2)
                    .field("allocator_rss_bytes", resident - claimed)
                    .field("rss_overhead_ratio", 1, 2)
                    .field("rss_overhead_bytes", 0)
                    .bytes("total_system_memory", memory.systemBytes())
                    .bytes("used_memory_lua", 0)
                    .field("used_memory_vm_eval", 0)
                    .field("used_memory_scripts_eval", 0)
                    .field("number_of_cached_scripts", 0)
                    .field("number_of_functions", 0)
                    .field("number_of_libraries", 0)
                    .field("used_memory_vm_functions", 0)
                    .bytes("used_memory_vm_total", 0)
                    .field("used_memory_functions", 0)
                    .bytes("used_memory_scripts", 0)
                    .bytes("maxmemory", memory.dataBytesMax())
                    .field("maxmemory_policy", node.memory().evicts() ? "allkeys-lfu" : "noeviction")
                    .field("mem_fragmentation_ratio", ratio(resident, inUse), 2)
                    .field("mem_fragmentation_bytes", Math.max(0, resident - inUse))
                    .field("mem_not_counted_for_evict", 0)
                    .field("mem_replication_backlog", 0)
                    .field("mem_total_replication_buffers", 0)
                    .field("mem_clients_slaves", 0)
                    .field("mem_clients_normal", node.clients().heldBytes())
                    .field("mem_cluster_links", 0)
                    .field("mem_aof_buffer", 0)
                    .field("mem_allocator", "java")
                    .field("active_defrag_running", 0)
                    .field("lazyfree_pending_objects", 0)
                    .field("lazyfreed_objects", 0)
                    .field("heap_used", memory.heapUsedBytes())
                    .field("heap_committed", memory.heapCommittedBytes())
                    .field("heap_max", memory.heapBytesMax())
                    .field("direct_memory_used", memory.directBytes());
        }
    },
    PERSISTENCE(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            String checkpointProblem = node.storage().checkpointProblem();
            out.section("Persistence")
                    .field("loading", 0)
                    .field("async_loading", 0)
                    .field("rdb_changes_since_last_save", node.storage().dirtyRecords())
                    .field("rdb_bgsave_in_progress", 0)
                    .field("rdb_last_save_time", lastSave(call, node))
                    .field("rdb_last_bgsave_status", checkpointProblem.isEmpty() ? "ok" : "err")
                    .field("rdb_last_bgsave_time_sec", -1)
                    .field("rdb_current_bgsave_time_sec", -1)
                    .field("rdb_saves", node.storage().checkpoints())
                    .field("rdb_last_cow_size", 0)
                    .field("rdb_last_load_keys_expired", 0)
                    .field("rdb_last_load_keys_loaded", 0)
                    .field("aof_enabled", node.storage().durable() ? 1 : 0)
                    .field("aof_rewrite_in_progress", 0)
                    .field("aof_rewrite_scheduled", 0)
                    .field("aof_last_rewrite_time_sec", -1)
                    .field("aof_current_rewrite_time_sec", -1)
                    .field("aof_last_bgrewrite_status", "ok")
                    .field("aof_rewrites", 0)
                    .field("aof_last_write_status", node.storage().problem().isEmpty() ? "ok" : "err")
                    .field("aof_last_cow_size", 0)
                    .field("module_fork_in_progress", 0)
                    .field("module_fork_last_cow_size", 0)
                    .field("aof_current_size", node.storage().journalBytes())
                    .field("checkpoint_store_bytes", node.storage().storeBytes())
                    .field("checkpoints", node.storage().checkpoints())
                    .field("checkpoint_problem", checkpointProblem);
        }
    },
    STATS(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            NodeStatus.Traffic traffic = node.traffic();
            out.section("Stats")
                    .field("total_connections_received", traffic.connectionsReceived())
                    .field("total_commands_processed", traffic.commands())
                    .field("instantaneous_ops_per_sec", traffic.commandsPerSecond())
                    .field("total_net_input_bytes", traffic.receivedBytes())
                    .field("total_net_output_bytes", traffic.sentBytes())
                    .field("total_net_repl_input_bytes", 0)
                    .field("total_net_repl_output_bytes", 0)
                    .field("instantaneous_input_kbps", traffic.receivedBytesPerSecond() / KILO, 2)
                    .field("instantaneous_output_kbps", traffic.sentBytesPerSecond() / KILO, 2)
                    .field("instantaneous_input_repl_kbps", 0, 2)
                    .field("instantaneous_output_repl_kbps", 0, 2)
                    .field("rejected_connections", traffic.connectionsRejected())
                    .field("sync_full", 0)
                    .field("sync_partial_ok", 0)
                    .field("sync_partial_err", 0)
                    .field("expired_keys", traffic.expiredKeys())
                    .field("expired_stale_perc", 0, 2)
                    .field("expired_time_cap_reached_count", 0)
                    .field("expire_cycle_cpu_milliseconds", 0)
                    .field("evicted_keys", node.memory().evictedKeys())
                    .field("evicted_clients", traffic.connectionsDropped())
                    .field("total_eviction_exceeded_time", 0)
                    .field("current_eviction_exceeded_time", 0)
                    .field("keyspace_hits", traffic.hits())
                    .field("keyspace_misses", traffic.misses())
                    .field("pubsub_channels", 0)
                    .field("pubsub_patterns", 0)
                    .field("pubsubshard_channels", 0)
                    .field("latest_fork_usec", 0)
                    .field("total_forks", 0)
                    .field("migrate_cached_sockets", 0)
                    .field("slave_expires_tracked_keys", 0)
                    .field("active_defrag_hits", 0)
                    .field("active_defrag_misses", 0)
                    .field("active_defrag_key_hits", 0)
                    .field("active_defrag_key_misses", 0)
                    .field("tracking_total_keys", 0)
                    .field("tracking_total_items", 0)
                    .field("tracking_total_prefixes", 0)
                    .field("unexpected_error_replies", 0)
                    .field("total_error_replies", traffic.errorReplies())
                    .field("dump_payload_sanitizations", 0)
                    .field("total_reads_processed", traffic.reads())
                    .field("total_writes_processed", traffic.writes())
                    .field("io_threaded_reads_processed", traffic.reads())
                    .field("io_threaded_writes_processed", traffic.writes());
        }
    },
    REPLICATION(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            // Every node takes writes; who holds what is a matter of each key and stands in KV.RING.
            out.section("Replication")
                    .field("role", "master")
                    .field("connected_slaves", 0)
                    .field("master_failover_state", "no-failover")
                    .field("master_replid", RedisNodeId.of(node.description().id()))
                    .field("master_replid2", "0".repeat(40))
                    .field("master_repl_offset", 0)
                    .field("second_repl_offset", -1)
                    .field("repl_backlog_active", 0)
                    .field("repl_backlog_size", 0)
                    .field("repl_backlog_first_byte_offset", 0)
                    .field("repl_backlog_histlen", 0);
        }
    },
    CPU(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            NodeStatus.Cpu cpu = node.cpu();
            out.section("CPU")
                    .field("used_cpu_sys", cpu.systemSeconds(), 6)
                    .field("used_cpu_user", cpu.userSeconds(), 6)
                    .field("used_cpu_sys_children", 0, 6)
                    .field("used_cpu_user_children", 0, 6);
        }
    },
    MODULES(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            out.section("Modules");
        }
    },
    COMMANDSTATS(false) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            out.section("Commandstats");
            for (NodeStatus.CommandCounts counts : node.commands()) {
                double micros = counts.nanos() / KILO;
                out.field(
                        "cmdstat_" + counts.name(),
                        String.format(
                                Locale.ROOT,
                                "calls=%d,usec=%.0f,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
                                counts.calls(),
                                micros,
                                counts.calls() == 0 ? 0 : micros / counts.calls(),
                                counts.rejected(),
                                counts.failed()));
            }
        }
    },
    ERRORSTATS(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            out.section("Errorstats");
            node.errors().forEach((word, count) -> out.field("errorstat_" + word, "count=" + count));
        }
    },
    LATENCYSTATS(false) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            out.section("Latencystats");
            for (NodeStatus.CommandCounts counts : node.commands()) {
                if (counts.calls() > 0) {
                    out.field(
                            "latency_percentiles_usec_" + counts.name(),
                            String.format(
                                    Locale.ROOT,
                                    "p50=%.3f,p99=%.3f,p99.9=%.3f",
                                    counts.p50Nanos() / KILO,
                                    counts.p99Nanos() / KILO,
                                    counts.p999Nanos() / KILO));
                }
            }
        }
    },
    CLUSTER(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            out.section("Cluster").field("cluster_enabled", 1);
        }
    },
    KEYSPACE(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            out.section("Keyspace");
            NodeStatus.Keys keys = node.keys();
            if (keys.live() > 0) {
                out.field(
                        "db0",
                        "keys=" + keys.live() + ",expires=" + keys.expiring() + ",avg_ttl=" + keys.meanLeftMillis());
            }
        }
    },
    KVORUM(true) {
        @Override
        void write(InfoText out, Call call, NodeStatus node) {
            NodeDescription self = node.description();
            Ring ring = call.view().ring();
            List<MemberStatus> members = present(node);
            out.section("Kvorum")
                    .field("kvorum_version", self.version())
                    .field("node_name", self.name())
                    .field("node_id", self.id().toString())
                    .field("cluster_name", ring.clusterName())
                    .field("cluster_id", ring.clusterId().toString())
                    .field("history", String.format(Locale.ROOT, "%016x", ring.historyHash()))
                    .field("history_events", node.membership().historyEvents())
                    .field("history_compacted", node.membership().historyCompacted())
                    .field("partitions", ring.partitions())
                    .field("partitioner", ring.partitioner().name().toLowerCase(Locale.ROOT))
                    .field("replication_n", ring.n())
                    .field("replication_r", self.quorum().r())
                    .field("replication_w", self.quorum().w())
                    .field("replication_dw", self.quorum().dw())
                    .field("engine", self.engine())
                    .field("io_threads", self.ioThreads())
                    .field("members", members.size())
                    .field(
                            "members_up",
                            members.stream()
                                    .filter(member -> member.status() == PeerStatus.UP)
                                    .count())
                    .field(
                            "partitions_owned",
                            members.isEmpty() ? 0 : members.get(0).ownedPartitions())
                    .field(
                            "partitions_unsettled",
                            members.isEmpty() ? 0 : members.get(0).unsettledPartitions())
                    .field("ready", node.membership().notReady().isEmpty() ? 1 : 0)
                    .field("records", node.keys().records());
            node.counters().forEach(out::field);
        }
    };

    private static final long SECONDS_PER_DAY = 86_400;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MILLIS_PER_SECOND = 1_000;
    private static final int LRU_CLOCK_MAX = (1 << 24) - 1;
    private static final double HUNDRED = 100;
    private static final double KILO = 1_000;

    private final boolean shownByDefault;

    InfoSection(boolean shownByDefault) {
        this.shownByDefault = shownByDefault;
    }

    /** Whether INFO without arguments shows it. */
    boolean isShownByDefault() {
        return shownByDefault;
    }

    /** Appends the section. */
    abstract void write(InfoText out, Call call, NodeStatus node);

    /** When all that this node holds was on disk but for what was journaled since: at its start, or at the last checkpoint. */
    static long lastSave(Call call, NodeStatus node) {
        long start = call.loop().clock().wallMillis() / MILLIS_PER_SECOND - node.uptimeSeconds();
        return Math.max(start, node.storage().lastCheckpointSeconds());
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.2f%%", whole == 0 ? 0 : HUNDRED * part / whole);
    }

    private static List<MemberStatus> present(NodeStatus node) {
        return node.membership().members().stream()
                .filter(member -> !member.member().state().isGone())
                .toList();
    }

    private static int connections(NodeStatus node) {
        return node.membership().members().stream()
                .mapToInt(MemberStatus::connections)
                .sum();
    }
}

package io.kvorum.server.command.admin;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of Redis that means nothing to a node. Immutable.
 *
 * @param name of it
 * @param kind of its values
 * @param details choices, or bounds, or the name that it is another of; depending on the kind
 * @param initial its value in Redis that nobody configures
 */
record RedisParameter(String name, Kind kind, List<String> details, String initial) {
    private static final String NO_NUMBER = "argument couldn't be parsed into an integer";

    /** Of what is remembered until the node ends, on nobody's account. */
    private static final int TEXT_MAX = 4096;

    /** As Redis takes them: no plus, no leading zeros. */
    private static final Pattern NUMBER = Pattern.compile("0|-?[1-9]\\d*");

    private static final Pattern MEMORY = Pattern.compile("(\\d{1,18})(b|k|kb|m|mb|g|gb)?");

    /** What values it has. */
    enum Kind {
        /** Any text. */
        TEXT,
        /** {@code yes} or {@code no}. */
        FLAG,
        /** A number between bounds. */
        NUMBER,
        /** Bytes, with or without a unit. */
        MEMORY,
        /** One of some words. */
        CHOICE,
        /** Cannot be changed in Redis either. */
        FIXED,
        /** An older name of another. */
        ALIAS
    }

    /** What Redis says that is wrong about a value; null if nothing is. */
    @Nullable
    String problemOf(String value) {
        return switch (kind) {
            case TEXT -> value.length() > TEXT_MAX ? "argument is longer than " + TEXT_MAX + " characters" : null;
            case FIXED -> "can't set immutable config";
            case FLAG -> isOneOf(List.of("yes", "no"), value) ? null : "argument must be 'yes' or 'no'";
            case CHOICE ->
                isOneOf(details, value)
                        ? null
                        : "argument(s) must be one of the following: " + String.join(", ", details);
            case NUMBER -> problemOfNumber(value);
            case MEMORY ->
                MEMORY.matcher(value.toLowerCase(Locale.ROOT)).matches() ? null : "argument must be a memory value";
            case ALIAS -> throw new IllegalStateException(name + " is another's name");
        };
    }

    /** A value that is right as Redis shows it. */
    String shown(String value) {
        return switch (kind) {
            case FLAG, CHOICE -> value.toLowerCase(Locale.ROOT);
            case MEMORY -> Long.toString(bytesOf(value));
            default -> value;
        };
    }

    private static boolean isOneOf(List<String> words, String value) {
        return words.stream().anyMatch(word -> word.equalsIgnoreCase(value));
    }

    private @Nullable String problemOfNumber(String value) {
        long least = details.isEmpty() ? 0 : boundOf(details.get(0));
        long most = details.isEmpty() ? Long.MAX_VALUE : boundOf(details.get(1));
        return problemOfNumber(value, least, most);
    }

    /** What Redis says that is wrong about a number; null if nothing is. */
    static @Nullable String problemOfNumber(String value, long least, long most) {
        if (!NUMBER.matcher(value).matches()) {
            return NO_NUMBER;
        }
        long number;
        try {
            number = Long.parseLong(value);
        } catch (NumberFormatException wrong) {
            return NO_NUMBER;
        }
        return number < least || number > most
                ? "argument must be between " + least + " and " + most + " inclusive"
                : null;
    }

    private static long boundOf(String text) {
        return "max".equals(text) ? Long.MAX_VALUE : Long.parseLong(text);
    }

    /** Bytes, in Redis's units: k is 1000, kb is 1024. */
    private static long bytesOf(String value) {
        Matcher matcher = MEMORY.matcher(value.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(value);
        }
        String unit = matcher.group(2) == null ? "" : matcher.group(2);
        long step = unit.endsWith("b") && unit.length() > 1 ? 1024 : 1000;
        int steps = unit.isEmpty() || unit.equals("b") ? 0 : "kmg".indexOf(unit.charAt(0)) + 1;
        long bytes = Long.parseLong(matcher.group(1));
        for (int i = 0; i < steps; i++) {
            bytes *= step;
        }
        return bytes;
    }

    /** All of Redis 7 that have no counterpart among a node's properties, by name. */
    static SortedMap<String, RedisParameter> all() {
        SortedMap<String, RedisParameter> all = new TreeMap<>();
        for (String line : LINES.lines().toList()) {
            String[] parts = line.split("\\|", -1);
            String[] kind = parts[1].split("[ ,]");
            Kind found = Kind.valueOf(kind[0].toUpperCase(Locale.ROOT));
            List<String> details =
                    found == Kind.ALIAS ? List.of(parts[2]) : List.of(kind).subList(1, kind.length);
            all.put(parts[0], new RedisParameter(parts[0], found, details, parts[2]));
        }
        return Collections.unmodifiableSortedMap(all);
    }

    /** Name, kind with details, initial value. */
    private static final String LINES = """
            acl-pubsub-default|choice allchannels,resetchannels|resetchannels
            aclfile|fixed|
            acllog-max-len|number|128
            active-defrag-cycle-max|number 1 99|25
            active-defrag-cycle-min|number 1 99|1
            active-defrag-ignore-bytes|memory|104857600
            active-defrag-max-scan-fields|number 1 max|1000
            active-defrag-threshold-lower|number 0 1000|10
            active-defrag-threshold-upper|number 0 1000|100
            active-expire-effort|number 1 10|1
            activedefrag|flag|no
            activerehashing|flag|yes
            always-show-logo|fixed|no
            aof-disable-auto-gc|flag|no
            aof-load-truncated|flag|yes
            aof-rewrite-incremental-fsync|flag|yes
            aof-timestamp-enabled|flag|no
            aof-use-rdb-preamble|flag|yes
            aof_rewrite_cpulist|fixed|
            appenddirname|fixed|appendonlydir
            appendfilename|fixed|appendonly.aof
            auto-aof-rewrite-min-size|memory|67108864
            auto-aof-rewrite-percentage|number 0 2147483647|100
            bgsave_cpulist|fixed|
            bind-source-addr|text|
            bio_cpulist|fixed|
            busy-reply-threshold|number|5000
            close-on-replica-write|flag|yes
            cluster-allow-pubsubshard-when-down|flag|yes
            cluster-allow-reads-when-down|flag|no
            cluster-allow-replica-migration|flag|yes
            cluster-announce-bus-port|number 0 65535|0
            cluster-announce-hostname|text|
            cluster-announce-human-nodename|text|
            cluster-announce-ip|text|
            cluster-announce-port|number 0 65535|0
            cluster-announce-tls-port|number 0 65535|0
            cluster-config-file|fixed|nodes.conf
            cluster-link-sendbuf-limit|memory|0
            cluster-migration-barrier|number 0 2147483647|1
            cluster-node-timeout|number|15000
            cluster-port|fixed|0
            cluster-preferred-endpoint-type|choice ip,hostname,unknown-endpoint|ip
            cluster-replica-no-failover|flag|no
            cluster-replica-validity-factor|number 0 2147483647|10
            cluster-slave-no-failover|alias|cluster-replica-no-failover
            cluster-slave-validity-factor|alias|cluster-replica-validity-factor
            crash-log-enabled|flag|yes
            crash-memcheck-enabled|flag|yes
            dbfilename|text|dump.rdb
            disable-thp|fixed|no
            dynamic-hz|flag|yes
            enable-debug-command|fixed|no
            enable-module-command|fixed|no
            enable-protected-configs|fixed|no
            hash-max-listpack-entries|number|512
            hash-max-listpack-value|memory|64
            hash-max-ziplist-entries|alias|hash-max-listpack-entries
            hash-max-ziplist-value|alias|hash-max-listpack-value
            hide-user-data-from-log|flag|no
            hll-sparse-max-bytes|memory|3000
            hz|number 0 2147483647|10
            ignore-warnings|text|
            io-threads-do-reads|fixed|no
            jemalloc-bg-thread|flag|yes
            latency-monitor-threshold|number|0
            latency-tracking-info-percentiles|text|50 99 99.9
            latency-tracking|flag|yes
            lazyfree-lazy-eviction|flag|no
            lazyfree-lazy-expire|flag|no
            lazyfree-lazy-server-del|flag|no
            lazyfree-lazy-user-del|flag|no
            lazyfree-lazy-user-flush|flag|no
            lfu-decay-time|number 0 2147483647|1
            lfu-log-factor|number 0 2147483647|10
            list-compress-depth|number 0 2147483647|0
            list-max-listpack-size|number -2147483648 2147483647|-2
            list-max-ziplist-size|alias|list-max-listpack-size
            locale-collate|text|
            lookahead|number 1 2147483647|16
            lua-time-limit|alias|busy-reply-threshold
            masterauth|text|
            masteruser|text|
            max-new-connections-per-cycle|number 1 1000|10
            max-new-tls-connections-per-cycle|number 1 1000|1
            maxmemory-clients|text|0
            maxmemory-eviction-tenacity|number 0 100|10
            maxmemory-samples|number 1 2147483647|5
            min-replicas-max-lag|number 0 2147483647|10
            min-replicas-to-write|number 0 2147483647|0
            min-slaves-max-lag|alias|min-replicas-max-lag
            min-slaves-to-write|alias|min-replicas-to-write
            no-appendfsync-on-rewrite|flag|no
            notify-keyspace-events|text|
            oom-score-adj-values|text|0 200 800
            oom-score-adj|choice no,yes,relative,absolute|no
            pidfile|fixed|
            proc-title-template|text|{title} {listen-addr} {server-mode}
            propagation-error-behavior|choice ignore,panic,panic-on-replicas|ignore
            rdb-del-sync-files|flag|no
            rdb-save-incremental-fsync|flag|yes
            rdbchecksum|fixed|yes
            rdbcompression|flag|yes
            repl-backlog-size|memory|1048576
            repl-backlog-ttl|number|3600
            repl-disable-tcp-nodelay|flag|no
            repl-diskless-load|choice disabled,on-empty-db,swapdb|disabled
            repl-diskless-sync-delay|number 0 2147483647|5
            repl-diskless-sync-max-replicas|number 0 2147483647|0
            repl-diskless-sync|flag|yes
            repl-ping-replica-period|number 1 2147483647|10
            repl-ping-slave-period|alias|repl-ping-replica-period
            repl-timeout|number 1 2147483647|60
            replica-announce-ip|text|
            replica-announce-port|number 0 65535|0
            replica-announced|flag|yes
            replica-full-sync-buffer-limit|memory|0
            replica-ignore-disk-write-errors|flag|no
            replica-ignore-maxmemory|flag|yes
            replica-lazy-flush|flag|no
            replica-priority|number 0 2147483647|100
            replica-read-only|flag|yes
            replica-serve-stale-data|flag|yes
            replicaof|fixed|
            sanitize-dump-payload|choice no,yes,clients|no
            save|text|
            server_cpulist|fixed|
            set-max-intset-entries|number|512
            set-proc-title|fixed|no
            shutdown-on-sigint|choice default,save,nosave,now,force|default
            shutdown-on-sigterm|choice default,save,nosave,now,force|default
            shutdown-timeout|number 0 2147483647|10
            slave-announce-ip|alias|replica-announce-ip
            slave-announce-port|alias|replica-announce-port
            slave-ignore-maxmemory|alias|replica-ignore-maxmemory
            slave-lazy-flush|alias|replica-lazy-flush
            slave-priority|alias|replica-priority
            slave-read-only|alias|replica-read-only
            slave-serve-stale-data|alias|replica-serve-stale-data
            slaveof|alias|replicaof
            socket-mark-id|fixed|0
            stop-writes-on-bgsave-error|flag|yes
            stream-node-max-bytes|memory|4096
            stream-node-max-entries|number|100
            supervised|fixed|no
            syslog-enabled|fixed|no
            syslog-facility|fixed|local0
            syslog-ident|fixed|redis
            tcp-backlog|fixed|511
            timeout|number 0 2147483647|0
            tls-auth-clients|choice no,yes,optional|yes
            tls-ca-cert-dir|text|
            tls-ca-cert-file|text|
            tls-cert-file|text|
            tls-ciphersuites|text|
            tls-ciphers|text|
            tls-client-cert-file|text|
            tls-client-key-file-pass|text|
            tls-client-key-file|text|
            tls-cluster|flag|no
            tls-dh-params-file|text|
            tls-key-file-pass|text|
            tls-key-file|text|
            tls-prefer-server-ciphers|flag|no
            tls-protocols|text|
            tls-replication|flag|no
            tls-session-cache-size|number 0 2147483647|20480
            tls-session-cache-timeout|number 0 2147483647|300
            tls-session-caching|flag|yes
            tracking-table-max-keys|number|1000000
            unixsocketperm|fixed|0
            unixsocket|fixed|
            zset-max-listpack-entries|number|128
            zset-max-listpack-value|memory|64
            zset-max-ziplist-entries|alias|zset-max-listpack-entries
            zset-max-ziplist-value|alias|zset-max-listpack-value
            """;
}

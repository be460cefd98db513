package io.kvorum.server.command.admin;

import io.kvorum.server.config.ClientConfig;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.config.StorageConfig;
import io.kvorum.storage.journal.SyncPolicy;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What CONFIG GET shows: every property of the node under its own name, and what Redis's clients and tools ask for under
 * Redis's names and in Redis's units. Secrets are hidden. Immutable.
 *
 * @param values by name
 */
public record ConfigView(SortedMap<String, String> values) {
    /** Copies the map. */
    public ConfigView {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** The properties of a node, as they are in effect. */
    public static ConfigView of(NodeConfig config) {
        SortedMap<String, String> values = new TreeMap<>();
        config.settings().forEach(setting -> values.put(setting.name(), setting.value()));
        putClient(values, config.client());
        putStorage(values, config.storage());
        values.put("io-threads", Integer.toString(config.runtime().ioThreads()));
        values.put("loglevel", config.log().level().name().toLowerCase(Locale.ROOT));
        values.put(
                "logfile",
                config.log().file() == null ? "" : config.log().file().toString());
        values.put("cluster-enabled", "yes");
        values.put("cluster-require-full-coverage", "no");
        values.put("daemonize", "no");
        values.put("databases", "1");
        values.put("tls-port", "0");
        return new ConfigView(values);
    }

    private static void putClient(SortedMap<String, String> values, ClientConfig client) {
        values.put("bind", client.bind());
        values.put("port", Integer.toString(client.port()));
        values.put("requirepass", client.password().toString());
        values.put("protected-mode", client.protectedMode() ? "yes" : "no");
        values.put("maxclients", Integer.toString(client.connectionsMax()));
        values.put("tcp-keepalive", Integer.toString(client.tcpKeepaliveSeconds()));
        values.put("proto-max-bulk-len", Integer.toString(client.limits().bulkBytesMax()));
        values.put("client-query-buffer-limit", Integer.toString(client.limits().requestBytesMax()));
        values.put(
                "client-output-buffer-limit",
                "normal " + client.outputBufferBytesMax() + " 0 0 slave 0 0 0 pubsub 0 0 0");
    }

    private static void putStorage(SortedMap<String, String> values, StorageConfig storage) {
        values.put("dir", storage.dataDirectory().toString());
        values.put("maxmemory", Long.toString(storage.memoryBytesMax()));
        values.put("maxmemory-policy", storage.eviction() ? "allkeys-lfu" : "noeviction");
        boolean durable = storage.engine() == StorageConfig.Engine.XODUS;
        values.put("appendonly", durable ? "yes" : "no");
        values.put("appendfsync", durable ? appendfsync(storage.sync()) : "no");
    }

    private static String appendfsync(SyncPolicy policy) {
        return switch (policy) {
            case ALWAYS -> "always";
            case EVERY_SECOND -> "everysec";
            case NEVER -> "no";
        };
    }
}

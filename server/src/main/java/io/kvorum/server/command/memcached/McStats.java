package io.kvorum.server.command.memcached;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.memcached.McErrors;
import io.kvorum.codec.memcached.McRequest;
import io.kvorum.codec.memcached.McWriter;
import io.kvorum.server.command.Session;
import io.kvorum.server.command.admin.NodeStatus;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * {@code stats}: this node's numbers under memcached's names. What there is no such thing of here is left out, and not made
 * up: there are no slabs and no lists of least recently used items. Shared by all loops.
 */
public final class McStats {
    /** The version of memcached whose commands clients may expect: drivers choose what they send by it. */
    static final String MEMCACHED_VERSION = "1.6.18";

    private static final byte[] RESET = "reset".getBytes(US_ASCII);
    private static final byte[] SETTINGS = "settings".getBytes(US_ASCII);
    private static final byte[] ITEMS = "items".getBytes(US_ASCII);
    private static final byte[] SLABS = "slabs".getBytes(US_ASCII);
    private static final byte[] SIZES = "sizes".getBytes(US_ASCII);
    private static final byte[] CONNECTIONS = "conns".getBytes(US_ASCII);
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long MILLIS_PER_SECOND = 1_000;

    private final McCounters counters = new McCounters();
    private final NewestFlush newestFlush = new NewestFlush();
    private final ReadMemory reads = new ReadMemory();
    private final NodeStatus node;
    private final Settings settings;
    private final LongSupplier wallMillis;

    /**
     * What {@code stats settings} shows.
     *
     * @param port where memcached's clients are served
     * @param bind its address
     * @param valueBytesMax the longest value
     * @param hasPassword whether clients must show who they are
     */
    public record Settings(int port, String bind, int valueBytesMax, boolean hasPassword) {}

    /** Joins what is told; {@code wallMillis} is the machine's clock. */
    public McStats(NodeStatus node, Settings settings, LongSupplier wallMillis) {
        this.node = node;
        this.settings = settings;
        this.wallMillis = wallMillis;
    }

    McCounters counters() {
        return counters;
    }

    NewestFlush newestFlush() {
        return newestFlush;
    }

    ReadMemory reads() {
        return reads;
    }

    /** Answers a request; false if there is no such group of numbers, which the answer says. */
    boolean write(McRequest request, Session session, McWriter out, long nowNanos) {
        if (request.wordCount() == 1) {
            general(out);
        } else if (request.is(1, RESET)) {
            counters.reset();
            out.line("RESET");
            return true;
        } else if (request.is(1, SETTINGS)) {
            settings(out);
        } else if (request.is(1, CONNECTIONS)) {
            connection(out, session, nowNanos);
        } else if (request.is(1, SIZES)) {
            stat(out, "sizes_status", "disabled");
        } else if (request.is(1, SLABS)) {
            stat(out, "active_slabs", 0);
            stat(out, "total_malloced", node.memory().dataBytes());
        } else if (!request.is(1, ITEMS)) {
            out.line(McErrors.ERROR);
            return false;
        }
        out.text("END").end();
        return true;
    }

    private void general(McWriter out) {
        NodeStatus.Memory memory = node.memory();
        NodeStatus.Traffic traffic = node.traffic();
        NodeStatus.Clients clients = node.clients();
        NodeStatus.Cpu cpu = node.cpu();
        stat(out, "pid", node.description().processId());
        stat(out, "uptime", node.uptimeSeconds());
        stat(out, "time", wallMillis.getAsLong() / MILLIS_PER_SECOND);
        stat(out, "version", MEMCACHED_VERSION);
        stat(out, "kvorum_version", node.description().version());
        stat(out, "pointer_size", Long.SIZE);
        stat(out, "rusage_user", seconds(cpu.userSeconds()));
        stat(out, "rusage_system", seconds(cpu.systemSeconds()));
        stat(out, "max_connections", clients.connectionsMax());
        stat(out, "curr_connections", clients.connected());
        stat(out, "total_connections", traffic.connectionsReceived());
        stat(out, "rejected_connections", traffic.connectionsRejected());
        for (McCounters.Counter counter : McCounters.Counter.values()) {
            stat(out, counter.name().toLowerCase(Locale.ROOT), counters.sum(counter));
        }
        stat(out, "bytes_read", traffic.receivedBytes());
        stat(out, "bytes_written", traffic.sentBytes());
        stat(out, "limit_maxbytes", memory.dataBytesMax() > 0 ? memory.dataBytesMax() : memory.heapBytesMax());
        stat(out, "accepting_conns", 1);
        stat(out, "threads", node.description().ioThreads());
        stat(out, "bytes", memory.dataBytes());
        stat(out, "curr_items", node.keys().live());
        stat(out, "evictions", memory.evictedKeys());
    }

    private void settings(McWriter out) {
        NodeStatus.Memory memory = node.memory();
        stat(out, "maxbytes", memory.dataBytesMax() > 0 ? memory.dataBytesMax() : memory.heapBytesMax());
        stat(out, "maxconns", node.clients().connectionsMax());
        stat(out, "tcpport", settings.port());
        stat(out, "udpport", 0);
        stat(out, "inter", settings.bind());
        stat(out, "verbosity", 0);
        stat(out, "evictions", memory.evicts() ? "on" : "off");
        stat(out, "num_threads", node.description().ioThreads());
        stat(out, "cas_enabled", "yes");
        stat(out, "auth_enabled_ascii", settings.hasPassword() ? "yes" : "no");
        stat(out, "binding_protocol", "ascii");
        stat(out, "item_size_max", settings.valueBytesMax());
        stat(out, "flush_enabled", "yes");
        stat(out, "dump_enabled", "no");
    }

    /** The asker's own connection; CLIENT LIST shows all. */
    private static void connection(McWriter out, Session session, long nowNanos) {
        String id = Long.toString(session.id());
        stat(out, id + ":addr", "tcp:" + session.address());
        stat(out, id + ":listen_addr", "tcp:" + session.localAddress());
        stat(out, id + ":state", "conn_parse_cmd");
        stat(out, id + ":secs_since_last_cmd", session.idleNanos(nowNanos) / NANOS_PER_SECOND);
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    private static void stat(McWriter out, String name, long value) {
        out.text("STAT ").text(name).letter(' ').signed(value).end();
    }

    private static void stat(McWriter out, String name, String value) {
        out.text("STAT ").text(name).letter(' ').text(value).end();
    }
}

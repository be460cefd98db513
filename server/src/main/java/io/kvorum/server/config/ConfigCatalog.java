package io.kvorum.server.config;

import static io.kvorum.server.config.ConfigProperty.derived;
import static io.kvorum.server.config.ConfigProperty.property;

import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.detector.DetectorPolicy;
import io.kvorum.ring.history.Event;
import io.kvorum.server.config.ConfigTypes.Choice;
import io.kvorum.server.config.ConfigTypes.Flag;
import io.kvorum.server.config.ConfigTypes.Ratio;
import io.kvorum.server.config.ConfigTypes.SecretText;
import io.kvorum.server.runtime.TransportKind;
import io.kvorum.storage.journal.SyncPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Every property there is. What is not declared here does not exist; what is declared here has an effect. */
final class ConfigCatalog {
    static final int PORT_DEFAULT = 6379;

    private static final long KB = 1L << 10;
    private static final long MB = 1L << 20;
    private static final long GB = 1L << 30;

    /** A message of gossip has room in it, with the longest event there can be. */
    private static final long FRAME_BYTES_MIN = 2L * Event.PAYLOAD_BYTES_MAX;

    private static final int REPLICAS_MAX = 15;

    // ---- node

    static final ConfigProperty<String> NODE_NAME = derived(
            "node.name",
            AddressTypes.NAME,
            "n1",
            "`node-` and the port",
            "The node's name, unique in the cluster. Members, logs and the admin tool call it so. It must stay the"
                    + " same as long as the node lives.");

    static final ConfigProperty<String> NODE_ZONE = derived(
            "node.zone",
            AddressTypes.ZONE,
            "eu-1a",
            "as in `cluster.initial-members`, else none",
            "The rack or availability zone the node stands in. The replicas of a key go to distinct zones where there"
                    + " are enough of them, so that the loss of one zone takes no more than one replica.");

    static final ConfigProperty<Integer> NODE_WEIGHT = derived(
            "node.weight",
            NumberType.integer(0, MemberSpec.WEIGHT_MAX),
            "100",
            "as in `cluster.initial-members`, else " + MemberSpec.WEIGHT_DEFAULT,
            "The node's share of the ring relative to the others: twice the weight, twice the partitions. 0 holds no"
                    + " data and only coordinates.");

    static final ConfigProperty<Path> DATA_DIR = derived(
            "data-dir",
            AddressTypes.PATH,
            "/var/lib/kvorum",
            "`data/` and the node's name",
            "Where the node keeps its identity and the cluster's history. Never share it between nodes, never copy it"
                    + " to another.");

    static final ConfigProperty<Integer> IO_THREADS = derived(
            "io-threads",
            NumberType.integer(1, 256),
            "4",
            "the processors, at most 8",
            "Event loops: each serves its share of the clients and has its own connection to every other node. More"
                    + " than the processors only adds connections.");

    static final ConfigProperty<Duration> BACKGROUND_LATENCY_TARGET = property(
            "background.latency-target",
            NumberType.duration(Duration.ofMillis(1), Duration.ofSeconds(10)),
            Duration.ofMillis(20),
            "Checkpoints, anti-entropy and all else that goes on besides are slowed while one client in a hundred waits"
                    + " longer than this, or an event loop is this late. See `ctl background`.");

    static final ConfigProperty<Duration> SLOWLOG_LOG_SLOWER_THAN = property(
            "slowlog-log-slower-than",
            NumberType.duration(Duration.ZERO, Duration.ofHours(1)),
            Duration.ofMillis(10),
            "SLOWLOG notes commands that take as long, from their turn to their reply, the answers of other nodes included;"
                    + " 0 for all. `CONFIG SET` changes it until the next start, in microseconds as Redis, -1 for none.");

    static final ConfigProperty<Integer> SLOWLOG_MAX_LEN = property(
            "slowlog-max-len",
            NumberType.integer(0, 10_000),
            128,
            "How many commands SLOWLOG keeps, up to 4kb each, before the oldest go; 0 for none. `CONFIG SET` changes it"
                    + " until the next start.");

    static final ConfigProperty<TransportKind> TRANSPORT = property(
            "transport",
            new Choice<>(TransportKind.class),
            TransportKind.AUTO,
            "How sockets are driven. `auto` takes the best that works on the machine; a kind named here that does not"
                    + " work stops the start.");

    // ---- clients

    static final ConfigProperty<String> BIND = property(
            "bind",
            AddressTypes.HOST,
            "127.0.0.1",
            "The address that Redis clients connect to; `0.0.0.0` for all of the machine's. Set `requirepass` before"
                    + " opening it to others.");

    static final ConfigProperty<Integer> PORT = derived(
            "port",
            AddressTypes.PORT,
            "6379",
            "as in `cluster.initial-members`, else " + PORT_DEFAULT,
            "The port that Redis clients connect to. 0 takes any free one.");

    static final ConfigProperty<Integer> MEMCACHED_PORT = derived(
            "memcached.port",
            AddressTypes.PORT,
            "11211",
            "none: memcached clients are not served",
            "The port that memcached clients connect to, at `bind` as well; they see the same keys. 0 takes any free one."
                    + " All that is said of clients holds for them too, `requirepass` and `maxclients` included.");

    static final ConfigProperty<String> ADVERTISE_HOST = derived(
            "advertise-host",
            AddressTypes.HOST,
            "cache-1.example.com",
            "as in `cluster.initial-members`, else `bind`, else the machine's name",
            "The host at which clients and other nodes reach this one, as told to both.");

    static final ConfigProperty<Secret> REQUIREPASS = property(
            "requirepass", new SecretText(), Secret.NONE, "What clients must give to AUTH or HELLO before all else.");

    static final ConfigProperty<Boolean> PROTECTED_MODE = property(
            "protected-mode",
            new Flag(),
            true,
            "Without `requirepass`, refuse clients of other machines; without `cluster.secret`, do not let the peer"
                    + " port listen where other machines reach it.");

    static final ConfigProperty<Integer> MAXCLIENTS = property(
            "maxclients",
            NumberType.integer(1, 1_000_000),
            10_000,
            "Clients connected at a time; one more is told so and closed. Each costs a file descriptor and some"
                    + " kilobytes. Fewer where the system allows fewer open files (`ulimit -n`): 512 of them, or half, are"
                    + " kept for the node itself.");

    static final ConfigProperty<Duration> TCP_KEEPALIVE = property(
            "tcp-keepalive",
            NumberType.duration(Duration.ZERO, Duration.ofHours(24)),
            Duration.ofMinutes(5),
            "Silence after which the system asks whether a client's machine is still there; in whole seconds, 0 for"
                    + " never. A client that does not answer for as long again is dropped. Shorter finds dead clients"
                    + " sooner and keeps paths through firewalls open.");

    static final ConfigProperty<Duration> DRAIN_TIMEOUT = property(
            "drain-timeout",
            NumberType.duration(Duration.ZERO, Duration.ofMinutes(10)),
            Duration.ofSeconds(10),
            "How long a node that is told to stop, or to let its clients go (`ctl node drain`), waits for requests under"
                    + " way. Clients that are idle are closed at once; without clients nothing is waited for.");

    static final ConfigProperty<Long> CLIENT_BULK_MAX = derived(
            "client.bulk-max",
            NumberType.bytes(KB, 512 * MB),
            "64mb",
            "64mb, at most a sixteenth of the heap (`-Xmx`)",
            "The longest argument, and so the longest value; better the same on every node. Redis allows 512mb; so"
                    + " much in one piece makes every client of the same event loop wait.");

    static final ConfigProperty<Integer> CLIENT_ARGUMENTS_MAX = property(
            "client.arguments-max",
            NumberType.integer(16, 1 << 20),
            1 << 20,
            "The most arguments of one request, its name included. Redis allows as many.");

    static final ConfigProperty<Long> CLIENT_INLINE_MAX = property(
            "client.inline-max",
            NumberType.bytes(64, MB),
            64 * KB,
            "The longest request in the inline form, and the longest line of any. Redis allows as much.");

    static final ConfigProperty<Long> CLIENT_REQUEST_MAX = derived(
            "client.request-max",
            NumberType.bytes(16 * KB, GB),
            "256mb",
            "256mb, at most an eighth of the heap",
            "The most bytes of one request in all: arguments that are each allowed add up. At least"
                    + " `client.bulk-max`.");

    static final ConfigProperty<Integer> CLIENT_PIPELINE_MAX = property(
            "client.pipeline-max",
            NumberType.integer(1, 1_000_000),
            1024,
            "How many replies a client may be owed before its next requests are left unread. Nothing is lost; the"
                    + " client waits.");

    static final ConfigProperty<Long> CLIENT_OUTPUT_BUFFER_MAX = derived(
            "client.output-buffer-max",
            NumberType.bytes(64 * KB, 4 * GB),
            "256mb",
            "256mb, at most an eighth of the heap",
            "How many bytes of replies may wait for one client that does not read them, or be gathered for one reply,"
                    + " before it is disconnected. At least `client.bulk-max`.");

    static final ConfigProperty<Long> CLIENT_MEMORY_MAX = derived(
            "client.memory-max",
            NumberType.bytes(MB, 1024 * GB),
            "1gb",
            "a quarter of the heap",
            "How many bytes all clients may hold together: requests that are not whole or not answered, replies that"
                    + " are not read. Past it whoever holds the most is disconnected, as by Redis's `maxmemory-clients`."
                    + " Idle clients hold nothing but what their sessions remember, and stay. At least twice"
                    + " `client.bulk-max`.");

    static final ConfigProperty<Boolean> CLIENT_SESSION = property(
            "client.session",
            new Flag(),
            false,
            "Whether every client has a session, as by `KV.SESSION ON`: its writes supersede what it has seen, and"
                    + " leave what it has not as siblings. Only for applications that look after siblings.");

    static final ConfigProperty<Integer> CLIENT_SESSION_KEYS_MAX = property(
            "client.session-keys-max",
            NumberType.integer(1, 1_000_000),
            1_000,
            "Of how many keys the session of a client remembers what it has seen. It forgets those used longest ago, and"
                    + " writes them as a client without a session does.");

    static final ConfigProperty<Long> CLIENT_SESSION_MEMORY_MAX = property(
            "client.session-memory-max",
            NumberType.bytes(KB, 64 * MB),
            128 * KB,
            "How many bytes the session of a client takes for that. They count as held by the client"
                    + " (`client.memory-max`).");

    static final ConfigProperty<Long> KEY_MAX = property(
            "key-max",
            NumberType.bytes(16, 64 * KB),
            64 * KB,
            "The longest key. Keys are kept in memory and named in repair.");

    // ---- cluster

    static final ConfigProperty<String> CLUSTER_NAME = property(
            "cluster.name",
            AddressTypes.NAME,
            "kvorum",
            "Nodes of another cluster name are refused. Together with the initial members it is what a cluster is born"
                    + " from.");

    static final ConfigProperty<List<MemberSpec>> CLUSTER_INITIAL_MEMBERS = property(
            "cluster.initial-members",
            AddressTypes.MEMBERS,
            List.of(),
            "The members that a new cluster is born with: the same list on each of them, this node included. Empty for"
                    + " a cluster of this node alone.");

    static final ConfigProperty<List<SeedAddress>> CLUSTER_SEEDS = property(
            "cluster.seeds",
            AddressTypes.SEEDS,
            List.of(),
            "Members of a running cluster, some at least: a new node asks them to be let in, until one answers. Not"
                    + " together with `cluster.initial-members`, and without meaning once the node is a member.");

    static final ConfigProperty<Boolean> CLUSTER_AUTO_COMMIT = property(
            "cluster.auto-commit",
            new Flag(),
            false,
            "Whether this node, once it has joined, takes its share of the data by itself. Otherwise an operator plans,"
                    + " looks at the plan and commits it (`ctl cluster`). For clusters in which nobody wants to look, such"
                    + " as those of developers.");

    static final ConfigProperty<Redirecting> CLUSTER_REDIRECT = property(
            "cluster.redirect",
            new Choice<>(Redirecting.class),
            Redirecting.NEVER,
            "What becomes of a command on keys of another node: with `never` it is passed on; with `moved` a client that"
                    + " has asked for the slots is told where to go, as by Redis Cluster, and learns of new owners sooner.");

    static final ConfigProperty<Secret> CLUSTER_SECRET = property(
            "cluster.secret",
            new SecretText(),
            Secret.NONE,
            "What nodes prove to each other that they know, and what the contexts given to clients are signed with: the"
                    + " same on every node.");

    static final ConfigProperty<Integer> CLUSTER_PARTITIONS = property(
            "cluster.partitions",
            NumberType.powerOfTwo(8, 16_384),
            256,
            "How many equal parts the ring is cut into; fixed when the cluster is born. Some twenty for each node the"
                    + " cluster may ever have: fewer balance badly, more cost some memory and gossip.");

    static final ConfigProperty<Partitioner> CLUSTER_PARTITIONER = property(
            "cluster.partitioner",
            new Choice<>(Partitioner.class),
            Partitioner.SLOTS,
            "How a key finds its place; fixed when the cluster is born. With `slots`, Redis Cluster clients send every"
                    + " request to an owner of its key by themselves; `md5` is the paper's.");

    // ---- replication

    static final ConfigProperty<Integer> REPLICATION_N = property(
            "replication.n",
            NumberType.integer(1, REPLICAS_MAX),
            3,
            "How many nodes own each key; fixed when the cluster is born. With fewer nodes, all of them.");

    static final ConfigProperty<Integer> REPLICATION_R = property(
            "replication.r",
            NumberType.integer(1, REPLICAS_MAX),
            2,
            "How many owners a read must hear, unless it says otherwise. With r + w above n a read sees every write"
                    + " that was acknowledged before it; 1 is fastest.");

    static final ConfigProperty<Integer> REPLICATION_W = property(
            "replication.w",
            NumberType.integer(1, REPLICAS_MAX),
            2,
            "How many nodes must hold a write before it is acknowledged, unless it says otherwise. 1 is always"
                    + " writable, and loses what only the first node held if that is lost at once.");

    static final ConfigProperty<Integer> REPLICATION_DW = property(
            "replication.dw",
            NumberType.integer(0, REPLICAS_MAX),
            0,
            "How many nodes must have a write on disk before it is acknowledged, unless it says otherwise.");

    static final ConfigProperty<Duration> REPLICATION_READ_TIMEOUT = property(
            "replication.read-timeout",
            NumberType.duration(Duration.ofMillis(5), Duration.ofMinutes(1)),
            Duration.ofSeconds(1),
            "How long a read may take in all. Longer hides slow nodes, shorter turns them into errors.");

    static final ConfigProperty<Duration> REPLICATION_WRITE_TIMEOUT = property(
            "replication.write-timeout",
            NumberType.duration(Duration.ofMillis(5), Duration.ofMinutes(1)),
            Duration.ofSeconds(1),
            "How long a write may take in all; then it is in doubt.");

    static final ConfigProperty<Double> REPLICATION_READ_ALL_RATIO = property(
            "replication.read-all-ratio",
            new Ratio(),
            0.1,
            "The share of reads that ask all owners and not only as many as they need, so that stale copies are found"
                    + " and repaired. More repairs sooner, and loads the owners more.");

    static final ConfigProperty<Boolean> REPLICATION_HEDGE = property(
            "replication.hedge",
            new Flag(),
            true,
            "Ask one more owner when a reply is later than that node's usual. Cuts the slowest percents of reads at the"
                    + " price of a few more requests.");

    static final ConfigProperty<Duration> REPLICATION_HEDGE_DELAY_MIN = property(
            "replication.hedge-delay-min",
            NumberType.duration(Duration.ofMillis(1), Duration.ofSeconds(10)),
            Duration.ofMillis(5),
            "How late a reply must be at least before one more owner is asked.");

    // ---- peers

    static final ConfigProperty<String> PEER_BIND = derived(
            "peer.bind", AddressTypes.HOST, "10.0.0.1", "as `bind`", "The address that other nodes connect to.");

    static final ConfigProperty<Integer> PEER_PORT = derived(
            "peer.port",
            AddressTypes.PORT,
            "7379",
            "as in `cluster.initial-members`, else `port` + 1000",
            "The port that other nodes connect to. 0 takes any free one.");

    static final ConfigProperty<Long> PEER_FRAME_MAX = property(
            "peer.frame-max",
            NumberType.bytes(FRAME_BYTES_MIN, GB),
            128 * MB,
            "The longest message between nodes; a longer one ends the connection. It must have room for the longest"
                    + " key, value and some siblings: at least `client.bulk-max` + `key-max` + 64kb. The same on every"
                    + " node.");

    static final ConfigProperty<Long> PEER_INFLIGHT_MAX = property(
            "peer.inflight-max",
            NumberType.bytes(FRAME_BYTES_MIN, 4 * GB),
            128 * MB,
            "How many bytes may wait to be sent on one connection to another node before that node counts as slow and"
                    + " others take over. At least `peer.frame-max`.");

    static final ConfigProperty<Duration> PEER_CONNECT_TIMEOUT = property(
            "peer.connect-timeout",
            NumberType.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
            Duration.ofSeconds(1),
            "How long connecting to another node may take, and then its handshake. Longer delays the return of a node"
                    + " whose connections led nowhere.");

    static final ConfigProperty<Duration> GOSSIP_INTERVAL = property(
            "gossip.interval",
            NumberType.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
            Duration.ofSeconds(1),
            "The pause between two exchanges of what is known about the members. Shorter spreads a change sooner.");

    static final ConfigProperty<Integer> GOSSIP_HISTORY_EVENTS = property(
            "gossip.history-events",
            NumberType.integer(1, 100_000),
            2_000,
            "How many of the newest events of the membership history are kept one by one. Once there are twice as many,"
                    + " and every member has them, those before become one event. More lets `ctl cluster history` tell"
                    + " more, fewer keeps the history small.");

    static final ConfigProperty<Duration> ANTI_ENTROPY_INTERVAL = property(
            "anti-entropy.interval",
            NumberType.duration(Duration.ofMillis(100), Duration.ofHours(1)),
            Duration.ofSeconds(1),
            "The pause between two comparisons of this node's copies with those of another owner, while they are equal;"
                    + " one costs some dozens of bytes. What a node missed while it was away it gets when it is back,"
                    + " without a pause.");

    static final ConfigProperty<Integer> DETECTOR_MISSES = property(
            "detector.misses",
            NumberType.integer(1, 100),
            DetectorPolicy.DEFAULT.missesMax(),
            "How many requests in a row a node must leave unanswered to be taken for down by the one that asks. A"
                    + " passed deadline counts for all of them.");

    static final ConfigProperty<Duration> DETECTOR_PROBE_MAX = property(
            "detector.probe-max",
            NumberType.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
            Duration.ofNanos(DetectorPolicy.DEFAULT.probeMaxNanos()),
            "The longest pause between two probes of a node that is taken for down: how late its return may be"
                    + " noticed.");

    // ---- storage

    static final ConfigProperty<StorageConfig.Engine> ENGINE = property(
            "engine",
            new Choice<>(StorageConfig.Engine.class),
            StorageConfig.Engine.XODUS,
            "Where records are kept. `xodus`: in memory and on disk, in a journal and a checkpoint in Xodus. `memory`:"
                    + " in memory alone; a node that stops forgets its copies and gets them back from the other owners.");

    static final ConfigProperty<Boolean> EVICTION = property(
            "eviction",
            new Flag(),
            false,
            "With the `memory` engine: declares it a cache. When memory is full, the keys that are read least go,"
                    + " instead of writes being refused; nothing is promised about a key that went. Replicas do not repair"
                    + " each other's missing keys, and a write to a key that is not there reads the others first.");

    static final ConfigProperty<SyncPolicy> SYNC = property(
            "sync",
            new Choice<>(SyncPolicy.class),
            SyncPolicy.EVERY_SECOND,
            "When the journal of the `xodus` engine is forced to the disk. Each of them survives the end of the"
                    + " process at any moment; this is about the machine losing power. `always`: before a write is"
                    + " acknowledged; writes that come together share a force. `every-second`: a second of writes may be"
                    + " lost. `never`: what the system had not written yet, often half a minute.");

    static final ConfigProperty<Long> JOURNAL_SEGMENT_SIZE = property(
            "journal.segment-size",
            NumberType.bytes(64 * KB, GB),
            32 * MB,
            "The size of a file of the journal. One is written, one or two are ready, those that the checkpoint does"
                    + " not cover yet are kept, and two to eight that it does wait to be used again. A multiple of 4 KB.");

    static final ConfigProperty<Long> JOURNAL_MAX_SIZE = property(
            "journal.max-size",
            NumberType.bytes(64 * KB, 1024 * GB),
            GB,
            "How far the journal may be ahead of the checkpoint. Past it writes wait, and are refused with `TRYAGAIN`"
                    + " when their time is out. A checkpoint begins early when an eighth of it is reached.");

    static final ConfigProperty<Duration> CHECKPOINT_INTERVAL = property(
            "checkpoint.interval",
            NumberType.duration(Duration.ofMillis(100), Duration.ofHours(1)),
            Duration.ofSeconds(30),
            "The pause between two checkpoints of what has changed. Longer ones put keys that change often once"
                    + " instead of several times; a start after a crash has more of the journal to replay.");

    static final ConfigProperty<Long> MAX_MEMORY = derived(
            "max-memory",
            NumberType.bytes(0, 1024 * GB),
            "4gb",
            "half of the heap (`-Xmx`)",
            "How many bytes of records the node may keep in memory, at most the heap: they need room beside them. Past it"
                    + " engine `xodus` keeps values on disk alone, and writes that need more all the same are refused with"
                    + " Redis's OOM error. 0 sets no limit: then the heap does, by ending the process.");

    static final ConfigProperty<Long> HINTS_MAX_SIZE = derived(
            "hints.max-size",
            NumberType.bytes(KB, 1024 * GB),
            "1gb",
            "1gb; with the `memory` engine a sixteenth of the heap",
            "How many bytes of records the node may keep for others that are away (hinted handoff). Past it new ones"
                    + " are refused, which does not fail writes that enough owners take; what is kept already stays until"
                    + " its owner has it.");

    static final ConfigProperty<Duration> TOMBSTONE_GRACE = property(
            "tombstone.grace",
            NumberType.duration(Duration.ofSeconds(1), Duration.ofDays(365)),
            Duration.ofHours(24),
            "How long it is remembered that a key was deleted or has expired, at least: after that it is forgotten once"
                    + " all owners agree. A frame with records that is older than half of this is refused, and a backup"
                    + " that is older than this is not restored into a running cluster.");

    static final ConfigProperty<Duration> CLOCK_DRIFT_MAX = property(
            "clock.drift-max",
            NumberType.duration(Duration.ofMillis(1), Duration.ofHours(1)),
            Duration.ofSeconds(1),
            "How far another node's clock may be ahead of this one's and still be followed; the rest is reported as"
                    + " skew. Keep the machines' clocks in step (NTP) well within it.");

    // ---- operation

    static final ConfigProperty<String> HTTP_BIND = property(
            "http.bind",
            AddressTypes.HOST,
            "127.0.0.1",
            "The address of health checks and metrics. They show no data and take no commands, but have no password"
                    + " either.");

    static final ConfigProperty<Integer> HTTP_PORT = derived(
            "http.port",
            AddressTypes.PORT,
            "8379",
            "`port` + 2000",
            "The port of `/live`, `/ready` and `/metrics`. 0 takes any free one.");

    static final ConfigProperty<LogConfig.Level> LOG_LEVEL = property(
            "log.level", new Choice<>(LogConfig.Level.class), LogConfig.Level.INFO, "What is worth a line in the log.");

    static final ConfigProperty<Path> LOG_FILE = derived(
            "log.file",
            AddressTypes.PATH,
            "/var/log/kvorum/kvorum.log",
            "standard output",
            "The file that the log goes to. At 64 MB a new one is begun and the old one compressed; ten are kept.");

    /**
     * Properties that belong together.
     *
     * @param title the heading they stand under
     * @param properties in the order in which they are shown
     */
    record Section(String title, List<ConfigProperty<?>> properties) {}

    static final List<Section> SECTIONS = List.of(
            new Section(
                    "The node",
                    List.of(
                            NODE_NAME,
                            NODE_ZONE,
                            NODE_WEIGHT,
                            DATA_DIR,
                            IO_THREADS,
                            TRANSPORT,
                            BACKGROUND_LATENCY_TARGET,
                            SLOWLOG_LOG_SLOWER_THAN,
                            SLOWLOG_MAX_LEN)),
            new Section(
                    "Clients",
                    List.of(
                            BIND,
                            PORT,
                            MEMCACHED_PORT,
                            ADVERTISE_HOST,
                            REQUIREPASS,
                            PROTECTED_MODE,
                            MAXCLIENTS,
                            TCP_KEEPALIVE,
                            DRAIN_TIMEOUT,
                            KEY_MAX,
                            CLIENT_BULK_MAX,
                            CLIENT_ARGUMENTS_MAX,
                            CLIENT_INLINE_MAX,
                            CLIENT_REQUEST_MAX,
                            CLIENT_PIPELINE_MAX,
                            CLIENT_OUTPUT_BUFFER_MAX,
                            CLIENT_MEMORY_MAX,
                            CLIENT_SESSION,
                            CLIENT_SESSION_KEYS_MAX,
                            CLIENT_SESSION_MEMORY_MAX)),
            new Section(
                    "The cluster",
                    List.of(
                            CLUSTER_NAME,
                            CLUSTER_INITIAL_MEMBERS,
                            CLUSTER_SEEDS,
                            CLUSTER_AUTO_COMMIT,
                            CLUSTER_REDIRECT,
                            CLUSTER_SECRET,
                            CLUSTER_PARTITIONS,
                            CLUSTER_PARTITIONER)),
            new Section(
                    "Replication",
                    List.of(
                            REPLICATION_N,
                            REPLICATION_R,
                            REPLICATION_W,
                            REPLICATION_DW,
                            REPLICATION_READ_TIMEOUT,
                            REPLICATION_WRITE_TIMEOUT,
                            REPLICATION_READ_ALL_RATIO,
                            REPLICATION_HEDGE,
                            REPLICATION_HEDGE_DELAY_MIN)),
            new Section(
                    "Between nodes",
                    List.of(
                            PEER_BIND,
                            PEER_PORT,
                            PEER_FRAME_MAX,
                            PEER_INFLIGHT_MAX,
                            PEER_CONNECT_TIMEOUT,
                            GOSSIP_INTERVAL,
                            GOSSIP_HISTORY_EVENTS,
                            ANTI_ENTROPY_INTERVAL,
                            DETECTOR_MISSES,
                            DETECTOR_PROBE_MAX,
                            CLOCK_DRIFT_MAX)),
            new Section(
                    "Storage",
                    List.of(
                            ENGINE,
                            MAX_MEMORY,
                            EVICTION,
                            SYNC,
                            JOURNAL_SEGMENT_SIZE,
                            JOURNAL_MAX_SIZE,
                            CHECKPOINT_INTERVAL,
                            HINTS_MAX_SIZE,
                            TOMBSTONE_GRACE)),
            new Section("Operation", List.of(HTTP_BIND, HTTP_PORT, LOG_LEVEL, LOG_FILE)));

    private ConfigCatalog() {}

    /** Every property, in the order in which they are shown. */
    static Stream<ConfigProperty<?>> properties() {
        return SECTIONS.stream().flatMap(section -> section.properties().stream());
    }
}

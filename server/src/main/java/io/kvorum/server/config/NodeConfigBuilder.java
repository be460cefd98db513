package io.kvorum.server.config;

import io.kvorum.codec.resp.RespLimits;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.detector.DetectorPolicy;
import io.kvorum.storage.engine.CheckpointSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes the records out of the settings: fills in what follows from others, and sees that all go together. */
final class NodeConfigBuilder {
    private static final int PAGE_BYTES = 4096;
    private static final int JOURNAL_SOFT_PART = 8;
    private static final long GB = 1L << 30;

    private static final int IO_THREADS_DEFAULT_MAX = 8;
    private static final int FRAME_OVERHEAD_BYTES = 64 << 10;
    private static final long KB = 1 << 10;
    private static final long FILES_RESERVED = 512;
    private static final long BULK_BYTES_DEFAULT = 64 << 20;
    private static final long ONE_CLIENT_BYTES_DEFAULT = 256 << 20;

    private final Settings settings;
    private final Machine machine;

    NodeConfigBuilder(Settings settings, Machine machine) {
        this.settings = settings;
        this.machine = machine;
    }

    /**
     * Makes the records.
     *
     * @throws ConfigException naming all that is wrong
     */
    NodeConfig build() {
        List<MemberSpec> initialMembers = settings.get(ConfigCatalog.CLUSTER_INITIAL_MEMBERS);
        int port = settings.get(ConfigCatalog.PORT, portOf(initialMembers));
        String name = settings.get(ConfigCatalog.NODE_NAME, "node-" + port);
        Optional<MemberSpec> entry = initialMembers.stream()
                .filter(member -> member.name().equals(name))
                .findFirst();
        checkInitialMembers(initialMembers, name, entry, port);

        ClientConfig client = client(port);
        PeerConfig peer = peer(client, entry);
        HttpConfig http = new HttpConfig(
                settings.get(ConfigCatalog.HTTP_BIND),
                settings.get(
                        ConfigCatalog.HTTP_PORT,
                        derivedPort(ConfigCatalog.HTTP_PORT, port, Addresses.HTTP_PORT_OFFSET)));
        checkPorts(port, peer.port(), http.port());
        checkMemcachedPort(client, peer.port(), http.port());
        MemberSpec self = self(name, entry, client, peer, http);
        NodeConfig config = new NodeConfig(
                name,
                new RuntimeConfig(
                        settings.get(ConfigCatalog.IO_THREADS, Math.min(machine.cores(), IO_THREADS_DEFAULT_MAX)),
                        settings.get(ConfigCatalog.TRANSPORT),
                        settings.get(ConfigCatalog.BACKGROUND_LATENCY_TARGET).toNanos(),
                        settings.get(ConfigCatalog.SLOWLOG_LOG_SLOWER_THAN).toNanos(),
                        settings.get(ConfigCatalog.SLOWLOG_MAX_LEN)),
                cluster(self, initialMembers, peer),
                replication(),
                client,
                peer,
                membership(),
                storage(name),
                new ClockConfig(settings.get(ConfigCatalog.CLOCK_DRIFT_MAX).toMillis()),
                http,
                new LogConfig(
                        settings.get(ConfigCatalog.LOG_LEVEL),
                        settings.find(ConfigCatalog.LOG_FILE).orElse(null)),
                settings.effective());
        settings.throwIfAnyProblem();
        return config;
    }

    /** The port that the list gives to this node, if it was told its name. */
    private int portOf(List<MemberSpec> initialMembers) {
        String name = settings.find(ConfigCatalog.NODE_NAME).orElse("");
        return initialMembers.stream()
                .filter(member -> member.name().equals(name))
                .map(MemberSpec::respPort)
                .findFirst()
                .orElse(ConfigCatalog.PORT_DEFAULT);
    }

    private ClientConfig client(int port) {
        int bulkBytesMax = settings.get(ConfigCatalog.CLIENT_BULK_MAX, ofHeap(16, BULK_BYTES_DEFAULT, KB))
                .intValue();
        // What is not set makes room for what is.
        long roomForOne = ofHeap(8, ONE_CLIENT_BYTES_DEFAULT, bulkBytesMax);
        int requestBytesMax =
                settings.get(ConfigCatalog.CLIENT_REQUEST_MAX, roomForOne).intValue();
        if (requestBytesMax < bulkBytesMax) {
            settings.problem(ConfigCatalog.CLIENT_REQUEST_MAX, "below client.bulk-max: the longest value never fits");
            requestBytesMax = bulkBytesMax;
        }
        long outputBufferBytesMax = settings.get(ConfigCatalog.CLIENT_OUTPUT_BUFFER_MAX, roomForOne);
        if (outputBufferBytesMax < bulkBytesMax) {
            settings.problem(
                    ConfigCatalog.CLIENT_OUTPUT_BUFFER_MAX, "below client.bulk-max: the longest value is never read");
        }
        long memoryBytesMax =
                settings.get(ConfigCatalog.CLIENT_MEMORY_MAX, ofHeap(4, Long.MAX_VALUE, 2L * bulkBytesMax));
        if (memoryBytesMax < 2L * bulkBytesMax) {
            settings.problem(
                    ConfigCatalog.CLIENT_MEMORY_MAX,
                    "below twice client.bulk-max: whoever sends the longest value is disconnected");
        }
        return new ClientConfig(
                settings.get(ConfigCatalog.BIND),
                port,
                settings.get(ConfigCatalog.REQUIREPASS),
                settings.get(ConfigCatalog.PROTECTED_MODE),
                connectionsMax(),
                keepaliveSeconds(),
                settings.get(ConfigCatalog.DRAIN_TIMEOUT).toNanos(),
                new RespLimits(
                        bulkBytesMax,
                        settings.get(ConfigCatalog.CLIENT_ARGUMENTS_MAX),
                        settings.get(ConfigCatalog.CLIENT_INLINE_MAX).intValue(),
                        requestBytesMax),
                settings.get(ConfigCatalog.KEY_MAX).intValue(),
                settings.get(ConfigCatalog.CLIENT_PIPELINE_MAX),
                outputBufferBytesMax,
                memoryBytesMax,
                settings.get(ConfigCatalog.CLIENT_SESSION),
                settings.get(ConfigCatalog.CLIENT_SESSION_KEYS_MAX),
                settings.get(ConfigCatalog.CLIENT_SESSION_MEMORY_MAX),
                settings.find(ConfigCatalog.MEMCACHED_PORT).orElse(null));
    }

    private int keepaliveSeconds() {
        Duration silence = settings.get(ConfigCatalog.TCP_KEEPALIVE);
        if (!silence.equals(Duration.ofSeconds(silence.toSeconds()))) {
            settings.problem(
                    ConfigCatalog.TCP_KEEPALIVE, "the system counts whole seconds: 1s or more, or 0 for never");
        }
        return (int) silence.toSeconds();
    }

    /** As many as are asked for and have room beside the files, peers and watchers of the node: as Redis reckons. */
    private int connectionsMax() {
        long reserved = Math.min(FILES_RESERVED, machine.openFilesMax() / 2);
        return (int) Math.min(settings.get(ConfigCatalog.MAXCLIENTS), Math.max(1, machine.openFilesMax() - reserved));
    }

    /** A share of the heap, in bytes, between two bounds. */
    private long ofHeap(int share, long bytesMax, long bytesMin) {
        return Math.max(bytesMin, Math.min(bytesMax, machine.heapBytesMax() / share));
    }

    private PeerConfig peer(ClientConfig client, Optional<MemberSpec> entry) {
        int frameBytesMax = settings.get(ConfigCatalog.PEER_FRAME_MAX).intValue();
        long needed = (long) client.limits().bulkBytesMax() + client.keyBytesMax() + FRAME_OVERHEAD_BYTES;
        if (frameBytesMax < needed) {
            settings.problem(
                    ConfigCatalog.PEER_FRAME_MAX,
                    "below client.bulk-max + key-max + 64kb, which is " + needed
                            + " bytes: the longest value would never reach another node");
        }
        long inflightBytesMax = settings.get(ConfigCatalog.PEER_INFLIGHT_MAX);
        if (inflightBytesMax < frameBytesMax) {
            settings.problem(
                    ConfigCatalog.PEER_INFLIGHT_MAX, "below peer.frame-max: the longest message would never be sent");
        }
        int port = entry.map(MemberSpec::peerPort)
                .orElseGet(() -> derivedPort(ConfigCatalog.PEER_PORT, client.port(), Addresses.PEER_PORT_OFFSET));
        return new PeerConfig(
                settings.get(ConfigCatalog.PEER_BIND, client.bind()),
                settings.get(ConfigCatalog.PEER_PORT, port),
                frameBytesMax,
                inflightBytesMax,
                settings.get(ConfigCatalog.PEER_CONNECT_TIMEOUT).toNanos());
    }

    private MemberSpec self(
            String name, Optional<MemberSpec> entry, ClientConfig client, PeerConfig peer, HttpConfig http) {
        String host = entry.map(MemberSpec::host)
                .orElse(Addresses.isWildcard(client.bind()) ? machine.hostName() : client.bind());
        MemberSpec self = new MemberSpec(
                name,
                settings.get(
                        ConfigCatalog.NODE_ZONE, entry.map(MemberSpec::zone).orElse("")),
                settings.get(ConfigCatalog.ADVERTISE_HOST, host),
                peer.port(),
                client.port(),
                0,
                http.port(),
                settings.get(
                        ConfigCatalog.NODE_WEIGHT, entry.map(MemberSpec::weight).orElse(MemberSpec.WEIGHT_DEFAULT)));
        entry.ifPresent(member -> {
            checkAsInitialMember(ConfigCatalog.NODE_ZONE, self.zone(), member.zone());
            checkAsInitialMember(ConfigCatalog.NODE_WEIGHT, self.weight(), member.weight());
            checkAsInitialMember(ConfigCatalog.ADVERTISE_HOST, self.host(), member.host());
            checkAsInitialMember(ConfigCatalog.PEER_PORT, self.peerPort(), member.peerPort());
            checkAsInitialMember(ConfigCatalog.PORT, self.respPort(), member.respPort());
        });
        return self;
    }

    private List<SeedAddress> seeds(List<MemberSpec> initialMembers) {
        List<SeedAddress> seeds = settings.get(ConfigCatalog.CLUSTER_SEEDS);
        if (!seeds.isEmpty() && !initialMembers.isEmpty()) {
            settings.problem(
                    ConfigCatalog.CLUSTER_SEEDS,
                    "set beside cluster.initial-members: a node either founds a cluster with others (leave the seeds"
                            + " out) or joins one that is there (leave the initial members out)");
        }
        return seeds;
    }

    private ClusterConfig cluster(MemberSpec self, List<MemberSpec> initialMembers, PeerConfig peer) {
        ClusterConfig cluster = new ClusterConfig(
                self,
                settings.get(ConfigCatalog.CLUSTER_NAME),
                initialMembers,
                seeds(initialMembers),
                settings.get(ConfigCatalog.CLUSTER_PARTITIONS),
                settings.get(ConfigCatalog.CLUSTER_PARTITIONER),
                settings.get(ConfigCatalog.CLUSTER_SECRET),
                settings.get(ConfigCatalog.CLUSTER_AUTO_COMMIT),
                settings.get(ConfigCatalog.CLUSTER_REDIRECT));
        if (!Addresses.isLoopback(peer.bind())
                && !cluster.secret().isSet()
                && settings.get(ConfigCatalog.PROTECTED_MODE)) {
            settings.problem(
                    ConfigCatalog.PEER_BIND,
                    peer.bind() + " lets other machines reach the peer port, but there is no cluster.secret: anybody"
                            + " could join. Set cluster.secret to the same long random text on every node, or peer.bind"
                            + " to 127.0.0.1, or protected-mode to no");
        }
        checkReachable(cluster, peer);
        return cluster;
    }

    /** What binds to loopback by default must not get among members on other machines, who would never reach it. */
    private void checkReachable(ClusterConfig cluster, PeerConfig peer) {
        String host = cluster.self().host();
        if (Addresses.isWildcard(host)) {
            settings.problem(
                    ConfigCatalog.ADVERTISE_HOST,
                    host + " tells nobody where this node is: set it, and its line in cluster.initial-members, to an"
                            + " address or a name");
        }
        cluster.seeds().stream()
                .map(SeedAddress::host)
                .filter(seed -> Addresses.isLoopback(host)
                        && !Addresses.isLoopback(seed)
                        && !settings.isGiven(ConfigCatalog.ADVERTISE_HOST))
                .findFirst()
                .ifPresent(seed -> settings.problem(
                        ConfigCatalog.ADVERTISE_HOST,
                        host + " as bind, where nodes of other machines, such as the seed " + seed
                                + ", would never reach this one: set bind to an address that they reach, or to"
                                + " 0.0.0.0 and advertise-host to that address"));
        if (Addresses.isReachableByOthers(host)
                && Addresses.isLoopback(peer.bind())
                && !settings.isGiven(ConfigCatalog.BIND)
                && !settings.isGiven(ConfigCatalog.PEER_BIND)) {
            settings.problem(
                    ConfigCatalog.PEER_BIND,
                    peer.bind() + " as bind, but the others are to reach this node at " + host
                            + ": set bind to that, or to 0.0.0.0 for all addresses of the machine");
        }
    }

    private ReplicationConfig replication() {
        int n = settings.get(ConfigCatalog.REPLICATION_N);
        return new ReplicationConfig(
                n,
                atMostN(ConfigCatalog.REPLICATION_R, n),
                atMostN(ConfigCatalog.REPLICATION_W, n),
                atMostN(ConfigCatalog.REPLICATION_DW, n),
                settings.get(ConfigCatalog.REPLICATION_READ_TIMEOUT).toNanos(),
                settings.get(ConfigCatalog.REPLICATION_WRITE_TIMEOUT).toNanos(),
                settings.get(ConfigCatalog.REPLICATION_READ_ALL_RATIO),
                settings.get(ConfigCatalog.REPLICATION_HEDGE),
                settings.get(ConfigCatalog.REPLICATION_HEDGE_DELAY_MIN).toNanos(),
                settings.get(ConfigCatalog.ANTI_ENTROPY_INTERVAL).toNanos());
    }

    private MembershipConfig membership() {
        DetectorPolicy usual = DetectorPolicy.DEFAULT;
        return new MembershipConfig(
                settings.get(ConfigCatalog.GOSSIP_INTERVAL).toNanos(),
                settings.get(ConfigCatalog.GOSSIP_HISTORY_EVENTS),
                new DetectorPolicy(
                        usual.tickNanos(),
                        settings.get(ConfigCatalog.DETECTOR_MISSES),
                        usual.probeFirstNanos(),
                        settings.get(ConfigCatalog.DETECTOR_PROBE_MAX).toNanos(),
                        usual.trialGapNanos(),
                        usual.trialAnswersMax(),
                        usual.calmNanos(),
                        usual.pauseMinNanos()));
    }

    private StorageConfig storage(String name) {
        CheckpointSettings usual = CheckpointSettings.DEFAULT;
        long journalMax = settings.get(ConfigCatalog.JOURNAL_MAX_SIZE);
        return new StorageConfig(
                settings.get(ConfigCatalog.DATA_DIR, Path.of("data", name)),
                settings.get(ConfigCatalog.ENGINE),
                memoryBytesMax(),
                eviction(),
                settings.get(ConfigCatalog.TOMBSTONE_GRACE).toMillis(),
                settings.get(ConfigCatalog.SYNC),
                segmentBytes(),
                new CheckpointSettings(
                        settings.get(ConfigCatalog.CHECKPOINT_INTERVAL).toNanos(),
                        journalMax / JOURNAL_SOFT_PART,
                        journalMax,
                        usual.batchRecords(),
                        usual.share()),
                hintBytesMax());
    }

    /** Where hints are in memory, they must leave room for the rest of it. */
    private long hintBytesMax() {
        boolean inMemory = settings.get(ConfigCatalog.ENGINE) == StorageConfig.Engine.MEMORY;
        return settings.get(ConfigCatalog.HINTS_MAX_SIZE, inMemory ? machine.heapBytesMax() / 16 : GB);
    }

    /** A bound above the heap is none: the process ends before it is reached, and again when it has loaded what it had. */
    private long memoryBytesMax() {
        long heapBytes = machine.heapBytesMax();
        long bytes = settings.get(ConfigCatalog.MAX_MEMORY, heapBytes / 2);
        if (bytes > heapBytes) {
            settings.problem(
                    ConfigCatalog.MAX_MEMORY,
                    ConfigCatalog.MAX_MEMORY.show(bytes) + " is above the heap, which is "
                            + ConfigCatalog.MAX_MEMORY.show(heapBytes)
                            + ": records need room beside them. Set it to half of the heap, or give a larger one"
                            + " (KVORUM_HEAP, or -Xmx)");
        }
        return bytes;
    }

    private boolean eviction() {
        boolean eviction = settings.get(ConfigCatalog.EVICTION);
        if (eviction && settings.get(ConfigCatalog.ENGINE) != StorageConfig.Engine.MEMORY) {
            settings.problem(ConfigCatalog.EVICTION, "only the memory engine can be a cache: set engine to memory");
        }
        return eviction;
    }

    private int segmentBytes() {
        long size = settings.get(ConfigCatalog.JOURNAL_SEGMENT_SIZE);
        if (size % PAGE_BYTES != 0) {
            settings.problem(ConfigCatalog.JOURNAL_SEGMENT_SIZE, size + " is no multiple of " + PAGE_BYTES);
        }
        return Math.toIntExact(size);
    }

    private int atMostN(ConfigProperty<Integer> property, int n) {
        int replicas = settings.get(property);
        if (replicas <= n) return replicas;
        settings.problem(property, replicas + " is above replication.n, " + n + ": it could never be met");
        return n;
    }

    private int derivedPort(ConfigProperty<Integer> property, int port, int offset) {
        try {
            return Addresses.derivedPort(port, offset);
        } catch (IllegalArgumentException none) {
            if (!settings.isGiven(property)) settings.problem(property, none.getMessage() + "; set it");
            return 0;
        }
    }

    private void checkInitialMembers(List<MemberSpec> members, String name, Optional<MemberSpec> entry, int port) {
        Set<String> names = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (MemberSpec member : members) {
            if (!names.add(member.name())) {
                settings.problem(ConfigCatalog.CLUSTER_INITIAL_MEMBERS, "two members are named " + member.name());
            }
            boolean free = addresses.add(member.host() + " " + member.respPort());
            if (!addresses.add(member.host() + " " + member.peerPort()) || !free) {
                settings.problem(
                        ConfigCatalog.CLUSTER_INITIAL_MEMBERS, member.name() + " has a port of another member's");
            }
        }
        if (!members.isEmpty() && entry.isEmpty()) {
            settings.problem(
                    ConfigCatalog.CLUSTER_INITIAL_MEMBERS,
                    "this node, " + name + " on port " + port + ", is not among them: set node.name to its name in the"
                            + " list");
        }
    }

    private void checkAsInitialMember(ConfigProperty<?> property, Object is, Object inList) {
        if (is.equals(inList)) return;
        settings.problem(property, is + ", but cluster.initial-members says " + inList + " of this node");
    }

    private void checkMemcachedPort(ClientConfig client, int peerPort, int httpPort) {
        Integer port = client.memcachedPort();
        if (port == null || port == 0) return;
        String other =
                port == client.port() ? "port" : port == peerPort ? "peer.port" : port == httpPort ? "http.port" : "";
        if (!other.isEmpty()) settings.problem(ConfigCatalog.MEMCACHED_PORT, port + " is " + other + " as well");
    }

    private void checkPorts(int port, int peerPort, int httpPort) {
        if (port != 0 && port == peerPort) settings.problem(ConfigCatalog.PEER_PORT, peerPort + " is port as well");
        if (port != 0 && port == httpPort) settings.problem(ConfigCatalog.HTTP_PORT, httpPort + " is port as well");
        if (peerPort != 0 && peerPort == httpPort) {
            settings.problem(ConfigCatalog.HTTP_PORT, httpPort + " is peer.port as well");
        }
    }
}

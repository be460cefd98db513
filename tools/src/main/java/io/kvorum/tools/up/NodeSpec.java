package io.kvorum.tools.up;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** One node of the cluster to run: its name, its ports on loopback, and the directory that is its alone. */
record NodeSpec(String name, int port, int peerPort, int httpPort, int memcachedPort, Path directory) {
    static final String HOST = "127.0.0.1";
    static final int DEFAULT_PORT = 6379;

    /** Where memcached's clients look for the first node, if Redis's find it at {@link #DEFAULT_PORT}. */
    private static final int MEMCACHED_DEFAULT_PORT = 11211;

    private static final int MEMCACHED_OFFSET = 3_000;

    /** Node {@code index}, counted from 0, of a cluster whose first node answers clients at {@code basePort}. */
    static NodeSpec of(int index, int basePort, Path data) {
        int port = basePort + index;
        String name = "n" + index;
        int memcachedBase = basePort == DEFAULT_PORT ? MEMCACHED_DEFAULT_PORT : basePort + MEMCACHED_OFFSET;
        return new NodeSpec(name, port, port + 1_000, port + 2_000, memcachedBase + index, data.resolve(name));
    }

    Path log() {
        return directory.resolve("node.log");
    }

    /** Ports by what they are for. */
    Map<String, Integer> ports() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("redis", port);
        ports.put("memcached", memcachedPort);
        ports.put("peers", peerPort);
        ports.put("http", httpPort);
        return ports;
    }
}

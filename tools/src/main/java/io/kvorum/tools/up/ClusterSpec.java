package io.kvorum.tools.up;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The cluster to run: nodes side by side, and what all of them are told.
 *
 * @param settings properties in the order given, which override what the launcher sets itself
 */
record ClusterSpec(List<NodeSpec> nodes, String engine, Path config, Map<String, String> settings) {
    /** Node ports of one kind follow each other, and the kinds are a thousand apart. */
    static final int NODES_MAX = 100;

    ClusterSpec {
        nodes = List.copyOf(nodes);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    static ClusterSpec of(Layout layout, Path data, Path config, Map<String, String> settings) {
        List<NodeSpec> nodes = IntStream.range(0, layout.nodes())
                .mapToObj(index -> NodeSpec.of(index, layout.port(), data))
                .toList();
        return new ClusterSpec(nodes, layout.engine(), config, settings);
    }

    /** The arguments of the node's main class. */
    List<String> arguments(NodeSpec node) {
        List<String> arguments = new ArrayList<>(List.of("node", "--config", config.toString(), "--exit-with-stdin"));
        set(arguments, "node.name", node.name());
        set(arguments, "port", Integer.toString(node.port()));
        set(arguments, "memcached.port", Integer.toString(node.memcachedPort()));
        set(arguments, "data-dir", node.directory().toString());
        set(arguments, "engine", engine);
        set(arguments, "cluster.name", "dev");
        set(arguments, "cluster.initial-members", initialMembers());
        settings.forEach((key, value) -> set(arguments, key, value));
        return arguments;
    }

    private String initialMembers() {
        return nodes.stream()
                .map(node -> node.name() + "@" + NodeSpec.HOST + ":" + node.port())
                .collect(Collectors.joining(","));
    }

    private static void set(List<String> arguments, String key, String value) {
        arguments.add("--set");
        arguments.add(key + "=" + value);
    }
}

package io.kvorum.tests.compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is to be compared, and how.
 *
 * @param depths operations that a connection sends at a time in the closed loop
 * @param nodes how many Kvorum nodes, one comparison for each number
 * @param keys how many different keys the load touches
 * @param memoryKeys how many keys are written to see what a key takes
 * @param durationNanos how long each sample takes
 * @param warmupNanos how long each server runs under each load before the first sample
 * @param rate operations per second of the open loop; empty: half of what the slower side manages
 */
record Plan(
        Set<Part> parts,
        int pairs,
        List<Integer> depths,
        List<Integer> nodes,
        List<Operation> operations,
        int connections,
        int valueBytes,
        long keys,
        long memoryKeys,
        long durationNanos,
        long warmupNanos,
        OptionalLong rate,
        long seed) {
    Plan {
        parts = Set.copyOf(parts);
        depths = List.copyOf(depths);
        nodes = List.copyOf(nodes);
        operations = List.copyOf(operations);
    }

    /** What can be left out. */
    enum Part {
        CPU,
        LATENCY,
        MEMORY
    }

    /** What the load consists of, with the weights of both commands. */
    enum Operation {
        SET(1, 0),
        GET(0, 1),
        MIXED(1, 4);

        private final int sets;
        private final int gets;

        Operation(int sets, int gets) {
            this.sets = sets;
            this.gets = gets;
        }

        int sets() {
            return sets;
        }

        int gets() {
            return gets;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("pairs", pairs);
        json.put("depths", depths);
        json.put("nodes", nodes);
        json.put("operations", operations.stream().map(Operation::label).toList());
        json.put("connections", connections);
        json.put("value-bytes", valueBytes);
        json.put("keys", keys);
        json.put("memory-keys", memoryKeys);
        json.put("duration-s", durationNanos / 1e9);
        json.put("warmup-s", warmupNanos / 1e9);
        json.put("rate", rate.isPresent() ? rate.getAsLong() : null);
        json.put("seed", seed);
        return json;
    }
}

package io.kvorum.tools.ctl;

import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a ring looks like as a whole: how many tokens (partitions it comes first for) and replicas each node has, how
 * evenly, and where replicas share a zone although there are enough zones to avoid it.
 *
 * @param zones zone by node name, for all members
 * @param violations partitions whose owners span fewer zones than they could
 */
record RingSummary(
        int partitions,
        Map<String, String> zones,
        Map<String, Integer> tokens,
        Map<String, Integer> replicas,
        List<Long> violations) {
    private static final int VIOLATIONS_SHOWN = 20;

    static RingSummary of(List<RingRow> rows, Map<String, String> zones) {
        Map<String, Integer> tokens = new TreeMap<>();
        Map<String, Integer> replicas = new TreeMap<>();
        zones.keySet().forEach(name -> {
            tokens.put(name, 0);
            replicas.put(name, 0);
        });
        List<Long> violations = new ArrayList<>();
        long zoneCount = zones.values().stream().distinct().count();
        for (RingRow row : rows) {
            if (!row.owners().isEmpty()) {
                tokens.merge(row.owners().get(0), 1, Integer::sum);
            }
            row.owners().forEach(owner -> replicas.merge(owner, 1, Integer::sum));
            long spanned = row.owners().stream()
                    .map(zones::get)
                    .filter(Objects::nonNull)
                    .distinct()
                    .count();
            if (spanned < Math.min(zoneCount, row.owners().size())) {
                violations.add(row.partition());
            }
        }
        return new RingSummary(rows.size(), zones, tokens, replicas, violations);
    }

    String text() {
        int allReplicas = replicas.values().stream().mapToInt(Integer::intValue).sum();
        Table table = Table.of("node", "zone", "tokens", "replicas", "share").right(2, 3, 4);
        replicas.forEach((name, count) -> table.row(
                name,
                zones.getOrDefault(name, "?"),
                tokens.getOrDefault(name, 0),
                count,
                Units.decimal(allReplicas == 0 ? 0 : 100.0 * count / allReplicas, 1) + " %"));
        String zoneLine = violations.isEmpty()
                ? "no partition has fewer zones than it could\n"
                : violations.size() + " partitions have fewer zones than they could: "
                        + violations.stream()
                                .limit(VIOLATIONS_SHOWN)
                                .map(String::valueOf)
                                .collect(Collectors.joining(", "))
                        + (violations.size() > VIOLATIONS_SHOWN ? ", …" : "") + "\n";
        return partitions + " partitions, " + replicas.size() + " nodes\n\n" + table.render("") + "\n"
                + "the fullest node has " + Units.decimal(imbalance(), 2) + " times the average\n" + zoneLine;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("partitions", partitions);
        json.put("tokens", tokens);
        json.put("replicas", replicas);
        json.put("imbalance", imbalance());
        json.put("zone-violations", violations);
        return json;
    }

    /** Replicas of the fullest node over the average; 1 is perfect. Weights are not considered. */
    double imbalance() {
        int sum = replicas.values().stream().mapToInt(Integer::intValue).sum();
        int max = replicas.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return sum == 0 ? 1 : (double) max * replicas.size() / sum;
    }
}

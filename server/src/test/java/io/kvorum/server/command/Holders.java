package io.kvorum.server.command;

import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Sibling;
import io.kvorum.storage.version.VersionObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what of a request's writes, looked up in copies and hints. An event is a dot, an increment or an expiry that
 * was not there before.
 */
final class Holders {
    /** By event: the owners whose copy has it. */
    final Map<String, Set<Integer>> copies = new HashMap<>();

    /** By event: who keeps it, and for which owners. */
    final Map<String, Map<Integer, Set<Integer>>> hints = new HashMap<>();

    static Holders of(FaultRun run) {
        Holders holders = new Holders();
        TestCluster cluster = run.cluster;
        for (String key : run.keys) {
            for (TestNode node : cluster.nodes) {
                for (String event : holders.news(run, key, cluster.stored(node.index, key))) {
                    holders.copies
                            .computeIfAbsent(event, name -> new HashSet<>())
                            .add(node.index);
                }
                for (TestNode target : cluster.nodes) {
                    for (byte[] hint : hintsAt(node, target, key)) {
                        for (String event : holders.news(run, key, hint)) {
                            holders.hints
                                    .computeIfAbsent(event, name -> new HashMap<>())
                                    .computeIfAbsent(node.index, keeper -> new HashSet<>())
                                    .add(target.index);
                        }
                    }
                }
            }
        }
        return holders;
    }

    private Set<String> news(FaultRun run, String key, byte @Nullable [] record) {
        Set<String> news = new HashSet<>();
        for (String event : events(record)) {
            if (!run.before.contains(event)) {
                news.add(key + '|' + event);
            }
        }
        return news;
    }

    boolean isEmpty() {
        return copies.isEmpty() && hints.isEmpty();
    }

    Set<String> events() {
        Set<String> all = new HashSet<>(copies.keySet());
        all.addAll(hints.keySet());
        return all;
    }

    /** How many nodes hold an event: owners, and others each in the place of one owner that does not. */
    int held(String event, Set<Integer> owners, boolean countHints) {
        List<Set<Integer>> keepers =
                countHints ? List.copyOf(hints.getOrDefault(event, Map.of()).values()) : List.of();
        return owners.size() + standIns(keepers, 0, owners);
    }

    private static int standIns(List<Set<Integer>> keepers, int next, Set<Integer> taken) {
        if (next == keepers.size()) {
            return 0;
        }
        int most = standIns(keepers, next + 1, taken);
        for (int target : keepers.get(next)) {
            if (!taken.contains(target)) {
                Set<Integer> with = new HashSet<>(taken);
                with.add(target);
                most = Math.max(most, 1 + standIns(keepers, next + 1, with));
            }
        }
        return most;
    }

    /** Whether anybody holds an event of a key. */
    boolean has(String key) {
        return events().stream().anyMatch(event -> event.startsWith(key + '|'));
    }

    /** How many nodes hold the event of a key that most hold. */
    int most(String key, boolean countHints) {
        return events().stream()
                .filter(event -> event.startsWith(key + '|'))
                .mapToInt(event -> held(event, copies.getOrDefault(event, Set.of()), countHints))
                .max()
                .orElse(0);
    }

    /** All events of a record. */
    static Set<String> events(byte @Nullable [] record) {
        Set<String> events = new HashSet<>();
        if (record == null) {
            return events;
        }
        for (Sibling sibling : RecordBytes.siblings(record)) {
            String dot = sibling.dot().toString();
            events.add(dot);
            sibling.increments().forEach(increment -> events.add(dot + "+" + increment));
            if (sibling.expireAtMillis() != 0) {
                events.add(dot + "@" + sibling.expireAtMillis());
            }
        }
        return events;
    }

    /** Everything that anybody has of a key, merged. */
    static List<Sibling> merged(TestCluster cluster, String key) {
        byte[] all = null;
        for (TestNode node : cluster.nodes) {
            List<byte[]> records = new ArrayList<>();
            byte[] own = cluster.stored(node.index, key);
            if (own != null) {
                records.add(own);
            }
            cluster.nodes.forEach(target -> records.addAll(hintsAt(node, target, key)));
            for (byte[] record : records) {
                all = all == null ? record : Merge.merge(all, record, VersionObserver.NONE);
            }
        }
        return all == null ? List.of() : RecordBytes.siblings(all);
    }

    private static List<byte[]> hintsAt(TestNode node, TestNode target, String key) {
        List<byte[]> found = new ArrayList<>();
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        if (node.hints.isEmpty()) {
            return found;
        }
        node.hints.scan(target.id().uuid(), 0, Integer.MAX_VALUE, part -> {
            if (part == null) {
                throw new AssertionError("hints cannot be read");
            }
            part.records().stream()
                    .filter(record -> RecordBytes.hasKey(record, bytes, 0, bytes.length))
                    .forEach(found::add);
        });
        return found;
    }

    /** Drops all that nodes keep for others. */
    static void dropHints(TestCluster cluster) {
        for (TestNode node : cluster.nodes) {
            for (TestNode target : cluster.nodes) {
                if (node.hints.isEmpty()) {
                    break;
                }
                node.hints.scan(target.id().uuid(), 0, Integer.MAX_VALUE, part -> {
                    if (part != null) {
                        part.records().forEach(record -> drop(cluster, node, target, record));
                    }
                });
            }
        }
    }

    private static void drop(TestCluster cluster, TestNode node, TestNode target, byte[] record) {
        byte[] key = RecordBytes.key(record);
        long high = cluster.ring.partitioner().high(key, 0, key.length);
        node.hints.remove(target.id().uuid(), high, record, removed -> {});
    }
}

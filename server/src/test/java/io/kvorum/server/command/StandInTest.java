package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Sibling;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.VersionVector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Five nodes, of which nodes 0, 1 and 2 own the key and nobody can reach them: nodes 3 and 4, the fallbacks, take its writes.
 * One test a promise.
 */
class StandInTest {
    private static final int FIRST = 3;
    private static final int SECOND = 4;

    private final TestCluster cluster = new TestCluster(5, 3);
    private final String key = cluster.keyOf(0);

    @Test
    void a_write_with_all_owners_away_is_taken_by_the_fallbacks() {
        loseOwners();
        assertThat(cluster.client(FIRST).ask("SET", key, "apple").asString()).isEqualTo("OK");
        assertThat(values(FIRST)).containsExactly("apple");
        assertThat(values(SECOND)).containsExactly("apple");
        assertThat(hintOrNull(FIRST, 0)).isNotNull();
        assertThat(hintOrNull(FIRST, 1)).isNotNull();
        assertThat(hintOrNull(FIRST, 2)).isNotNull();
    }

    @Test
    void any_node_passes_it_to_the_first_fallback_that_is_there() {
        loseOwners();
        assertThat(cluster.client(SECOND).ask("SET", key, "apple").asString()).isEqualTo("OK");
        assertThat(hintOrNull(FIRST, 2)).isNotNull();
        assertThat(hintOrNull(SECOND, 2)).isNull();
    }

    @Test
    void more_replicas_than_there_are_fallbacks_cannot_be_had() {
        loseOwners();
        TestCluster.Client client = cluster.client(SECOND);
        client.session.setOptions(new RequestOptions(0, 3, 0, false));
        assertThat(client.ask("SET", key, "apple").asString())
                .isEqualTo("CLUSTERDOWN need 3 of 3 replicas for writes, 2 reachable");
        assertThat(values(FIRST)).isEmpty();
    }

    @Test
    void one_fallback_alone_takes_a_write_that_asks_for_one() {
        loseOwners();
        TestNode alone = cluster.nodes.get(SECOND);
        alone.setHealthy(cluster.nodes.get(FIRST), false);
        alone.setReachable(cluster.nodes.get(FIRST), false);
        TestCluster.Client client = cluster.client(SECOND);
        assertThat(client.ask("SET", key, "apple").asString())
                .isEqualTo("CLUSTERDOWN need 2 of 3 replicas for writes, 1 reachable");
        client.session.setOptions(new RequestOptions(0, 1, 0, false));
        assertThat(client.ask("SET", key, "apple").asString()).isEqualTo("OK");
    }

    @Test
    void under_strict_nobody_stands_in() {
        loseOwners();
        TestCluster.Client client = cluster.client(FIRST);
        client.session.setOptions(new RequestOptions(0, 1, 0, true));
        assertThat(client.ask("SET", key, "apple").asString())
                .isEqualTo("CLUSTERDOWN need 1 of 3 replicas for writes, 0 reachable");
        assertThat(client.ask("KV.PUT", key, "", "apple", "STRICT").asString()).startsWith("CLUSTERDOWN ");
        assertThat(values(FIRST)).isEmpty();
    }

    @Test
    void what_depends_on_what_owners_have_is_refused_and_so_are_reads() {
        loseOwners();
        TestCluster.Client client = cluster.client(FIRST);
        client.ask("SET", key, "1");
        for (String[] command : new String[][] {
            {"GET", key},
            {"KV.GET", key},
            {"SET", key, "2", "NX"},
            {"SET", key, "2", "KEEPTTL"},
            {"INCR", key},
            {"EXPIRE", key, "10"},
            {"APPEND", key, "2"},
            {"GETDEL", key},
        }) {
            assertThat(client.ask(command).asString())
                    .as(String.join(" ", command))
                    .startsWith("CLUSTERDOWN ");
        }
        assertThat(values(FIRST)).containsExactly("1");
    }

    @Test
    void a_fallback_that_reaches_an_owner_leaves_it_to_that() {
        loseOwners();
        cluster.nodes.get(FIRST).trustAll();
        cluster.nodes.get(0).trustAll();
        assertThat(cluster.client(SECOND).ask("SET", key, "apple").asString()).isEqualTo("OK");
        assertThat(hintOrNull(FIRST, 2)).isNull();
        assertThat(hintOrNull(SECOND, 2)).isNotNull();
        assertThat(cluster.client(FIRST).ask("SET", key, "pear").asString()).isEqualTo("OK");
        assertThat(cluster.stored(0, key)).isNotNull();
    }

    @Test
    void a_plain_write_supersedes_what_the_hint_has_and_nothing_else() {
        cluster.client(0).ask("SET", key, "old");
        loseOwners();
        cluster.client(FIRST).ask("SET", key, "apple");
        cluster.client(FIRST).ask("SET", key, "pear");
        assertThat(values(FIRST)).containsExactly("pear");
        handOver(FIRST, 0);
        assertThat(valuesOf(stored(0))).containsExactly("pear", "old");
        cluster.nodes.forEach(TestNode::trustAll);
        assertThat(cluster.client(0).ask("GET", key).asString()).isEqualTo("pear");
    }

    @Test
    void a_plain_delete_supersedes_what_the_hint_has_and_hides_what_owners_have() {
        cluster.client(0).ask("SET", key, "old");
        loseOwners();
        cluster.client(FIRST).ask("SET", key, "apple");
        assertThat(cluster.client(FIRST).ask("DEL", key).asLong()).isEqualTo(1);
        assertThat(values(FIRST)).containsExactly("");
        assertThat(values(SECOND)).containsExactly("");
        handOver(FIRST, 0);
        assertThat(valuesOf(stored(0))).containsExactly("", "old");
        cluster.nodes.forEach(TestNode::trustAll);
        assertThat(cluster.client(0).ask("GET", key).isNil()).isTrue();
    }

    @Test
    void what_is_restored_in_place_of_all_there_is_needs_no_owner_and_what_has_ended_by_then_is_deleted() {
        String payload = "KVDUMP\1\0\3v51R{k1";
        cluster.client(0).ask("SET", key, "old");
        loseOwners();
        assertThat(cluster.client(FIRST).ask("RESTORE", key, "0", payload).asString())
                .startsWith("CLUSTERDOWN");
        assertThat(cluster.client(FIRST)
                        .ask("RESTORE", key, "0", payload, "REPLACE")
                        .asString())
                .isEqualTo("OK");
        assertThat(values(FIRST)).containsExactly("v51");
        assertThat(cluster.client(FIRST)
                        .ask("RESTORE", key, "1", payload, "ABSTTL", "REPLACE")
                        .asString())
                .isEqualTo("OK");
        assertThat(values(FIRST)).containsExactly("");
        assertThat(hintOrNull(FIRST, 0)).isNotNull();
    }

    @Test
    void a_fallback_that_keeps_nothing_of_a_key_deletes_it_and_never_says_that_there_was_none() {
        cluster.client(0).ask("SET", key, "old");
        String other = cluster.keyOf(cluster.partitionOf(key), 1);
        loseOwners();
        assertThat(cluster.client(SECOND).ask("UNLINK", key, other).asLong()).isEqualTo(2);
        assertThat(values(FIRST)).containsExactly("");
        handOver(FIRST, 0);
        cluster.nodes.forEach(TestNode::trustAll);
        assertThat(cluster.client(0).ask("GET", key).isNil()).isTrue();
    }

    @Test
    void a_write_under_a_context_supersedes_what_that_has_seen() {
        cluster.client(0).ask("SET", key, "old");
        String seen = cluster.client(0).ask("KV.GET", key).item(0).asString();
        loseOwners();
        RespReply first = cluster.client(FIRST).ask("KV.PUT", key, seen, "apple");
        RespReply second = cluster.client(FIRST).ask("KV.PUT", key, first.asString(), "pear");
        assertThat(second.isError()).isFalse();
        cluster.client(FIRST).ask("KV.PUT", key, "", "blind");
        handOver(FIRST, 0);
        assertThat(valuesOf(stored(0))).containsExactly("blind", "pear");
        cluster.client(FIRST).ask("KV.DEL", key, second.asString());
        handOver(FIRST, 0);
        assertThat(valuesOf(stored(0))).containsExactlyInAnyOrder("blind", "");
    }

    @Test
    void a_context_that_a_fallback_gave_supersedes_at_an_owner_that_has_not_heard_of_it() {
        loseOwners();
        String given = cluster.client(FIRST).ask("KV.PUT", key, "", "apple").asString();
        cluster.nodes.forEach(TestNode::trustAll);
        assertThat(cluster.client(0).patiently("KV.PUT", key, given, "pear").isError())
                .isFalse();
        handOver(FIRST, 0);
        handOver(SECOND, 1);
        assertThat(valuesOf(stored(0))).containsExactly("pear");
        assertThat(valuesOf(stored(1))).containsExactly("pear");
    }

    @Test
    void versions_go_on_under_one_actor_as_long_as_the_hint_is_kept() {
        loseOwners();
        for (int i = 0; i < 20; i++) {
            cluster.client(FIRST).ask("SET", key, "v" + i);
        }
        assertThat(vector(hint(FIRST, 0)).size()).isEqualTo(1);
    }

    @Test
    void what_was_handed_over_is_not_claimed_to_be_seen_by_what_comes_after() {
        loseOwners();
        cluster.client(FIRST).ask("SET", key, "apple");
        byte[] first = hint(FIRST, 0);
        handOver(FIRST, 0);
        Holders.dropHints(cluster);
        cluster.client(FIRST).ask("SET", key, "pear");
        assertThat(valuesOf(Merge.merge(hint(FIRST, 0), first, VersionObserver.NONE)))
                .containsExactly("pear", "apple");
    }

    @Test
    void an_old_hint_that_comes_back_does_not_bring_the_actor_back() {
        loseOwners();
        cluster.client(FIRST).ask("SET", key, "apple");
        byte[] old = hint(FIRST, 0);
        cluster.client(FIRST).ask("KV.PUT", key, "", "plum");
        byte[] both = hint(FIRST, 0);
        Holders.dropHints(cluster);
        keep(FIRST, 0, old);
        cluster.client(FIRST).ask("SET", key, "pear");
        assertThat(valuesOf(Merge.merge(hint(FIRST, 0), both, VersionObserver.NONE)))
                .containsExactly("pear", "plum");
    }

    private void loseOwners() {
        for (TestNode node : cluster.nodes) {
            for (int owner = 0; owner < 3; owner++) {
                if (node.index != owner) {
                    node.setHealthy(cluster.nodes.get(owner), false);
                    node.setReachable(cluster.nodes.get(owner), false);
                }
            }
        }
    }

    private byte[] stored(int node) {
        return Objects.requireNonNull(cluster.stored(node, key));
    }

    private byte[] hint(int node, int owner) {
        return Objects.requireNonNull(hintOrNull(node, owner));
    }

    private byte @Nullable [] hintOrNull(int node, int owner) {
        List<byte[]> found = new ArrayList<>();
        cluster.nodes
                .get(node)
                .hints
                .scan(
                        cluster.ids.get(owner).uuid(),
                        0,
                        1 << 20,
                        part -> found.addAll(Objects.requireNonNull(part).records()));
        return found.isEmpty() ? null : found.get(0);
    }

    private void keep(int node, int owner, byte[] record) {
        cluster.nodes.get(node).hints.put(cluster.ids.get(owner).uuid(), positionHigh(), record, outcome -> {
            assertThat(outcome.isHeld()).isTrue();
        });
    }

    private long positionHigh() {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return cluster.ring.partitioner().high(bytes, 0, bytes.length);
    }

    private void handOver(int node, int owner) {
        byte[] record = hint(node, owner);
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        cluster.nodes
                .get(owner)
                .engine
                .update(
                        cluster.partitionOf(key),
                        positionHigh(),
                        bytes,
                        0,
                        bytes.length,
                        (current, scope) ->
                                current == null ? record : Merge.merge(current, record, VersionObserver.NONE));
    }

    private List<String> values(int node) {
        List<String> all = new ArrayList<>();
        for (int owner = 0; owner < 3; owner++) {
            byte[] record = hintOrNull(node, owner);
            if (record != null) {
                return valuesOf(record);
            }
        }
        return all;
    }

    private static VersionVector vector(byte[] record) {
        return RecordBytes.context(record).vector();
    }

    /** Newest first; a tombstone is an empty one. */
    private static List<String> valuesOf(byte[] record) {
        List<String> values = new ArrayList<>();
        for (Sibling sibling : RecordBytes.siblings(record)) {
            byte[] value = sibling.value();
            values.add(value == null ? "" : new String(value, StandardCharsets.UTF_8));
        }
        return values;
    }
}

package io.kvorum.server.command.versioned;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.server.command.TestCluster;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.VersionVector;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reads and writes with versions promise, from the request to the replicas, on one node and on three. */
class VersionedCommandsTest {
    private final TestCluster cluster = new TestCluster(3, 3);
    private final TestCluster.Client client = cluster.client(0);

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void a_key_goes_from_absent_to_a_value_to_deleted_and_its_context_with_it(int nodes) {
        TestCluster.Client any = new TestCluster(nodes, 3).client(0);
        RespReply absent = any.ask("KV.GET", "k");
        assertThat(absent.item(0).isNil()).isTrue();
        assertThat(absent.item(1).items()).isEmpty();

        String written = any.ask("kv.put", "k", "", "apple").asString();
        assertThat(values(any, "k")).containsExactly("apple");
        assertThat(any.ask("GET", "k").asString()).isEqualTo("apple");

        String deleted = any.ask("KV.DEL", "k", written).asString();
        RespReply gone = any.ask("KV.GET", "k");
        assertThat(gone.item(0).isNil()).isFalse();
        assertThat(gone.item(1).items()).isEmpty();
        assertThat(any.ask("GET", "k").isNil()).isTrue();

        any.ask("KV.PUT", "k", deleted, "again");
        assertThat(values(any, "k")).containsExactly("again");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void of_two_writers_with_one_context_both_values_stay_until_a_third_has_seen_both(int nodes) {
        TestCluster some = new TestCluster(nodes, 3);
        TestCluster.Client one = some.client(0);
        TestCluster.Client other = some.client(nodes - 1);
        one.ask("KV.PUT", "cart", "", "empty");
        String seen = context(one, "cart");
        one.ask("KV.PUT", "cart", seen, "apple");
        some.pass(5);
        other.ask("KV.PUT", "cart", seen, "pear");

        RespReply both = one.ask("KV.GET", "cart");
        assertThat(both.items()).hasSize(2);
        assertThat(texts(both.item(1))).containsExactly("pear", "apple");
        assertThat(one.ask("GET", "cart").asString()).isEqualTo("pear");

        other.ask("KV.PUT", "cart", both.item(0).asString(), "apple and pear");
        assertThat(values(one, "cart")).containsExactly("apple and pear");
        assertThat(values(other, "cart")).containsExactly("apple and pear");
    }

    @Test
    void a_blind_write_is_a_sibling_of_all_that_is_there() {
        client.ask("SET", "k", "first");
        cluster.pass(5);
        client.ask("KV.PUT", "k", "", "second");
        cluster.pass(5);
        cluster.client(1).ask("KV.PUT", "k", "", "third");
        assertThat(values(client, "k")).containsExactly("third", "second", "first");
        client.ask("SET", "k", "plain");
        assertThat(values(client, "k")).containsExactly("plain");
    }

    @Test
    void equal_values_are_shown_once_under_a_context_that_covers_both() {
        client.ask("KV.PUT", "k", "", "same");
        client.ask("KV.PUT", "k", "", "same");
        RespReply read = client.ask("KV.GET", "k");
        assertThat(texts(read.item(1))).containsExactly("same");
        client.ask("KV.PUT", "k", read.item(0).asString(), "other");
        assertThat(values(client, "k")).containsExactly("other");
    }

    @Test
    void a_write_returns_what_it_was_given_and_its_own_dot_not_the_vector_of_the_record() {
        String mine = client.ask("KV.PUT", "k", "", "mine").asString();
        client.ask("KV.PUT", "k", "", "unseen");
        client.ask("KV.PUT", "k", mine, "mine, again");
        assertThat(values(client, "k")).containsExactlyInAnyOrder("mine, again", "unseen");
    }

    @Test
    void a_delete_leaves_the_values_it_has_not_seen() {
        String seen = client.ask("KV.PUT", "k", "", "seen").asString();
        client.ask("KV.PUT", "k", "", "unseen");
        client.ask("KV.DEL", "k", seen, "w", "3");
        assertThat(values(client, "k")).containsExactly("unseen");
    }

    @Test
    void a_context_with_a_dot_that_the_coordinator_does_not_know_makes_it_read_before_it_writes() {
        String key = cluster.keyOf(0);
        cluster.cutBoth(0, 1);
        cluster.cutBoth(0, 2);
        String elsewhere = cluster.client(1).ask("KV.PUT", key, "", "elsewhere").asString();
        assertThat(cluster.stored(0, key)).isNull();
        cluster.healAll();
        client.ask("KV.PUT", key, elsewhere, "here");
        assertThat(values(client, key)).containsExactly("here");
        assertThat(values(cluster.client(2), key)).containsExactly("here");
    }

    @Test
    void the_context_of_an_error_in_doubt_supersedes_the_attempt_when_it_is_repeated() {
        String key = cluster.keyOf(0);
        client.ask("KV.PUT", key, "", "before");
        String seen = context(client, key);
        cluster.cutBoth(0, 1);
        cluster.cutBoth(0, 2);
        assertThat(client.send("KV.PUT", key, seen, "attempt")).isNull();
        cluster.pass(1_010);
        String error = reply(client).asString();
        assertThat(error).startsWith("INDOUBT write reached 1 of 2 replicas").contains(" ctx=");
        String context = error.substring(error.indexOf(" ctx=") + 5);

        // Repeated at another node, while the attempt is on the first alone: it must not come back.
        assertThat(cluster.client(1)
                        .patiently("KV.PUT", key, context, "repeated")
                        .isError())
                .isFalse();
        assertThat(texts(cluster.client(2).patiently("KV.GET", key).item(1))).containsExactly("repeated");
        cluster.healAll();
        assertThat(texts(cluster.client(0).ask("KV.GET", key, "R", "3").item(1)))
                .containsExactly("repeated");
        assertThat(values(cluster.client(1), key)).containsExactly("repeated");
    }

    @Test
    void a_plain_set_in_doubt_returns_the_context_of_its_attempt_too() {
        String key = cluster.keyOf(0);
        cluster.cutBoth(0, 1);
        cluster.cutBoth(0, 2);
        assertThat(client.send("SET", key, "attempt")).isNull();
        cluster.pass(1_010);
        String error = reply(client).asString();
        assertThat(error).contains(" ctx=");
        cluster.healAll();
        client.ask("KV.PUT", key, error.substring(error.indexOf(" ctx=") + 5), "repeated");
        assertThat(values(client, key)).containsExactly("repeated");
    }

    @Test
    void a_context_that_is_wrong_is_refused_in_words_and_changes_nothing() {
        String ofA = client.ask("KV.PUT", "a", "", "1").asString();
        String broken = (ofA.charAt(20) == 'A' ? "B" : "A") + ofA.substring(21);
        assertBad(client.ask("KV.PUT", "b", ofA, "2"), "belongs to another key");
        assertBad(client.ask("KV.PUT", "a", "no context", "2"), "not one that a read or a write returned");
        assertBad(client.ask("KV.DEL", "a", ofA.substring(0, 20) + broken), "changed");
        assertThat(values(client, "a")).containsExactly("1");
        assertThat(client.ask("GET", "b").isNil()).isTrue();
    }

    @Test
    void a_context_from_the_future_is_refused_unless_some_replica_has_what_it_names() {
        byte[] key = "k".getBytes(StandardCharsets.UTF_8);
        long ahead = Stamp.ofMillis(cluster.nowMillis() + 5_000);
        Context forged = new Context(VersionVector.of(7, ahead), List.of(new Dot(8, ahead)));
        String text = new String(cluster.codec().encode(forged, key, 0, 1), StandardCharsets.US_ASCII);
        assertBad(client.ask("KV.PUT", "k", text, "v"), "1000 ms ahead");
        assertThat(client.ask("KV.GET", "k").item(0).isNil()).isTrue();
        cluster.pass(4_500);
        assertThat(client.ask("KV.PUT", "k", text, "v").isError()).isFalse();
    }

    @Test
    void options_come_in_any_order_and_case_and_wrong_ones_are_named() {
        assertThat(client.ask("KV.PUT", "k", "", "v", "strict", "px", "1500", "W", "3")
                        .isError())
                .isFalse();
        RespReply meta =
                client.ask("KV.GET", "k", "meta", "r", "3", "Strict").item(1).item(0);
        assertThat(meta.item(0).asString()).isEqualTo("v");
        assertThat(meta.item(1).asLong()).isZero();
        assertThat(meta.item(2).asLong()).isEqualTo(cluster.nowMillis() + 1_500);
        assertThat(meta.item(3).asLong()).isEqualTo(cluster.nowMillis());
        assertError(client.ask("KV.GET", "k", "R", "4"), "ERR R must be 0, which is the cluster's default, to 3");
        assertError(client.ask("KV.PUT", "k", "", "v", "W", "-1"), "ERR W must be 0");
        assertError(client.ask("KV.PUT", "k", "", "v", "DW", "x"), "ERR DW must be 0");
        assertError(client.ask("KV.GET", "k", "W", "1"), "ERR syntax error: KV.GET has the options R n, STRICT, META");
        assertError(client.ask("KV.GET", "k", "R"), "ERR syntax error: R needs a number");
        assertError(client.ask("KV.GET", "k", "R", "1", "R", "2"), "ERR syntax error: R stands there twice");
        assertError(
                client.ask("KV.PUT", "k", "", "v", "EX", "1", "PX", "1"), "ERR syntax error: a value has one expiry");
        assertError(client.ask("KV.PUT", "k", "", "v", "EX", "0"), "ERR invalid expire time in 'kv.put' command");
        assertError(client.ask("KV.DEL", "k", "", "EX", "1"), "ERR syntax error: KV.DEL has the options W n");
        assertError(client.ask("KV.PUT", "k", "", "v", "DW", "1"), "ERR DW asks for copies on disk");
        assertError(client.ask("KV.PUT", "k", ""), "ERR wrong number of arguments for 'kv.put' command");
    }

    @Test
    void an_expired_value_leaves_its_context_and_no_value() {
        client.ask("KV.PUT", "k", "", "v", "EX", "1");
        cluster.pass(1_005);
        RespReply read = client.ask("KV.GET", "k");
        assertThat(read.item(0).isNil()).isFalse();
        assertThat(read.item(1).items()).isEmpty();
    }

    @Test
    void many_keys_are_read_and_written_each_by_itself_and_answered_in_order() {
        RespReply written = client.ask("KV.MPUT", "a", "", "1", "b", "nonsense", "2", "c", "", "3");
        assertThat(written.items()).hasSize(3);
        assertBad(written.item(1), "not one that");
        String ofA = written.item(0).asString();
        RespReply read = client.ask("KV.MGET", "a", "b", "c");
        assertThat(texts(read.item(0).item(1))).containsExactly("1");
        assertThat(read.item(1).item(0).isNil()).isTrue();
        assertThat(texts(read.item(2).item(1))).containsExactly("3");
        client.ask("KV.MPUT", "a", ofA, "one");
        assertThat(values(client, "a")).containsExactly("one");
        assertError(client.ask("KV.MPUT", "a", "", "1", "b"), "ERR wrong number of arguments for 'kv.mput' command");
    }

    @Test
    void siblings_on_gives_get_the_shape_of_kv_get_also_for_one_value_and_for_none() {
        client.ask("SET", "k", "v");
        assertThat(client.ask("KV.SIBLINGS", "on").asString()).isEqualTo("OK");
        assertThat(client.ask("GET", "k")).hasToString(client.ask("KV.GET", "k").toString());
        assertThat(client.ask("GET", "none"))
                .hasToString(client.ask("KV.GET", "none").toString());
        client.ask("KV.SIBLINGS", "OFF");
        assertThat(client.ask("GET", "k").asString()).isEqualTo("v");
        assertError(client.ask("KV.SIBLINGS", "maybe"), "ERR KV.SIBLINGS is ON or OFF");
    }

    @Test
    void quorum_sets_what_the_connection_asks_for_and_shows_it() {
        assertThat(texts(client.ask("KV.QUORUM")))
                .containsExactly("n", "3", "r", "2", "w", "2", "dw", "0", "strict", "off");
        assertThat(client.ask("KV.QUORUM", "strict", "ON", "W", "1", "r", "3").asString())
                .isEqualTo("OK");
        assertThat(texts(client.ask("KV.QUORUM")))
                .containsExactly("n", "3", "r", "3", "w", "1", "dw", "0", "strict", "on");
        assertError(client.ask("KV.QUORUM", "R", "4"), "ERR R must be 0");
        assertError(client.ask("KV.QUORUM", "R"), "ERR syntax error: KV.QUORUM");
        assertError(client.ask("KV.QUORUM", "STRICT", "yes"), "ERR syntax error: KV.QUORUM");

        String key = cluster.keyOf(0);
        cluster.cutBoth(0, 1);
        cluster.cutBoth(0, 2);
        assertThat(client.ask("KV.PUT", key, "", "v").isError()).isFalse();
        assertThat(client.send("KV.PUT", key, "", "v", "W", "2")).isNull();
    }

    @Test
    void where_names_place_owners_and_fallbacks() {
        TestCluster five = new TestCluster(5, 3);
        String key = five.keyOf(4);
        TestCluster.Client any = five.client(2);
        any.ask("HELLO", "3");
        RespReply where = any.ask("KV.WHERE", key);
        assertThat(where.item(0).asString()).isEqualTo("position");
        assertThat(where.item(1).asString()).matches("[0-9a-f]{32}");
        assertThat(where.item(6).asString()).isEqualTo("owners");
        assertThat(where.item(7).items()).hasSize(3);
        assertThat(texts(where.item(7).item(0)))
                .containsExactly("node", "n4", "address", "127.0.0.1:6383", "state", "up", "copy", "settled");
        assertThat(where.item(9).items()).hasSize(2);
        assertError(any.ask("KV.WHERE", ""), "ERR a key must have 1 to 65536 bytes");
    }

    @Test
    void versions_shows_each_owners_own_copy_and_merges_nothing() {
        String key = cluster.keyOf(0);
        client.ask("KV.PUT", key, "", "everywhere", "W", "3");
        cluster.cutBoth(0, 1);
        cluster.cutBoth(0, 2);
        client.ask("KV.PUT", key, "", "here alone", "W", "1");
        cluster.healAll();
        byte[] stale = cluster.stored(1, key);
        List<RespReply> copies = cluster.client(1).ask("KV.VERSIONS", key).items();
        assertThat(copies).hasSize(3);
        assertThat(copies.get(0).item(1).asString()).isEqualTo("n0");
        assertThat(copies.get(0).item(3).asString()).isEqualTo("settled");
        assertThat(copies.get(0).item(11).items()).hasSize(2);
        assertThat(stale).isNotNull();
        if (stale != null) {
            assertThat(copies.get(1).item(5).asString()).isEqualTo(String.format("%016x", RecordBytes.hash(stale)));
        }
        assertThat(copies.get(1).item(5).asString())
                .isEqualTo(copies.get(2).item(5).asString());
        assertThat(cluster.stored(1, key)).isEqualTo(stale);

        cluster.cutBoth(0, 1);
        TestCluster.Client waiting = cluster.client(1);
        assertThat(waiting.send("KV.VERSIONS", key)).isNull();
        cluster.pass(510);
        assertThat(reply(waiting).item(0).item(3).asString()).isEqualTo("unreachable");
    }

    @Test
    void versions_shows_what_nodes_keep_for_others_the_asked_one_included() {
        TestCluster five = new TestCluster(5, 3);
        String key = five.keyOf(0); // owners 0, 1 and 2
        five.cutBoth(0, 1);
        five.cutBoth(0, 2);
        TestCluster.Client writer = five.client(0);
        assertThat(writer.send("KV.PUT", key, "", "kept", "W", "3")).isNull();
        five.pass(505);
        assertThat(reply(writer).isError()).isFalse();
        five.healAll();
        for (int node = 0; node < 5; node++) {
            List<RespReply> copies = five.client(node).ask("KV.VERSIONS", key).items();
            assertThat(copies)
                    .extracting(
                            copy -> copy.item(1).asString() + ' ' + copy.item(3).asString())
                    .as("asked at %d", node)
                    .containsExactly("n0 settled", "n1 settled", "n2 settled", "n3 hint", "n4 hint");
        }
    }

    /** Writers that read, think and write with what they read: nothing anybody wrote unseen is ever lost. */
    @Test
    void no_value_is_lost_that_no_writer_has_seen() {
        for (int seed = 0; seed < 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TestCluster some = new TestCluster(3, 3);
            TreeSet<String> expected = new TreeSet<>();
            String[] contexts = {"", "", ""};
            List<TreeSet<String>> seen = List.of(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
            for (int step = 0; step < 40; step++) {
                int writer = random.nextInt(3);
                TestCluster.Client at = some.client(random.nextInt(3));
                if (random.nextInt(3) == 0) {
                    RespReply read = at.ask("KV.GET", "k");
                    contexts[writer] = read.item(0).asString();
                    seen.get(writer).clear();
                    seen.get(writer).addAll(texts(read.item(1)));
                } else {
                    String value = "v" + step;
                    contexts[writer] =
                            at.ask("KV.PUT", "k", contexts[writer], value).asString();
                    expected.removeAll(seen.get(writer));
                    expected.add(value);
                    seen.get(writer).add(value);
                }
                some.pass(5);
                assertThat(new TreeSet<>(values(at, "k")))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(expected);
            }
        }
    }

    private static RespReply reply(TestCluster.Client client) {
        RespReply reply = client.reply();
        if (reply == null) {
            throw new AssertionError("no reply yet");
        }
        return reply;
    }

    private static String context(TestCluster.Client client, String key) {
        return client.ask("KV.GET", key).item(0).asString();
    }

    private static List<String> values(TestCluster.Client client, String key) {
        return texts(client.ask("KV.GET", key).item(1));
    }

    private static List<String> texts(RespReply reply) {
        return reply.items().stream().map(RespReply::asString).toList();
    }

    private static void assertBad(RespReply reply, String part) {
        assertThat(reply.isError("BADCONTEXT")).as(reply.toString()).isTrue();
        assertThat(reply.asString()).contains(part).contains("KV.GET");
    }

    private static void assertError(RespReply reply, String start) {
        assertThat(reply.isError()).as(reply.toString()).isTrue();
        assertThat(reply.asString()).startsWith(start);
    }
}

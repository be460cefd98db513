package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.VersionVector;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What KV.SESSION promises (docs/sessions.md): where the node answers alone, as an owner, and where requests are passed on. */
final class SessionTest {
    private final TestCluster cluster = new TestCluster(5, 3);
    private final TestCluster.Client plain = cluster.client(0);

    private static TestCluster.Client session(TestCluster of, int node) {
        TestCluster.Client client = of.client(node);
        assertThat(client.ask("KV.SESSION", "ON").asString()).isEqualTo("OK");
        return client;
    }

    /** All values of a key, newest first; time has passed, so that the next is newer by every clock. */
    private static List<String> values(TestCluster of, String key) {
        of.pass(5);
        return of.client(0).ask("KV.GET", key, "R", "3").item(1).items().stream()
                .map(RespReply::asString)
                .toList();
    }

    private List<String> values(String key) {
        return values(cluster, key);
    }

    @ParameterizedTest
    @CsvSource({"1,0", "3,0", "5,0", "5,1", "5,2", "5,3", "5,4"})
    void a_write_supersedes_the_value_that_was_shown_and_none_that_came_since(int nodes, int node) {
        TestCluster some = new TestCluster(nodes, 3);
        TestCluster.Client one = session(some, node);
        some.client(0).ask("SET", "k", "first");
        assertThat(one.ask("GET", "k").asString()).isEqualTo("first");
        one.ask("SET", "k", "second");
        assertThat(values(some, "k")).containsExactly("second");

        some.client(0).ask("SET", "k", "elsewhere");
        some.pass(5);
        one.ask("SET", "k", "third");
        assertThat(values(some, "k")).containsExactly("third", "elsewhere");
        // What it wrote itself it has seen, and supersedes.
        one.ask("SET", "k", "fourth");
        assertThat(values(some, "k")).containsExactly("fourth", "elsewhere");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void a_plain_get_of_siblings_covers_the_one_it_shows_and_kv_get_all(int node) {
        plain.ask("KV.PUT", "k", "", "hidden");
        cluster.pass(5);
        plain.ask("KV.PUT", "k", "", "shown");
        TestCluster.Client one = session(cluster, node);
        assertThat(one.ask("GET", "k").asString()).isEqualTo("shown");
        one.ask("SET", "k", "new");
        assertThat(values("k")).containsExactly("new", "hidden");
        one.ask("KV.GET", "k");
        one.ask("SET", "k", "one");
        assertThat(values("k")).containsExactly("one");
    }

    @Test
    void get_with_siblings_on_covers_all_that_it_shows() {
        plain.ask("KV.PUT", "k", "", "a");
        cluster.pass(5);
        plain.ask("KV.PUT", "k", "", "b");
        TestCluster.Client one = session(cluster, 1);
        one.ask("KV.SIBLINGS", "ON");
        one.ask("GET", "k");
        one.ask("SET", "k", "one");
        assertThat(values("k")).containsExactly("one");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void of_two_sessions_that_were_shown_the_same_both_values_stay_until_one_was_shown_both(int node) {
        plain.ask("SET", "k", "old");
        TestCluster.Client one = session(cluster, node);
        TestCluster.Client other = session(cluster, node + 1);
        one.ask("GET", "k");
        other.ask("GET", "k");
        one.ask("SET", "k", "of one");
        cluster.pass(5);
        other.ask("SET", "k", "of other");
        assertThat(values("k")).containsExactly("of other", "of one");
        one.ask("GET", "k");
        one.ask("SET", "k", "of both");
        assertThat(values("k")).containsExactly("of both");
    }

    @Test
    void who_was_shown_that_there_is_no_value_supersedes_none() {
        TestCluster.Client one = session(cluster, 2);
        assertThat(one.ask("GET", "k").isNil()).isTrue();
        plain.ask("SET", "k", "meanwhile");
        cluster.pass(5);
        one.ask("SET", "k", "mine");
        assertThat(values("k")).containsExactly("mine", "meanwhile");
    }

    @Test
    void a_key_that_was_never_shown_is_written_as_without_a_session() {
        plain.ask("SET", "k", "there");
        session(cluster, 1).ask("SET", "k", "over it");
        assertThat(values("k")).containsExactly("over it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GETSET k new",
                "SET k new GET",
                "SET k new IFEQ since",
                "SET k new IFDEQ DIGEST",
                "APPEND k new",
                "SETRANGE k 0 new"
            })
    void what_shows_or_names_or_takes_in_the_value_it_replaces_supersedes_that_too(String line) {
        TestCluster.Client one = shownFirstOfTwo();
        String digest = plain.ask("DIGEST", "k").asString();
        one.ask(line.replace("DIGEST", digest).split(" "));
        assertThat(values("k")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SET k new", "SET k new XX", "SET k new KEEPTTL", "SET k new IFNE x", "SETEX k 100 new"})
    void what_shows_nothing_leaves_what_came_since(String line) {
        TestCluster.Client one = shownFirstOfTwo();
        assertThat(one.ask(line.split(" ")).asString()).isEqualTo("OK");
        assertThat(values("k")).containsExactly("new", "since");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEL k", "UNLINK k", "DELEX k", "DELEX k IFNE x", "EXPIRE k -1"})
    void a_delete_hides_what_it_was_not_shown_and_loses_it_not(String line) {
        TestCluster.Client one = shownFirstOfTwo();
        assertThat(one.ask(line.split(" ")).asLong()).isEqualTo(1);
        assertThat(plain.ask("GET", "k").isNil()).isTrue();
        assertThat(values("k")).containsExactly("since");
        assertThat(one.ask(line.split(" ")).asLong()).isZero();
        one.ask("KV.GET", "k");
        one.ask("DEL", "k");
        assertThat(values("k")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GETDEL k", "DELEX k IFEQ since", "GETEX k PXAT 1"})
    void a_delete_that_shows_or_names_the_value_deletes_it(String line) {
        TestCluster.Client one = shownFirstOfTwo();
        one.ask(line.split(" "));
        assertThat(values("k")).isEmpty();
    }

    /** A session at a node that owns no copy, shown a value that was replaced since. */
    private TestCluster.Client shownFirstOfTwo() {
        TestCluster.Client one = session(cluster, 4);
        plain.ask("SET", "k", "first");
        one.ask("GET", "k");
        plain.ask("SET", "k", "since");
        cluster.pass(5);
        return one;
    }

    @ParameterizedTest
    @ValueSource(strings = {"STRLEN k", "GETRANGE k 0 -1", "EXISTS k", "TTL k", "DIGEST k", "TYPE k"})
    void what_tells_less_than_the_value_is_no_reading_of_it(String line) {
        TestCluster.Client one = shownFirstOfTwo();
        one.ask(line.split(" "));
        one.ask("SET", "k", "new");
        assertThat(values("k")).containsExactly("new", "since");
    }

    @Test
    void commands_on_many_keys_remember_each() {
        plain.ask("MSET", "a", "1", "b", "1", "c", "1");
        TestCluster.Client one = session(cluster, 3);
        one.ask("MGET", "a", "b", "none");
        plain.ask("MSET", "a", "2", "c", "2", "none", "2");
        cluster.pass(5);
        one.ask("MSET", "a", "3", "b", "3", "c", "3", "none", "3");
        assertThat(values("a")).containsExactly("3", "2");
        assertThat(values("b")).containsExactly("3");
        assertThat(values("c")).containsExactly("3");
        assertThat(values("none")).containsExactly("3", "2");
    }

    @Test
    void values_behind_an_error_were_not_shown() {
        String readable = cluster.keyOf(0);
        String other = cluster.keyOf(3);
        TestCluster.Client one = session(cluster, 0);
        plain.ask("SET", readable, "first");
        one.ask("GET", readable);
        plain.ask("SET", readable, "since");
        cluster.cutBoth(0, 3);
        cluster.cutBoth(0, 4);
        assertThat(one.patiently("MGET", readable, other).isError("TRYAGAIN")).isTrue();
        cluster.healAll();
        cluster.pass(5);
        one.ask("SET", readable, "new");
        assertThat(values(readable)).containsExactly("new", "since");
        plain.ask("SET", readable, "again");
        cluster.pass(5);
        one.ask("MGET", readable, readable);
        one.ask("SET", readable, "newer");
        assertThat(values(readable)).containsExactly("newer");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4})
    void kv_put_is_remembered_beside_what_was_shown_before(int node) {
        plain.ask("SET", "k", "shown");
        TestCluster.Client one = session(cluster, node);
        one.ask("GET", "k");
        one.ask("KV.PUT", "k", "", "beside it");
        assertThat(values("k")).containsExactly("beside it", "shown");
        one.ask("SET", "k", "new");
        assertThat(values("k")).containsExactly("new");
    }

    @ParameterizedTest
    @CsvSource({"0,GET k", "4,GET k", "0,MGET k", "4,MGET k"})
    void a_value_whose_reply_is_not_sent_was_not_shown(int node, String line) {
        TestCluster.Client one = session(cluster, node);
        plain.ask("SET", "k", "first");
        one.ask("GET", "k");
        plain.ask("SET", "k", "since");
        cluster.pass(5);
        one.session.setReplyMode(Session.ReplyMode.SKIP);
        assertThat(one.send(line.split(" "))).isNull();
        one.ask("SET", "k", "new");
        assertThat(values("k")).containsExactly("new", "since");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RENAME from k", "COPY from k REPLACE", "BITOP OR k from"})
    void commands_of_several_steps_write_as_others_do_and_read_for_themselves(String line) {
        TestCluster.Client one = shownFirstOfTwo();
        one.ask("SET", "from", "moved");
        plain.ask("SET", "from", "moved too");
        cluster.pass(5);
        one.ask(line.split(" "));
        assertThat(values("k")).containsExactly("moved too", "since");
        one.ask("SET", "k", "new");
        assertThat(values("k")).containsExactly("new", "since");
        one.ask("SET", "from", "new");
        assertThat(values("from")).startsWith("new").contains("moved too");
    }

    @Test
    void a_write_in_doubt_is_superseded_by_its_repetition() {
        TestCluster three = new TestCluster(3, 3);
        TestCluster.Client one = session(three, 0);
        one.ask("GET", "k");
        three.cutBoth(0, 1);
        three.cutBoth(0, 2);
        assertThat(one.send("SET", "k", "tried")).isNull();
        three.pass(1_100);
        assertThat(one.reply()).isNotNull().matches(reply -> reply.isError("INDOUBT"));
        three.healAll();
        three.pass(5);
        one.patiently("SET", "k", "again");
        assertThat(values(three, "k")).containsExactly("again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"KV.SESSION OFF", "RESET"})
    void off_and_reset_end_it(String line) {
        TestCluster.Client one = shownFirstOfTwo();
        one.ask(line.split(" "));
        assertThat(one.ask("KV.SESSION").item(1).asString()).isEqualTo("off");
        one.ask("SET", "k", "new");
        assertThat(values("k")).containsExactly("new");
    }

    @Test
    void it_tells_what_it_remembers_and_redis_lines_stay_as_they_are_without_it() {
        CommandBench.Client client = CommandBench.alone().client();
        assertThat(client.run("client", "info")).doesNotContain("session");
        assertThat(client.run("kv.session")).startsWith("*12\r\n$7\r\nsession\r\n$3\r\noff\r\n$4\r\nkeys\r\n:0\r\n");
        assertThat(client.run("kv.session", "on")).isEqualTo("+OK\r\n");
        client.run("set", "k", "v");
        client.run("get", "other");
        assertThat(client.run("kv.session")).startsWith("*12\r\n$7\r\nsession\r\n$2\r\non\r\n$4\r\nkeys\r\n:2\r\n");
        assertThat(client.run("client", "info")).contains(" session-keys=2 session-mem=");
        assertThat(client.run("kv.session", "on")).isEqualTo("+OK\r\n");
        assertThat(client.run("kv.session")).contains("\r\n$4\r\nkeys\r\n:2\r\n");
        assertThat(client.run("kv.session", "maybe"))
                .isEqualTo("-ERR KV.SESSION is ON or OFF, or without arguments to see which\r\n");
        assertThat(client.run("kv.session", "on", "off"))
                .isEqualTo("-ERR wrong number of arguments for 'kv.session' command\r\n");
    }

    @Test
    void a_door_may_begin_every_connection_with_one_and_reset_begins_it_anew() {
        CommandBench bench = CommandBench.alone();
        Session session = new Session(1, "a", "b", true, 0, new SessionLimits(true, 10, 10_000));
        session.rememberIfFromStart(CommandRecorder.NONE);
        CommandBench.Client client = bench.new Client(session);
        client.run("get", "k");
        assertThat(client.run("client", "info")).contains(" session-keys=1 ");
        client.run("reset");
        assertThat(client.run("client", "info")).contains(" session-keys=0 session-mem=0");
    }

    @Test
    void the_keys_used_longest_ago_are_forgotten_and_counted_and_written_plainly() {
        int[] counted = new int[1];
        SessionMemory memory = new SessionMemory(new SessionLimits(false, 2, 10_000), counting(counted));
        memory.note(bytes("a"), null, seen(1));
        memory.note(bytes("b"), null, seen(2));
        assertThat(memory.of(bytes("a"), 0, 1)).isEqualTo(seen(1));
        memory.note(bytes("c"), null, seen(3));
        assertThat(memory.of(bytes("b"), 0, 1)).isNull();
        assertThat(memory.of(bytes("xax"), 1, 1)).isEqualTo(seen(1));
        assertThat(memory.keys()).isEqualTo(2);
        assertThat(memory.forgotten()).isEqualTo(1);
        assertThat(counted[0]).isEqualTo(1);
    }

    @Test
    void what_it_takes_is_bounded_in_bytes_whatever_the_keys() {
        SessionMemory memory = new SessionMemory(new SessionLimits(false, 1_000, 4_096), CommandRecorder.NONE);
        for (int i = 0; i < 100; i++) {
            memory.note(bytes("k".repeat(i) + i), null, seen(i + 1));
            assertThat(memory.bytes()).isBetween(0L, 4_096L);
        }
        assertThat(memory.keys()).isBetween(5, 20);
        memory.note(new byte[5_000], null, seen(1));
        assertThat(memory.keys()).isZero();
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void of_two_requests_at_once_on_a_key_both_are_remembered() {
        SessionMemory memory = new SessionMemory(SessionLimits.DEFAULTS, CommandRecorder.NONE);
        Context given = seen(1);
        memory.note(bytes("k"), null, given);
        memory.note(bytes("k"), given, seen(2));
        memory.note(bytes("k"), given, seen(3));
        assertThat(memory.of(bytes("k"), 0, 1))
                .isEqualTo(new Context(VersionVector.EMPTY, List.of(new Dot(9, 2), new Dot(9, 3))));
    }

    private static CommandRecorder counting(int[] counted) {
        return new CommandRecorder() {
            @Override
            public void record(int command, long nanos, boolean failed) {}

            @Override
            public void rejected(int command) {}

            @Override
            public void unknown(String name) {}

            @Override
            public void forgot() {
                counted[0]++;
            }
        };
    }

    private static Context seen(long stamp) {
        return new Context(VersionVector.EMPTY, List.of(new Dot(9, stamp)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

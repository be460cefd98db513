package io.kvorum.server.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Partitioner;
import io.kvorum.server.command.keyspace.KeyspaceCommands;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.ForwardAnswer;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.version.StampClock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Commands of several steps, of keys that are elsewhere: each step is answered by the test. */
class StepsTest {
    private static final String READ = "*3\r\n$1\r\nP\r\n:77\r\n$16\r\n0123456789abcdef\r\n";
    private static final String OK = "+OK\r\n";
    private static final String DOWN = "-CLUSTERDOWN no\r\n";
    private static final String IN_DOUBT = "-INDOUBT maybe ctx=x\r\n";
    private static final String BUSY = "-BUSYKEY Target key name already exists.\r\n";

    private final CommandBench bench = CommandBench.with(4, 1, StepsTest::more);
    private final CommandBench.Client client = bench.client();
    private final String from = bench.keyOf(1);
    private final String to = bench.keyOf(2);

    static List<Command> more(List<Command> known) {
        StampClock stamps = new StampClock(() -> 1, 1_000);
        return KeyspaceCommands.commands(
                known,
                new MemoryEngine(8, 0, Partitioner.SLOTS::high, stamps, new SplittableRandom(1)),
                (done, failed) -> failed.accept("ERR nobody flushes here"),
                new SplittableRandom(1));
    }

    /** Runs a command whose steps get these replies; returns its own. */
    private String run(String command, String... replies) {
        client.run(command.split(" ", -1));
        for (String reply : replies) {
            assertThat(bench.sent).as("steps of %s", command).hasSizeGreaterThan(bench.answered);
            CommandBench.Sent sent = bench.sent.get(bench.answered++);
            sent.handler().onReply(sent.peer(), new ForwardAnswer(true, reply.getBytes(ISO_8859_1), null));
        }
        assertThat(bench.sent).as("steps of %s", command).hasSize(bench.answered);
        return client.takeReplies();
    }

    private List<String> steps() {
        return bench.sent.stream().map(StepsTest::words).toList();
    }

    private static String words(CommandBench.Sent sent) {
        return String.join(
                " ",
                ((Forward) sent.message())
                        .arguments().stream()
                                .map(argument -> new String(argument, ISO_8859_1))
                                .toList());
    }

    @Test
    void a_value_is_copied_first_and_deleted_after_and_only_as_it_was_read() {
        assertThat(run("RENAME " + from + " " + to, READ, OK, ":1\r\n")).isEqualTo(OK);
        assertThat(steps())
                .containsExactly(
                        "KV.DUMP " + from,
                        "RESTORE " + to + " 77 P ABSTTL REPLACE",
                        "KV.DELIF " + from + " 0123456789abcdef");
        assertThat(bench.sent).extracting(CommandBench.Sent::peer).containsExactly(1, 2, 1);
    }

    @Test
    void wait_tells_of_its_writes_no_more_than_that_their_quorums_were_met() {
        CommandBench three = CommandBench.with(8, 3, StepsTest::more);
        CommandBench.Client other = three.client();
        other.run("RENAME", three.keyOf(1), three.keyOf(2));
        for (String reply : List.of(READ, OK, ":1\r\n")) {
            CommandBench.Sent sent = three.sent.get(three.answered++);
            sent.handler().onReply(sent.peer(), new ForwardAnswer(true, reply.getBytes(ISO_8859_1), null));
        }
        assertThat(other.takeReplies()).isEqualTo(OK);
        assertThat(other.run("WAIT", "2", "0")).isEqualTo(":1\r\n");
    }

    @Test
    void what_was_written_to_meanwhile_is_moved_again() {
        String read2 = READ.replace("P", "Q").replace(":77", ":0").replace("0123", "4567");
        assertThat(run("RENAME " + from + " " + to, READ, OK, ":0\r\n", read2, OK, ":1\r\n"))
                .isEqualTo(OK);
        assertThat(steps().subList(4, 6))
                .containsExactly("RESTORE " + to + " 0 Q ABSTTL REPLACE", "KV.DELIF " + from + " 4567456789abcdef");
    }

    @Test
    void of_two_who_rename_a_key_at_once_no_two_are_told_that_they_did() {
        assertThat(run("RENAME " + from + " " + to, READ, OK, ":0\r\n", "$-1\r\n"))
                .isEqualTo("-INDOUBT the value is copied to the new key; it was deleted or renamed at the old one by"
                        + " somebody else meanwhile\r\n");
    }

    @Test
    void what_is_written_to_all_the_time_stays_and_the_reply_says_so() {
        List<String> replies = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            replies.addAll(List.of(READ, OK, ":0\r\n"));
        }
        assertThat(run("RENAME " + from + " " + to, replies.toArray(new String[0])))
                .startsWith(
                        "-INDOUBT the value was copied to the new key, and was written to at the old one meanwhile");
        assertThat(run("RENAMENX " + from + " " + to, READ, OK, ":0\r\n")).contains("both are there");
    }

    @Test
    void where_nothing_was_written_a_rename_fails_as_its_step_did() {
        assertThat(run("RENAME " + from + " " + to, "-TRYAGAIN slow\r\n")).isEqualTo("-TRYAGAIN slow\r\n");
        assertThat(run("RENAME " + from + " " + to, READ, DOWN)).isEqualTo(DOWN);
        assertThat(run("RENAME " + from + " " + to, "$-1\r\n")).isEqualTo("-ERR no such key\r\n");
        assertThat(run("RENAMENX " + from + " " + to, READ, BUSY)).isEqualTo(":0\r\n");
        assertThat(run("RENAMENX " + from + " " + to, READ, OK, ":1\r\n")).isEqualTo(":1\r\n");
        assertThat(bench.sent.stream().map(StepsTest::words).filter(words -> words.startsWith("KV.DELIF")))
                .hasSize(1);
    }

    @Test
    void a_rename_that_may_have_come_half_way_is_in_doubt_and_says_where_the_value_is() {
        assertThat(run("RENAME " + from + " " + to, READ, IN_DOUBT))
                .isEqualTo("-INDOUBT the value is still at the old key, and may be at the new one, too: INDOUBT maybe"
                        + " ctx=x\r\n");
        for (String end : List.of(DOWN, IN_DOUBT)) {
            assertThat(run("RENAME " + from + " " + to, READ, OK, end))
                    .startsWith("-INDOUBT the value is copied to the new key, and may still be at the old one: ");
            assertThat(run("RENAME " + from + " " + to, READ, OK, ":0\r\n", end))
                    .startsWith("-INDOUBT the value is copied to the new key, and has changed at the old one since");
            assertThat(run("RENAME " + from + " " + to, READ, OK, ":0\r\n", READ, end))
                    .startsWith("-INDOUBT the value is copied to the new key, and has changed at the old one since");
        }
    }

    @Test
    void a_step_that_nobody_answers_ends_in_doubt_once_something_was_written() {
        client.run("RENAME", from, to);
        answer(READ);
        answer(OK);
        bench.pass(2_000);
        assertThat(client.takeReplies())
                .startsWith("-INDOUBT the value is copied to the new key, and may still be at the old one: INDOUBT the"
                        + " write was passed to n1");
    }

    @Test
    void a_copy_deletes_nothing_and_writes_over_nothing_unless_it_is_told_to() {
        assertThat(run("COPY " + from + " " + to, READ, OK)).isEqualTo(":1\r\n");
        assertThat(run("COPY " + from + " " + to, READ, BUSY)).isEqualTo(":0\r\n");
        assertThat(run("COPY " + from + " " + to + " REPLACE", READ, IN_DOUBT)).isEqualTo(IN_DOUBT);
        assertThat(run("COPY " + from + " " + to, "$-1\r\n")).isEqualTo(":0\r\n");
        assertThat(steps())
                .containsExactly(
                        "KV.DUMP " + from,
                        "RESTORE " + to + " 77 P ABSTTL",
                        "KV.DUMP " + from,
                        "RESTORE " + to + " 77 P ABSTTL",
                        "KV.DUMP " + from,
                        "RESTORE " + to + " 77 P ABSTTL REPLACE",
                        "KV.DUMP " + from);
    }

    @Test
    void nothing_is_set_if_one_of_the_keys_is_there_or_cannot_be_looked_for() {
        String command = "MSETNX " + from + " 1 " + to + " 2";
        assertThat(run(command, ":0\r\n", ":1\r\n")).isEqualTo(":0\r\n");
        assertThat(run(command, ":0\r\n", DOWN))
                .isEqualTo("-CLUSTERDOWN 1 of 2 keys failed; the first: CLUSTERDOWN no\r\n");
        assertThat(steps()).allMatch(step -> step.startsWith("EXISTS "));
    }

    @Test
    void keys_are_set_only_where_none_has_come_to_be_and_a_part_of_them_is_in_doubt() {
        String command = "MSETNX " + from + " 1 " + to + " 2";
        String no = ":0\r\n";
        assertThat(run(command, no, no, ":1\r\n", ":1\r\n")).isEqualTo(":1\r\n");
        assertThat(steps().subList(2, 4)).containsExactly("SETNX " + to + " 2", "SETNX " + from + " 1");
        assertThat(run(command, no, no, ":0\r\n", ":0\r\n")).isEqualTo(":0\r\n");
        assertThat(run(command, no, no, DOWN, DOWN)).isEqualTo(DOWN);
        assertThat(run(command, no, no, DOWN, ":0\r\n")).isEqualTo(DOWN);
        assertThat(run(command, no, no, ":0\r\n", ":1\r\n"))
                .isEqualTo("-INDOUBT 1 of 2 keys were set, 1 had come to be there meanwhile, 0 failed\r\n");
        assertThat(run(command, no, no, IN_DOUBT, ":0\r\n"))
                .isEqualTo(
                        "-INDOUBT 0 of 2 keys were set, 1 had come to be there meanwhile, 1 failed; the first: INDOUBT"
                                + " maybe ctx=x\r\n");
    }

    @Test
    void bits_of_values_from_elsewhere_are_joined_and_a_failed_read_writes_nothing() {
        String command = "BITOP OR " + to + " " + from + " " + to;
        assertThat(run(command, "$1\r\n\1\r\n", "$2\r\n\2\3\r\n", OK)).isEqualTo(":2\r\n");
        assertThat(run(command, "$1\r\n\1\r\n", DOWN)).isEqualTo(DOWN);
        assertThat(run(command, "$-1\r\n", "$-1\r\n", ":0\r\n")).isEqualTo(":0\r\n");
        assertThat(run(command, "$1\r\n\1\r\n", "$-1\r\n", IN_DOUBT)).isEqualTo(IN_DOUBT);
        assertThat(steps().get(2)).isEqualTo("SET " + to + " \3\3");
        assertThat(steps().get(7)).isEqualTo("DEL " + to);
    }

    @Test
    void other_requests_of_the_client_wait_for_the_whole() {
        client.run("RENAME", from, to);
        assertThat(client.run("PING")).isEmpty();
        answer(READ);
        answer(OK);
        assertThat(client.takeReplies()).isEmpty();
        answer(":1\r\n");
        assertThat(client.takeReplies()).isEqualTo("+OK\r\n+PONG\r\n");
    }

    @Test
    void a_question_about_a_value_waits_for_the_write_before_it() {
        client.run("SET", from, "1");
        assertThat(mustWait("OBJECT", "ENCODING", from)).isTrue();
        assertThat(mustWait("OBJECT", "HELP")).isFalse();
        assertThat(mustWait("MEMORY", "USAGE", from)).isTrue();
    }

    @Test
    void a_reply_that_is_not_what_was_asked_for_is_a_bug_and_not_a_client_that_waits_for_ever() {
        assertThat(run("RENAME " + from + " " + to, ":5\r\n"))
                .isEqualTo("-INDOUBT internal error; the node's log says more\r\n");
    }

    @Test
    void values_move_between_nodes_with_end_and_number_and_leave_nothing() {
        TestCluster cluster = new TestCluster(5, 3);
        for (int node = 0; node < 5; node += 2) {
            TestCluster.Client one = cluster.client(node);
            String source = cluster.keyOf(0, node);
            String target = cluster.keyOf(3, node);
            one.patiently("SET", source, "value", "EX", "100");
            assertThat(one.patiently("RENAME", source, target).toString()).contains("OK");
            assertThat(one.patiently("GET", target).toString()).contains("value");
            assertThat(one.patiently("TTL", target).toString()).contains("100");
            assertThat(one.patiently("EXISTS", source).toString()).contains("0");
            one.patiently("INCRBY", source, "41");
            one.patiently("COPY", source, target, "REPLACE");
            assertThat(one.patiently("INCR", target).toString()).contains("42");
            assertThat(one.patiently("TTL", target).toString()).contains("-1");
        }
    }

    private void answer(String reply) {
        CommandBench.Sent sent = bench.sent.get(bench.answered++);
        sent.handler().onReply(sent.peer(), new ForwardAnswer(true, reply.getBytes(ISO_8859_1), null));
    }

    /** Whether a request of the client would have to wait. */
    private boolean mustWait(String... words) {
        List<byte[]> bytes = new ArrayList<>();
        for (String word : words) {
            bytes.add(word.getBytes(ISO_8859_1));
        }
        return client.replies.mustWait(bench.loop.dispatcher().placeOf(Requests.of(bytes)));
    }
}

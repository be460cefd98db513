package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.config.Secret;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.ForwardAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Passing commands on: every point at which a node or a message may fail, and the class of error that follows. */
class ForwardTest {
    private static final String OK = "+OK\r\n";

    /** Stands for KV.PUT and KV.DEL: it carries a context. */
    private static final Command REPEATABLE = Command.named("put")
            .arity(4)
            .keyAt(1)
            .flags(CommandFlag.WRITE, CommandFlag.REPEATABLE)
            .routed(Route.WRITE)
            .handledBy(call -> call.out().ok());

    // Two owners of each key; this node is neither of keys of peer 1 (owners 1, 2).
    private final CommandBench bench = new CommandBench(4, 2, Secret.NONE, List.of(REPEATABLE), Runnable::run);
    private final CommandBench.Client client = bench.client();
    private final String key = bench.keyOf(1);

    @Test
    void a_read_is_passed_to_the_first_owner_and_its_reply_is_the_clients() {
        assertThat(client.run("get", key)).isEmpty();
        CommandBench.Sent sent = last();
        assertThat(sent.peer()).isEqualTo(1);
        assertThat(arguments(sent)).containsExactly("GET", key);
        answer(true, "$1\r\nv\r\n");
        assertThat(client.takeReplies()).isEqualTo("$1\r\nv\r\n");
    }

    @Test
    void session_options_and_protocol_travel_with_the_command() {
        client.session.setProtocol(3);
        client.session.setSiblings(true);
        client.session.setOptions(new RequestOptions(2, 1, 0, true));
        client.run("get", key);
        Forward forward = (Forward) last().message();
        assertThat(List.of(forward.protocol(), forward.r(), forward.w(), forward.dw()))
                .containsExactly(3, 2, 1, 0);
        assertThat(forward.siblings()).isTrue();
        assertThat(forward.strict()).isTrue();
    }

    @Test
    void the_other_node_is_given_less_time_than_the_client_waits() {
        client.run("get", key);
        assertThat(last().deadlineNanos())
                .isGreaterThan(bench.nowNanos())
                .isLessThan(bench.nowNanos() + 500 * CommandBench.MILLI);
    }

    @Test
    void what_was_never_sent_is_tried_elsewhere() {
        bench.reachable[1] = false;
        client.run("set", key, "v");
        assertThat(last().peer()).isEqualTo(2);
        answer(true, OK);
        assertThat(client.takeReplies()).isEqualTo(OK);
    }

    @Test
    void an_owner_that_may_not_coordinate_leaves_it_to_the_next() {
        client.run("set", key, "v");
        answer(false, "");
        assertThat(last().peer()).isEqualTo(2);
        answer(false, "");
        assertThat(client.takeReplies())
                .isEqualTo("-CLUSTERDOWN need 2 of 2 replicas for writes, 2 reachable but none of them can"
                        + " coordinate now\r\n");
    }

    @Test
    void an_owner_that_sees_too_few_others_leaves_it_to_the_next() {
        String down = "-CLUSTERDOWN need 2 of 2 replicas for writes, 1 reachable\r\n";
        for (String[] command : List.of(new String[] {"set", key, "v"}, new String[] {"set", key, "v", "NX"})) {
            client.run(command);
            answer(false, down);
            assertThat(last().peer()).isEqualTo(2);
            answer(true, OK);
            assertThat(client.takeReplies()).isEqualTo(OK);
        }
    }

    @Test
    void what_the_last_owner_said_is_the_reply_if_none_could_do_anything() {
        client.run("set", key, "v");
        answer(false, "-CLUSTERDOWN said by the first\r\n");
        answer(false, "-CLUSTERDOWN said by the second\r\n");
        assertThat(client.takeReplies()).isEqualTo("-CLUSTERDOWN said by the second\r\n");
    }

    @Test
    void an_owner_that_sees_too_few_others_does_nothing_and_says_why() {
        String shared = bench.keyOf(3); // owners 3, 0; fallbacks 1, 2
        Arrays.fill(bench.reachable, false);
        List<PeerMessage> answers = new ArrayList<>();
        FrameInfo info = new FrameInfo(bench.nowNanos() + CommandBench.MILLI, 0);
        ForwardService service = new ForwardService(bench.loop);
        service.handle(1, forward("SET", shared, "v"), info, answers::add);
        service.handle(1, forward("SET", shared, "v", "NX"), info, answers::add);
        assertThat(answers).allMatch(answer -> !((ForwardAnswer) answer).attempted());
        assertThat(replies(answers))
                .containsExactly(
                        "-CLUSTERDOWN need 2 of 2 replicas for writes, 1 reachable\r\n",
                        "-CLUSTERDOWN need 2 of 2 replicas for reads, 1 reachable\r\n");
    }

    @Test
    void a_write_that_is_refused_late_is_given_up_instead_of_begun_with_too_little_time() {
        client.run("set", key, "v");
        bench.pass(600);
        answer(false, "-TRYAGAIN late\r\n");
        assertThat(client.takeReplies()).isEqualTo("-TRYAGAIN late\r\n");
        assertThat(last().peer()).isEqualTo(1);
    }

    @Test
    void a_delete_runs_at_any_owner_since_the_first_may_be_the_one_that_fails() {
        String shared = bench.keyOf(3); // owners 3, 0
        client.run("del", shared);
        assertThat(bench.sent).noneMatch(sent -> sent.message() instanceof Forward);
    }

    @Test
    void an_owner_that_failed_over_a_write_may_have_done_it_and_no_other_is_asked() {
        client.run("set", key, "v");
        int asked = last().peer();
        answerWith(new Refusal("internal error"));
        assertThat(last().peer()).isEqualTo(asked);
        assertThat(client.takeReplies()).startsWith("-INDOUBT the write was passed to");
    }

    @Test
    void with_nobody_to_send_to_nothing_was_attempted() {
        bench.reachable[1] = false;
        bench.reachable[2] = false;
        assertThat(client.run("get", key)).isEqualTo("-CLUSTERDOWN need 2 of 2 replicas for reads, 0 reachable\r\n");
        bench.down(1);
        bench.down(2);
        assertThat(client.run("set", key, "v", "NX"))
                .isEqualTo("-CLUSTERDOWN need 2 of 2 replicas for writes, 0 reachable\r\n");
    }

    @Test
    void a_read_whose_owner_is_lost_is_asked_elsewhere() {
        client.run("get", key);
        last().handler().onLost(1);
        assertThat(last().peer()).isEqualTo(2);
        answer(true, "$-1\r\n");
        assertThat(client.takeReplies()).isEqualTo("$-1\r\n");
    }

    @Test
    void a_read_whose_owner_is_silent_is_asked_elsewhere_within_the_deadline_and_then_given_up() {
        client.run("get", key);
        bench.pass(252);
        assertThat(bench.health.late).containsExactly(1);
        assertThat(last().peer()).isEqualTo(2);
        bench.pass(252);
        assertThat(client.takeReplies()).startsWith("-TRYAGAIN no owner answered within ");
        assertThat(bench.health.late).containsExactly(1, 2);
    }

    @Test
    void a_plain_write_that_nobody_answered_is_in_doubt_and_not_repeated() {
        for (String[] command : List.of(new String[] {"set", key, "v"}, new String[] {"set", key, "v", "NX"})) {
            int before = bench.sent.size();
            client.run(command);
            bench.pass(100);
            last().handler().onLost(1);
            assertThat(client.takeReplies())
                    .isEqualTo("-INDOUBT the write was passed to n1 which did not answer within 100 ms; it may still"
                            + " become visible\r\n");
            client.run(command);
            bench.pass(1002);
            assertThat(client.takeReplies()).startsWith("-INDOUBT the write was passed to n1 ");
            assertThat(bench.sent).hasSize(before + 2);
        }
    }

    @Test
    void a_write_with_a_context_is_repeated_and_in_doubt_with_that_context_in_the_end() {
        client.run("put", key, "ctx1", "v");
        last().handler().onLost(1);
        assertThat(last().peer()).isEqualTo(2);
        assertThat(arguments(last())).containsExactly("PUT", key, "ctx1", "v");
        last().handler().onLost(2);
        assertThat(client.takeReplies()).matches("(?s)-INDOUBT the write was passed to n2 .* ctx=ctx1\r\n");
    }

    @Test
    void a_repetition_that_is_refused_leaves_the_first_attempt_in_doubt() {
        client.run("put", key, "c", "v");
        last().handler().onLost(1);
        answer(true, "-CLUSTERDOWN need 2 of 2 replicas for writes, 1 reachable\r\n");
        assertThat(client.takeReplies()).startsWith("-INDOUBT the write was passed to n1 ");
        client.run("put", key, "c", "v");
        last().handler().onLost(1);
        answer(false, "");
        assertThat(client.takeReplies()).startsWith("-INDOUBT the write was passed to n1 ");
    }

    @Test
    void an_owner_that_is_in_doubt_itself_names_the_context_of_its_attempt_whoever_was_asked_before() {
        String inDoubt =
                "-INDOUBT write reached 1 of 2 replicas within 400 ms; it may still become visible ctx=own\r\n";
        client.run("put", key, "given", "v");
        last().handler().onLost(1);
        answer(true, inDoubt);
        assertThat(client.takeReplies()).isEqualTo(inDoubt);
    }

    @Test
    void an_answer_after_the_deadline_is_nobodys() {
        client.run("set", key, "v");
        CommandBench.Sent late = last();
        bench.pass(1002);
        assertThat(client.takeReplies()).startsWith("-INDOUBT ");
        late.handler().onReply(1, new ForwardAnswer(true, OK.getBytes(StandardCharsets.US_ASCII), null));
        late.handler().onLost(1);
        assertThat(client.takeReplies()).isEmpty();
    }

    @Test
    void a_read_modify_write_goes_to_the_first_healthy_owner_even_from_another_owner() {
        String shared = bench.keyOf(3); // owners 3, 0
        client.run("set", shared, "v", "XX");
        assertThat(last().peer()).isEqualTo(3);
        assertThat(last().message()).isInstanceOf(Forward.class);
        int before = bench.sent.size();
        client.run("set", shared, "v");
        assertThat(bench.sent.subList(before, bench.sent.size()))
                .as("a plain write stays here")
                .noneMatch(sent -> sent.message() instanceof Forward);
    }

    @Test
    void what_cannot_be_sent_to_the_first_owner_runs_here_if_it_is_this_nodes_turn() {
        String shared = bench.keyOf(3); // owners 3, 0
        CommandBench alone = new CommandBench(2, 2, Secret.NONE, List.of(REPEATABLE), Runnable::run);
        String other = alone.keyOf(1); // owners 1, 0
        alone.reachable[1] = false;
        Command modify = alone.loop.table().find("set");
        assertThat(modify).isNotNull();
        assertThat(alone.run("set", other, "v", "NX"))
                .isEqualTo("-CLUSTERDOWN need 2 of 2 replicas for reads, 1 reachable\r\n");
        client.run("set", shared, "v", "NX");
        answer(false, "");
        assertThat(bench.sent.get(bench.sent.size() - 1).message())
                .as("the read of this node's own read-modify-write")
                .isNotInstanceOf(Forward.class);
    }

    @Test
    void a_command_that_was_passed_on_runs_here_or_is_not_attempted_but_never_passed_on_again() {
        ForwardService service = new ForwardService(bench.loop);
        List<PeerMessage> answers = new ArrayList<>();
        FrameInfo info = new FrameInfo(bench.nowNanos() + CommandBench.MILLI, 0);
        service.handle(3, forward("GET", key), info, answers::add);
        assertThat(((ForwardAnswer) answers.get(0)).attempted()).isFalse();
        CommandBench alone = CommandBench.alone();
        ForwardService local = new ForwardService(alone.loop);
        FrameInfo soon = new FrameInfo(alone.nowNanos() + CommandBench.MILLI, 0);
        local.handle(1, forward("SET", "a", "b"), soon, answers::add);
        local.handle(1, forward("GET", "a"), soon, answers::add);
        local.handle(1, forward("GET"), soon, answers::add);
        assertThat(replies(answers.subList(1, 4)))
                .containsExactly(OK, "$1\r\nb\r\n", "-ERR wrong number of arguments for 'get' command\r\n");
        assertThat(bench.sent).isEmpty();
    }

    @Test
    void who_hears_late_that_the_owners_have_changed_asks_those_there_are_now() {
        for (String[] command : List.of(new String[] {"get", key}, new String[] {"set", key, "v"})) {
            CommandBench late = new CommandBench(4, 2, Secret.NONE, List.of(), Runnable::run);
            CommandBench.Client waiting = late.client();
            waiting.run(command);
            refuse(late, CommandErrors.encoded(Failure.NOT_COORDINATOR));
            refuse(late, CommandErrors.encoded(Failure.NOT_COORDINATOR));
            assertThat(waiting.takeReplies()).as("not yet").isEmpty();
            late.settle(1, 3);
            late.pass(10);
            CommandBench.Sent again = late.sent.get(late.sent.size() - 1);
            assertThat(again.peer()).isEqualTo(3);
            again.handler().onReply(3, new ForwardAnswer(true, OK.getBytes(StandardCharsets.US_ASCII), null));
            assertThat(waiting.takeReplies()).isEqualTo(OK);
        }
    }

    @Test
    void owners_that_disown_a_key_for_long_are_asked_now_and_then_and_the_client_is_told_in_time() {
        client.run("get", key);
        byte[] disowned = CommandErrors.encoded(Failure.NOT_COORDINATOR);
        String reply = "";
        for (int millis = 0; millis < 500 && reply.isEmpty(); millis++) {
            while (bench.sent.size() > bench.answered && reply.isEmpty()) {
                refuse(bench, disowned);
                reply = client.takeReplies();
            }
            bench.pass(1);
        }
        assertThat(reply).isEqualTo(new String(disowned, StandardCharsets.US_ASCII));
        assertThat(bench.sent).hasSizeBetween(20, 40);
    }

    @Test
    void a_write_that_nobody_could_begin_in_time_is_not_begun_late() {
        client.run("set", key, "v");
        bench.pass(490);
        byte[] disowned = CommandErrors.encoded(Failure.NOT_COORDINATOR);
        refuse(bench, disowned);
        assertThat(last().peer()).isEqualTo(2);
        bench.pass(9);
        refuse(bench, disowned);
        assertThat(client.takeReplies()).isEqualTo(new String(disowned, StandardCharsets.US_ASCII));
    }

    @Test
    void an_owner_that_is_alone_while_another_hands_over_waits_for_the_successor_before_it_refuses() {
        String shared = bench.keyOf(3); // owners 3, 0
        for (String[] command : List.of(
                new String[] {"get", shared}, new String[] {"set", shared, "v"}, new String[] {"set", shared, "v", "NX"
                })) {
            CommandBench growing = new CommandBench(4, 2, Secret.NONE, List.of(), Runnable::run);
            CommandBench.Client waiting = growing.client();
            growing.consent(3, 1);
            growing.reachable[2] = false;
            String before = waiting.run(command);
            growing.pass(20);
            assertThat(before + waiting.takeReplies()).as("not yet").isEmpty();
            assertThat(growing.sent).isEmpty();
            growing.settle(3, 1);
            growing.pass(30);
            assertThat(growing.sent).as("it coordinates with the successor").anyMatch(sent -> sent.peer() == 1);
        }
    }

    @Test
    void too_few_owners_of_whom_none_hands_over_are_refused_at_once() {
        String shared = bench.keyOf(3); // owners 3, 0
        Arrays.fill(bench.reachable, false);
        assertThat(client.run("set", shared, "v")).startsWith("-CLUSTERDOWN need 2 of 2 replicas for writes");
    }

    @Test
    void a_loop_that_is_still_connecting_to_an_owner_waits_for_that_before_it_refuses() {
        String shared = bench.keyOf(3); // owners 3, 0
        for (String[] command : List.of(
                new String[] {"get", shared}, new String[] {"set", shared, "v"}, new String[] {"set", shared, "v", "NX"
                })) {
            for (String[] asked : List.of(command, withKey(command, key))) { // of ours, of others
                CommandBench returned = new CommandBench(4, 2, Secret.NONE, List.of(), Runnable::run);
                CommandBench.Client waiting = returned.client();
                connected(returned, false);
                String before = waiting.run(asked);
                returned.pass(20);
                assertThat(before + waiting.takeReplies()).as("not yet").isEmpty();
                assertThat(returned.sent).isEmpty();
                connected(returned, true);
                returned.pass(30);
                assertThat(returned.sent).as("it goes on").isNotEmpty();
            }
        }
    }

    @Test
    void an_owner_that_was_silent_for_a_moment_is_waited_for_before_anything_is_refused() {
        String shared = bench.keyOf(3); // owners 3, 0
        for (String[] command : List.of(
                new String[] {"get", shared}, new String[] {"set", shared, "v"}, new String[] {"set", shared, "v", "NX"
                })) {
            CommandBench doubtful = new CommandBench(4, 2, Secret.NONE, List.of(), Runnable::run);
            CommandBench.Client waiting = doubtful.client();
            Arrays.fill(doubtful.healthy, 1, 4, false); // and connected
            doubtful.refreshView();
            String before = waiting.run(command);
            doubtful.pass(20);
            assertThat(before + waiting.takeReplies()).as("not yet").isEmpty();
            Arrays.fill(doubtful.healthy, true);
            doubtful.refreshView();
            doubtful.pass(30);
            assertThat(doubtful.sent).as("it goes on").anyMatch(sent -> sent.peer() == 3);
        }
    }

    @Test
    void a_read_modify_write_waits_a_moment_for_the_connection_to_who_runs_those_of_all() {
        bench.connected[1] = false;
        bench.reachable[1] = false;
        client.run("set", key, "v", "NX");
        assertThat(bench.sent).isEmpty();
        bench.connected[1] = true;
        bench.reachable[1] = true;
        bench.pass(10);
        assertThat(last().peer()).isEqualTo(1);
    }

    @Test
    void a_read_modify_write_does_not_wait_for_that_connection_for_long() {
        bench.connected[1] = false;
        bench.reachable[1] = false;
        client.run("set", key, "v", "NX");
        for (int millis = 0; millis < 50; millis++) {
            bench.pass(1);
        }
        assertThat(last().peer()).isEqualTo(2);
    }

    @Test
    void a_read_modify_write_that_its_first_owner_cannot_run_yet_is_not_run_by_another() {
        CommandBench three = new CommandBench(4, 3, Secret.NONE, List.of(), Runnable::run);
        CommandBench.Client waiting = three.client();
        waiting.session.setOptions(new RequestOptions(3, 3, 0, false));
        String ours = three.keyOf(0); // owners 0, 1, 2
        three.connected[2] = false;
        three.reachable[2] = false;
        assertThat(waiting.run("set", ours, "v", "NX")).isEmpty();
        assertThat(three.sent).as("other loops run theirs here").isEmpty();
        connected(three, true);
        three.pass(10);
        assertThat(three.sent).isNotEmpty().noneMatch(sent -> sent.message() instanceof Forward);
    }

    @Test
    void a_command_that_waited_for_longer_than_it_could_be_begun_is_not_begun() {
        connected(bench, false);
        client.run("set", key, "v");
        connected(bench, true);
        bench.pass(600);
        assertThat(client.takeReplies()).startsWith("-CLUSTERDOWN ");
        assertThat(bench.sent).isEmpty();
    }

    @Test
    void a_read_modify_write_is_passed_on_after_a_pause_where_another_has_become_the_first() {
        String shared = bench.keyOf(3); // owners 3, 0
        bench.unsettle(3);
        bench.connected[3] = false;
        bench.reachable[3] = false;
        bench.refreshView();
        assertThat(client.run("set", shared, "v", "NX")).isEmpty();
        connected(bench, true);
        bench.settleCopies();
        bench.refreshView();
        bench.pass(30);
        assertThat(last().peer()).isEqualTo(3);
        assertThat(last().message()).isInstanceOf(Forward.class);
    }

    @Test
    void a_loop_that_does_not_get_its_connection_refuses_in_time() {
        String shared = bench.keyOf(3); // owners 3, 0
        connected(bench, false);
        assertThat(client.run("set", shared, "v")).isEmpty();
        bench.pass(500);
        assertThat(client.takeReplies()).isEqualTo("-CLUSTERDOWN need 2 of 2 replicas for writes, 1 reachable\r\n");
        assertThat(bench.sent).isEmpty();
    }

    private static void connected(CommandBench bench, boolean are) {
        Arrays.fill(bench.reachable, are);
        Arrays.fill(bench.connected, are);
    }

    private static String[] withKey(String[] command, String key) {
        String[] other = command.clone();
        other[1] = key;
        return other;
    }

    private static void refuse(CommandBench bench, byte[] error) {
        CommandBench.Sent asked = bench.sent.get(bench.answered++);
        asked.handler().onReply(asked.peer(), new ForwardAnswer(false, error, null));
    }

    private static List<String> replies(List<PeerMessage> answers) {
        return answers.stream()
                .map(message -> new String(((ForwardAnswer) message).reply(), StandardCharsets.US_ASCII))
                .toList();
    }

    private static Forward forward(String... arguments) {
        List<byte[]> bytes = new ArrayList<>();
        for (String argument : arguments) {
            bytes.add(argument.getBytes(StandardCharsets.US_ASCII));
        }
        return new Forward(2, false, 0, 0, 0, false, false, null, bytes);
    }

    private CommandBench.Sent last() {
        return bench.sent.get(bench.sent.size() - 1);
    }

    private static List<String> arguments(CommandBench.Sent sent) {
        return ((Forward) sent.message())
                .arguments().stream()
                        .map(bytes -> new String(bytes, StandardCharsets.US_ASCII))
                        .toList();
    }

    private void answer(boolean attempted, String reply) {
        answerWith(new ForwardAnswer(attempted, reply.getBytes(StandardCharsets.US_ASCII), null));
    }

    private void answerWith(PeerMessage message) {
        last().handler().onReply(last().peer(), message);
    }
}

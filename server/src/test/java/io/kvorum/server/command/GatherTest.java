package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.config.Secret;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.ForwardAnswer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatherTest {
    private static final Command READ_ALL = Command.named("readall")
            .arity(-2)
            .keys(1, -1, 1)
            .flags(CommandFlag.READONLY)
            .routed(Route.MULTI)
            .handledBy(call -> Gather.eachKey(call, found(call, "get"), Gather.Combiner.ARRAY));
    private static final Command WRITE_ALL = Command.named("writeall")
            .arity(-3)
            .keys(1, -1, 2)
            .flags(CommandFlag.WRITE)
            .routed(Route.MULTI)
            .handledBy(GatherTest::writeAll);

    private final CommandBench bench = new CommandBench(4, 1, Secret.NONE, List.of(READ_ALL, WRITE_ALL), Runnable::run);
    private final CommandBench.Client client = bench.client();
    private final String here = bench.keyOf(0);
    private final String first = bench.keyOf(1);
    private final String second = bench.keyOf(2);

    private static Command found(Call call, String name) {
        Command command = call.loop().table().find(name);
        if (command == null) {
            throw new IllegalStateException(name);
        }
        return command;
    }

    private static void writeAll(Call call) {
        Gather.eachGroup(call, found(call, "set"), 2, Gather.Combiner.ALL_OK);
    }

    @Test
    void parts_that_this_node_answers_alone_are_answered_at_once() {
        CommandBench alone = new CommandBench(1, 1, Secret.NONE, List.of(READ_ALL, WRITE_ALL), Runnable::run);
        assertThat(alone.run("writeall", "a", "1", "b", "2")).isEqualTo("+OK\r\n");
        assertThat(alone.run("readall", "b", "x", "a")).isEqualTo("*3\r\n$1\r\n2\r\n$-1\r\n$1\r\n1\r\n");
    }

    @Test
    void replies_are_in_the_order_of_the_keys_whichever_comes_first() {
        client.run("set", here, "h");
        assertThat(client.run("readall", first, here, second)).isEmpty();
        assertThat(new String(
                        ((Forward) bench.sent.get(0).message()).arguments().get(0), StandardCharsets.US_ASCII))
                .isEqualTo("GET");
        reply(1, "$1\r\n2\r\n");
        reply(0, "$1\r\n1\r\n");
        assertThat(client.takeReplies()).isEqualTo("+OK\r\n*3\r\n$1\r\n1\r\n$1\r\nh\r\n$1\r\n2\r\n".substring(5));
    }

    @Test
    void a_failed_read_counts_the_keys_that_failed() {
        client.run("readall", first, here, second);
        reply(0, "-TRYAGAIN slow\r\n");
        reply(1, "$1\r\n2\r\n");
        assertThat(client.takeReplies()).isEqualTo("-TRYAGAIN 1 of 3 keys failed; the first: TRYAGAIN slow\r\n");
    }

    @Test
    void a_write_of_which_some_keys_are_written_is_in_doubt() {
        client.run("writeall", here, "0", first, "1", second, "2");
        reply(0, "-CLUSTERDOWN no\r\n");
        reply(1, "-CLUSTERDOWN no\r\n");
        assertThat(client.takeReplies())
                .isEqualTo("-INDOUBT 2 of 3 keys failed, the others are written; the first: CLUSTERDOWN no\r\n");
    }

    @Test
    void a_write_of_which_no_key_was_attempted_is_not_in_doubt() {
        client.run("writeall", first, "1", second, "2");
        reply(0, "-CLUSTERDOWN no\r\n");
        reply(1, "-CLUSTERDOWN no\r\n");
        assertThat(client.takeReplies()).isEqualTo("-CLUSTERDOWN 2 of 2 keys failed; the first: CLUSTERDOWN no\r\n");
    }

    @Test
    void other_requests_wait_for_the_whole() {
        client.run("readall", first, second);
        assertThat(client.run("ping")).isEmpty();
        reply(0, "$1\r\n1\r\n");
        assertThat(client.takeReplies()).isEmpty();
        reply(1, "$1\r\n2\r\n");
        assertThat(client.takeReplies()).isEqualTo("*2\r\n$1\r\n1\r\n$1\r\n2\r\n+PONG\r\n");
    }

    @Test
    void of_very_many_keys_some_hundreds_are_under_way_at_once_and_all_are_answered() {
        String[] request = new String[1001];
        Arrays.fill(request, first);
        request[0] = "readall";
        client.run(request);
        int mostOpen = bench.sent.size();
        for (int answered = 0; answered < 1000; answered++) {
            assertThat(bench.sent.size()).isGreaterThan(answered);
            reply(answered, "$-1\r\n");
            mostOpen = Math.max(mostOpen, bench.sent.size() - answered);
        }
        assertThat(mostOpen).isBetween(2, Gather.OPEN_MAX + 1);
        assertThat(client.takeReplies()).isEqualTo("*1000\r\n" + "$-1\r\n".repeat(1000));
    }

    @Test
    void large_answers_let_fewer_be_under_way() {
        String[] request = new String[101];
        Arrays.fill(request, first);
        request[0] = "readall";
        client.run(request);
        int large = 1 << 20;
        String value = "$" + large + "\r\n" + "x".repeat(large) + "\r\n";
        for (int answered = 0; answered < 60; answered++) {
            reply(answered, value);
        }
        int sent = bench.sent.size();
        assertThat(sent - 60).isLessThanOrEqualTo(5);
    }

    private void reply(int call, String text) {
        CommandBench.Sent sent = bench.sent.get(call);
        sent.handler().onReply(sent.peer(), new ForwardAnswer(true, text.getBytes(StandardCharsets.US_ASCII), null));
    }
}

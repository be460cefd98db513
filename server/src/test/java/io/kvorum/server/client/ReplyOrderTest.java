package io.kvorum.server.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.command.Command;
import io.kvorum.server.command.PendingReply;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyOrderTest {
    private static final int COMMANDS = 10_000;

    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(PendingReply reply, String text) {
        void complete() {
            reply.out().bulk(text);
            reply.done();
        }
    }

    private final Command later = Command.named("later")
            .arity(2)
            .handledBy(
                    call -> waiting.add(new Waiting(call.defer(), call.request().string(1))));

    private final Command atOnce = Command.named("atonce").arity(2).handledBy(call -> {
        Waiting reply = new Waiting(call.defer(), call.request().string(1));
        reply.complete();
    });

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void replies_leave_in_request_order_whichever_is_ready_first(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ClientBench bench = ClientBench.open(List.of(later, atOnce));
        EmbeddedChannel channel = bench.connect();
        StringBuilder expected = new StringBuilder();
        StringBuilder received = new StringBuilder();
        StringBuilder unsent = new StringBuilder();
        for (int i = 0; i < COMMANDS; i++) {
            String word = "x".repeat(random.nextInt(20)) + i;
            String name = switch (random.nextInt(6)) {
                case 0, 1 -> "later";
                case 2 -> "atonce";
                case 3 -> "ping";
                default -> "echo";
            };
            unsent.append("*2\r\n$")
                    .append(name.length())
                    .append("\r\n")
                    .append(name)
                    .append("\r\n$");
            unsent.append(word.length()).append("\r\n").append(word).append("\r\n");
            expected.append('$')
                    .append(word.length())
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
            if (random.nextInt(10) == 0) {
                int cut = random.nextInt(unsent.length() + 1);
                ClientBench.send(channel, unsent.substring(0, cut));
                unsent.delete(0, cut);
            }
            while (!waiting.isEmpty() && random.nextInt(3) == 0) {
                waiting.remove(random.nextInt(waiting.size())).complete();
            }
            if (random.nextInt(20) == 0) {
                received.append(bench.received(channel));
                assertThat(expected.toString()).as("seed %d", seed).startsWith(received.toString());
            }
        }
        ClientBench.send(channel, unsent.toString());
        do {
            while (!waiting.isEmpty()) {
                waiting.remove(random.nextInt(waiting.size())).complete();
            }
            received.append(bench.received(channel));
        } while (!waiting.isEmpty());
        assertThat(received.toString()).as("seed %d", seed).isEqualTo(expected.toString());
        channel.finishAndReleaseAll();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void replies_that_come_after_the_connection_ended_are_dropped(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ClientBench bench = ClientBench.open(List.of(later, atOnce));
        EmbeddedChannel channel = bench.connect();
        ClientBench.send(channel, "later a\r\necho b\r\nlater c\r\nlater d\r\n");
        waiting.remove(1 + random.nextInt(2)).complete();
        channel.close();
        channel.runPendingTasks();
        waiting.forEach(Waiting::complete);
        bench.turn();
        assertThat(channel.isActive()).isFalse();
        assertThat(bench.commands.loop.sessions().directory().count()).isZero();
    }
}

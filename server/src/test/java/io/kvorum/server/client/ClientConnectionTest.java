package io.kvorum.server.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.command.ClientPause;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.config.Secret;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClientConnectionTest {
    private final List<PendingReply> waiting = new ArrayList<>();
    private final List<String> ran = new ArrayList<>();
    private final Command later = Command.named("later").arity(1).handledBy(call -> waiting.add(call.defer()));
    private final Command note = Command.named("note").arity(2).handledBy(call -> {
        ran.add(call.request().string(1));
        call.out().ok();
    });
    private final Command large = Command.named("large")
            .arity(2)
            .handledBy(call -> call.out().bulk(new byte[(int) call.request().asLong(1)]));

    @Test
    void what_a_session_remembers_counts_as_held_by_its_client_until_it_ends() {
        ClientBench bench = ClientBench.open(List.of());
        EmbeddedChannel channel = bench.connect();
        bench.exchange(channel, "KV.SESSION ON\r\n");
        for (int i = 0; i < 100; i++) {
            bench.exchange(channel, "GET key" + i + "\r\n");
        }
        assertThat(bench.memory.heldBytes()).isBetween(16_000L, 24_000L);
        bench.exchange(channel, "KV.SESSION OFF\r\n");
        assertThat(bench.memory.heldBytes()).isZero();
    }

    @Test
    void a_pipeline_in_one_packet_is_answered_in_one() {
        ClientBench bench = ClientBench.open(List.of());
        EmbeddedChannel channel = bench.connect();
        ClientBench.send(channel, "*1\r\n$4\r\nPING\r\nset k v\r\nget k\r\n");
        bench.turn();
        assertThat(channel.outboundMessages()).hasSize(1);
        assertThat(bench.received(channel)).isEqualTo("+PONG\r\n+OK\r\n$1\r\nv\r\n");
        channel.finishAndReleaseAll();
    }

    @Test
    void a_pause_holds_back_what_is_behind_it_in_the_same_packet_and_nothing_before() {
        ClientBench bench = ClientBench.open(List.of());
        EmbeddedChannel channel = bench.connect();
        assertThat(bench.exchange(channel, "set k 1\r\nclient pause 60000 write\r\nget k\r\nset k 2\r\nget k\r\n"))
                .isEqualTo("+OK\r\n+OK\r\n$1\r\n1\r\n");
        EmbeddedChannel other = bench.connect();
        assertThat(bench.exchange(other, "client unpause\r\n")).isEqualTo("+OK\r\n");
        assertThat(bench.received(channel)).isEqualTo("+OK\r\n$1\r\n2\r\n");
        channel.finishAndReleaseAll();
    }

    @Test
    void a_paused_connection_that_closes_or_goes_on_leaves_no_timer_behind() {
        ClientBench bench = ClientBench.open(List.of());
        EmbeddedChannel gone = bench.connect();
        EmbeddedChannel stays = bench.connect();
        bench.exchange(gone, "client pause 100000000\r\nping\r\n");
        bench.exchange(stays, "ping\r\n");
        assertThat(timers(gone)).isTrue();
        assertThat(timers(stays)).isTrue();
        gone.pipeline().fireChannelInactive();
        assertThat(timers(gone)).isFalse();
        bench.exchange(bench.connect(), "client unpause\r\n");
        assertThat(bench.received(stays)).isEqualTo("+PONG\r\n");
        assertThat(timers(stays)).isFalse();
        stays.finishAndReleaseAll();
    }

    @Test
    void paused_clients_are_counted_until_they_go_on_or_go() {
        ClientBench bench = ClientBench.open(List.of());
        ClientPause pause = bench.loop.commands().sessions().directory().pause();
        EmbeddedChannel stays = bench.connect();
        EmbeddedChannel gone = bench.connect();
        bench.exchange(stays, "client pause 100000000\r\nping\r\nping\r\n");
        assertThat(pause.heldBack()).isEqualTo(1);
        bench.exchange(gone, "ping\r\n");
        assertThat(pause.heldBack()).isEqualTo(2);
        gone.pipeline().fireChannelInactive();
        assertThat(pause.heldBack()).isEqualTo(1);
        bench.exchange(bench.connect(), "client unpause\r\n");
        assertThat(bench.received(stays)).isEqualTo("+PONG\r\n+PONG\r\n");
        assertThat(pause.heldBack()).isZero();
        stays.finishAndReleaseAll();
    }

    @Test
    void a_paused_client_is_read_on_up_to_a_bound_and_all_of_it_runs_in_the_end() {
        ClientBench bench = ClientBench.open(List.of());
        EmbeddedChannel channel = bench.connect();
        bench.exchange(channel, "client pause 100000000\r\necho first\r\n");
        assertThat(channel.config().isAutoRead()).isTrue();
        String echo = "echo " + "x".repeat(1000) + "\r\n";
        int sent = 0;
        for (; channel.config().isAutoRead(); sent++) {
            assertThat(bench.exchange(channel, echo)).isEmpty();
            assertThat(sent * echo.length()).isLessThan(ClientConnection.PAUSED_INPUT_BYTES);
        }
        assertThat(sent * echo.length()).isGreaterThan(ClientConnection.PAUSED_INPUT_BYTES / 2);
        bench.exchange(bench.connect(), "client unpause\r\n");
        assertThat(bench.received(channel))
                .isEqualTo("$5\r\nfirst\r\n" + ("$1000\r\n" + "x".repeat(1000) + "\r\n").repeat(sent));
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.finishAndReleaseAll();
    }

    @Test
    void a_client_that_is_held_for_another_reason_when_the_pause_ends_is_no_longer_read() {
        ClientBench bench = ClientBench.open(List.of(later));
        EmbeddedChannel channel = bench.connect();
        EmbeddedChannel other = bench.connect();
        bench.exchange(channel, "later\r\n");
        bench.exchange(other, "client pause 100000000\r\n");
        bench.exchange(channel, "ping\r\n");
        assertThat(channel.config().isAutoRead()).isTrue();
        ClientBench.send(other, "client unpause\r\n");
        waiting.get(0).out().bulk(new byte[2 * ClientConnection.OUTPUT_STALL_BYTES]);
        waiting.get(0).done();
        while (channel.config().isAutoRead() && !bench.tasks.isEmpty()) {
            bench.tasks.remove().run();
        }
        assertThat(channel.config().isAutoRead()).as("its replies are not read").isFalse();
        assertThat(bench.received(channel)).endsWith("+PONG\r\n");
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.finishAndReleaseAll();
    }

    /** Whether something waits for its time on the channel's loop. */
    private static boolean timers(EmbeddedChannel channel) {
        return channel.runScheduledPendingTasks() >= 0;
    }

    @Test
    void quit_answers_what_came_before_it_then_closes_and_runs_nothing_after_it() {
        ClientBench bench = ClientBench.open(List.of(later, note));
        EmbeddedChannel channel = bench.connect();
        assertThat(bench.exchange(channel, "later\r\nquit\r\nnote after\r\n")).isEmpty();
        assertThat(channel.isActive()).isTrue();
        waiting.get(0).error("ERR late");
        assertThat(bench.received(channel)).isEqualTo("-ERR late\r\n+OK\r\n");
        assertThat(channel.isActive()).isFalse();
        assertThat(ran).isEmpty();
    }

    @Test
    void who_has_ended_its_side_is_owed_what_it_asked_for_and_closed_then() {
        ClientBench bench = ClientBench.open(List.of(later, note));
        EmbeddedChannel channel = bench.connect();
        assertThat(bench.exchange(channel, "later\r\nnote 1\r\nlater\r\n*1\r\n$4\r\nhalf"))
                .isEmpty();
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(bench.received(channel)).isEmpty();
        waiting.get(0).error("ERR late");
        assertThat(bench.received(channel)).isEqualTo("-ERR late\r\n+OK\r\n");
        assertThat(channel.isActive()).isTrue();
        waiting.get(1).error("ERR last");
        assertThat(bench.received(channel)).isEqualTo("-ERR last\r\n");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void who_has_ended_its_side_while_it_was_not_read_on_is_answered_all_the_same() {
        ClientBench bench = new ClientBench(Secret.NONE, true, 100, 1, 1 << 28, 1 << 29, List.of(later, note));
        EmbeddedChannel channel = bench.connect();
        assertThat(bench.exchange(channel, "later\r\nnote 1\r\nlater\r\nnote 2\r\n"))
                .isEmpty();
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        waiting.get(0).error("ERR 1");
        assertThat(bench.received(channel)).isEqualTo("-ERR 1\r\n+OK\r\n");
        assertThat(channel.config().isAutoRead()).as("there is nothing to read").isFalse();
        waiting.get(1).error("ERR 2");
        assertThat(bench.received(channel)).isEqualTo("-ERR 2\r\n+OK\r\n");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void who_has_ended_its_side_and_gets_no_reply_for_long_is_taken_to_be_gone() {
        ClientBench bench = ClientBench.open(List.of(later));
        EmbeddedChannel channel = bench.connect();
        channel.freezeTime();
        bench.exchange(channel, "later\r\nlater\r\n");
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        waiting.get(0).error("ERR 1");
        assertThat(bench.received(channel)).isEqualTo("-ERR 1\r\n");
        channel.advanceTimeBy(EndedInput.SILENT_MILLIS_MAX, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isActive()).as("one came").isTrue();
        channel.advanceTimeBy(EndedInput.SILENT_MILLIS_MAX, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isActive()).as("none came").isFalse();
        channel.runPendingTasks();
        assertThat(timers(channel)).isFalse();
    }

    @Test
    void who_ends_its_side_while_a_pause_holds_it_back_is_closed_at_once() {
        ClientBench bench = ClientBench.open(List.of());
        EmbeddedChannel channel = bench.connect();
        bench.exchange(channel, "client pause 100000000\r\nping\r\n");
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void a_protocol_error_is_answered_in_its_turn_and_ends_the_connection() {
        ClientBench bench = ClientBench.open(List.of(later));
        EmbeddedChannel channel = bench.connect();
        assertThat(bench.exchange(channel, "ping\r\nlater\r\n*1\r\n:1\r\nping\r\n"))
                .isEqualTo("+PONG\r\n");
        waiting.get(0).error("ERR late");
        assertThat(bench.received(channel)).isEqualTo("-ERR late\r\n-ERR Protocol error: expected '$', got ':'\r\n");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void protected_mode_refuses_other_machines_while_there_is_no_password() {
        ClientBench open = ClientBench.open(List.of());
        EmbeddedChannel stranger = open.connect("10.0.0.9");
        assertThat(open.received(stranger)).startsWith("-DENIED Kvorum is running in protected mode because");
        assertThat(stranger.isActive()).isFalse();
        assertThat(open.exchange(open.connect("127.0.0.5"), "ping\r\n")).isEqualTo("+PONG\r\n");
        assertThat(open.exchange(open.connect("::1"), "ping\r\n")).isEqualTo("+PONG\r\n");

        ClientBench locked = new ClientBench(Secret.of("p"), true, 100, 1024, 1 << 28, 1 << 29, List.of());
        assertThat(locked.exchange(locked.connect("10.0.0.9"), "ping\r\nauth p\r\nping\r\n"))
                .isEqualTo("-NOAUTH Authentication required.\r\n+OK\r\n+PONG\r\n");

        ClientBench trusting = new ClientBench(Secret.NONE, false, 100, 1024, 1 << 28, 1 << 29, List.of());
        assertThat(trusting.exchange(trusting.connect("10.0.0.9"), "ping\r\n")).isEqualTo("+PONG\r\n");
    }

    @Test
    void one_client_too_many_is_told_so_and_closed_and_a_place_that_is_left_is_free() {
        ClientBench bench = new ClientBench(Secret.NONE, true, 1, 1024, 1 << 28, 1 << 29, List.of());
        EmbeddedChannel first = bench.connect();
        EmbeddedChannel second = bench.connect();
        assertThat(bench.received(second)).isEqualTo("-ERR max number of clients reached\r\n");
        assertThat(second.isActive()).isFalse();
        first.close();
        bench.turn();
        assertThat(bench.exchange(bench.connect(), "ping\r\n")).isEqualTo("+PONG\r\n");
    }

    @Test
    void a_stranger_may_not_send_much_and_one_who_was_let_in_may() {
        ClientBench bench = new ClientBench(Secret.of("p"), true, 100, 1024, 1 << 28, 1 << 29, List.of());
        EmbeddedChannel stranger = bench.connect();
        assertThat(bench.exchange(stranger, "*2\r\n$4\r\nECHO\r\n$16385\r\n"))
                .isEqualTo("-ERR Protocol error: unauthenticated bulk length\r\n");
        assertThat(stranger.isActive()).isFalse();
        EmbeddedChannel friend = bench.connect();
        String word = "x".repeat(20_000);
        assertThat(bench.exchange(friend, "auth p\r\n*2\r\n$4\r\nECHO\r\n$20000\r\n" + word + "\r\n"))
                .isEqualTo("+OK\r\n$20000\r\n" + word + "\r\n");
        assertThat(bench.exchange(friend, "reset\r\n*2\r\n$4\r\nECHO\r\n$16385\r\n"))
                .isEqualTo("+RESET\r\n-ERR Protocol error: unauthenticated bulk length\r\n");
    }

    @Test
    void who_is_owed_too_many_replies_is_not_read_until_one_has_come() {
        ClientBench bench = new ClientBench(Secret.NONE, true, 100, 3, 1 << 28, 1 << 29, List.of(later, note));
        EmbeddedChannel channel = bench.connect();
        assertThat(bench.exchange(channel, "later\r\nlater\r\nlater\r\nnote 1\r\nlater\r\n"))
                .isEmpty();
        assertThat(waiting).hasSize(3);
        assertThat(ran).isEmpty();
        assertThat(channel.config().isAutoRead()).isFalse();
        waiting.get(1).error("ERR 2");
        assertThat(bench.received(channel)).isEmpty();
        assertThat(ran).containsExactly("1");
        assertThat(waiting).hasSize(4);
        waiting.get(0).error("ERR 1");
        assertThat(bench.received(channel)).isEqualTo("-ERR 1\r\n-ERR 2\r\n");
        assertThat(channel.config().isAutoRead()).isTrue();
        waiting.get(3).error("ERR 4");
        waiting.get(2).error("ERR 3");
        assertThat(bench.received(channel)).isEqualTo("-ERR 3\r\n+OK\r\n-ERR 4\r\n");
        channel.finishAndReleaseAll();
    }

    @Test
    void who_does_not_read_replies_is_not_read_and_disturbs_nobody() {
        ClientBench bench = ClientBench.open(List.of(large, note));
        EmbeddedChannel slow = bench.connect();
        slow.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        slow.runPendingTasks();
        StringBuilder flood = new StringBuilder("note first\r\n");
        flood.append("large 100000\r\n".repeat(1_000));
        ClientBench.send(slow, flood.toString());
        assertThat(slow.config().isAutoRead()).isFalse();
        assertThat(ran).isEmpty();
        assertThat(bench.exchange(bench.connect(), "ping\r\n")).isEqualTo("+PONG\r\n");
        slow.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        slow.runPendingTasks();
        int received = 0;
        for (String part = bench.received(slow); !part.isEmpty(); part = bench.received(slow)) {
            received += part.length();
        }
        assertThat(received).isEqualTo("+OK\r\n".length() + 1_000 * "$100000\r\n\r\n".length() + 100_000_000);
        assertThat(slow.config().isAutoRead()).isTrue();
        slow.finishAndReleaseAll();
    }

    @Test
    void one_turn_takes_only_as_many_requests_as_their_replies_may_wait() {
        ClientBench bench = ClientBench.open(List.of(large));
        EmbeddedChannel channel = bench.connect();
        ClientBench.send(channel, "large 100000\r\n".repeat(1_000));
        long unsent = channel.unsafe().outboundBuffer().totalPendingWriteBytes();
        assertThat(unsent)
                .isBetween((long) ClientConnection.OUTPUT_STALL_BYTES, ClientConnection.OUTPUT_STALL_BYTES + 400_000L);
        channel.finishAndReleaseAll();
    }

    @Test
    void who_is_owed_more_bytes_than_anybody_may_hold_is_closed() {
        ClientBench bench = new ClientBench(Secret.NONE, true, 100, 1024, 1_000_000, 1 << 29, List.of(later, large));
        EmbeddedChannel channel = bench.connect();
        bench.exchange(channel, "later\r\n" + "large 400000\r\n".repeat(3));
        bench.turn();
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void closing_answers_what_was_taken() {
        ClientBench bench = ClientBench.open(List.of(later));
        EmbeddedChannel channel = bench.connect();
        bench.exchange(channel, "later\r\n");
        channel.pipeline().get(ClientConnection.class).closeGracefully();
        assertThat(bench.exchange(channel, "ping\r\n")).isEmpty();
        assertThat(channel.isActive()).isTrue();
        waiting.get(0).error("ERR done");
        assertThat(bench.received(channel)).isEqualTo("-ERR done\r\n");
        assertThat(channel.isActive()).isFalse();
    }
}

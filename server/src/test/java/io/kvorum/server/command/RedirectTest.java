package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.HashSlot;
import io.kvorum.server.coordinator.Failure;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is told MOVED, and whose commands are passed on as ever. */
class RedirectTest {
    /** As MGET. */
    private static final Command MANY = Command.named("many")
            .arity(-2)
            .keys(1, -1, 1)
            .flags(CommandFlag.READONLY)
            .routed(Route.MULTI)
            .handledBy(call -> call.out().simple("MANY"));

    /** As MSET. */
    private static final Command PAIRS = Command.named("pairs")
            .arity(-3)
            .keys(1, -1, 2)
            .flags(CommandFlag.WRITE)
            .routed(Route.MULTI)
            .handledBy(call -> call.out().simple("PAIRS"));

    /** Runs at the first healthy owner alone. */
    private static final Command MODIFYING = Command.named("modify")
            .arity(2)
            .keyAt(1)
            .flags(CommandFlag.WRITE)
            .routed(Route.MODIFY)
            .handledBy(call -> call.out().simple("MODIFIED"));

    // Two owners of each key; this node is neither of keys of peer 1 (owners 1, 2), and the second of those of 3 (3,
    // 0).
    private final CommandBench bench = CommandBench.redirecting(4, 2, List.of(MANY, PAIRS, MODIFYING));
    private final CommandBench.Client client = bench.client();
    private final String key = bench.keyOf(1);

    private static int slotOf(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return HashSlot.of(bytes, 0, bytes.length);
    }

    private static String moved(String key, int peer) {
        return "-MOVED " + slotOf(key) + " 127.0.0.1:" + (6379 + peer) + "\r\n";
    }

    @Test
    void a_client_that_has_asked_for_the_slots_is_told_who_coordinates_a_key() {
        client.session.tellSlots();
        assertThat(client.run("get", key)).isEqualTo(moved(key, 1));
        assertThat(client.run("set", key, "v")).isEqualTo(moved(key, 1));
        assertThat(client.run("modify", key)).isEqualTo(moved(key, 1));
        assertThat(bench.sent).isEmpty();
    }

    @Test
    void a_client_that_has_not_asked_is_served_by_any_node() {
        assertThat(client.run("get", key)).isEmpty();
        assertThat(bench.sent).hasSize(1);
        client.session.tellSlots();
        client.session.reset();
        client.run("set", bench.keyOf(2), "v");
        assertThat(bench.sent).hasSize(2);
    }

    @Test
    void nobody_is_told_where_that_is_not_configured() {
        CommandBench passing = CommandBench.of(4, 2);
        CommandBench.Client asking = passing.client();
        asking.session.tellSlots();
        assertThat(asking.run("get", passing.keyOf(1))).isEmpty();
        assertThat(passing.sent).hasSize(1);
    }

    @Test
    void what_an_owner_may_run_is_run_here_and_what_only_the_first_may_is_there() {
        client.session.tellSlots();
        String shared = bench.keyOf(3);
        assertThat(client.run("modify", shared)).isEqualTo(moved(shared, 3));
        assertThat(client.run("modify", bench.keyOf(0))).isEqualTo("+MODIFIED\r\n");
        assertThat(client.run("get", shared))
                .as("coordinated, not answered yet")
                .isEmpty();
    }

    @Test
    void the_next_owner_is_named_for_one_that_does_not_answer_and_the_command_passed_on_if_none_does() {
        client.session.tellSlots();
        bench.down(1);
        assertThat(client.run("get", key)).isEqualTo(moved(key, 2));
        bench.down(2);
        assertThat(client.run("get", key)).startsWith("-CLUSTERDOWN ");
    }

    @Test
    void several_keys_of_one_partition_move_together_and_others_never() {
        client.session.tellSlots();
        String same = "{" + key + "}same";
        assertThat(client.run("many", key, same)).isEqualTo(moved(key, 1));
        assertThat(client.run("pairs", same, "v", key, "v")).isEqualTo(moved(key, 1));
        assertThat(client.run("many", key)).isEqualTo(moved(key, 1));
        assertThat(client.run("many", key, bench.keyOf(2))).isEqualTo("+MANY\r\n");
        assertThat(client.run("pairs", key, "v", bench.keyOf(0), "v")).isEqualTo("+PAIRS\r\n");
        assertThat(client.run("many", bench.keyOf(3))).isEqualTo("+MANY\r\n");
        assertThat(client.run("pairs", key, "v", "odd"))
                .as("its handler says what is wrong")
                .isEqualTo("+PAIRS\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"asking", "readonly", "readwrite"})
    void what_clients_of_redis_cluster_say_of_a_connection_is_taken(String command) {
        client.session.tellSlots();
        assertThat(client.run(command)).isEqualTo("+OK\r\n");
        assertThat(client.run("get", key)).isEqualTo(moved(key, 1));
    }

    @Test
    void what_a_peer_has_passed_on_is_run_or_left_to_another_owner() {
        CommandBench.Client passed = bench.client();
        passed.session.tellSlots();
        CapturedReply reply = new CapturedReply(bench.loop, new CapturedReply.Receiver() {
            @Override
            public void onReply(ByteBuf encoded) {
                throw new AssertionError(encoded.toString(StandardCharsets.US_ASCII));
            }

            @Override
            public void onRefused(Failure failure) {
                assertThat(failure.kind().leavesItToOthers()).isTrue();
                refusals[0]++;
            }
        });
        bench.loop
                .dispatcher()
                .runInner(
                        Requests.of(List.of(
                                "get".getBytes(StandardCharsets.US_ASCII), key.getBytes(StandardCharsets.UTF_8))),
                        passed.session,
                        reply,
                        true,
                        bench.nowNanos() + 1);
        assertThat(refusals[0]).isEqualTo(1);
    }

    private final int[] refusals = new int[1];
}

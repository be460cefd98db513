package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which requests of one connection run side by side, and which wait for each other. */
class KeyOrderTest {
    private final KeyOrder order = new KeyOrder();

    @Test
    void a_request_waits_for_the_unanswered_one_on_its_key_and_no_other() {
        int one = place("get", "cart:1");
        int other = place("get", "cart:2");
        assertThat(one).isNotEqualTo(other);
        order.begin(one);
        assertThat(order.mustWait(place("set", "cart:1", "x"))).isTrue();
        assertThat(order.mustWait(other)).isFalse();
        order.end(one);
        assertThat(order.mustWait(one)).isFalse();
    }

    @Test
    void what_is_about_many_keys_waits_for_all_and_lets_all_wait() {
        int many = place("mget", "a", "b");
        assertThat(many).isEqualTo(KeyOrder.ALL);
        int one = place("get", "cart:1");
        order.begin(one);
        assertThat(order.mustWait(many)).isTrue();
        order.end(one);
        order.begin(many);
        assertThat(order.mustWait(one)).isTrue();
        order.end(many);
        assertThat(order.mustWait(one)).isFalse();
    }

    @Test
    void what_is_refused_before_it_touches_a_key_waits_for_nobody() {
        order.begin(KeyOrder.ALL);
        assertThat(place("get")).isEqualTo(KeyOrder.NOBODY);
        assertThat(order.mustWait(KeyOrder.NOBODY)).isFalse();
    }

    private static int place(String... words) {
        List<byte[]> arguments = Arrays.stream(words)
                .map(word -> word.getBytes(StandardCharsets.US_ASCII))
                .toList();
        RespRequest request = Requests.of(arguments);
        Command command = "mget".equals(words[0])
                ? Command.named("mget")
                        .arity(-2)
                        .keys(1, -1, 1)
                        .routed(Route.MULTI)
                        .handledBy(call -> {})
                : Command.named(words[0]).arity(-2).keyAt(1).routed(Route.READ).handledBy(call -> {});
        return KeyOrder.placeOf(command, request);
    }
}

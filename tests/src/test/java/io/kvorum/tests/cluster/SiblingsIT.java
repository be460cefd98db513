package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.commands.ProtocolCommand;

/** Concurrent writes through different nodes of a real cluster: kept apart, shown together, reconciled by context. */
class SiblingsIT {
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(3);
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Test
    void two_writes_from_one_context_make_two_siblings_and_a_write_with_both_makes_one_again() {
        try (Jedis one = cluster.connect(0);
                Jedis other = cluster.connect(2)) {
            one.set("cart:1", "apple");
            Versions first = get(one, "cart:1");
            assertThat(first.values()).containsExactly("apple");

            put(one, "cart:1", first.context(), "apple pear");
            put(other, "cart:1", first.context(), "apple plum");

            Versions both = get(other, "cart:1");
            assertThat(both.values()).containsExactlyInAnyOrder("apple pear", "apple plum");

            put(other, "cart:1", both.context(), "apple pear plum");
            assertThat(get(one, "cart:1").values()).containsExactly("apple pear plum");
            assertThat(one.get("cart:1")).isEqualTo("apple pear plum");
        }
    }

    @Test
    void two_interleaved_writers_stay_at_two_siblings_for_a_hundred_rounds() {
        try (Jedis one = cluster.connect(0);
                Jedis other = cluster.connect(1)) {
            String mine = put(one, "race", "", "one-0");
            String theirs = put(other, "race", "", "other-0");
            for (int round = 1; round <= 100; round++) {
                mine = put(one, "race", mine, "one-" + round);
                theirs = put(other, "race", theirs, "other-" + round);
            }
            assertThat(get(one, "race").values()).containsExactlyInAnyOrder("one-100", "other-100");
        }
    }

    @Test
    void a_deleted_key_has_a_context_and_no_values() {
        try (Jedis one = cluster.connect(0);
                Jedis other = cluster.connect(1)) {
            one.set("gone", "x");
            other.del("gone");
            Versions versions = get(one, "gone");
            assertThat(versions.context()).isNotEmpty();
            assertThat(versions.values()).isEmpty();
            assertThat(get(one, "never was").context()).isNull();
        }
    }

    @Test
    void a_context_of_another_key_is_refused() {
        try (Jedis one = cluster.connect(0)) {
            one.set("a", "1");
            String context = get(one, "a").context();
            assertThat(error(() -> put(one, "b", context, "2"))).startsWith("BADCONTEXT");
            assertThat(error(() -> put(one, "b", "no context at all", "2"))).startsWith("BADCONTEXT");
            assertThat(one.get("b")).isNull();
        }
    }

    @Test
    void get_answers_siblings_only_to_a_connection_that_asked_for_them() {
        try (Jedis one = cluster.connect(0);
                Jedis other = cluster.connect(1)) {
            put(one, "plain", "", "x");
            put(other, "plain", "", "y");
            assertThat(one.get("plain")).isIn("x", "y");
            one.sendCommand(command("KV.SIBLINGS"), "ON");
            Object reply = one.sendCommand(command("GET"), "plain");
            assertThat(Versions.of(reply).values()).containsExactlyInAnyOrder("x", "y");
            assertThat(other.get("plain")).isIn("x", "y");
        }
    }

    /** What KV.GET answered. */
    record Versions(String context, List<String> values) {
        static Versions of(Object reply) {
            List<?> parts = (List<?>) reply;
            List<String> values = new ArrayList<>();
            for (Object value : (List<?>) parts.get(1)) {
                values.add(text(value));
            }
            return new Versions(parts.get(0) == null ? null : text(parts.get(0)), values);
        }
    }

    static Versions get(Jedis connection, String key) {
        return Versions.of(connection.sendCommand(command("KV.GET"), key));
    }

    static String put(Jedis connection, String key, String context, String value) {
        return text(connection.sendCommand(command("KV.PUT"), key, context, value));
    }

    static String error(Runnable action) {
        try {
            action.run();
        } catch (redis.clients.jedis.exceptions.JedisDataException refused) {
            return refused.getMessage();
        }
        throw new AssertionError("an error was expected");
    }

    static ProtocolCommand command(String name) {
        return () -> name.getBytes(StandardCharsets.US_ASCII);
    }

    static String text(Object bulk) {
        return new String((byte[]) bulk, StandardCharsets.UTF_8);
    }
}

package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.kvorum.codec.resp.RespRequest;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** GET and SET as Redis 7 answers them. */
class StringCommandsTest {
    private static final String OK = "+OK\r\n";
    private static final String NIL = "$-1\r\n";
    private static final String SYNTAX = "-ERR syntax error\r\n";

    private final CommandBench bench = CommandBench.alone();

    @Test
    void what_is_set_is_got() {
        assertThat(bench.run("GET", "k")).isEqualTo(NIL);
        assertThat(bench.run("set", "k", "v\0\r\n")).isEqualTo(OK);
        assertThat(bench.run("get", "k")).isEqualTo("$4\r\nv\0\r\n\r\n");
        assertThat(bench.run("set", "k", "")).isEqualTo(OK);
        assertThat(bench.run("get", "k")).isEqualTo("$0\r\n\r\n");
    }

    @Test
    void a_key_has_a_length_within_bounds() {
        assertThat(bench.run("get", "")).isEqualTo("-ERR a key must have 1 to 65536 bytes\r\n");
        assertThat(bench.run("get", "k".repeat(65536))).isEqualTo(NIL);
        assertThat(bench.run("get", "k".repeat(65537))).isEqualTo("-ERR a key must have 1 to 65536 bytes\r\n");
    }

    @Test
    void nx_sets_only_what_is_absent_and_xx_only_what_is_there() {
        assertThat(bench.run("set", "k", "1", "XX")).isEqualTo(NIL);
        assertThat(bench.run("set", "k", "1", "nx")).isEqualTo(OK);
        assertThat(bench.run("set", "k", "2", "NX")).isEqualTo(NIL);
        assertThat(bench.run("get", "k")).isEqualTo("$1\r\n1\r\n");
        assertThat(bench.run("set", "k", "3", "xx")).isEqualTo(OK);
        assertThat(bench.run("get", "k")).isEqualTo("$1\r\n3\r\n");
    }

    @Test
    void get_answers_with_the_old_value_whether_set_or_not() {
        assertThat(bench.run("set", "k", "1", "GET")).isEqualTo(NIL);
        assertThat(bench.run("set", "k", "2", "GET")).isEqualTo("$1\r\n1\r\n");
        assertThat(bench.run("set", "k", "3", "NX", "GET")).isEqualTo("$1\r\n2\r\n");
        assertThat(bench.run("set", "other", "3", "XX", "GET")).isEqualTo(NIL);
        assertThat(bench.run("get", "k")).isEqualTo("$1\r\n2\r\n");
        assertThat(bench.run("get", "other")).isEqualTo(NIL);
    }

    @Test
    void values_end_when_they_were_told_to() {
        long nowMillis = bench.nowNanos() / CommandBench.MILLI;
        for (String[] option : List.of(
                new String[] {"EX", "10"},
                new String[] {"px", "10000"},
                new String[] {"EXAT", Long.toString(nowMillis / 1000 + 10)},
                new String[] {"PXAT", Long.toString(nowMillis + 10_000)})) {
            CommandBench fresh = CommandBench.alone();
            assertThat(fresh.run("set", "k", "v", option[0], option[1])).isEqualTo(OK);
            fresh.pass(9_999);
            assertThat(fresh.run("get", "k")).as(option[0]).isEqualTo("$1\r\nv\r\n");
            fresh.pass(1);
            assertThat(fresh.run("get", "k")).as(option[0]).isEqualTo(NIL);
            assertThat(fresh.run("set", "k", "w", "NX")).as(option[0]).isEqualTo(OK);
        }
    }

    @Test
    void keepttl_keeps_the_end_and_a_plain_set_forgets_it() {
        bench.run("set", "k", "v", "PX", "100");
        bench.run("set", "k", "w", "KEEPTTL");
        bench.run("set", "l", "v", "PX", "100");
        bench.run("set", "l", "w");
        bench.pass(100);
        assertThat(bench.run("get", "k")).isEqualTo(NIL);
        assertThat(bench.run("get", "l")).isEqualTo("$1\r\nw\r\n");
    }

    @Test
    void wrong_options_are_refused_in_redis_words() {
        assertThat(bench.run("set", "k", "v", "NX", "XX")).isEqualTo(SYNTAX);
        assertThat(bench.run("set", "k", "v", "EX", "1", "PX", "1")).isEqualTo(SYNTAX);
        assertThat(bench.run("set", "k", "v", "EX", "1", "KEEPTTL")).isEqualTo(SYNTAX);
        assertThat(bench.run("set", "k", "v", "KEEPTTL", "EX", "1")).isEqualTo(SYNTAX);
        assertThat(bench.run("set", "k", "v", "EX")).isEqualTo(SYNTAX);
        assertThat(bench.run("set", "k", "v", "huh")).isEqualTo(SYNTAX);
        assertThat(bench.run("set", "k", "v", "EX", "x")).isEqualTo("-ERR value is not an integer or out of range\r\n");
        String invalid = "-ERR invalid expire time in 'set' command\r\n";
        assertThat(bench.run("set", "k", "v", "EX", "0")).isEqualTo(invalid);
        assertThat(bench.run("set", "k", "v", "PX", "-1")).isEqualTo(invalid);
        assertThat(bench.run("set", "k", "v", "EX", Long.toString(Long.MAX_VALUE / 1000)))
                .isEqualTo(invalid);
        assertThat(bench.run("get", "k")).isEqualTo(NIL);
    }

    @Test
    void a_connection_that_asked_for_siblings_gets_context_and_values() {
        CommandBench.Client client = bench.client();
        client.session.setSiblings(true);
        assertThat(client.run("get", "k")).isEqualTo("*2\r\n$-1\r\n*0\r\n");
        client.run("set", "k", "v", "PX", "10");
        assertThat(client.run("get", "k")).matches("(?s)\\*2\r\n\\$\\d+\r\n[-_A-Za-z0-9]+\r\n\\*1\r\n\\$1\r\nv\r\n");
        bench.pass(10);
        assertThat(client.run("get", "k")).matches("(?s)\\*2\r\n\\$\\d+\r\n[-_A-Za-z0-9]+\r\n\\*0\r\n");
    }

    @Test
    void a_write_that_too_few_replicas_confirm_is_in_doubt_and_says_what_supersedes_it() {
        CommandBench three = CommandBench.of(3, 3);
        CommandBench.Client client = three.client();
        client.run("set", "k", "v");
        three.pass(1_001);
        assertThat(client.takeReplies()).matches("(?s)-INDOUBT write reached 1 of 2 .* ctx=[-_A-Za-z0-9]+\r\n");
    }

    @Test
    void where_this_node_answers_alone_get_allocates_nothing_and_set_one_record() {
        CommandBench.Client client = bench.client();
        RespRequest set = Requests.of(List.of(bytes("SET"), bytes("key"), new byte[100]));
        RespRequest get = Requests.of(List.of(bytes("GET"), bytes("key")));
        long getBytes = 0;
        long setBytes = 0;
        for (int round = 0; round < 20; round++) {
            setBytes = allocatedBy(client, set);
            getBytes = allocatedBy(client, get);
        }
        assertThat(getBytes).as("bytes for 1000 GETs").isLessThan(1_000);
        assertThat(setBytes).as("bytes for 1000 SETs of about 170").isLessThan(200_000);
    }

    private static long allocatedBy(CommandBench.Client client, RespRequest request) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
            client.run(request);
            client.clear();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

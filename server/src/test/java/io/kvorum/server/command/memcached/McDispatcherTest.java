package io.kvorum.server.command.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespReply;
import org.junit.jupiter.api.Test;

/** memcached's commands at any node of a cluster whose keys have three owners, and others. */
class McDispatcherTest {
    private final McBench bench = new McBench(4, 3);

    /** Not an owner of the key: what it is asked is passed on. */
    private final McBench.Client away = bench.client(3);

    private final McBench.Client first = bench.client(0);
    private final String key = bench.cluster.keyOf(0);

    private String value(String flags, String value) {
        return "VALUE " + key + ' ' + flags + ' ' + value.length() + '|' + value + "|END|";
    }

    private String token(McBench.Client client) {
        String[] words = client.line("gets " + key).split("[ |]", -1);
        return words[4];
    }

    private RespReply redis(String... words) {
        return bench.cluster.client(1).ask(words);
    }

    @Test
    void what_one_protocol_sets_the_other_gets() {
        assertThat(away.store("set " + key + " 4294967295 0 5", "hello")).isEqualTo("STORED|");
        assertThat(redis("get", key).asString()).isEqualTo("hello");
        assertThat(first.line("get " + key)).isEqualTo(value("4294967295", "hello"));
        redis("set", key, "new");
        assertThat(away.line("get " + key)).as("Redis's values have no flags").isEqualTo(value("0", "new"));
        redis("del", key);
        assertThat(away.line("get " + key)).isEqualTo("END|");
    }

    @Test
    void many_keys_are_answered_in_their_order_without_those_that_are_not_there() {
        String other = bench.cluster.keyOf(1);
        first.store("set " + key + " 1 0 1", "a");
        first.store("set " + other + " 2 0 1", "b");
        assertThat(away.line("get " + other + " nosuch " + key + " " + key))
                .isEqualTo("VALUE " + other + " 2 1|b|VALUE " + key + " 1 1|a|VALUE " + key + " 1 1|a|END|");
        assertThat(away.line("gat 100 " + other + " nosuch " + key))
                .isEqualTo("VALUE " + other + " 2 1|b|VALUE " + key + " 1 1|a|END|");
        assertThat(redis("ttl", other).toString()).contains("100");
    }

    @Test
    void add_replace_append_and_prepend_go_by_what_is_there() {
        assertThat(away.store("replace " + key + " 0 0 1", "x")).isEqualTo("NOT_STORED|");
        assertThat(away.store("append " + key + " 0 0 1", "x")).isEqualTo("NOT_STORED|");
        assertThat(away.store("add " + key + " 7 100 1", "b")).isEqualTo("STORED|");
        assertThat(first.store("add " + key + " 0 0 1", "x")).isEqualTo("NOT_STORED|");
        assertThat(away.store("append " + key + " 9 9 1", "c")).isEqualTo("STORED|");
        assertThat(away.store("prepend " + key + " 9 9 1", "a")).isEqualTo("STORED|");
        assertThat(first.line("mg " + key + " v f t")).as("flags and time stay").isEqualTo("VA 3 f7 t100|abc|");
        assertThat(first.store("replace " + key + " 1 0 1", "r")).isEqualTo("STORED|");
        assertThat(away.line("get " + key)).isEqualTo(value("1", "r"));
    }

    @Test
    void a_value_made_too_long_by_appending_is_refused() {
        first.store("set " + key + " 0 0 " + (1 << 20), "x".repeat(1 << 20));
        assertThat(away.store("append " + key + " 0 0 1", "y")).isEqualTo("SERVER_ERROR object too large for cache|");
    }

    @Test
    void cas_stores_if_nothing_was_written_since() {
        assertThat(away.store("cas " + key + " 0 0 1 5", "x")).isEqualTo("NOT_FOUND|");
        first.store("set " + key + " 0 0 1", "a");
        String seen = token(away);
        assertThat(token(first)).as("the same everywhere").isEqualTo(seen);
        assertThat(away.line("touch " + key + " 100")).isEqualTo("TOUCHED|");
        assertThat(token(first)).as("a time is no change of the value").isEqualTo(seen);
        assertThat(away.store("cas " + key + " 0 0 1 " + seen, "b")).isEqualTo("STORED|");
        assertThat(away.store("cas " + key + " 0 0 1 " + seen, "c")).isEqualTo("EXISTS|");
        assertThat(first.line("get " + key)).isEqualTo(value("0", "b"));
    }

    @Test
    void cas_sees_what_redis_does() {
        redis("set", key, "1");
        String seen = token(away);
        redis("incr", key);
        assertThat(away.store("cas " + key + " 0 0 1 " + seen, "x")).isEqualTo("EXISTS|");
        assertThat(away.line("get " + key)).isEqualTo(value("0", "2"));
    }

    @Test
    void cas_is_refused_while_there_is_a_sibling_that_the_client_has_not_seen() {
        redis("kv.put", key, "", "a");
        String seen = token(away);
        redis("kv.put", key, "", "b");
        assertThat(away.store("cas " + key + " 0 0 1 " + seen, "c")).isEqualTo("EXISTS|");
        assertThat(away.store("cas " + key + " 0 0 1 " + token(away), "c")).isEqualTo("STORED|");
        assertThat(first.line("mg " + key + " v"))
                .as("the siblings are superseded")
                .isEqualTo("VA 1|c|");
    }

    @Test
    void numbers_wrap_above_and_end_at_zero_below() {
        assertThat(away.line("incr " + key + " 1")).isEqualTo("NOT_FOUND|");
        first.store("set " + key + " 3 100 2", "10");
        assertThat(away.line("incr " + key + " 5")).isEqualTo("15|");
        assertThat(away.line("decr " + key + " 100")).isEqualTo("0|");
        assertThat(away.line("incr " + key + " 18446744073709551615")).isEqualTo("18446744073709551615|");
        assertThat(away.line("incr " + key + " 2")).isEqualTo("1|");
        assertThat(first.line("mg " + key + " v f t")).isEqualTo("VA 1 f3 t100|1|");
        assertThat(redis("incr", key).toString()).as("still a number for Redis").contains("2");
        assertThat(away.line("incr " + key + " 1"))
                .as("what a counter shows counts")
                .isEqualTo("3|");
        redis("set", key, "-1");
        assertThat(away.line("incr " + key + " 1"))
                .isEqualTo("CLIENT_ERROR cannot increment or decrement non-numeric value|");
    }

    @Test
    void times_count_from_now_up_to_thirty_days_and_are_dates_beyond() {
        long now = bench.cluster.nowMillis() / 1000;
        first.store("set " + key + " 0 2592000 1", "x");
        assertThat(away.line("mg " + key + " t")).isEqualTo("HD t2592000|");
        first.store("set " + key + " 0 " + (now + 50) + " 1", "x");
        assertThat(away.line("mg " + key + " t")).isEqualTo("HD t50|");
        first.store("set " + key + " 0 2592001 1", "x");
        assertThat(away.line("get " + key)).as("a date in 1970").isEqualTo("END|");
        first.store("set " + key + " 0 0 1", "x");
        assertThat(away.line("touch " + key + " -1")).isEqualTo("TOUCHED|");
        assertThat(away.line("get " + key)).isEqualTo("END|");
        assertThat(away.line("touch " + key + " 0")).isEqualTo("NOT_FOUND|");
        first.store("set " + key + " 0 1 1", "x");
        bench.cluster.pass(1_005);
        assertThat(away.line("get " + key)).isEqualTo("END|");
    }

    @Test
    void a_delete_tells_whether_there_was_anything() {
        first.store("set " + key + " 0 0 1", "x");
        assertThat(away.line("delete " + key)).isEqualTo("DELETED|");
        assertThat(away.line("delete " + key)).isEqualTo("NOT_FOUND|");
    }

    @Test
    void a_delete_takes_hidden_siblings_with_it() {
        redis("kv.put", key, "", "a");
        redis("kv.put", key, "", "b", "PX", "50");
        bench.cluster.pass(100);
        assertThat(away.line("get " + key)).isEqualTo("END|");
        assertThat(redis("kv.get", key).toString()).contains("\"a\"");
        assertThat(away.line("md " + key + " C5")).isEqualTo("NF|");
        assertThat(redis("kv.get", key).toString()).contains("\"a\"");
        assertThat(away.line("delete " + key)).isEqualTo("NOT_FOUND|");
        assertThat(redis("kv.get", key).toString()).doesNotContain("\"a\"");
    }

    @Test
    void who_wants_no_reply_gets_none() {
        String lines = "set " + key + " 0 0 1 noreply\r\nx\r\nadd " + key + " 0 0 1 noreply\r\ny\r\nincr " + key
                + " 1 noreply\r\ntouch " + key + " 0 noreply\r\ndelete " + key + " noreply\r\nmn\r\n";
        assertThat(away.send(lines)).isEqualTo("MN\r\n");
        assertThat(away.send("ms " + key + " 1 q\r\nx\r\nms " + key + " 1 q ME\r\ny\r\nmg nosuch q\r\nmg " + key
                        + " q\r\nma " + key + " q\r\nmd " + key + " q\r\nmn\r\n"))
                .as("quiet commands tell what is not as it should be")
                .isEqualTo("NS\r\nHD\r\nCLIENT_ERROR cannot increment or decrement non-numeric value\r\nMN\r\n");
    }

    @Test
    void meta_commands_answer_flags_in_the_order_they_are_asked() {
        assertThat(away.store("ms " + key + " 2 F5 T100 c k O9", "10")).matches("HD c[0-9]+ k" + key + " O9\\|");
        assertThat(away.line("mg " + key + " t f s v k Oabc")).isEqualTo("VA 2 t100 f5 s2 k" + key + " Oabc|10|");
        assertThat(away.line("mg nosuch k O1")).isEqualTo("EN knosuch O1|");
        assertThat(away.line("ma " + key + " D5 v t O2")).isEqualTo("VA 2 t100 O2|15|");
        assertThat(away.line("ma " + key + " MD D20 v T50 t")).isEqualTo("VA 1 t50|0|");
        assertThat(away.line("ma other N60 J13 v t")).isEqualTo("VA 2 t60|13|");
        assertThat(away.line("ma nosuch k")).isEqualTo("NF knosuch|");
        assertThat(away.line("mg " + key + " T30 t v")).isEqualTo("VA 1 t30|0|");
        assertThat(away.line("md " + key + " C5 k")).isEqualTo("EX k" + key + "|");
        assertThat(away.line("md " + key + " x T20")).isEqualTo("HD|");
        assertThat(away.line("mg " + key + " s f t")).isEqualTo("HD s0 f0 t20|");
        assertThat(away.line("mg " + key + " h l t"))
                .as("it was looked at just now")
                .isEqualTo("HD h1 l0 t20|");
        assertThat(away.line("md " + key + " I q")).startsWith("CLIENT_ERROR no item can be marked stale here");
        assertThat(away.line("md " + key)).as("it stayed").isEqualTo("HD|");
        assertThat(away.line("md " + key + " k")).isEqualTo("NF k" + key + "|");
        assertThat(away.store("ms " + key + " 1 MA N40", "v")).isEqualTo("HD|");
        assertThat(away.line("mg " + key + " t v")).isEqualTo("VA 1 t40|v|");
    }

    @Test
    void a_key_in_base64_is_the_key_that_it_says() {
        assertThat(away.store("ms Zm9v 1 b k", "x")).isEqualTo("HD kZm9v b|");
        assertThat(redis("get", "foo").asString()).isEqualTo("x");
        assertThat(away.line("mg Zm9v b k v")).isEqualTo("VA 1 kZm9v b|x|");
        assertThat(away.line("me Zm9v b"))
                .matches("ME Zm9v exp=-1 la=0 cas=[0-9]+ fetch=yes size=1 flags=0 siblings=1\\|");
        assertThat(away.line("md Zm9v b k")).isEqualTo("HD kZm9v b|");
    }

    @Test
    void of_those_who_miss_one_is_to_make_the_value() {
        assertThat(away.line("mg " + key + " N30 v t")).isEqualTo("VA 0 t30 W||");
        assertThat(first.line("mg " + key + " N30 v")).isEqualTo("VA 0 Z||");
        assertThat(bench.client(1).line("mg " + key + " s")).isEqualTo("HD s0 Z|");
        away.store("ms " + key + " 1 T100", "x");
        assertThat(first.line("mg " + key + " N30 v")).isEqualTo("VA 1|x|");
    }

    @Test
    void of_those_who_see_little_time_left_one_is_to_make_the_value_anew() {
        first.store("set " + key + " 0 30 1", "x");
        assertThat(away.line("mg " + key + " R20")).isEqualTo("HD|");
        assertThat(away.line("mg " + key + " R60 v")).isEqualTo("VA 1 W|x|");
        assertThat(first.line("mg " + key + " R60 v")).isEqualTo("VA 1 Z|x|");
        first.store("set " + key + " 0 30 1", "y");
        assertThat(first.line("mg " + key + " R60"))
                .as("a new value, a new lease")
                .isEqualTo("HD W|");
    }

    @Test
    void siblings_are_stale_and_one_client_is_to_reconcile_them() {
        redis("kv.put", key, "", "a");
        redis("kv.put", key, "", "b");
        assertThat(away.line("mg " + key + " v")).isEqualTo("VA 1 X W|b|");
        assertThat(first.line("mg " + key + " v")).isEqualTo("VA 1 Z X|b|");
        bench.cluster.pass(Leases.LEASE_NANOS / 1_000_000);
        assertThat(first.line("mg " + key)).as("who was told so is gone").isEqualTo("HD X W|");
        assertThat(away.store("ms " + key + " 1", "c")).isEqualTo("HD|");
        assertThat(first.line("mg " + key + " v")).isEqualTo("VA 1|c|");
    }

    @Test
    void what_the_cluster_cannot_do_is_a_server_error() {
        bench.cluster.cutBoth(0, 1);
        bench.cluster.cutBoth(0, 2);
        bench.cluster.cutBoth(0, 3);
        assertThat(first.line("get " + key)).isEmpty();
        bench.cluster.pass(2_000);
        assertThat(first.received()).startsWith("SERVER_ERROR TRYAGAIN ").endsWith("\r\n");
        assertThat(first.store("set " + key + " 0 0 1", "x")).isEmpty();
        bench.cluster.pass(2_000);
        assertThat(first.received()).startsWith("SERVER_ERROR INDOUBT ").endsWith("\r\n");
        assertThat(first.send("get " + key + " other\r\nset " + key + " 0 0 1 noreply\r\nx\r\n"))
                .isEmpty();
        bench.cluster.pass(2_000);
        assertThat(first.received()).as("and no line of the other").matches("SERVER_ERROR TRYAGAIN [^\r]*\r\n");
    }

    @Test
    void a_flush_that_fails_is_told() {
        assertThat(away.line("flush_all")).isEqualTo("SERVER_ERROR ERR nobody flushes here|");
        assertThat(away.line("flush_all 100")).as("later").isEqualTo("OK|");
    }

    @Test
    void the_rest_is_answered_at_once() {
        assertThat(
                        away.send(
                                "version\r\nverbosity 1\r\nshutdown\r\nmn\r\ngat 1\r\nnosuch\r\nstats reset\r\nstats nosuch\r\n"))
                .isEqualTo(
                        "VERSION 1.6.18\r\nOK\r\nERROR: shutdown not enabled\r\nMN\r\nEND\r\nERROR\r\nRESET\r\nERROR\r\n");
        assertThat(away.line("quit")).isEmpty();
        assertThat(away.session.isClosing()).isTrue();
    }

    @Test
    void clients_of_redis_cannot_run_the_steps() {
        assertThat(redis("mc.get", key).toString()).contains("unknown command");
    }
}

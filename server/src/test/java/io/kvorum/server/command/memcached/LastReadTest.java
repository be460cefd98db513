package io.kvorum.server.command.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespReply;
import org.junit.jupiter.api.Test;

/** What {@code h} and {@code l} of {@code mg}, and {@code me}, tell of who read an item before, and how long ago. */
class LastReadTest {
    private static final String LOOK = " h l u";

    private final McBench bench = new McBench(4, 3);

    /** Not an owner of the key: what it is asked is passed on. */
    private final McBench.Client away = bench.client(3);

    private final McBench.Client owner = bench.client(0);
    private final String key = bench.cluster.keyOf(0);

    private void stored() {
        assertThat(away.store("set " + key + " 0 100 1", "5")).isEqualTo("STORED|");
    }

    private void pass(int seconds) {
        bench.cluster.pass(seconds * 1_000L);
    }

    private String look() {
        return away.line("mg " + key + LOOK);
    }

    private RespReply redis(String... words) {
        return bench.cluster.client(3).ask(words);
    }

    @Test
    void an_item_that_nobody_read_is_as_old_as_its_value() {
        stored();
        assertThat(look()).isEqualTo("HD h0 l0|");
        pass(7);
        assertThat(look()).isEqualTo("HD h0 l7|");
        assertThat(away.line("mg " + key + " l v h")).isEqualTo("VA 1 l7 h0|5|");
    }

    @Test
    void what_is_told_is_from_before_the_read_that_asks() {
        stored();
        pass(3);
        assertThat(away.line("mg " + key + " h l")).isEqualTo("HD h0 l3|");
        assertThat(away.line("mg " + key + " h l")).isEqualTo("HD h1 l0|");
        pass(4);
        assertThat(away.line("mg " + key + " h l")).isEqualTo("HD h1 l4|");
        assertThat(away.line("mg " + key + " h l")).isEqualTo("HD h1 l0|");
    }

    @Test
    void each_read_and_each_new_end_is_remembered() {
        for (String read : new String[] {
            "get KEY",
            "gets KEY",
            "get nosuch KEY",
            "gat 50 KEY",
            "gats 50 KEY",
            "gat 50 nosuch KEY",
            "touch KEY 50",
            "mg KEY",
            "mg KEY v",
            "mg KEY q s",
            "mg KEY T50",
            "mg KEY T50 v"
        }) {
            stored();
            pass(2);
            away.line(read.replace("KEY", key));
            pass(1);
            assertThat(look()).as(read).isEqualTo("HD h1 l1|");
        }
    }

    @Test
    void what_is_no_read_or_wants_to_leave_no_trace_leaves_none() {
        stored();
        pass(2);
        away.line("mg " + key + " u");
        away.line("mg " + key + " u v T100");
        away.line("me " + key);
        away.store("add " + key + " 0 0 1", "x");
        away.store("cas " + key + " 0 0 1 5", "x");
        away.line("md " + key + " C5");
        assertThat(look()).isEqualTo("HD h0 l2|");
    }

    @Test
    void a_value_that_is_written_anew_is_unread() {
        for (String write : new String[] {
            "set KEY 0 0 1\r\n6",
            "replace KEY 0 0 1\r\n6",
            "append KEY 0 0 1\r\n6",
            "ms KEY 1\r\n6",
            "ms KEY 1 MP\r\n6",
            "incr KEY 1",
            "ma KEY MD",
            "md KEY x"
        }) {
            stored();
            away.line("get " + key);
            pass(2);
            away.line(write.replace("KEY", key));
            pass(1);
            assertThat(look()).as(write).isEqualTo("HD h0 l1|");
        }
    }

    @Test
    void who_writes_by_redis_is_seen_and_who_reads_is_not() {
        stored();
        redis("get", key);
        assertThat(look()).isEqualTo("HD h0 l0|");
        away.line("get " + key);
        redis("expire", key, "50");
        assertThat(look()).as("a time is no change of the value").isEqualTo("HD h1 l0|");
        redis("incr", key);
        pass(3);
        assertThat(look()).isEqualTo("HD h0 l3|");
        away.line("get " + key);
        redis("kv.put", key, "", "sibling");
        assertThat(look()).as("a sibling came to light").isEqualTo("HD h0 l0 X W|");
    }

    @Test
    void a_node_knows_of_the_reads_of_its_own_clients() {
        stored();
        away.line("get " + key);
        pass(2);
        assertThat(owner.line("mg " + key + LOOK)).isEqualTo("HD h0 l2|");
        assertThat(bench.client(3).line("mg " + key + LOOK))
                .as("of all its connections")
                .isEqualTo("HD h1 l2|");
    }

    @Test
    void an_item_that_a_miss_made_was_read_by_who_missed() {
        assertThat(away.line("mg " + key + " N30 h l v")).isEqualTo("VA 0 h0 l0 W||");
        pass(2);
        assertThat(look()).isEqualTo("HD h1 l2 Z|");
        assertThat(away.line("mg " + key + "2 N30 u")).isEqualTo("HD W|");
        assertThat(away.line("mg " + key + "2" + LOOK)).isEqualTo("HD h0 l0 Z|");
    }

    @Test
    void it_is_told_together_with_who_is_to_make_the_value_anew() {
        stored();
        pass(2);
        assertThat(away.line("mg " + key + " R200 l h v")).isEqualTo("VA 1 l2 h0 W|5|");
        pass(1);
        assertThat(away.line("mg " + key + " R200 l h")).isEqualTo("HD l1 h1 Z|");
    }

    @Test
    void meta_debug_tells_it_too() {
        stored();
        pass(2);
        assertThat(away.line("me " + key)).contains(" la=2 cas=").contains(" fetch=no size=1 ");
        away.line("get " + key);
        pass(1);
        assertThat(away.line("me " + key)).contains(" la=1 cas=").contains(" fetch=yes size=1 ");
    }

    @Test
    void it_means_nothing_to_other_commands_and_of_what_is_not_there() {
        assertThat(away.line("mg " + key + " h l k")).isEqualTo("EN k" + key + "|");
        assertThat(away.store("ms " + key + " 1 h l u", "5")).isEqualTo("HD|");
        assertThat(away.line("ma " + key + " h l u")).isEqualTo("HD|");
        assertThat(away.line("md " + key + " h l u")).isEqualTo("HD|");
    }
}

package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.coordinator.Failure;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.RecordBytes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies as Redis 7 gives them; the scripts were run against it, too. */
final class StringsTest {
    private static final String NO_NUMBER = "-ERR value is not an integer or out of range|";
    private static final String SYNTAX = "-ERR syntax error|";

    private final TestCluster cluster = new TestCluster(1, 16, 1);
    private final TestNode node = cluster.node(0);

    /** Lines of a command, an arrow, and its reply. */
    private void script(boolean later, String lines) {
        node.later = later;
        for (String line : lines.lines().toList()) {
            String[] parts = line.split(" => ", -1);
            assertThat(node.line(parts[0])).as(line).isEqualTo(parts[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void values_are_set_read_and_deleted_as_redis_does(boolean later) {
        script(later, """
                SETNX a 1 => :1|
                SETNX a 2 => :0|
                GET a => $1|1|
                GETSET a 3 => $1|1|
                GETSET fresh x => $-1|
                GET fresh => $1|x|
                STRLEN a => :1|
                STRLEN none => :0|
                APPEND a bc => :3|
                APPEND log line => :4|
                GET a => $3|3bc|
                GETDEL a => $3|3bc|
                GETDEL a => $-1|
                EXISTS a => :0|
                MSET k1 v1 k2 v2 k1 v3 => +OK|
                MGET k1 none k2 k1 => *4|$2|v3|$-1|$2|v2|$2|v3|
                MSET k1 v1 k2 => -ERR wrong number of arguments for 'mset' command|
                MGET => -ERR wrong number of arguments for 'mget' command|
                EXISTS k1 k1 none k2 => :3|
                TOUCH k1 none => :1|
                TYPE k1 => +string|
                TYPE none => +none|
                DEL k1 k1 k2 none => :2|
                DEL k1 => :0|
                UNLINK log fresh => :2|
                DBSIZE => :0|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void counters_count_and_refuse_what_redis_refuses(boolean later) {
        script(later, """
                INCR n => :1|
                INCRBY n 41 => :42|
                DECR n => :41|
                DECRBY n -9 => :50|
                GET n => $2|50|
                STRLEN n => :2|
                APPEND n 0 => :3|
                INCR n => :501|
                SET n -5 => +OK|
                INCR n => :-4|
                SET n 9223372036854775806 => +OK|
                INCR n => :9223372036854775807|
                INCR n => -ERR increment or decrement would overflow|
                GET n => $19|9223372036854775807|
                DECRBY n 9223372036854775807 => :0|
                SET n -9223372036854775807 => +OK|
                DECR n => :-9223372036854775808|
                DECR n => -ERR increment or decrement would overflow|
                DECRBY n -9223372036854775808 => -ERR decrement would overflow|
                INCRBY n 1.5 => NONUMBER
                INCRBY n 9223372036854775808 => NONUMBER
                SET s abc => +OK|
                INCR s => NONUMBER
                SET s 01 => +OK|
                INCR s => NONUMBER
                GETDEL n => $20|-9223372036854775808|
                INCRBY n 7 => :7|
                """.replace("NONUMBER", NO_NUMBER));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void expiry_is_set_asked_and_removed_as_redis_does(boolean later) {
        script(later, """
                TTL k => :-2|
                PTTL k => :-2|
                EXPIRETIME k => :-2|
                PEXPIRETIME k => :-2|
                EXPIRE k 10 => :0|
                PERSIST k => :0|
                SETEX k 10 v => +OK|
                TTL k => :10|
                PSETEX k 1500 v => +OK|
                PTTL k => :1500|
                TTL k => :2|
                PEXPIRETIME k => :1700000001500|
                EXPIRETIME k => :1700000002|
                PERSIST k => :1|
                PERSIST k => :0|
                TTL k => :-1|
                PTTL k => :-1|
                EXPIRETIME k => :-1|
                EXPIRE k 100 XX => :0|
                EXPIRE k 100 GT => :0|
                EXPIRE k 100 nx => :1|
                EXPIRE k 200 NX => :0|
                EXPIRE k 50 GT => :0|
                EXPIRE k 100 GT => :0|
                EXPIRE k 100 LT => :0|
                EXPIRE k 150 GT XX => :1|
                EXPIRE k 140 XX LT => :1|
                TTL k => :140|
                PERSIST k => :1|
                PEXPIRE k 100 LT => :1|
                EXPIREAT k 1700000100 => :1|
                TTL k => :100|
                PEXPIREAT k 1700000100499 => :1|
                PTTL k => :100499|
                TTL k => :100|
                APPEND k x => :2|
                TTL k => :100|
                SET n 1 EX 10 => +OK|
                INCR n => :2|
                TTL n => :10|
                GETSET n 5 => $1|2|
                TTL n => :-1|
                EXPIRE k 100 BAD => -ERR Unsupported option BAD|
                EXPIRE k 100 NX GT => -ERR NX and XX, GT or LT options at the same time are not compatible|
                EXPIRE k 100 NX XX => -ERR NX and XX, GT or LT options at the same time are not compatible|
                EXPIRE k 100 LT GT => -ERR GT and LT options at the same time are not compatible|
                EXPIRE k ten => NONUMBER
                EXPIRE k 9223372036854775807 => -ERR invalid expire time in 'expire' command|
                EXPIRE none 9223372036854775807 => -ERR invalid expire time in 'expire' command|
                EXPIRE k -9223372036854775808 => -ERR invalid expire time in 'expire' command|
                EXPIRE k 9223372036854775 => -ERR invalid expire time in 'expire' command|
                PEXPIRE k 9223372036854775807 => -ERR invalid expire time in 'pexpire' command|
                EXPIREAT k 9223372036854776 => -ERR invalid expire time in 'expireat' command|
                PEXPIREAT k 9223372036854775807 => :1|
                PEXPIRETIME k => :9223372036854775807|
                EXPIRETIME k => :9223372036854776|
                EXPIREAT k 9223372036854775 => :1|
                EXPIRETIME k => :9223372036854775|
                EXPIRE k -1 => :1|
                EXISTS k => :0|
                SET k v => +OK|
                EXPIREAT k 0 => :1|
                EXISTS k => :0|
                SET k v => +OK|
                PEXPIREAT k -9223372036854775808 LT => :1|
                EXISTS k => :0|
                SET k v => +OK|
                PEXPIREAT k 1700000000000 => :1|
                EXISTS k => :0|
                SETEX k 0 v => -ERR invalid expire time in 'setex' command|
                SETEX k -1 v => -ERR invalid expire time in 'setex' command|
                SETEX k x v => NONUMBER
                PSETEX k 0 v => -ERR invalid expire time in 'psetex' command|
                PSETEX k 9223372036854775807 v => -ERR invalid expire time in 'psetex' command|
                """.replace("NONUMBER", NO_NUMBER));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void getex_takes_all_its_options(boolean later) {
        script(later, """
                GETEX none => $-1|
                GETEX none EX 0 => $-1|
                GETEX none EX x => $-1|
                GETEX none BAD => SYNTAX
                SET k v => +OK|
                GETEX k => $1|v|
                TTL k => :-1|
                GETEX k EX 10 => $1|v|
                TTL k => :10|
                GETEX k px 500 => $1|v|
                PTTL k => :500|
                GETEX k EXAT 1700000007 => $1|v|
                PTTL k => :7000|
                GETEX k PXAT 1700000000001 => $1|v|
                PTTL k => :1|
                GETEX k PERSIST => $1|v|
                PTTL k => :-1|
                GETEX k EX 0 => -ERR invalid expire time in 'getex' command|
                GETEX k EX x => -ERR value is not an integer or out of range|
                GETEX k EX 9223372036854775 => -ERR invalid expire time in 'getex' command|
                GETEX k EX => SYNTAX
                GETEX k EX 10 PERSIST => SYNTAX
                GETEX k PERSIST EX 10 => SYNTAX
                GETEX k EX 10 PX 10 => SYNTAX
                GETEX k KEEPTTL => SYNTAX
                GETEX k NX => SYNTAX
                GETEX k PXAT 1 => $1|v|
                EXISTS k => :0|
                """.replace("SYNTAX", SYNTAX));
    }

    @Test
    void a_number_that_was_made_by_adding_can_be_added_to_however_long_it_is() {
        String zeros = "0".repeat(4930);
        assertThat(node.run("INCRBYFLOAT", "f", "1e4931")).isEqualTo("$4932|10" + zeros + "|");
        assertThat(node.run("INCRBYFLOAT", "f", "0.5")).isEqualTo("$4934|10" + zeros + ".5|");
        assertThat(node.run("INCRBYFLOAT", "f", "-1e4931")).isEqualTo("$3|0.5|");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fractions_add_up_as_decimals(boolean later) {
        script(later, """
                INCRBYFLOAT f 0.1 => $3|0.1|
                INCRBYFLOAT f 0.2 => $3|0.3|
                INCRBYFLOAT f -0.3 => $1|0|
                INCRBYFLOAT f 5.0e3 => $4|5000|
                SET f 3.0e3 EX 100 => +OK|
                INCRBYFLOAT f 200 => $4|3200|
                TTL f => :100|
                INCR f => :3201|
                INCRBYFLOAT f .5 => $6|3201.5|
                INCRBYFLOAT f x => -ERR value is not a valid float|
                INCRBYFLOAT f 1e5000 => -ERR value is not a valid float|
                SET s abc => +OK|
                INCRBYFLOAT s 1 => -ERR value is not a valid float|
                SET endless -infinity => +OK|
                INCRBYFLOAT endless 1 => -ERR increment would produce NaN or Infinity|
                INCRBYFLOAT endless x => -ERR value is not a valid float|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ranges_are_cut_as_redis_cuts_them(boolean later) {
        script(later, """
                SET k 0123456789 => +OK|
                GETRANGE k 0 3 => $4|0123|
                GETRANGE k -3 -1 => $3|789|
                GETRANGE k 0 -1 => $10|0123456789|
                GETRANGE k 8 100 => $2|89|
                GETRANGE k 10 100 => $0||
                GETRANGE k 5 3 => $0||
                GETRANGE k -1 -3 => $0||
                GETRANGE k -100 -50 => $1|0|
                GETRANGE k -100 2 => $3|012|
                GETRANGE k -9223372036854775808 9223372036854775807 => $10|0123456789|
                GETRANGE k a 1 => -ERR value is not an integer or out of range|
                GETRANGE none 0 -1 => $0||
                """);
    }

    @Test
    void resp3_says_null_where_resp2_has_a_null_bulk() {
        assertThat(node.line("HELLO 3")).startsWith("%");
        script(false, """
                GETDEL none => _|
                GETSET k v => _|
                GETEX none PERSIST => _|
                MGET none k => *2|_|$1|v|
                SCAN 0 => *2|$1|0|*1|$1|k|
                """);
    }

    @Test
    void a_write_in_doubt_names_the_version_it_made_and_an_amendment_none() {
        node.later = true;
        node.line("SET n 5");
        node.failure = new Failure(Failure.Kind.INDOUBT, "write reached 1 of 2 replicas");
        for (String line : new String[] {"APPEND n 1", "GETSET n 1", "SETEX n 9 1", "INCR born", "DEL n"}) {
            String reply = node.line(line);
            assertThat(reply).as(line).startsWith("-INDOUBT write reached 1 of 2 replicas ctx=");
            byte[] text = reply.substring(reply.indexOf("ctx=") + 4, reply.length() - 1)
                    .getBytes(US_ASCII);
            byte[] key = line.split(" ", -1)[1].getBytes(US_ASCII);
            Context context = (Context) node.contexts.decode(text, 0, text.length, key, 0, key.length);
            byte[] record = node.recordOf(key);
            assertThat(context.dots())
                    .as(line)
                    .isEqualTo(List.of(RecordBytes.siblings(record).get(0).dot()));
            assertThat(context.vector().size()).as(line).isZero();
        }
        node.failure = null;
        node.line("SET n 5");
        node.failure = new Failure(Failure.Kind.INDOUBT, "write reached 1 of 2 replicas");
        assertThat(node.line("INCR n")).isEqualTo("-INDOUBT write reached 1 of 2 replicas|");
        assertThat(node.line("EXPIRE n 10")).isEqualTo("-INDOUBT write reached 1 of 2 replicas|");
    }

    @Test
    void where_the_newest_of_siblings_is_a_tombstone_the_key_is_absent_and_a_delete_clears_the_others() {
        TestCluster two = new TestCluster(2, 4, 2);
        two.node(0).view(two.aloneView(0));
        two.node(1).view(two.aloneView(1));
        byte[] key = "k".getBytes(US_ASCII);
        two.node(0).line("SET k older");
        two.node(1).line("SET k gone");
        two.nowMillis++;
        two.node(1).line("DEL k");
        two.exchange(two.node(1), two.node(0), key);
        TestNode first = two.node(0);
        assertThat(RecordBytes.siblings(first.recordOf(key))).hasSize(2);
        assertThat(first.line("EXISTS k")).isEqualTo(":0|");
        assertThat(first.line("TTL k")).isEqualTo(":-2|");
        assertThat(first.line("EXPIRE k 10")).isEqualTo(":0|");
        assertThat(first.line("SCAN 0")).isEqualTo("*2|$1|0|*0|");
        assertThat(first.line("DEL k")).isEqualTo(":0|");
        assertThat(RecordBytes.siblings(first.recordOf(key))).hasSize(1);
    }
}

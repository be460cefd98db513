package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies as Redis 7 gives them; the scripts were run against it, too. */
final class ManyKeysTest {
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
    void values_move_with_their_end(boolean later) {
        script(later, """
                RENAME none b => -ERR no such key|
                RENAMENX none b => -ERR no such key|
                RENAME none none => -ERR no such key|
                SET a one PX 5000 => +OK|
                SET b two => +OK|
                RENAME a a => +OK|
                RENAMENX a a => :0|
                RENAMENX a b => :0|
                GET b => $3|two|
                RENAME a b => +OK|
                GET b => $3|one|
                PTTL b => :5000|
                EXISTS a => :0|
                RENAMENX b c => :1|
                PTTL c => :5000|
                EXISTS b => :0|
                SET c three => +OK|
                RENAME c b => +OK|
                TTL b => :-1|
                RENAME b => -ERR wrong number of arguments for 'rename' command|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_counter_that_moved_goes_on_counting(boolean later) {
        script(later, """
                INCRBY n 41 => :41|
                INCR n => :42|
                COPY n m => :1|
                RENAME n o => +OK|
                INCR o => :43|
                INCR m => :43|
                EXISTS n => :0|
                INCR n => :1|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void values_are_copied_with_their_end(boolean later) {
        script(later, """
                COPY none b => :0|
                COPY a a => -ERR source and destination objects are the same|
                SET a one PX 5000 => +OK|
                COPY a b => :1|
                PTTL b => :5000|
                SET a two => +OK|
                COPY a b => :0|
                GET b => $3|one|
                COPY a b replace => :1|
                GET b => $3|two|
                TTL b => :-1|
                COPY a c DB 0 => :1|
                COPY a c DB 1 => -ERR DB index is out of range|
                COPY a c DB x => -ERR value is not an integer or out of range|
                COPY a c DB => -ERR syntax error|
                COPY a c WITH => -ERR syntax error|
                COPY a c DB 0 REPLACE => :1|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void many_keys_are_set_if_none_is_there(boolean later) {
        script(later, """
                MSETNX a 1 b 2 a 3 => :1|
                MGET a b => *2|$1|3|$1|2|
                MSETNX c 1 b 9 => :0|
                MGET c b => *2|$-1|$1|2|
                MSETNX c 1 d => -ERR wrong number of arguments for 'msetnx' command|
                DEL b => :1|
                MSETNX c 1 b 9 => :1|
                MGET c b => *2|$1|1|$1|9|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bits_of_values_are_joined(boolean later) {
        script(later, """
                SET a abc => +OK|
                SET b ABCDEFGHIJ EX 100 => +OK|
                BITOP AND r a b => :10|
                GET r => $10|ABC\0\0\0\0\0\0\0|
                BITOP or r a b => :10|
                GET r => $10|abcDEFGHIJ|
                BITOP XOR r a b none => :10|
                GET r => $10|   DEFGHIJ|
                BITOP NOT r a => :3|
                BITOP NOT r r => :3|
                GET r => $3|abc|
                BITOP DIFF r b a => :10|
                GET r => $10|\0\0\0DEFGHIJ|
                BITOP DIFF1 r b a => :10|
                GET r => $10|   \0\0\0\0\0\0\0|
                BITOP ANDOR r b a none => :10|
                GET r => $10|ABC\0\0\0\0\0\0\0|
                BITOP ONE r a a b => :10|
                GET r => $10|\0\0\0DEFGHIJ|
                BITOP AND b b b => :10|
                TTL b => :-1|
                BITOP AND r none nothing => :0|
                EXISTS r => :0|
                BITOP NOT r a b => -ERR BITOP NOT must be called with a single source key.|
                BITOP DIFF r a => -ERR BITOP DIFF must be called with at least two source keys.|
                BITOP NAND r a b => -ERR syntax error|
                BITOP AND r => -ERR wrong number of arguments for 'bitop' command|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_two_values_have_in_common_is_told_as_redis_does(boolean later) {
        script(later, """
                MSET key1 ohmytext key2 mynewtext => +OK|
                LCS key1 key2 => $6|mytext|
                LCS key1 key2 LEN => :6|
                LCS key1 key2 IDX => *4|$7|matches|*2|*2|*2|:4|:7|*2|:5|:8|*2|*2|:2|:3|*2|:0|:1|$3|len|:6|
                LCS key1 key2 idx MINMATCHLEN 4 => *4|$7|matches|*1|*2|*2|:4|:7|*2|:5|:8|$3|len|:6|
                LCS key1 key2 IDX MINMATCHLEN 4 WITHMATCHLEN => *4|$7|matches|*1|*3|*2|:4|:7|*2|:5|:8|:4|$3|len|:6|
                LCS key1 none => $0||
                LCS none key1 LEN => :0|
                LCS none nothing IDX => *4|$7|matches|*0|$3|len|:0|
                LCS key1 key2 LEN IDX => -ERR If you want both the length and indexes, please just use IDX.|
                LCS key1 key2 MINMATCHLEN x => -ERR value is not an integer or out of range|
                LCS key1 key2 MINMATCHLEN => -ERR syntax error|
                LCS key1 key2 LENGTH => -ERR syntax error|
                """);
    }

    @Test
    void values_too_long_to_be_compared_are_refused_and_long_ones_take_several_turns() {
        node.run("SET", "a", "x".repeat(1 << 14));
        node.run("SET", "b", "y".repeat(1 << 13));
        assertThat(node.line("LCS a b"))
                .isEqualTo(
                        "-ERR LCS of values of 16384 and 8192 bytes would compare 134217728 pairs of bytes, more than"
                                + " 67108864|");
        node.run("SET", "a", "xy".repeat(1500));
        node.run("SET", "b", "yx".repeat(1500));
        node.send("LCS", "a", "b", "LEN");
        assertThat(node.received()).isEmpty();
        cluster.settle();
        assertThat(node.received()).isEqualTo(":2999|");
        assertThat(node.line("LCS a b")).isEqualTo("$2999|" + "yx".repeat(1499) + "y|");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_dump_is_restored_with_an_end_of_its_own(boolean later) {
        node.later = later;
        node.run("SET", "a", "one\0\u00ff", "EX", "100");
        node.run("INCRBY", "n", "42");
        String dump = dump("a");
        String counter = dump("n");
        assertThat(node.line("DUMP none")).isEqualTo("$-1|");
        assertThat(node.run("RESTORE", "a", "0", dump)).isEqualTo("-BUSYKEY Target key name already exists.|");
        assertThat(node.run("RESTORE", "b", "0", dump)).isEqualTo("+OK|");
        assertThat(node.line("GET b")).isEqualTo("$5|one\0\u00ff|");
        assertThat(node.line("TTL b")).isEqualTo(":-1|");
        assertThat(node.run("RESTORE", "b", "5000", counter, "replace")).isEqualTo("+OK|");
        assertThat(node.line("PTTL b")).isEqualTo(":5000|");
        assertThat(node.line("INCR b")).isEqualTo(":43|");
        String at = String.valueOf(cluster.nowMillis + 7000);
        assertThat(node.run("RESTORE", "c", at, dump, "ABSTTL", "IDLETIME", "7"))
                .isEqualTo("+OK|");
        assertThat(node.line("PTTL c")).isEqualTo(":7000|");
        assertThat(node.run("RESTORE", "c", "1", dump, "ABSTTL", "REPLACE", "FREQ", "255"))
                .isEqualTo("+OK|");
        assertThat(node.line("EXISTS c")).isEqualTo(":0|");
        assertThat(node.run("RESTORE", "c", "1", dump, "ABSTTL")).isEqualTo("+OK|");
        assertThat(node.line("EXISTS c")).isEqualTo(":0|");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_restore_that_is_wrong_is_refused_in_the_order_of_redis(boolean later) {
        node.later = later;
        node.line("SET a one");
        String dump = dump("a");
        String busy = "-BUSYKEY Target key name already exists.|";
        assertThat(node.line("RESTORE a x y")).isEqualTo(busy);
        assertThat(node.line("RESTORE a x y BAD")).isEqualTo("-ERR syntax error|");
        assertThat(node.line("RESTORE b x y")).isEqualTo("-ERR value is not an integer or out of range|");
        assertThat(node.line("RESTORE b -1 y")).isEqualTo("-ERR Invalid TTL value, must be >= 0|");
        assertThat(node.line("RESTORE b 9223372036854775807 y"))
                .isEqualTo("-ERR DUMP payload version or checksum are wrong|");
        assertThat(node.run("RESTORE", "b", "9223372036854775807", dump))
                .isEqualTo("-ERR Invalid TTL value, too large|");
        assertThat(node.line("RESTORE b 0 y")).isEqualTo("-ERR DUMP payload version or checksum are wrong|");
        assertThat(node.line("RESTORE b 0 y REPLACE")).isEqualTo("-ERR DUMP payload version or checksum are wrong|");
        assertThat(node.run("RESTORE", "b", "0", dump, "FREQ", "256"))
                .isEqualTo("-ERR Invalid FREQ value, must be >= 0 and <= 255|");
        assertThat(node.run("RESTORE", "b", "0", dump, "IDLETIME", "-1"))
                .isEqualTo("-ERR Invalid IDLETIME value, must be >= 0|");
        assertThat(node.run("RESTORE", "b", "0", dump, "IDLETIME", "1", "FREQ", "1"))
                .isEqualTo("-ERR syntax error|");
        assertThat(node.line("EXISTS b")).isEqualTo(":0|");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_key_is_deleted_only_as_it_was_read(boolean later) {
        node.later = later;
        node.line("SET a 1");
        String hash = hash("a");
        node.line("INCR a");
        assertThat(node.line("KV.DELIF a " + hash)).isEqualTo(":0|");
        hash = hash("a");
        node.line("EXPIRE a 100");
        assertThat(node.line("KV.DELIF a " + hash)).isEqualTo(":0|");
        assertThat(node.line("GET a")).isEqualTo("$1|2|");
        assertThat(node.line("KV.DELIF a " + hash("a"))).isEqualTo(":1|");
        assertThat(node.line("EXISTS a")).isEqualTo(":0|");
        assertThat(node.line("KV.DELIF none " + hash)).isEqualTo(":0|");
        assertThat(node.line("KV.DUMP none")).isEqualTo("$-1|");
        assertThat(node.line("KV.DELIF a xyz"))
                .isEqualTo("-ERR a hash has 16 hexadecimal digits, as KV.DUMP returns it|");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void values_are_described_as_redis_would_hold_them(boolean later) {
        node.run("SET", "long", "x".repeat(45));
        node.run("SET", "short", "x".repeat(44));
        script(later, """
                SET n 12 => +OK|
                OBJECT ENCODING n => $3|int|
                OBJECT ENCODING short => $6|embstr|
                OBJECT ENCODING long => $3|raw|
                OBJECT encoding none => $-1|
                OBJECT REFCOUNT n => :1|
                OBJECT REFCOUNT none => $-1|
                OBJECT FREQ none => $-1|
                OBJECT IDLETIME n => :0|
                OBJECT IDLETIME none => $-1|
                OBJECT ENCODING => -ERR wrong number of arguments for 'object|encoding' command|
                OBJECT BAD n => -ERR unknown subcommand 'BAD'. Try OBJECT HELP.|
                MEMORY USAGE none => $-1|
                MEMORY USAGE n SAMPLES => -ERR syntax error|
                MEMORY USAGE n SAMPLES x => -ERR value is not an integer or out of range|
                MEMORY USAGE n SAMPLES -1 => -ERR syntax error|
                MEMORY USAGE n SAMPLED 1 => -ERR syntax error|
                MEMORY PURGE => +OK|
                MEMORY MALLOC-STATS => $44|Stats not supported for the current allocator|
                """.replace("$44|", "$45|"));
        assertThat(node.line("OBJECT FREQ n")).startsWith("-ERR An LFU maxmemory policy is not selected");
        assertThat(node.line("OBJECT HELP")).startsWith("*11|+OBJECT <subcommand>");
        cluster.advance(3500);
        assertThat(node.line("OBJECT IDLETIME n")).isEqualTo(":3|");
    }

    @Test
    void memory_is_counted_from_the_records_there_are() {
        node.run("SET", "small", "x");
        node.run("SET", "large", "x".repeat(1000));
        long small = number(node.line("MEMORY USAGE small"));
        long large = number(node.line("MEMORY USAGE large SAMPLES 0"));
        assertThat(large - small).isBetween(990L, 1010L);
        assertThat(small).isBetween(60L, 120L);
        assertThat(node.line("MEMORY STATS"))
                .startsWith("*12|$15|total.allocated|:" + node.engine.usedBytes() + "|")
                .contains("|keys.count|:2|");
        assertThat(node.line("MEMORY DOCTOR"))
                .contains("This node has 2 records, 2 of them live")
                .contains("wrong");
        for (int i = 0; i < 9; i++) {
            node.line("SET dead" + i + " x");
            node.line("DEL dead" + i);
        }
        assertThat(node.line("MEMORY DOCTOR")).contains("deleted or have expired");
        assertThat(node.line("MEMORY HELP")).startsWith("*13|");
    }

    @Test
    void a_random_key_is_any_key_that_is_there_wherever_it_lies() {
        TestCluster three = new TestCluster(3, 16, 1);
        TestNode asked = three.node(0);
        assertThat(asked.line("RANDOMKEY")).isEqualTo("$-1|");
        for (int i = 0; i < 20; i++) {
            three.nodes.forEach(each -> each.line("SET dead" + each.hashCode() + " x PX 1"));
        }
        for (int i = 0; i < 12; i++) {
            String key = "k" + i;
            ownerOf(three, key).run("SET", key, "x");
        }
        three.advance(5);
        TreeSet<String> seen = new TreeSet<>();
        for (int i = 0; i < 400; i++) {
            seen.add(asked.line("RANDOMKEY"));
        }
        assertThat(seen).hasSize(12).allMatch(reply -> reply.contains("|k"));
    }

    @Test
    void a_random_key_says_which_partition_nobody_can_read() {
        TestCluster three = new TestCluster(3, 16, 1);
        three.node(0).view(three.aloneView(0));
        assertThat(three.node(0).line("RANDOMKEY")).contains("can be read from none of its 1 owners");
    }

    @Test
    void a_random_key_is_found_past_partitions_that_nobody_can_read() {
        TestCluster three = new TestCluster(3, 16, 1);
        for (int i = 0; i < 200; i++) {
            ownerOf(three, "k" + i).run("SET", "k" + i, "x");
        }
        BitSet down = new BitSet();
        down.set(1);
        three.node(0).view(three.view(0, down));
        for (int i = 0; i < 100; i++) {
            assertThat(three.node(0).line("RANDOMKEY")).contains("|k");
        }
    }

    @Test
    void no_more_partitions_are_asked_for_a_random_key_once_the_client_is_gone() {
        TestCluster three = new TestCluster(3, 16, 1);
        three.node(0).send("RANDOMKEY");
        three.node(0).hangUp();
        three.settle();
        assertThat(three.node(0).sent).hasSizeLessThan(2);
    }

    @Test
    void no_more_partitions_are_asked_for_all_keys_once_the_client_is_gone() {
        TestCluster three = new TestCluster(3, 64, 1);
        three.node(0).send("KEYS", "*");
        int asked = three.node(0).sent.size();
        three.node(0).hangUp();
        three.settle();
        assertThat(three.node(0).sent).hasSize(asked);
        assertThat(three.node(0).wheel.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Aa BB", "aA BB"})
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void many_keys_of_one_hash_are_told_apart_at_once(String blocks) {
        node.run("SET", "there", "v");
        String[] either = blocks.split(" ", -1);
        int length = 16;
        byte[][] request = new byte[3 + (2 << length)][];
        request[0] = "MSETNX".getBytes(ISO_8859_1);
        for (int i = 0; i < 1 << length; i++) {
            StringBuilder key = new StringBuilder();
            for (int bit = 0; bit < length; bit++) {
                key.append(either[i >> bit & 1]);
            }
            request[1 + 2 * i] = key.toString().getBytes(ISO_8859_1);
            request[2 + 2 * i] = request[0];
        }
        request[request.length - 2] = "there".getBytes(ISO_8859_1);
        request[request.length - 1] = request[0];
        node.send(request);
        cluster.settle();
        assertThat(node.received()).isEqualTo(":0|");
    }

    @Test
    void a_random_key_of_many_empty_partitions_takes_several_turns() {
        TestNode alone = new TestCluster(1, 4096, 1).node(0);
        alone.send("RANDOMKEY");
        assertThat(alone.received()).isEmpty();
        assertThat(alone.line("PING")).endsWith("$-1|+PONG|");
    }

    @Test
    void of_many_values_compared_at_once_each_waits_for_those_before_it() {
        node.run("SET", "a", "xy".repeat(150));
        node.run("SET", "b", "yx".repeat(150));
        cluster.nanosEachReading = 1_000_000;
        for (int i = 0; i < 10; i++) {
            node.send("LCS", "a", "b", "LEN");
        }
        assertThat(node.received()).isEmpty();
        cluster.nowMillis += 1_000;
        node.wheel.advance(cluster.clock.nanoTime());
        assertThat(node.received()).hasSizeLessThanOrEqualTo(2 * ":299|".length());
        cluster.nanosEachReading = 0;
        cluster.settle();
        assertThat(node.received()).endsWith(":299|:299|:299|:299|:299|:299|:299|:299|");
    }

    private static TestNode ownerOf(TestCluster cluster, String key) {
        byte[] bytes = key.getBytes(ISO_8859_1);
        int partition = cluster.ring.partitionOf(cluster.ring.partitioner().high(bytes, 0, bytes.length));
        return cluster.nodes.stream()
                .filter(each -> each.view().settledHere(partition))
                .findFirst()
                .orElseThrow();
    }

    private String dump(String key) {
        String reply = node.line("DUMP " + key);
        return reply.substring(reply.indexOf('|') + 1, reply.length() - 1);
    }

    private String hash(String key) {
        String reply = node.line("KV.DUMP " + key);
        return reply.substring(reply.length() - 17, reply.length() - 1);
    }

    private static long number(String reply) {
        return Long.parseLong(reply.substring(1, reply.length() - 1));
    }
}

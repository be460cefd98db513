package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.version.RecordBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Comparing SET, DELEX and DIGEST, by what Redis 8.4 documents and its own tests say. */
final class ComparingTest {
    /** Of "hello" and "Hello world", as Redis documents and Dragonfly's pages have them. */
    private static final String OF_HELLO = "9555e8555c62dcfd";

    private static final String OF_HELLO_WORLD = "b6acb9d84a38ff74";

    private final TestCluster cluster = new TestCluster(1, 16, 1);
    private final TestNode node = cluster.node(0);

    private void script(boolean later, String lines) {
        node.later = later;
        for (String line : lines.replace("OFHELLO", OF_HELLO)
                .replace("NODIGEST", "-ERR must be exactly 16 hexadecimal characters|")
                .replace("SYNTAX", "-ERR syntax error|")
                .lines()
                .toList()) {
            String[] parts = line.split(" => ", -1);
            assertThat(node.line(parts[0])).as(line).isEqualTo(parts[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void set_compares_the_value_before_it_writes(boolean later) {
        script(later, """
                SET k new IFEQ hello => $-1|
                EXISTS k => :0|
                SET k hello IFNE hello => +OK|
                SET k new IFNE hello => $-1|
                SET k new IFEQ other => $-1|
                SET k new ifeq hello GET => $5|hello|
                SET k newer IFEQ hello GET => $3|new|
                GET k => $3|new|
                SET k newer IFNE hello EX 10 => +OK|
                TTL k => :10|
                SET k newest IFEQ newer KEEPTTL => +OK|
                TTL k => :10|
                SET none x IFNE y GET => $-1|
                GET none => $1|x|
                SET gone x IFEQ y GET => $-1|
                EXISTS gone => :0|
                SET k IFEQ IFEQ newest => +OK|
                GET k => $4|IFEQ|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void set_compares_digests_of_16_digits_in_any_case(boolean later) {
        script(later, """
                SET k new IFDEQ 0123456789abcdef => $-1|
                SET k hello IFDNE 0123456789abcdef => +OK|
                DIGEST k => $16|OFHELLO|
                SET k new IFDEQ 0123456789abcdef => $-1|
                SET k new IFDNE OFHELLO => $-1|
                SET k new IFDEQ OFHELLO GET => $5|hello|
                SET k hello IFDNE OFHELLO => +OK|
                SET k new IFDEQ 9555E8555C62DCFD => +OK|
                SET k new IFDEQ 1234567890 => NODIGEST
                SET k new IFDNE 0123456789abcdeg => NODIGEST
                SET k new IFDNE 0123456789abcdef0 GET => NODIGEST
                GET k => $3|new|
                SET none x IFDEQ 1234567890 => $-1|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_set_has_one_condition(boolean later) {
        script(later, """
                SET k v => +OK|
                SET k w NX IFEQ v => SYNTAX
                SET k w IFEQ v XX => SYNTAX
                SET k w IFEQ v IFNE x => SYNTAX
                SET k w IFEQ v IFEQ v => SYNTAX
                SET k w IFDEQ OFHELLO NX => SYNTAX
                SET k w IFEQ => SYNTAX
                SET k w EX 0 IFEQ x => -ERR invalid expire time in 'set' command|
                GET k => $1|v|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void delex_deletes_what_the_condition_holds_for(boolean later) {
        script(later, """
                DELEX k => :0|
                DELEX k IFEQ hello => :0|
                DELEX k IFNE hello => :0|
                DELEX k IFDNE 1234567890 => :0|
                DELEX k EQ hello => :0|
                DELEX k IFEQ => -ERR wrong number of arguments for 'delex' command|
                SET k hello => +OK|
                DELEX k IFEQ world => :0|
                DELEX k IFNE hello => :0|
                DELEX k IFDNE OFHELLO => :0|
                DELEX k IFDEQ 0123456789abcdef => :0|
                DELEX k IFDEQ 1234567890 => NODIGEST
                DELEX k IFEQ => -ERR wrong number of arguments for 'delex' command|
                DELEX k IFEQ hello extra => -ERR wrong number of arguments for 'delex' command|
                DELEX k EQ hello => -ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE|
                GET k => $5|hello|
                DELEX k IFEQ hello => :1|
                EXISTS k => :0|
                SET k hello => +OK|
                DELEX k ifdeq OFHELLO => :1|
                SET k hello => +OK|
                DELEX k IFNE world => :1|
                SET k hello => +OK|
                DELEX k IFDNE 0123456789abcdef => :1|
                SET k hello => +OK|
                DELEX k => :1|
                DBSIZE => :0|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void digests_are_of_what_get_shows_counters_included(boolean later) {
        script(later, """
                DIGEST k => $-1|
                INCRBY k 41 => :41|
                INCR k => :42|
                SET other 42 => +OK|
                """);
        assertThat(node.line("DIGEST k")).isEqualTo(node.line("DIGEST other"));
        script(later, """
                SET k 7 IFEQ 42 => +OK|
                INCR k => :8|
                DELEX k IFEQ 7 => :0|
                DELEX k IFEQ 8 => :1|
                """);
    }

    @Test
    void digests_are_those_that_redis_documents() {
        node.run("SET", "k", "Hello world");
        assertThat(node.line("DIGEST k")).isEqualTo("$16|" + OF_HELLO_WORLD + "|");
        // Small enough to begin with a zero: the digits stay 16.
        node.run(
                "SET",
                "k",
                "v8lf0c11xh8ymlqztfd3eeq16kfn4sspw7fqmnuuq3k3t75em5wdizgcdw7uc26nnf961u2jkfzkjytls2kwlj7626sd");
        assertThat(node.line("DIGEST k")).isEqualTo("$16|00006c38adf31777|");
    }

    @Test
    void of_siblings_the_newest_is_compared_and_what_is_written_supersedes_all() {
        TestCluster two = new TestCluster(2, 4, 2);
        two.node(0).view(two.aloneView(0));
        two.node(1).view(two.aloneView(1));
        byte[] key = "k".getBytes(US_ASCII);
        two.node(0).line("SET k older");
        two.nowMillis++;
        two.node(1).line("SET k newer");
        two.exchange(two.node(1), two.node(0), key);
        TestNode first = two.node(0);
        assertThat(RecordBytes.siblings(first.recordOf(key))).hasSize(2);
        assertThat(first.line("DELEX k IFEQ older")).isEqualTo(":0|");
        assertThat(first.line("SET k x IFEQ older")).isEqualTo("$-1|");
        assertThat(RecordBytes.siblings(first.recordOf(key))).hasSize(2);
        assertThat(first.line("SET k x IFEQ newer")).isEqualTo("+OK|");
        assertThat(RecordBytes.siblings(first.recordOf(key))).hasSize(1);
    }
}

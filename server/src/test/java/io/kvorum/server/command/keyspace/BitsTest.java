package io.kvorum.server.command.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies as Redis 7 gives them, and the arithmetic beside the slow way to do it. */
final class BitsTest {
    private static final String OFFSET = "-ERR bit offset is not an integer or out of range|";
    private static final int RUNS = Integer.getInteger("kvorum.test.runs", 20_000);

    private final TestCluster cluster = new TestCluster(1, 16, 1);
    private final TestNode node = cluster.node(0);

    private void script(boolean later, String lines) {
        node.later = later;
        for (String line : lines.lines().toList()) {
            String[] parts = line.split(" => ", -1);
            assertThat(node.line(parts[0])).as(line).isEqualTo(parts[1].replace("OFFSET", OFFSET));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bits_are_set_read_counted_and_found_as_redis_does(boolean later) {
        script(later, """
                GETBIT b 7 => :0|
                SETBIT b 7 1 => :0|
                SETBIT b 7 1 => :1|
                GET b => $1|\u0001|
                SETBIT b 17 0 => :0|
                STRLEN b => :3|
                SETBIT b 7 0 => :1|
                GETBIT b 100000 => :0|
                SETBIT b -1 1 => OFFSET
                SETBIT b x 1 => OFFSET
                SETBIT b 8388608 1 => OFFSET
                GETBIT b 4294967296 => OFFSET
                SETBIT b 0 2 => -ERR bit is not an integer or out of range|
                SETBIT b 0 one => -ERR bit is not an integer or out of range|
                SET s foobar => +OK|
                BITCOUNT s => :26|
                BITCOUNT s 0 0 => :4|
                BITCOUNT s 1 1 => :6|
                BITCOUNT s 1 1 BYTE => :6|
                BITCOUNT s 5 30 bit => :17|
                BITCOUNT s 0 -5 BIT => :25|
                BITCOUNT s -2 -1 => :7|
                BITCOUNT s -1 -2 => :0|
                BITCOUNT s 10 20 => :0|
                BITCOUNT s 4611686018427387904 -1 => :0|
                BITPOS s 0 4611686018427387904 => :-1|
                INCRBYFLOAT x inf => -ERR increment would produce NaN or Infinity|
                BITCOUNT none => :0|
                BITCOUNT none 0 -1 => :0|
                BITCOUNT s 1 => -ERR syntax error|
                BITCOUNT s 1 2 WORD => -ERR syntax error|
                BITCOUNT s a 2 => -ERR value is not an integer or out of range|
                BITPOS none 0 => :0|
                BITPOS none 1 => :-1|
                BITPOS s 1 => :1|
                BITPOS s 0 => :0|
                BITPOS s 1 2 => :17|
                BITPOS s 1 9 30 BIT => :9|
                BITPOS s 2 => -ERR The bit argument must be 1 or 0.|
                BITPOS s x => -ERR value is not an integer or out of range|
                BITPOS s 1 0 -1 BITE => -ERR syntax error|
                BITPOS s 1 0 x BITE => -ERR syntax error|
                BITCOUNT s 0 x BITE => -ERR value is not an integer or out of range|
                SETEX gone 100 x => +OK|
                SETBIT gone 1 0 => :1|
                TTL gone => :100|
                GET gone => $1|8|
                """);
    }

    @Test
    void a_search_for_zeros_ends_behind_the_value_only_if_no_end_was_given() {
        script(false, """
                SETRANGE f 0 \u00ff\u00ff => :2|
                BITPOS f 0 => :16|
                BITPOS f 0 1 => :16|
                BITPOS f 0 0 -1 => :-1|
                BITPOS f 0 2 => :-1|
                BITPOS f 1 0 -1 => :0|
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fields_are_read_and_changed_as_redis_does(boolean later) {
        script(
                later,
                """
                BITFIELD f => *0|
                EXISTS f => :0|
                BITFIELD f GET u8 0 => *1|:0|
                EXISTS f => :0|
                BITFIELD f INCRBY i5 100 1 GET u4 0 => *2|:1|:0|
                STRLEN f => :14|
                BITFIELD f SET u8 #1 255 GET u8 8 GET i8 8 => *3|:0|:255|:-1|
                BITFIELD c INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1 => *2|:1|:1|
                BITFIELD c INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1 => *2|:2|:2|
                BITFIELD c INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1 => *2|:3|:3|
                BITFIELD c INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1 => *2|:0|:3|
                BITFIELD c OVERFLOW FAIL INCRBY u2 102 1 => *1|$-1|
                BITFIELD c OVERFLOW fail SET u2 102 9 OVERFLOW WRAP SET u2 102 9 => *2|$-1|:3|
                BITFIELD c GET u2 102 => *1|:1|
                BITFIELD w SET i64 0 -9223372036854775808 OVERFLOW SAT INCRBY i64 0 -1 => *2|:0|:-9223372036854775808|
                BITFIELD w INCRBY i64 0 -1 => *1|:9223372036854775807|
                BITFIELD_RO w GET i64 0 => *1|:9223372036854775807|
                BITFIELD_RO w SET i64 0 1 => -ERR BITFIELD_RO only supports the GET subcommand|
                BITFIELD w GET u64 0 => TYPE
                BITFIELD w GET i65 0 => TYPE
                BITFIELD w GET x8 0 => TYPE
                BITFIELD w GET u8 -1 => OFFSET
                BITFIELD w GET u8 #x => OFFSET
                BITFIELD w GET u8 8388601 => OFFSET
                BITFIELD w GET u8 => -ERR syntax error|
                BITFIELD w PUT u8 0 => -ERR syntax error|
                BITFIELD w OVERFLOW LOOP => -ERR Invalid OVERFLOW type specified|
                BITFIELD w SET u8 0 x => -ERR value is not an integer or out of range|
                """.replace(
                                "TYPE",
                                "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.|"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void parts_of_values_are_written_over_as_redis_does(boolean later) {
        script(later, """
                SETRANGE s 3 abc => :6|
                GET s => $6|\0\0\0abc|
                SETRANGE s 0 xy => :6|
                SUBSTR s 0 -1 => $6|xy\0abc|
                SETRANGE s 5 123 => :8|
                SETRANGE s -1 a => -ERR offset is out of range|
                SETRANGE s x a => -ERR value is not an integer or out of range|
                SETRANGE s 1048576 a => -ERR string exceeds maximum allowed size (proto-max-bulk-len)|
                SETRANGE s 9223372036854775807 a => -ERR string exceeds maximum allowed size (proto-max-bulk-len)|
                SETEX t 100 v => +OK|
                SETRANGE t 1 w => :2|
                TTL t => :100|
                """);
    }

    @Test
    void counts_and_finds_agree_with_looking_at_every_bit() {
        long seed = Long.getLong("kvorum.test.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < RUNS; run++) {
            byte[] array = new byte[random.nextInt(1, 60)];
            int kind = random.nextInt(3);
            for (int i = 0; i < array.length; i++) {
                array[i] =
                        (byte) (kind == 0 ? random.nextInt() : random.nextInt(30) == 0 ? random.nextInt() : kind - 2);
            }
            int offset = random.nextInt(array.length);
            long bits = 8L * (array.length - offset);
            long from = random.nextLong(bits);
            long to = random.nextLong(from, bits);
            int wanted = random.nextInt(2);
            long ones = 0;
            long first = -1;
            for (long at = from; at <= to; at++) {
                int bit = Bits.get(array, offset, at);
                ones += bit;
                first = first < 0 && bit == wanted ? at : first;
            }
            String what = "seed " + seed + ", run " + run;
            assertThat(Bits.count(array, offset, from, to)).as(what).isEqualTo(ones);
            assertThat(Bits.find(array, offset, from, to, wanted)).as(what).isEqualTo(first);
        }
    }

    @Test
    void fields_overflow_where_unbounded_integers_say_so() {
        long seed = Long.getLong("kvorum.test.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < RUNS; run++) {
            boolean signed = random.nextBoolean();
            int bits = random.nextInt(1, signed ? 65 : 64);
            BitInteger type = new BitInteger(bits, signed);
            byte[] array = new byte[20];
            int position = random.nextInt(90);
            Bits.putNumber(array, 0, position, bits, number(random));
            long before = type.read(array, 0, array.length, position);
            long delta = number(random);
            BigInteger max = BigInteger.TWO.pow(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
            BigInteger min = signed ? max.negate().subtract(BigInteger.ONE) : BigInteger.ZERO;
            BigInteger sum = BigInteger.valueOf(before).add(BigInteger.valueOf(delta));
            int beyond = sum.compareTo(max) > 0 ? 1 : sum.compareTo(min) < 0 ? -1 : 0;
            String what = "seed " + seed + ", run " + run + ": " + type + " " + before + " + " + delta;
            assertThat(BigInteger.valueOf(before)).as(what).isBetween(min, max);
            assertThat(type.overflows(before, delta)).as(what).isEqualTo(beyond);
            assertThat(type.sum(before, delta, BitInteger.Overflow.SAT))
                    .as(what)
                    .isEqualTo(sum.max(min).min(max).longValueExact());
            BigInteger wrapped = sum.subtract(min).mod(BigInteger.TWO.pow(bits)).add(min);
            assertThat(type.sum(before, delta, BitInteger.Overflow.WRAP))
                    .as(what)
                    .isEqualTo(wrapped.longValueExact());
        }
    }

    /** Of every magnitude, and often at the edge of one. */
    private static long number(SplittableRandom random) {
        long number = random.nextLong() >> random.nextInt(64);
        return random.nextInt(4) == 0 ? (1L << random.nextInt(64)) - random.nextInt(3) : number;
    }
}

package io.kvorum.tests.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Commands at random, from a seed: on few keys, so that they meet, with arguments of which many are odd, and some with
 * too few, too many or misspelt ones.
 */
final class CommandStream {
    /**
     * Each letter is an argument: k a key, v a value, n an integer, f a float, b 0 or 1, o an offset of a bit, i an index,
     * q an operand of BITFIELD, s seconds, m milliseconds, e an end at once, far away or none at all, S and M the same as times since 1970, t a type of BITFIELD; a word in capitals is itself.
     * Words between bars are alternatives, and "?" makes what follows, up to the next, one that may be missing.
     */
    private static final List<String> SHAPES = List.of(
            "get k",
            "get k",
            "set k v",
            "set k v",
            "set k n",
            "set k v ? NX|XX|GET|KEEPTTL ? EX|PX|EXAT|PXAT|ex e",
            "set k v EX s ? NX|XX|GET",
            "set k v PX m ? GET",
            "set k v EXAT S",
            "set k v PXAT M ? XX",
            "set k v ? NX|XX|GET|KEEPTTL ? NX|XX|GET|KEEPTTL",
            "set k v GET ? NX|XX|KEEPTTL|EX ? KEEPTTL|PXAT|GET ? M|NX",
            "setnx k v",
            "setex k s v",
            "psetex k m v",
            "getset k v",
            "getdel k",
            "getex k",
            "getex k EX|PX|EXAT|PXAT|PERSIST ? e",
            "getex k EX s",
            "getex k PXAT M",
            "getex k PERSIST",
            "append k v",
            "strlen k",
            "getrange k i i",
            "substr k i i",
            "setrange k i v",
            "mget k ? k ? k",
            "mset k v ? k v ? k",
            "incr k",
            "decr k",
            "incrby k n",
            "decrby k n",
            "incrbyfloat k f",
            "setbit k o b",
            "getbit k o",
            "bitcount k",
            "wait 0 0",
            "unwatch",
            "client GETNAME|GETREDIR|TRACKINGINFO",
            "client TRACKING OFF",
            "client UNBLOCK n",
            "config SET HZ|REPL-TIMEOUT|LFU-LOG-FACTOR n ? MAXMEMORY-SAMPLES n",
            "config SET LAZYFREE-LAZY-EXPIRE YES|NO|yes|1 ? REPL-DISKLESS-LOAD disabled|swapdb|x",
            "script EXISTS v ? v",
            "pubsub NUMSUB v ? v",
            "pubsub CHANNELS|NUMPAT",
            "function LIST",
            "latency HISTORY|GRAPH v",
            "command GETKEYS SET k v",
            "bitcount k i i ? BYTE|BIT|bit|BITS",
            "bitpos k b ? i ? i ? BYTE|BIT",
            "bitfield k GET t o",
            "bitfield k SET t o q ? GET t o",
            "bitfield k ? OVERFLOW WRAP|SAT|FAIL|fail INCRBY t o q ? INCRBY t o q",
            "bitfield k OVERFLOW WRAP|SAT|FAIL|NONE SET t o q INCRBY t o q",
            "bitfield_ro k GET t o ? GET t o",
            "del k ? k ? k",
            "unlink k ? k",
            "exists k ? k ? k",
            "touch k ? k",
            "type k",
            "expire k s ? NX|XX|GT|LT ? NX|XX|GT|LT",
            "pexpire k m ? NX|XX|GT|LT",
            "expireat k S ? NX|XX|GT|LT",
            "pexpireat k M ? NX|XX|GT|LT|no",
            "expire k e",
            "pexpireat k e",
            "persist k",
            "ttl k",
            "pttl k",
            "expiretime k",
            "pexpiretime k",
            "rename k k",
            "renamenx k k",
            "copy k k ? REPLACE ? DB ? 0|16|x",
            "msetnx k v ? k v ? k v",
            "bitop AND|OR|XOR|NOT|and|NAND k k ? k ? k",
            "lcs k k ? LEN|IDX|len ? MINMATCHLEN|WITHMATCHLEN ? 0|1|3|x|WITHMATCHLEN",
            "dump k",
            "restore k s|e|n v ? REPLACE|ABSTTL ? IDLETIME|FREQ|REPLACE ? 0|-1|256|x ? REPLACE",
            "randomkey",
            "object ENCODING|REFCOUNT|IDLETIME|FREQ|encoding|KIND k",
            "memory USAGE|usage k ? SAMPLES|samples ? 0|-1|5|x",
            "memory PURGE|BAD",
            "echo v",
            "ping ? v",
            "select 0|-1|16|abc|100",
            "dbsize");

    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-1",
            "2",
            "7",
            "10",
            "-5",
            "100",
            "255",
            "256",
            "1000000",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775806",
            "9223372036854775808",
            "4611686018427387904",
            "2147483648",
            "01",
            "+1",
            " 1",
            "1 ",
            "-0",
            "1.5",
            "1e3",
            "abc",
            "");

    /** None at which something would end while the two servers are compared. */
    private static final List<String> NO_TIMES = List.of(
            "0",
            "-1",
            "-5",
            "9223372036854775807",
            "9223372036854775808",
            "4611686018427387904",
            "+1",
            "1.5",
            "abc",
            "");

    /** Without the smallest of all, which Redis takes for too large for a smaller field. */
    private static final List<String> OPERANDS = List.of(
            "0", "1", "-1", "2", "-5", "255", "256", "9223372036854775807", "-4611686018427387904", "01", "abc", "");

    private static final List<String> FLOATS = List.of(
            "0",
            "1",
            "-1",
            "0.1",
            "3.0e3",
            "1.5",
            "-2.25",
            "1e10",
            "5.0",
            "200.5",
            "inf",
            "-inf",
            "nan",
            "abc",
            "",
            " 1",
            "1 ",
            "1e-7",
            "3.14159265358979",
            "10.50",
            ".5",
            "5.",
            "+2");
    private static final List<String> VALUES = List.of(
            "a",
            "",
            "hello",
            "foobar",
            "\u0000\u00ff\u0001",
            "\u00ff\u00ff",
            "12",
            "-3",
            "3.5",
            "10.0",
            "\r\n",
            "x".repeat(300),
            "9223372036854775807",
            "\u0080");
    private static final List<String> OFFSETS =
            List.of("0", "1", "7", "8", "9", "31", "100", "#0", "#1", "#3", "-1", "x", "1000", "4294967295000", "63");
    private static final List<String> TYPES =
            List.of("u8", "i8", "u1", "i1", "i64", "u63", "u64", "i65", "i16", "u5", "i33", "u0", "x8", "u", "");

    private final SplittableRandom random;
    private final long nowSeconds;

    CommandStream(long seed, long nowSeconds) {
        this.random = new SplittableRandom(seed);
        this.nowSeconds = nowSeconds;
    }

    List<String> next() {
        String[] words = SHAPES.get(random.nextInt(SHAPES.size())).split(" ", -1);
        List<String> command = new ArrayList<>();
        for (String word : words) {
            if (word.equals("?")) {
                if (random.nextBoolean()) {
                    break;
                }
            } else {
                command.add(command.isEmpty() ? inSomeCase(word) : argument(word));
            }
        }
        int spoilt = random.nextInt(60);
        if (spoilt == 0 && command.size() > 1) {
            command.remove(random.nextInt(1, command.size()));
        } else if (spoilt == 1) {
            command.add(random.nextInt(1, command.size() + 1), one(VALUES));
        }
        return command;
    }

    private String inSomeCase(String word) {
        return random.nextInt(4) == 0 ? word.toUpperCase(Locale.ROOT) : word;
    }

    private String argument(String shape) {
        return switch (shape) {
            case "k" -> "k" + random.nextInt(6);
            case "v" -> random.nextInt(4) == 0 ? one(NUMBERS) : one(VALUES);
            case "n" -> one(NUMBERS);
            case "e" -> one(NO_TIMES);
            case "q" ->
                random.nextInt(3) == 0 ? String.valueOf(random.nextLong() >> random.nextInt(2, 64)) : one(OPERANDS);
            case "f" -> one(FLOATS);
            case "b" -> random.nextInt(20) == 0 ? one(NUMBERS) : String.valueOf(random.nextInt(2));
            case "o" -> one(OFFSETS);
            case "i" -> random.nextInt(12) == 0 ? one(NUMBERS) : String.valueOf(random.nextInt(-12, 40));
            case "s" -> String.valueOf(random.nextInt(1000, 2000));
            case "m" -> String.valueOf(random.nextInt(1_000_000, 2_000_000));
            case "S" -> String.valueOf(aroundNow());
            case "M" -> String.valueOf(1000 * aroundNow());
            case "t" -> one(TYPES);
            default -> {
                String[] alternatives = shape.split("\\|", -1);
                yield alternatives[random.nextInt(alternatives.length)];
            }
        };
    }

    /** In seconds: now or thousands away, so that no key ends while two servers are compared. */
    private long aroundNow() {
        return nowSeconds + 1000L * random.nextInt(-4, 5);
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}

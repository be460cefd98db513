package io.kvorum.tests.redis;

import java.util.List;

/** Where a node answers otherwise than redis-server 7.0, and means to, each with its reason; docs/redis-commands.md tells users. */
final class Intended {
    /** A clipped argument has 128 bytes. */
    private static final int CLIPPED_BYTES_MIN = 128;

    /** No more than {@code client.bulk-max} of a test's node, which goes by its heap; and Redis's {@code proto-max-bulk-len}. */
    private static final long VALUE_BYTES_MAX = 15L << 20;

    private static final long REDIS_VALUE_BYTES_MAX = 512L << 20;

    private Intended() {}

    /** Whether two replies to a command are different for one of the reasons. What follows may differ, too. */
    static boolean is(String name, List<String> command, String expected, String actual) {
        return isAboutKeys(command, actual)
                || isAboutDatabases(name, actual)
                || isClipped(expected, actual)
                || isAboutWork(name, actual)
                || isBeyondTheLongestValue(command, actual)
                || isAboutExpired(name, expected, actual)
                || isAboutExpiredRecord(name, expected, actual)
                || isAboutArithmetic(name, expected, actual)
                || isNewer(name, expected, actual);
    }

    /** Whether two replies tell of the server and not of what it was sent: nothing follows from their being different. */
    static boolean isAboutServer(String name, List<String> command, String expected, String actual) {
        boolean alike = expected.charAt(0) == actual.charAt(0) && isNil(expected) == isNil(actual);
        return alike
                && !expected.startsWith("-")
                && switch (name) {
                    // Bytes of a format of our own.
                    case "dump" -> true;
                    // As the dice fall.
                    case "randomkey" -> true;
                    // Of the value alone, and not of how it was made; nothing is shared; reads are no accesses.
                    case "object" -> true;
                    // Of a record.
                    case "memory" -> command.size() > 2;
                    default -> false;
                };
    }

    private static boolean isNil(String reply) {
        return reply.startsWith("$-1|");
    }

    /** A key has a byte at least. */
    private static boolean isAboutKeys(List<String> command, String actual) {
        return command.contains("") && actual.contains("a key must have 1 to 65536 bytes");
    }

    /** There is one database. */
    private static boolean isAboutDatabases(String name, String actual) {
        return name.equals("copy") && actual.equals("-ERR DB index is out of range|");
    }

    /** A loop serves many clients: what would take it too long is refused, and Redis goes by memory alone. */
    private static boolean isAboutWork(String name, String actual) {
        return name.equals("lcs") && actual.contains(" pairs of bytes, more than ");
    }

    /** A bit that no value here has, and one of Redis's could have. */
    private static boolean isBeyondTheLongestValue(List<String> command, String actual) {
        return actual.equals("-ERR bit offset is not an integer or out of range|")
                && command.stream()
                        .anyMatch(word -> word.matches("[0-9]{1,10}")
                                && Long.parseLong(word) >= Byte.SIZE * VALUE_BYTES_MAX
                                && Long.parseLong(word) < Byte.SIZE * REDIS_VALUE_BYTES_MAX);
    }

    /** An error repeats the beginning of a long argument, whose end may be megabytes away. */
    private static boolean isClipped(String expected, String actual) {
        String begin = actual.substring(0, actual.length() - 1);
        return begin.startsWith("-ERR Unknown argument ")
                && begin.length() > CLIPPED_BYTES_MIN
                && expected.startsWith(begin);
    }

    /** Redis counts what has expired until it stumbles on it. */
    private static boolean isAboutExpired(String name, String expected, String actual) {
        return name.equals("dbsize") && numberOf(expected) > numberOf(actual);
    }

    /** As {@link #isAboutExpired}: a record that has expired is none. */
    private static boolean isAboutExpiredRecord(String name, String expected, String actual) {
        return name.equals("memory") && expected.startsWith(":") && isNil(actual);
    }

    private static int numberOf(String reply) {
        return Integer.parseInt(reply.substring(1, reply.length() - 1));
    }

    private static boolean isAboutArithmetic(String name, String expected, String actual) {
        return switch (name) {
            // Sums are exact, and not of a processor's long double.
            case "incrbyfloat" -> expected.startsWith("$") && actual.startsWith("$");
            // Each actor's increments have a sum of their own, which must fit as well.
            case "incr", "decr", "incrby", "decrby" -> actual.equals("-ERR increment or decrement would overflow|");
            default -> false;
        };
    }

    /** As Redis 7.2 and later: the arguments are looked at before the key. */
    private static boolean isNewer(String name, String expected, String actual) {
        return (name.equals("bitcount") || name.equals("bitpos"))
                && expected.startsWith(":")
                && actual.startsWith("-ERR");
    }
}

package io.kvorum.tests.memcached;

import java.util.SplittableRandom;

/**
 * Random requests of memcached's clients, odd ones among them, from a seed. {@code $key$} stands for the token that the
 * server last told of a key. Not in it is what the servers are known to answer otherwise: docs/memcached.md says why.
 */
final class RequestStream {
    private static final String[] TIMES = {"0", "0", "0", "100", "100", "-1", "2592001", "+50", "x", ""};
    private static final String[] NUMBERS = {
        "0", "1", "10", "007", "99", "18446744073709551615", "18446744073709551616", "-1", "x", "5"
    };
    private static final String[] TEXTS = {"", "a", "bc", "d e", "xyz ", "\u00e9\u0000q", "9a"};
    private static final String[] MODES = {"ME", "MA", "MP", "MR", "MS", "Mx", "M", "MAA"};
    private static final String[] FLAGS = {"v", "f", "s", "k", "c", "q", "O12", "u", "v", "z", "k", "h", "l", "u h"};

    /** memcached counts its tokens from 1: what no item has must be beyond them. */
    static final String NOBODYS_TOKEN = "999999999999";

    private final SplittableRandom random;

    RequestStream(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The next request, its value included. */
    String next() {
        return switch (random.nextInt(23)) {
            case 0, 1 -> one("get", "gets") + keys() + "\r\n";
            case 2 -> one("gat ", "gats ") + one(TIMES) + keys() + "\r\n";
            case 3, 4, 5 -> store(one("set", "add", "replace"), key());
            case 6 -> store(one("append", "prepend"), text());
            case 7 -> cas();
            case 8, 9 -> one("incr ", "decr ") + key() + ' ' + one(NUMBERS) + noReply() + "\r\n";
            case 10 -> "touch " + key() + ' ' + one(TIMES) + noReply() + "\r\n";
            case 11 -> "delete " + key() + one("", "", "", " 0", " 1", " noreply", " 0 noreply", " noreply 0") + "\r\n";
            case 12, 13, 14 -> metaGet(key()) + one("", "", " T0", " T100", " T-1", " Tx", " N30", " N") + "\r\n";
            case 15, 16 -> metaSet();
            case 17 -> "md " + key() + flags() + one("", " C$", " C" + NOBODYS_TOKEN, " Cx") + "\r\n";
            case 18, 19 -> arithmetic();
            case 20 -> odd();
            case 21 -> "me " + text() + "\r\n";
            default -> random.nextInt(20) == 0 ? flush() : "gets" + keys() + "\r\n";
        };
    }

    private String store(String verb, String key) {
        String value = value(key);
        return verb + ' ' + key + ' ' + one("0", "5", "4294967295", "-1", "x") + ' ' + one(TIMES) + ' ' + length(value)
                + noReply() + "\r\n" + value + "\r\n";
    }

    private String cas() {
        String key = key();
        String value = value(key);
        return "cas " + key + " 3 " + one("0", "100", "-1") + ' ' + length(value) + ' '
                + one("$" + key + '$', "$" + key + '$', NOBODYS_TOKEN, "x") + noReply() + "\r\n" + value + "\r\n";
    }

    /**
     * Numbers are not asked whether they were fetched: counting stores them anew here alone, and a read that is refused for its
     * opaque token, which {@link #odd} asks of a number, is one there alone.
     */
    private String metaGet(String key) {
        return "mg " + key + (key.startsWith("n") ? flags().replace(" h", "") : flags());
    }

    private String metaSet() {
        String key = random.nextInt(3) == 0 ? number() : text();
        String mode = random.nextInt(3) == 0 ? ' ' + one(MODES) : "";
        String value = key.startsWith("n") && !mode.isEmpty() ? "" : value(key);
        return "ms " + key + ' ' + length(value) + mode + one("", " F5", " F-1") + one("", " T100", " T0", " Ty")
                + one("", "", " C" + NOBODYS_TOKEN, " C$" + key + '$')
                + one("", " c", " k", " q", " O1 k", " z", " c c") + "\r\n"
                + value + "\r\n";
    }

    private String arithmetic() {
        String request = "ma " + key() + one("", " MI", " MD", " M+", " M-", " Mz") + one("", " D5", " D100", " Dx")
                + one("", "", " N0 J13", " N100", " Jx") + one("", " v", " v c", " k O7", " q", " v v") + "\r\n";
        // A text that was made a number would be padded there when it gets shorter, and then appended to.
        return request.contains(" N") ? request.replace(" q", "").replaceFirst("ma k\\d", "ma " + number()) : request;
    }

    private String odd() {
        return one(
                        "",
                        " ",
                        "nosuch",
                        "GET a",
                        "get",
                        "set a",
                        "set a 0 0",
                        "mg",
                        "ms",
                        "md",
                        "ma",
                        "me",
                        "mz",
                        "incr n0",
                        "touch k0",
                        "gat",
                        "gat 1",
                        "verbosity",
                        "verbosity 1",
                        "verbosity x",
                        "m",
                        "shutdown",
                        "get " + "k".repeat(251),
                        "set " + "k".repeat(251) + " 0 0 noreply",
                        "mg ### b",
                        "mg azA= b v",
                        "mg n0 O" + "1".repeat(40),
                        "mg k0 1 2 3 4 5 6 7 8 9 a b c d e f g h i j",
                        "cas k0 0 0 noreply",
                        "stats nosuch",
                        "delete",
                        "flush_all x",
                        "flush_all 1 2 3",
                        "ms k0 -1",
                        "ms k0 x")
                + one("\r\n", "\n");
    }

    private String flush() {
        return one("flush_all", "flush_all 0", "flush_all -1", "flush_all noreply", "flush_all 0 noreply") + "\r\n";
    }

    private String flags() {
        StringBuilder flags = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            flags.append(' ').append(one(FLAGS));
        }
        return flags.toString();
    }

    private String keys() {
        StringBuilder keys = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            keys.append(' ').append(key());
        }
        return keys.toString();
    }

    private String key() {
        return random.nextBoolean() ? number() : text();
    }

    private String number() {
        return "n" + random.nextInt(3);
    }

    private String text() {
        return "k" + random.nextInt(4);
    }

    /** Numbers and texts stay apart: a number that got shorter has blanks there, and bytes behind them differ. */
    private String value(String key) {
        return key.startsWith("n") ? one(NUMBERS) : one(TEXTS);
    }

    /** Now and then less than there is, so that the rest is no end of a line. */
    private String length(String value) {
        return String.valueOf(random.nextInt(30) == 0 ? Math.max(0, value.length() - 1) : value.length());
    }

    private String noReply() {
        return random.nextInt(8) == 0 ? " noreply" : "";
    }

    private String one(String... of) {
        return of[random.nextInt(of.length)];
    }
}

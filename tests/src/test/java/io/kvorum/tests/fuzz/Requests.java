package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Random requests: every command of the server with arguments such as it may get, on a few keys. */
final class Requests {
    private static final List<String> COMMANDS = List.of(
            "GET KEY",
            "SET KEY VALUE",
            "SET KEY VALUE OPTION OPTION",
            "SET KEY VALUE EX NUMBER",
            "SETNX KEY VALUE",
            "SETEX KEY NUMBER VALUE",
            "GETSET KEY VALUE",
            "GETDEL KEY",
            "GETEX KEY OPTION NUMBER",
            "GETRANGE KEY NUMBER NUMBER",
            "SETRANGE KEY SMALL VALUE",
            "APPEND KEY VALUE",
            "STRLEN KEY",
            "MGET KEY KEY KEY",
            "MSET KEY VALUE KEY VALUE",
            "MSETNX KEY VALUE KEY VALUE",
            "DEL KEY KEY",
            "UNLINK KEY",
            "EXISTS KEY KEY",
            "TYPE KEY",
            "TOUCH KEY",
            "INCR KEY",
            "DECR KEY",
            "INCRBY KEY NUMBER",
            "DECRBY KEY NUMBER",
            "INCRBYFLOAT KEY NUMBER",
            "EXPIRE KEY NUMBER OPTION",
            "PEXPIRE KEY NUMBER",
            "EXPIREAT KEY NUMBER",
            "PEXPIREAT KEY NUMBER",
            "TTL KEY",
            "PTTL KEY",
            "EXPIRETIME KEY",
            "PERSIST KEY",
            "KV.GET KEY",
            "KV.GET KEY META",
            "KV.GET KEY R NUMBER",
            "KV.PUT KEY VALUE VALUE",
            "KV.PUT KEY  VALUE PX NUMBER W SMALL",
            "KV.DEL KEY VALUE",
            "KV.MGET KEY KEY",
            "KV.MPUT KEY  VALUE KEY  VALUE",
            "KV.SIBLINGS ON",
            "KV.SIBLINGS OFF",
            "KV.QUORUM R SMALL",
            "KV.QUORUM",
            "KV.WHERE KEY",
            "KV.VERSIONS KEY",
            "SCAN NUMBER MATCH VALUE COUNT NUMBER",
            "SCAN 0",
            "KEYS VALUE",
            "KEYS *",
            "DBSIZE",
            "RANDOMKEY",
            "PING",
            "PING VALUE",
            "ECHO VALUE",
            "HELLO 3",
            "HELLO 2 SETNAME VALUE",
            "CLIENT SETNAME VALUE",
            "CLIENT LIST",
            "CLIENT INFO",
            "CLIENT ID",
            "CLIENT NO-EVICT ON",
            "COMMAND COUNT",
            "COMMAND INFO GET",
            "COMMAND DOCS GET",
            "COMMAND GETKEYS MSET KEY VALUE",
            "CLUSTER INFO",
            "CLUSTER SLOTS",
            "CLUSTER KEYSLOT KEY",
            "INFO VALUE",
            "CONFIG GET VALUE",
            "TIME",
            "SELECT SMALL",
            "AUTH VALUE",
            "OBJECT ENCODING KEY",
            "VALUE VALUE");

    private static final List<String> OPTIONS = List.of(
            "NX", "XX", "GET", "KEEPTTL", "EX", "PX", "EXAT", "PXAT", "PERSIST", "GT", "LT", "R", "W", "DW", "STRICT",
            "META", "IFEQ", "COUNT", "MATCH", "TYPE");

    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-1",
            "2",
            "10",
            "100",
            "-0",
            "007",
            "+1",
            "1.5",
            "1e3",
            "nan",
            "inf",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "4294967296",
            "2147483647",
            "65536",
            "");

    private Requests() {}

    static List<byte[]> random(SplittableRandom random) {
        List<byte[]> arguments = new ArrayList<>();
        for (String word : COMMANDS.get(random.nextInt(COMMANDS.size())).split(" ", -1)) {
            arguments.add(
                    switch (word) {
                        case "KEY" -> bytes("k" + random.nextInt(4));
                        case "VALUE" -> value(random);
                        case "OPTION" -> bytes(OPTIONS.get(random.nextInt(OPTIONS.size())));
                        case "NUMBER" -> bytes(NUMBERS.get(random.nextInt(NUMBERS.size())));
                        case "SMALL" -> bytes(Integer.toString(random.nextInt(-1, 5)));
                        default -> bytes(word);
                    });
        }
        return arguments;
    }

    private static byte[] value(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> bytes(NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 1 -> bytes("*");
            case 2 -> bytes("v".repeat(random.nextInt(40)));
            case 3 -> {
                byte[] any = new byte[random.nextInt(12)];
                random.nextBytes(any);
                yield any;
            }
            default -> bytes("AbvqDWMAAZiu2KjB4oSJEQECAwQFBgcIACe3NZPUN47_");
        };
    }

    static byte[] multibulk(List<byte[]> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes("*" + arguments.size() + "\r\n"));
        for (byte[] argument : arguments) {
            out.writeBytes(bytes("$" + argument.length + "\r\n"));
            out.writeBytes(argument);
            out.writeBytes(bytes("\r\n"));
        }
        return out.toByteArray();
    }

    /** A random request in the inline form, quoted in one of the ways there are. */
    static byte[] inline(SplittableRandom random) {
        StringBuilder line = new StringBuilder();
        for (byte[] argument : random(random)) {
            line.append(line.isEmpty() ? "" : " ".repeat(random.nextInt(1, 3)));
            switch (random.nextInt(3)) {
                case 0 -> {
                    line.append('"');
                    for (byte b : argument) {
                        line.append(String.format(Locale.ROOT, "\\x%02x", b & 0xFF));
                    }
                    line.append('"');
                }
                case 1 ->
                    line.append('\'')
                            .append(new String(argument, ISO_8859_1).replace("'", "\\'"))
                            .append('\'');
                default -> line.append(new String(argument, ISO_8859_1));
            }
        }
        return bytes(line.append(random.nextBoolean() ? "\r\n" : "\n").toString());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}

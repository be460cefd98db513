package io.kvorum.ring;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * What a member says of itself when it joins: its name, where it stands, where it listens, how much it can carry.
 *
 * @param name unique in the cluster, printable, without {@code @}
 * @param zone rack or availability zone; replicas prefer distinct zones; may be empty
 * @param host name or address at which peers and clients reach it
 * @param peerPort port of the peer protocol
 * @param respPort port of the Redis protocol; 0 if not known yet
 * @param memcachedPort port of the memcached protocol; 0 if not known or not served
 * @param httpPort port of health, metrics and console; 0 if not known or not served
 * @param weight share of the ring relative to the others, 0 (no data) to {@value #WEIGHT_MAX}
 */
public record MemberSpec(
        String name,
        String zone,
        String host,
        int peerPort,
        int respPort,
        int memcachedPort,
        int httpPort,
        int weight) {
    /** The weight of a member that names none. */
    public static final int WEIGHT_DEFAULT = 100;

    /** The largest weight. */
    public static final int WEIGHT_MAX = 10_000;

    private static final int PORT_MAX = 65_535;
    private static final int TEXT_BYTES_MAX = 1024;

    /** Checks names, ports and weight. */
    public MemberSpec {
        if (name.isEmpty() || name.indexOf('@') >= 0) {
            throw new IllegalArgumentException("member name \"" + name + "\" is empty or contains @");
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("member " + name + " has no host");
        }
        checkPort(name, "peer", peerPort);
        checkPort(name, "resp", respPort);
        checkPort(name, "memcached", memcachedPort);
        checkPort(name, "http", httpPort);
        if (weight < 0 || weight > WEIGHT_MAX) {
            throw new IllegalArgumentException(
                    "member " + name + " has weight " + weight + ", allowed are 0 to " + WEIGHT_MAX);
        }
    }

    /**
     * Parses {@code name@host:peerPort}, optionally followed by {@code ?zone=a&weight=50&resp=6379&memcached=11211&http=8379}
     * in any order and choice. An IPv6 host stands in brackets.
     *
     * @throws IllegalArgumentException naming the text, if it has another form
     */
    public static MemberSpec parse(String text) {
        int at = text.indexOf('@');
        int question = text.indexOf('?');
        int end = question < 0 ? text.length() : question;
        int colon = text.lastIndexOf(':', end - 1);
        if (at <= 0 || colon <= at + 1 || colon == end - 1) {
            throw new IllegalArgumentException("member \"" + text + "\" is not of the form name@host:peerPort");
        }
        MemberSpec spec = new MemberSpec(
                text.substring(0, at),
                "",
                unbracketed(text.substring(at + 1, colon)),
                number(text, text.substring(colon + 1, end)),
                0,
                0,
                0,
                WEIGHT_DEFAULT);
        if (question < 0) {
            return spec;
        }
        int from = question + 1;
        while (from < text.length()) {
            int and = text.indexOf('&', from);
            int to = and < 0 ? text.length() : and;
            spec = spec.withOption(text, text.substring(from, to));
            from = to + 1;
        }
        return spec;
    }

    /** Returns the form that {@link #parse} reads, with every option that is not at its default. */
    public String format() {
        StringBuilder text = new StringBuilder(name).append('@');
        text.append(host.indexOf(':') < 0 ? host : "[" + host + "]").append(':').append(peerPort);
        char separator = '?';
        separator = option(text, separator, "zone", zone, zone.isEmpty());
        separator = option(text, separator, "weight", Integer.toString(weight), weight == WEIGHT_DEFAULT);
        separator = option(text, separator, "resp", Integer.toString(respPort), respPort == 0);
        separator = option(text, separator, "memcached", Integer.toString(memcachedPort), memcachedPort == 0);
        option(text, separator, "http", Integer.toString(httpPort), httpPort == 0);
        return text.toString();
    }

    /** Writes all fields, in their order. */
    public void encode(ByteWriter out) {
        out.utf8(name).utf8(zone).utf8(host);
        out.u16(peerPort).u16(respPort).u16(memcachedPort).u16(httpPort).varInt(weight);
    }

    /** Reads all fields, in their order. */
    public static MemberSpec decode(ByteReader in) {
        String name = in.field("member name").utf8(TEXT_BYTES_MAX);
        String zone = in.field("zone").utf8(TEXT_BYTES_MAX);
        String host = in.field("host").utf8(TEXT_BYTES_MAX);
        if (name.isEmpty() || name.indexOf('@') >= 0 || host.isEmpty()) {
            throw in.invalid("member", name + "@" + host, "a name without @ and a host");
        }
        return new MemberSpec(
                name,
                zone,
                host,
                in.u16(),
                in.u16(),
                in.u16(),
                in.u16(),
                in.field("weight").varInt(WEIGHT_MAX));
    }

    private static char option(StringBuilder text, char separator, String name, String value, boolean omitted) {
        if (omitted) {
            return separator;
        }
        text.append(separator).append(name).append('=').append(value);
        return '&';
    }

    private MemberSpec withOption(String text, String option) {
        int equals = option.indexOf('=');
        String key = equals < 0 ? option : option.substring(0, equals);
        String value = equals < 0 ? "" : option.substring(equals + 1);
        return switch (key) {
            case "zone" -> new MemberSpec(name, value, host, peerPort, respPort, memcachedPort, httpPort, weight);
            case "weight" -> withNumbers(respPort, memcachedPort, httpPort, number(text, value));
            case "resp" -> withNumbers(number(text, value), memcachedPort, httpPort, weight);
            case "memcached" -> withNumbers(respPort, number(text, value), httpPort, weight);
            case "http" -> withNumbers(respPort, memcachedPort, number(text, value), weight);
            default -> throw new IllegalArgumentException("member \"" + text + "\" has an unknown option " + key);
        };
    }

    private MemberSpec withNumbers(int resp, int memcached, int http, int newWeight) {
        return new MemberSpec(name, zone, host, peerPort, resp, memcached, http, newWeight);
    }

    private static String unbracketed(String host) {
        boolean bracketed = host.length() > 2 && host.startsWith("[") && host.endsWith("]");
        return bracketed ? host.substring(1, host.length() - 1) : host;
    }

    private static int number(String text, String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("member \"" + text + "\": \"" + digits + "\" is no number", e);
        }
    }

    private static void checkPort(String name, String which, int port) {
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("member " + name + " has " + which + " port " + port);
        }
    }
}

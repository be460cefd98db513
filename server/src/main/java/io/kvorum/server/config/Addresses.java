package io.kvorum.server.config;

import io.kvorum.ring.MemberSpec;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads and writes names, hosts and members as they stand in properties. */
final class Addresses {
    /** From the Redis port to the peer port and the HTTP port, where these are not given. */
    static final int PEER_PORT_OFFSET = 1000;

    static final int HTTP_PORT_OFFSET = 2000;

    private static final int PORT_MAX = 65_535;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final String IPV6 = "[0-9A-Fa-f]*(:[0-9A-Fa-f.]*){2,}(%[0-9A-Za-z._-]+)?";
    private static final Pattern HOST = Pattern.compile("[0-9A-Za-z._-]+|" + IPV6 + "|\\[" + IPV6 + "]");
    private static final Pattern ADDRESS =
            Pattern.compile("(?<host>\\[[^\\]]+]|[^:\\[\\]@?\\s]+):(?<port>\\d{1,5})(:(?<peer>\\d{1,5}))?");
    private static final Pattern MEMBER = Pattern.compile("(?<name>[^@]+)@(?<address>[^@?]+)(\\?(?<options>[^\\s]*))?");
    private static final Set<String> MEMBER_OPTIONS = Set.of("zone", "weight");

    private Addresses() {}

    static String name(String text) {
        String name = text.strip();
        if (!NAME.matcher(name).matches()) throw new IllegalArgumentException("not a name");
        return name;
    }

    /** A host name or address, without the brackets that an IPv6 address may stand in. */
    static String host(String text) {
        String host = text.strip();
        if (!HOST.matcher(host).matches()) throw new IllegalArgumentException("not a host name or address");
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /** Whether only this machine can reach what listens there. Names other than localhost are not looked up. */
    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
    }

    /** Whether it is an address, and none of loopback: certainly one at which this machine is to be reached by others. */
    static boolean isReachableByOthers(String host) {
        return !isLoopback(host) && (host.indexOf(':') >= 0 || host.matches("\\d{1,3}(\\.\\d{1,3}){3}"));
    }

    /** Whether it stands for every address of the machine, and so tells nobody where to reach it. */
    static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    /** Reads {@code name@host:port[:peerPort][?zone=z&weight=n]}, where port is the Redis port. */
    static MemberSpec member(String text) {
        Matcher parts = MEMBER.matcher(text.strip());
        if (!parts.matches()) throw new IllegalArgumentException("not of the form name@host:port");
        Matcher address = ADDRESS.matcher(parts.group("address"));
        if (!address.matches()) throw new IllegalArgumentException("not of the form name@host:port");
        String options = parts.group("options");
        StringBuilder spec = new StringBuilder(name(parts.group("name")))
                .append('@')
                .append(bracketed(host(address.group("host"))))
                .append(':')
                .append(peerPort(address));
        int port = port(address.group("port"));
        spec.append("?resp=").append(port).append("&http=").append(derivedPort(port, HTTP_PORT_OFFSET));
        if (options != null) {
            for (String option : options.split("&", -1)) {
                String key = option.substring(0, Math.max(0, option.indexOf('=')));
                if (!MEMBER_OPTIONS.contains(key)) {
                    throw new IllegalArgumentException("\"" + option + "\" is neither zone=… nor weight=…");
                }
            }
            spec.append('&').append(options);
        }
        return MemberSpec.parse(spec.toString());
    }

    /** Reads {@code host:port[:peerPort]}, where port is the Redis port. */
    static SeedAddress seed(String text) {
        Matcher address = ADDRESS.matcher(text.strip());
        if (!address.matches()) throw new IllegalArgumentException("not of the form host:port");
        return new SeedAddress(host(address.group("host")), port(address.group("port")), peerPort(address));
    }

    static String format(SeedAddress seed) {
        String address = bracketed(seed.host()) + ":" + seed.port();
        return seed.peerPort() == seed.port() + PEER_PORT_OFFSET ? address : address + ":" + seed.peerPort();
    }

    static String format(MemberSpec member) {
        StringBuilder text = new StringBuilder(member.name())
                .append('@')
                .append(bracketed(member.host()))
                .append(':')
                .append(member.respPort());
        if (member.peerPort() != member.respPort() + PEER_PORT_OFFSET) {
            text.append(':').append(member.peerPort());
        }
        char separator = '?';
        if (!member.zone().isEmpty()) {
            text.append(separator).append("zone=").append(member.zone());
            separator = '&';
        }
        if (member.weight() != MemberSpec.WEIGHT_DEFAULT) {
            text.append(separator).append("weight=").append(member.weight());
        }
        return text.toString();
    }

    /** A port some way above another; 0, for any free one, stays 0. */
    static int derivedPort(int port, int offset) {
        if (port == 0) return 0;
        if (port + offset > PORT_MAX) {
            throw new IllegalArgumentException("port " + port + " leaves no port " + offset + " above it");
        }
        return port + offset;
    }

    private static int peerPort(Matcher address) {
        @Nullable String peer = address.group("peer");
        return peer == null ? derivedPort(port(address.group("port")), PEER_PORT_OFFSET) : port(peer);
    }

    private static int port(String digits) {
        int port = Integer.parseInt(digits);
        if (port < 1 || port > PORT_MAX) throw new IllegalArgumentException("port " + port + " is not 1 to 65535");
        return port;
    }

    private static String bracketed(String host) {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }
}

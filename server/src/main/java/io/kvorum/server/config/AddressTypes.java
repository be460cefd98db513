package io.kvorum.server.config;

import io.kvorum.ring.MemberSpec;
import io.kvorum.server.config.ConfigTypes.Listing;
import io.kvorum.server.config.ConfigTypes.Parsed;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** The kinds of value that say where things are: names, hosts, ports, members, paths. */
final class AddressTypes {
    static final ConfigType<String> NAME = new Parsed<>(
            Addresses::name,
            Function.identity(),
            "1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first",
            List.of("n1", "cache-eu.1", "x".repeat(64)),
            List.of("", "-n", "a b", "a@b", "x".repeat(65)));

    static final ConfigType<String> HOST = new Parsed<>(
            Addresses::host,
            Function.identity(),
            "an address or a host name",
            List.of("10.0.0.1", "127.0.0.1", "::1", "0.0.0.0", "cache-1.example.com"),
            List.of("", "a b", "http://x", "x:6379", "[::1"));

    static final ConfigType<Integer> PORT = NumberType.integer(0, 65_535);

    static final ConfigType<Path> PATH = new Parsed<>(
            AddressTypes::path, Path::toString, "a path", List.of("/var/lib/kvorum", "data"), List.of("", " ", "a\0b"));

    static final ConfigType<String> ZONE = new Parsed<>(
            text -> text.isBlank() ? "" : Addresses.name(text),
            Function.identity(),
            "nothing, or a name",
            List.of("eu-1a", "", "rack7"),
            List.of("a b", "&"));

    static final ConfigType<List<MemberSpec>> MEMBERS = new Listing<>(new Parsed<>(
            Addresses::member,
            Addresses::format,
            "`name@host:port`, where port is the Redis port; `name@host:port:peer-port` if the peer port is not"
                    + " 1000 above it; then `?zone=z&weight=n` if need be",
            List.of(
                    "n1@10.0.0.1:6379",
                    "n2@10.0.0.2:6379:9000",
                    "n3@[::1]:6379?zone=b&weight=50",
                    "n4@cache:1:2?weight=0"),
            List.of(
                    "n1",
                    "n1@",
                    "n1@host",
                    "@host:6379",
                    "n1@host:0",
                    "n1@host:65536",
                    "n1@host:65535",
                    "n1@host:1:2:3",
                    "n1@h:6379?size=1",
                    "n1@h:6379?weight=-1",
                    "n1@h:6379?zone")));

    static final ConfigType<List<SeedAddress>> SEEDS = new Listing<>(new Parsed<>(
            Addresses::seed,
            Addresses::format,
            "`host:port`, where port is the Redis port; `host:port:peer-port` if the peer port is not 1000 above it",
            List.of("10.0.0.1:6379", "cache-1.example.com:6379:9000", "[::1]:6379"),
            List.of("10.0.0.1", "host:0", "host:65536", "host:65535", "n1@host:6379", "host:1:2:3")));

    private AddressTypes() {}

    private static Path path(String text) {
        if (text.isBlank()) throw new IllegalArgumentException("empty");
        return Path.of(text.strip());
    }
}

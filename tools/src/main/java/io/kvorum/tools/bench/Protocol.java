package io.kvorum.tools.bench;

import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The language of a server: all of the load that is not the same for every server. */
public enum Protocol {
    /** Redis's, RESP2. */
    RESP(6379, "RESP") {
        @Override
        CommandForm commands(int valueSize) {
            return CommandForm.of(
                    "*2\r\n$3\r\nGET\r\n$16\r\n", "\r\n", "*3\r\n$3\r\nSET\r\n$16\r\n", "\r\n$" + valueSize + "\r\n");
        }

        @Override
        ReplyScanner newScanner() {
            return new RespReplyScanner();
        }

        @Override
        Greeting greeting(@Nullable String password) {
            String ping = "*1\r\n$4\r\nPING\r\n";
            if (password == null) {
                return new Greeting(ping.getBytes(StandardCharsets.US_ASCII), 1);
            }
            int bytes = ByteBufUtil.utf8Bytes(password);
            String auth = "*2\r\n$4\r\nAUTH\r\n$" + bytes + "\r\n" + password + "\r\n";
            return new Greeting((auth + ping).getBytes(StandardCharsets.UTF_8), 2);
        }
    },

    /** memcached's text protocol, which knows no password. */
    MEMCACHED(11211, "memcached") {
        @Override
        CommandForm commands(int valueSize) {
            return CommandForm.of("get ", "\r\n", "set ", " 0 0 " + valueSize + "\r\n");
        }

        @Override
        ReplyScanner newScanner() {
            return new MemcachedReplyScanner();
        }

        @Override
        Greeting greeting(@Nullable String password) {
            return new Greeting("version\r\n".getBytes(StandardCharsets.US_ASCII), 1);
        }
    };

    private final int defaultPort;
    private final String label;

    Protocol(int defaultPort, String label) {
        this.defaultPort = defaultPort;
        this.label = label;
    }

    /** What is sent first on a connection, and how many replies that brings. */
    record Greeting(byte[] bytes, int replies) {}

    /** How GET and SET of a value of so many bytes are written. */
    abstract CommandForm commands(int valueSize);

    abstract ReplyScanner newScanner();

    abstract Greeting greeting(@Nullable String password);

    int defaultPort() {
        return defaultPort;
    }

    @Override
    public String toString() {
        return label;
    }
}

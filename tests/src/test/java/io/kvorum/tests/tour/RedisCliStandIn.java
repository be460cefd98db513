package io.kvorum.tests.tour;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * As much of redis-cli as the tour needs, for machines that have none: {@code [-p PORT] [--no-raw] COMMAND ARGUMENT…},
 * RESP2. Prints as redis-cli 7 does.
 */
final class RedisCliStandIn {
    private final InputStream in;
    private final boolean raw;
    private final StringBuilder out = new StringBuilder();

    private RedisCliStandIn(InputStream in, boolean raw) {
        this.in = in;
        this.raw = raw;
    }

    /** Asks one question, prints the answer. */
    public static void main(String[] arguments) throws IOException {
        Deque<String> words = new ArrayDeque<>(List.of(arguments));
        int port = 6379;
        boolean raw = true;
        while (words.element().startsWith("-")) {
            switch (words.remove()) {
                case "-p" -> port = Integer.parseInt(words.remove());
                case "--no-raw" -> raw = false;
                case "-c" -> {}
                default -> throw new IllegalArgumentException("an option that the stand-in for redis-cli lacks");
            }
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(ascii("*" + words.size() + "\r\n"));
            for (String word : words) {
                byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
                request.writeBytes(ascii("$" + bytes.length + "\r\n"));
                request.writeBytes(bytes);
                request.writeBytes(ascii("\r\n"));
            }
            socket.getOutputStream().write(request.toByteArray());
            RedisCliStandIn cli = new RedisCliStandIn(new BufferedInputStream(socket.getInputStream()), raw);
            cli.reply("");
            System.out.print(cli.out);
            System.out.flush();
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void reply(String indent) throws IOException {
        String line = line();
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+' -> say(rest);
            case '-' -> say(raw ? rest : "(error) " + rest);
            case ':' -> say(raw ? rest : "(integer) " + rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> array(Integer.parseInt(rest), indent);
            default -> throw new IOException("not RESP2: " + line);
        }
    }

    private void bulk(int length) throws IOException {
        if (length < 0) {
            say(raw ? "" : "(nil)");
            return;
        }
        String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        line();
        say(raw ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
    }

    private void array(int size, String indent) throws IOException {
        if (size <= 0) {
            say(raw ? "" : size == 0 ? "(empty array)" : "(nil)");
            return;
        }
        int width = String.valueOf(size).length();
        for (int number = 1; number <= size; number++) {
            if (!raw) {
                String label = String.format("%" + width + "d) ", number);
                out.append(number == 1 ? "" : indent).append(label);
            }
            reply(indent + " ".repeat(width + 2));
        }
    }

    private void say(String text) {
        out.append(text).append('\n');
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server closed the connection");
            }
            line.append((char) next);
        }
        if (in.read() != '\n') {
            throw new IOException("a line of RESP ends with CR LF");
        }
        return line.toString();
    }
}

package io.kvorum.tests.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A connection that sends commands in batches and tells each reply as text, byte for byte. */
final class RespPeer implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();

    RespPeer(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** Puts a command, of which each character is a byte, behind those that are not sent yet. */
    void add(List<String> command) {
        StringBuilder request = new StringBuilder("*" + command.size() + "\r\n");
        for (String argument : command) {
            request.append('$').append(argument.length()).append("\r\n");
            request.append(argument).append("\r\n");
        }
        unsent.writeBytes(request.toString().getBytes(ISO_8859_1));
    }

    void send() throws IOException {
        unsent.writeTo(socket.getOutputStream());
        unsent.reset();
    }

    /** The next reply: its lines, each ended by a bar. */
    String reply() throws IOException {
        StringBuilder text = new StringBuilder();
        read(text);
        return text.toString();
    }

    /** The next reply: a list, or the text of anything else, an error's with its dash. */
    Object value() throws IOException {
        String line = line();
        char kind = line.charAt(0);
        if (kind != '$' && kind != '*') {
            return kind == '-' ? line : line.substring(1);
        }
        int count = Integer.parseInt(line.substring(1));
        if (kind == '$') {
            String text = new String(in.readNBytes(Math.max(0, count)), ISO_8859_1);
            in.skipNBytes(count < 0 ? 0 : 2);
            return text;
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(value());
        }
        return values;
    }

    private void read(StringBuilder text) throws IOException {
        String line = line();
        text.append(line).append('|');
        char kind = line.charAt(0);
        int count = kind == '$' || kind == '*' ? Integer.parseInt(line.substring(1)) : -1;
        if (kind == '$' && count >= 0) {
            text.append(new String(in.readNBytes(count), ISO_8859_1)).append('|');
            in.skipNBytes(2);
        } else if (kind == '*') {
            for (int i = 0; i < count; i++) {
                read(text);
            }
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("after " + line);
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package io.kvorum.tests.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A question that fits a line, and the one line of the answer that matters: enough of a client for PING, INFO and
 * stats, in Redis's inline commands and memcached's text protocol alike.
 */
public final class Question {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int LINES_MAX = 10_000;

    private Question() {}

    /**
     * Asks a server of this machine; blocks for some seconds at most.
     *
     * @param prefix how the line begins
     * @return the rest of that line
     * @throws IOException if nobody listens, or no such line comes
     */
    static String ask(int port, String question, String prefix) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write((question + "\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (int i = 0; i < LINES_MAX; i++) {
                String line = in.readLine();
                if (line == null) {
                    break;
                }
                if (line.startsWith(prefix)) {
                    return line.substring(prefix.length());
                }
            }
            throw new IOException("no line '" + prefix + "…' in the answer to " + question);
        }
    }

    /**
     * The first line of the answer; blocks for some seconds at most.
     *
     * @throws IOException if nobody listens, or nothing comes
     */
    public static String firstLine(int port, String question) throws IOException {
        return ask(port, question, "");
    }

    /** Whether a server answers so by now. */
    static boolean isAnswered(int port, String question, String prefix) {
        try {
            ask(port, question, prefix);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}

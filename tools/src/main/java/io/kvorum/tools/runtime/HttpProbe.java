package io.kvorum.tools.runtime;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One HTTP GET to this machine, whose status line is all that matters. By hand over a socket, because the JDK's client takes longer to
 * load than the rest of the launcher.
 */
public final class HttpProbe {
    private static final int CONNECT_MILLIS_MAX = 500;
    private static final int ANSWER_MILLIS_MAX = 1_000;

    private HttpProbe() {}

    /** What the server said: its status, or 0 with the reason if there was no answer. */
    public record Answer(int status, String detail) {}

    /** Asks the loopback address. Blocks the calling thread, at most 1.5 s. */
    public static Answer get(int port, String path) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS_MAX);
            socket.setSoTimeout(ANSWER_MILLIS_MAX);
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            if (line == null || !line.matches("HTTP/1\\.[01] [0-9]{3}.*")) {
                return new Answer(0, "answers something that is not HTTP");
            }
            return new Answer(Integer.parseInt(line.substring(9, 12)), "HTTP " + line.substring(9));
        } catch (IOException noAnswer) {
            return new Answer(0, String.valueOf(noAnswer.getMessage()));
        }
    }
}

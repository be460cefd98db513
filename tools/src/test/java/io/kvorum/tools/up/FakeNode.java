package io.kvorum.tools.up;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A process that behaves as a node does towards {@code up}: it says when it is ready and ends with its standard input. */
final class FakeNode {
    private FakeNode() {}

    public static void main(String[] arguments) throws IOException {
        int port = 0;
        for (String argument : arguments) {
            if (argument.startsWith("port=")) {
                port = Integer.parseInt(argument.substring("port=".length()));
            }
        }
        System.out.println("fake node at " + port);
        Thread watcher = new Thread(
                () -> {
                    try {
                        var unused = System.in.readAllBytes(); // until it is closed: nobody writes to it
                        Runtime.getRuntime().halt(0);
                    } catch (IOException broken) {
                        throw new UncheckedIOException(broken);
                    }
                },
                "stdin");
        watcher.start();
        try (ServerSocket socket = new ServerSocket(port + 2_000, 5, InetAddress.getLoopbackAddress())) {
            while (true) {
                try (Socket client = socket.accept()) {
                    client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
        }
    }
}

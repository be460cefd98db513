package io.kvorum.tests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Ports of the loopback address that nobody uses now. */
public final class FreePorts {
    private static final int PORT_MIN = 1_024;
    private static final int ATTEMPTS_MAX = 1_000;

    private FreePorts() {}

    /**
     * Distinct ports, each free together with those that a server derives from it.
     *
     * @param offsets how far those are from the first, in rising order; 0 for the first itself
     * @throws IOException if there are not so many
     */
    public static List<Integer> find(int count, int... offsets) throws IOException {
        List<Integer> ports = new ArrayList<>();
        for (int attempt = 0; attempt < ATTEMPTS_MAX && ports.size() < count; attempt++) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                int port = socket.getLocalPort() - offsets[offsets.length - 1];
                boolean fits = port >= PORT_MIN
                        && !ports.contains(port)
                        && IntStream.range(0, offsets.length - 1).allMatch(i -> isFree(port + offsets[i]));
                if (fits) {
                    ports.add(port);
                }
            }
        }
        if (ports.size() < count) {
            throw new IOException("no " + count + " free ports");
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}

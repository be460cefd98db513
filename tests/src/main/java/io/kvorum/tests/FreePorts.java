package io.kvorum.tests;

import io.kvorum.server.runtime.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Ports of the loopback address that nobody uses now. Below those that the system gives to outgoing connections, any of
 * which could take one between the look and the use.
 *
 * <p>No port is given twice in one process: that the first who got it does not listen yet cannot be seen. So what was given is
 * static, as the ports of a machine are, and there is no owner that all who look for ports in a test process share. Any
 * thread.
 */
public final class FreePorts {
    private static final int PORT_MIN = 10_000;
    private static final int PORTS = 18_000;

    /** Prime to the number of ports, so that every one has its turn. */
    private static final int STEP = 7_919;

    private static final int ATTEMPTS_MAX = 1_000;

    /** With what servers derive from them; guarded by its monitor. */
    private static final Set<Integer> GIVEN = new HashSet<>();

    private FreePorts() {}

    /**
     * Distinct ports, each free together with those that a server derives from it.
     *
     * @param offsets how far those are from the first, in rising order; 0 for the first itself
     * @throws IOException if there are not so many that were never given
     */
    public static List<Integer> find(int count, int... offsets) throws IOException {
        synchronized (GIVEN) {
            return findOthers(count, offsets);
        }
    }

    private static List<Integer> findOthers(int count, int... offsets) throws IOException {
        List<Integer> ports = new ArrayList<>();
        // Elsewhere each time: other processes look, too, and what is found is not in use before its server has
        // started.
        long begin = Clock.system().nanoTime() >>> 10;
        for (int attempt = 0; attempt < ATTEMPTS_MAX && ports.size() < count; attempt++) {
            int port = PORT_MIN + Math.floorMod(begin + (long) attempt * STEP, PORTS);
            if (IntStream.of(offsets).allMatch(offset -> !GIVEN.contains(port + offset) && isFree(port + offset))) {
                ports.add(port);
                IntStream.of(offsets).forEach(offset -> GIVEN.add(port + offset));
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

package io.kvorum.tools.up;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Looks for ports that are taken before any node is started: one message instead of several half-started nodes. */
final class PortCheck {
    private static final int PORT_MAX = 65_535;

    private PortCheck() {}

    /** One line per port that cannot be had; none if all are free. */
    static List<String> problems(List<NodeSpec> nodes, IntPredicate isFree) {
        List<String> problems = new ArrayList<>();
        for (NodeSpec node : nodes) {
            node.ports().forEach((use, port) -> {
                if (port > PORT_MAX) {
                    problems.add("port " + port + " (" + use + " of " + node.name() + ") is above " + PORT_MAX);
                } else if (!isFree.test(port)) {
                    problems.add("port " + port + " (" + use + " of " + node.name() + ") is in use");
                }
            });
        }
        return problems;
    }

    /** Whether a server could listen on the port of the loopback address now. */
    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}

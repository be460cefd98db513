package io.kvorum.server.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * What defaults depend on.
 *
 * @param cores processors this process may use, at least 1
 * @param heapBytesMax the largest heap of this process
 * @param hostName how others may know this machine
 */
public record Machine(int cores, long heapBytesMax, String hostName) {
    /** This machine; respects the limits of the container the process is in. */
    public static Machine local() {
        Runtime runtime = Runtime.getRuntime();
        return new Machine(runtime.availableProcessors(), runtime.maxMemory(), localHostName());
    }

    private static String localHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }
}

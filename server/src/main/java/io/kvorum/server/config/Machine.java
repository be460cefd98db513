package io.kvorum.server.config;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * What defaults depend on.
 *
 * @param cores processors this process may use, at least 1
 * @param heapBytesMax the largest heap of this process
 * @param openFilesMax files and sockets that this process may have open, {@link #UNLIMITED} if that is not known
 * @param hostName how others may know this machine
 */
public record Machine(int cores, long heapBytesMax, long openFilesMax, String hostName) {
    /** No limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** This machine; respects the limits of the container the process is in. */
    public static Machine local() {
        Runtime runtime = Runtime.getRuntime();
        return new Machine(runtime.availableProcessors(), runtime.maxMemory(), localOpenFilesMax(), localHostName());
    }

    private static long localOpenFilesMax() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : UNLIMITED;
    }

    private static String localHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }
}

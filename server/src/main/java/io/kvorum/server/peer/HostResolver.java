package io.kvorum.server.peer;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Turns host names into addresses, without ever keeping an event loop waiting for a name server. */
@FunctionalInterface
public interface HostResolver {
    /** Resolves a host; calls back once, on any thread, maybe at once: null if the name has no address now. */
    void resolve(String host, Callback callback);

    /** Resolves addresses at once, and names on a thread that may wait. */
    static HostResolver on(Predicate<Runnable> executor) {
        return (host, callback) -> {
            InetAddress literal = literal(host);
            if (literal != null) {
                callback.resolved(literal);
            } else if (!executor.test(() -> callback.resolved(lookUp(host)))) {
                callback.resolved(null);
            }
        };
    }

    private static @Nullable InetAddress literal(String host) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            return address == null ? null : InetAddress.getByAddress(host, address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(address.length + " bytes of address", e);
        }
    }

    private static @Nullable InetAddress lookUp(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException unknown) {
            return null;
        }
    }

    /** Who waits for an address. */
    @FunctionalInterface
    interface Callback {
        /** The address, or null if there is none now. */
        void resolved(@Nullable InetAddress address);
    }
}

package io.kvorum.server.config;

/**
 * Where a node can be asked for the cluster.
 *
 * @param host name or address
 * @param port its peer port
 */
public record PeerAddress(String host, int port) {
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}

package io.kvorum.server.config;

/**
 * Where a member can be asked to let a new node in.
 *
 * @param host a name or an address
 * @param port its Redis port, by which people know it
 * @param peerPort its port of the peer protocol
 */
public record SeedAddress(String host, int port, int peerPort) {
    @Override
    public String toString() {
        return Addresses.format(this);
    }
}

package io.kvorum.ring;

/**
 * A member of the cluster as one ring snapshot knows it.
 *
 * @param id its identity
 * @param spec what it last said of itself
 * @param state where it stands in its life
 */
public record Member(NodeId id, MemberSpec spec, MemberState state) {
    /** Returns its name, unique in the cluster. */
    public String name() {
        return spec.name();
    }

    /** Returns its zone; may be empty. */
    public String zone() {
        return spec.zone();
    }

    /** Returns the host at which peers and clients reach it. */
    public String host() {
        return spec.host();
    }

    /** Returns the port of the peer protocol. */
    public int peerPort() {
        return spec.peerPort();
    }

    /** Returns the port of the Redis protocol; 0 if not known yet. */
    public int respPort() {
        return spec.respPort();
    }

    /** Returns the port of the memcached protocol; 0 if not known or not served. */
    public int memcachedPort() {
        return spec.memcachedPort();
    }

    /** Returns the port of health, metrics and console; 0 if not known or not served. */
    public int httpPort() {
        return spec.httpPort();
    }

    /** Returns its share of the ring relative to the others. */
    public int weight() {
        return spec.weight();
    }
}
